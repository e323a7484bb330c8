"""What can be graded: a session to go on with, or a quiz and a file of answers, by path or picked from the folder."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Input, Label, OptionList
from textual.widgets.option_list import Option

from edgekit.core.characters import visible
from tui.actions import N_
from tui.figures import figure
from tui.widgets.paths import PathSuggester, above, candidates, path_of
from tui.widgets.spoken import SaidLabel
from tui.words import _

if TYPE_CHECKING:
    from edgekit.gradebook.book import SessionEntry

FIELDS = (
    (
        "quiz",
        N_("Quiz"),
        N_("its file, for example quiz.toml"),
        N_("Choose the quiz with the arrows and Enter; / is a folder"),
    ),
    (
        "answers",
        N_("Answers"),
        N_("their file, for example answers.csv"),
        N_("Choose the answers with the arrows and Enter; / is a folder"),
    ),
)
ENDINGS = {"quiz": (".toml",), "answers": (".csv", ".tsv", ".tab", ".jsonl", ".xml", ".zip", ".json", ".txt")}

_YEAR_10000 = 253_402_300_800  # a gradebook from elsewhere may hold any number


class ClassOpener(Vertical):
    """Says which session was chosen, or which files."""

    DEFAULT_CSS = """
    ClassOpener Horizontal { height: 1; width: 100%; }
    ClassOpener Horizontal Label { width: 14; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "to_files", show=False, id="open.files"),
        Binding("up", "before", show=False, id="open.before"),
    ]

    @dataclass
    class Chosen(Message):
        """A session, by its number."""

        session: int

    @dataclass
    class ExampleWanted(Message):
        """An example of both files is wanted."""

    @dataclass
    class Named(Message):
        """The files of a quiz and of answers to it; None for one that is not named yet."""

        quiz: Path | None
        answers: Path | None

    def __init__(self, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._field = "quiz"
        self._sessions: Sequence[SessionEntry] = ()

    def compose(self) -> ComposeResult:
        """One below the other."""
        yield SaidLabel(N_("Go on with"), id="sessions-title", classes="title")
        yield OptionList(id="sessions", markup=False)
        yield Label("", id="begin-title", classes="title", markup=False)
        for name, label, told, _choose in FIELDS:
            with Horizontal():
                yield SaidLabel(label)
                yield Input(placeholder=_(told), suggester=PathSuggester(ENDINGS[name]), id=name)
        yield Button(_("Grade"), id="begin", compact=True)
        yield Label("", id="files-title", classes="title", markup=False)
        yield OptionList(id="files", markup=False)

    def show_words(self) -> None:
        """In the chosen language."""
        for name, _label, told, _choose in FIELDS:
            self._input(name).placeholder = _(told)
        self.query_one("#begin", Button).label = _("Grade")
        self._show_sessions()
        self._fill_files()

    @property
    def paths(self) -> dict[str, str]:
        """What stands in the fields."""
        return {name: self._input(name).value for name in ENDINGS}

    def fill(self, paths: dict[str, str]) -> None:
        """Put paths into the fields."""
        for name in ENDINGS:
            self._input(name).cursor_blink = False
            self._input(name).value = paths.get(name, "")

    def offer(self, sessions: Sequence[SessionEntry]) -> None:
        """Show sessions, the newest first, with the cursor where one goes on most likely."""
        self._sessions = sessions
        self._show_sessions()
        box = self.query_one("#sessions", OptionList)
        box.display = self.query_one("#sessions-title").display = bool(sessions)
        box.highlighted = 0 if sessions else None
        self._fill_files()
        (box if sessions else self._input("quiz")).focus()

    def _show_sessions(self) -> None:
        box = self.query_one("#sessions", OptionList)
        at = box.highlighted
        box.clear_options()
        for one in reversed(self._sessions):
            text = N_("{count} answer") if one.answers == 1 else N_("{count} answers")
            count = _(text, count=figure(one.answers))
            row = f"{one.id:>4}  {count:<16} {_when(one.created):<16}  {visible(one.title)}"
            box.add_option(Option(Content(row), str(one.id)))
        box.highlighted = at

    def _show_titles(self) -> None:
        self.query_one("#begin-title", Label).update(
            _("or grade: the quiz, then the answers") if self._sessions else _("grade: the quiz, then the answers")
        )
        choose = next(choose for name, _label, _told, choose in FIELDS if name == self._field)
        self.query_one("#files-title", Label).update(_(choose))

    def _input(self, name: str) -> Input:
        return self.query_one(f"#{name}", Input)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        if event.input.id in ENDINGS and event.input.has_focus:
            self._field = event.input.id
            self._fill_files()

    def on_descendant_focus(self) -> None:
        """The list shows what fits the field that is typed in."""
        focused = self.screen.focused
        if focused is not None and focused.id in ENDINGS and focused.id != self._field:
            self._choose_for(focused.id)

    def _choose_for(self, field: str) -> None:
        """What is chosen in the list goes into this field; answers are looked for beside their quiz first."""
        self._field = field
        quiz, answers = self._input("quiz").value, self._input("answers")
        if field == "answers" and not answers.value:
            answers.value = quiz[: len(quiz) - len(os.path.split(quiz)[1])]
        self._fill_files()

    def action_to_files(self) -> None:
        """From the fields down into the list."""
        self.query_one("#files").focus()

    def action_before(self) -> None:
        """The field above; from the first one nowhere, as a letter typed in the list is a key."""
        if not self._input("quiz").has_focus or self._sessions:
            self.screen.focus_previous()

    def _fill_files(self) -> None:
        box = self.query_one("#files", OptionList)
        found = candidates(self._input(self._field).value, ENDINGS[self._field])
        box.clear_options()
        box.add_options([Option(Content(one)) for one in found])
        if above(self._input(self._field).value) is not None:
            box.add_option(Option(Content(f"..{os.sep}"), "above"))
        if self._field == "quiz":
            box.add_option(Option(Content(_("an example of both, written here")), "example"))
        box.highlighted = 0
        self._show_titles()

    @on(OptionList.OptionSelected, "#files")
    def _took(self, event: OptionList.OptionSelected) -> None:
        if event.option.id == "example":
            self.post_message(self.ExampleWanted())
            return
        field = self._input(self._field)
        field.value = str(event.option.prompt) if event.option.id is None else above(field.value) or ""
        field.cursor_position = len(field.value)
        if not field.value or field.value.endswith(("/", "\\")):
            self._fill_files()
            return
        named = self.paths
        missing = next((name for name in ENDINGS if not named[name] or named[name].endswith(("/", "\\"))), None)
        if missing is None:
            self.show_named()
        else:
            self._choose_for(missing)

    def show_named(self) -> None:
        """Both files are named: what is next is the button."""
        self.query_one("#begin").focus()
        self.query_one("#files-title", Label).update(_("both files are named: Enter begins to grade"))

    @on(OptionList.OptionSelected, "#sessions")
    def _chose(self, event: OptionList.OptionSelected) -> None:
        self.post_message(self.Chosen(int(event.option.id or 0)))

    @on(Input.Submitted, "#quiz")
    def _to_answers(self) -> None:
        if self._input("quiz").value.strip():
            self._input("answers").focus()
        else:
            self.action_to_files()

    @on(Input.Submitted, "#answers")
    @on(Button.Pressed, "#begin")
    def _begin(self) -> None:
        named = {name: path_of(text.strip()) if text.strip() else None for name, text in self.paths.items()}
        missing = next((name for name, path in named.items() if path is None), None)
        if missing is not None:
            self._choose_for(missing)
            self.action_to_files()
        self.post_message(self.Named(named["quiz"], named["answers"]))


def _when(created: int | None) -> str:
    """By the clock of this machine: two sessions of one quiz have the same title, and as many answers."""
    if created is None or not 0 <= created < _YEAR_10000:
        return ""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(created))
