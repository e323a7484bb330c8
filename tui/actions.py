"""Every action of the app in one table: its id, keys, words and what it is good for.

Bindings, the line of keys, the palette and the help are all made of it, and a user's own keys refer to its ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from textual.binding import Binding

from tui.words import _

# Marks texts for whoever looks for what is to be translated; they are translated when they are shown.
N_ = str

_own: dict[str, str] = {}


def take_own(keys: Mapping[str, str]) -> None:
    """Show these keys, by the ids of actions, in the place of the table's: they are what works."""
    _own.clear()
    _own.update(keys)


@dataclass(frozen=True, slots=True)
class Action:
    """name: of the method `action_NAME`.  screen: where it is there, None for everywhere.

    keys: separated by commas, the first of them is shown.  on_line: whether the line of keys shows it.
    search: other words that people look for it by.
    """

    id: str
    name: str
    keys: str
    label: str
    help: str
    screen: str | None = None
    on_line: bool = True
    priority: bool = False
    search: str = ""

    @property
    def binding(self) -> Binding:
        """For Textual; its own line of keys is not used, so the English label does."""
        return Binding(self.keys, self.name, self.label, id=self.id, show=False, priority=self.priority)

    @property
    def call(self) -> str:
        """What Textual does for it."""
        return self.name if "(" in self.name else f"{self.name}()"

    @property
    def own_keys(self) -> str:
        """Its keys, or those that this user gave it."""
        return _own.get(self.id, self.keys)

    @property
    def key(self) -> str:
        """The first key, as people write it."""
        key = self.own_keys.split(",")[0]
        return {"left": "<-", "right": "->"}.get(key) or key_in_words(key.replace("ctrl+", "^"))


# As they are written on keyboards.
KEYS = {
    "backspace": N_("backspace"),
    "end": N_("end"),
    "enter": N_("enter"),
    "escape": N_("esc"),
    "home": N_("home"),
    "left": N_("left"),
    "right": N_("right"),
}


def key_in_words(key: str) -> str:
    """What a key is called; `ctrl+s` is itself."""
    return _(KEYS[key]) if key in KEYS else key


SCREENS: tuple[tuple[str, str], ...] = (
    ("translate", N_("Translate")),
    ("grade", N_("Grade")),
    ("models", N_("Models")),
    ("export", N_("Export")),
    ("jobs", N_("Jobs")),
    ("device", N_("Device")),
)

ACTIONS: tuple[Action, ...] = (
    *(
        Action(
            f"go.{name}",
            f"go('{name}')",
            f"{number},f{number + 1}",
            label,
            N_("Go to this screen."),
            None,
            on_line=False,
        )
        for number, (name, label) in enumerate(SCREENS, 1)
    ),
    Action("palette", "command_palette", "ctrl+p", N_("Commands"), N_("Find an action by its words."), priority=True),
    Action("help", "help", "f1", N_("Help"), N_("Explain what has the focus, and every key.")),
    Action("back", "back", "escape", N_("Back"), N_("One step back: close, or leave the text."), on_line=False),
    Action("jump", "jump", "f12", N_("Fields"), N_("Go to a field of the screen by its letter."), on_line=False),
    Action(
        "language",
        "next_language",
        "f9",
        N_("Language"),
        N_("The screens in the next language."),
        on_line=False,
        search=N_("English Spanish Portuguese Español Português"),
    ),
    Action("theme", "next_theme", "f10", N_("Colours"), N_("The next set of colours."), on_line=False),
    Action("command", "show_command", "f8", N_("Command"), N_("The line that does the same without a screen.")),
    Action("quit", "quit", "ctrl+q", N_("Quit"), N_("Leave; asks once while jobs run."), priority=True),
    Action(
        "translate.swap",
        "swap",
        "ctrl+s",
        N_("Swap"),
        N_("Translate the translation back."),
        "translate",
    ),
    Action(
        "translate.copy",
        "copy",
        "ctrl+o",
        N_("Copy"),
        N_("Hand the translation to the terminal's clipboard."),
        "translate",
    ),
    Action(
        "translate.new",
        "empty",
        "alt+n",
        N_("New text"),
        N_("Take the text away; ctrl+z brings it back."),
        "translate",
        priority=True,  # a text area takes it for the letter
        search=N_("empty clear delete all"),
    ),
    Action("grade.accept", "accept", "a", N_("Accept"), N_("The suggested mark becomes the mark."), "grade"),
    Action("grade.change", "change", "c", N_("Change"), N_("Give other points than the suggested ones."), "grade"),
    Action("grade.next", "next", "n", N_("Next"), N_("The next answer, this one stays as it is."), "grade"),
    Action("grade.later", "later", "l", N_("Later"), N_("Leave this answer to the end of the queue."), "grade"),
    Action("grade.undo", "undo", "u", N_("Undo"), N_("Take the last decision back; the record keeps both."), "grade"),
    Action(
        "grade.alike",
        "alike",
        "g",
        N_("All alike"),
        N_("See the answers like this one, and accept or change them together; asks once."),
        "grade",
    ),
    Action(
        "grade.list", "list", "v", N_("List"), N_("All answers, those to decide on first; Enter shows one."), "grade"
    ),
    Action("grade.previous", "previous", "b", N_("Before"), N_("The answer before this one."), "grade", on_line=False),
    Action(
        "grade.give_back",
        "give_back",
        "r",
        N_("Return"),
        N_("Give the answer back without a mark."),
        "grade",
        on_line=False,
    ),
    Action("grade.open", "open", "o", N_("Open"), N_("Open another quiz, or a session of the gradebook."), "grade"),
    Action(
        "grade.example",
        "example",
        "e",
        N_("Example"),
        N_("Write an example of a quiz and of answers to it here, to look at and change."),
        "grade",
        on_line=False,
        search=N_("template sample new quiz begin"),
    ),
    Action("grade.save", "save", "s", N_("Save"), N_("Write a table of the marks to a new file here."), "grade"),
    Action(
        "grade.release",
        "release",
        "p",
        N_("Release"),
        N_("Say that the marks went out to the students; they change no more; asks once."),
        "grade",
        on_line=False,
        search=N_("publish hand out final"),
    ),
    Action(
        "grade.attack",
        "attack",
        "t",
        N_("Attack test"),
        N_("Try what must not get marks against this quiz: keywords, orders to the grader, denials."),
        "grade",
        on_line=False,
        search=N_("attack red team cheat trick"),
    ),
    Action(
        "grade.audit",
        "audit",
        "f",
        N_("Fairness"),
        N_("Whether the same content gets the same mark in every way of writing it, made of this quiz."),
        "grade",
        on_line=False,
        search=N_("audit bias equal treatment"),
    ),
    Action("translate.worst", "worst", "ctrl+n", N_("Worst"), N_("Go to the worst line, then the next."), "translate"),
    Action("translate.file", "file", "ctrl+r", N_("File"), N_("Translate a document beside itself."), "translate"),
    Action(
        "translate.align",
        "align",
        "ctrl+l",
        N_("Words"),
        N_("Which word became which, word by word."),
        "translate",
        search=N_("alternative alignment dictionary"),
    ),
    Action(
        "translate.fit",
        "fit",
        "ctrl+t",
        N_("Turn"),
        N_("Turn to the language that the text is in."),
        "translate",
        on_line=False,  # said above the text where it helps
    ),
    Action("translate.glossary", "glossary", "ctrl+g", N_("Glossary"), N_("Terms and what they become."), "translate"),
    Action(
        "translate.mend",
        "mend",
        "m",
        N_("Mend"),
        N_("Write the line of the cursor anew; the memory keeps it."),
        "translate",
        on_line=False,
        search=N_("fix correct edit improve memory"),
    ),
    Action(
        "translate.save", "save", "w", N_("Save"), N_("Write the translation to a file."), "translate", on_line=False
    ),
    Action(
        "translate.pager",
        "pager",
        "p",
        N_("Pager"),
        N_("Text and translation in the pager."),
        "translate",
        on_line=False,
    ),
    Action(
        "translate.html",
        "html",
        "h",
        N_("Page"),
        N_("Save a page for a browser, which draws every script."),
        "translate",
        on_line=False,
    ),
    Action("models.pull", "pull", "p", N_("Pull"), N_("Bring the chosen model onto this machine."), "models"),
    Action("models.verify", "verify", "v", N_("Verify"), N_("Compare its files with its receipt."), "models"),
    Action("models.remove", "remove", "d", N_("Remove"), N_("Take it off this machine; asks once."), "models"),
    Action("models.reload", "reload", "r", N_("Reload"), N_("Read the store and the catalogue again."), "models"),
    Action(
        "export.plan",
        "plan",
        "ctrl+l",
        N_("Plan"),
        N_("Count the text and see what each size costs; nothing is written."),
        "export",
        on_line=False,
        search=N_("trim size coverage curve"),
    ),
    Action("export.text", "text", "ctrl+g", N_("Text file"), N_("Choose a file of text from a list."), "export", False),
    Action(
        "export.run",
        "run",
        "ctrl+r",
        N_("Export now"),
        N_("Write what stands at the point of the curve."),
        "export",
        on_line=False,
        search=N_("trim shrink small write"),
    ),
    Action(
        "export.verify",
        "verify",
        "ctrl+y",
        N_("Verify"),
        N_("Compare what was written with its receipt and its source."),
        "export",
        on_line=False,
    ),
    Action(
        "export.install",
        "install",
        "ctrl+n",
        N_("Install"),
        N_("Put what was written among the models."),
        "export",
        on_line=False,
    ),
    Action("export.stop", "stop", "ctrl+t", N_("Stop"), N_("End the work; no half file stays."), "export", False),
    Action("export.copy", "copy_line", "ctrl+o", N_("Copy line"), N_("The line, to the clipboard."), "export", False),
    Action("export.less", "less", "left", N_("Fewer"), N_("Keep fewer tokens: a smaller file."), "export", False),
    Action("export.more", "more", "right", N_("More"), N_("Keep more tokens: less is lost."), "export", False),
    Action("export.least", "least", "home", N_("Fewest"), N_("The smallest size on the curve."), "export", False),
    Action("export.most", "most", "end", N_("Most"), N_("Keep all that the languages use."), "export", False),
    Action("export.chosen", "chosen", "backspace", N_("Chosen"), N_("Back to what edgekit chose."), "export", False),
    Action("jobs.cancel", "cancel", "c", N_("Cancel"), N_("End the chosen job within a second."), "jobs"),
    Action("jobs.log", "log", "enter", N_("Log"), N_("What the job has said so far."), "jobs"),
    Action("device.measure", "measure", "m", N_("Measure"), N_("Translate for a while and say how fast."), "device"),
)


def of_screen(screen: str | None) -> tuple[Action, ...]:
    """The actions of a screen, or those of everywhere."""
    return tuple(action for action in ACTIONS if action.screen == screen)


def key_of(name: str) -> str:
    """The key that an action has, by its id, as people write it."""
    return next(action.key for action in ACTIONS if action.id == name)


def bindings(screen: str | None) -> list[Binding]:
    """What Textual needs to know of them."""
    return [action.binding for action in of_screen(screen)]


def words(action: Action) -> tuple[str, str]:
    """Label and help in the chosen language."""
    return _(action.label), _(action.help)
