"""What every screen has: its place in the app, its status line, its keys, and a memory of what stood on it."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input, Label, OptionList, TextArea
from textual.worker import Worker, WorkerState

from edgekit.core.characters import visible
from edgekit.core.errors import EdgekitError
from tui.actions import SCREENS, bindings, of_screen
from tui.bridge import Job
from tui.errors import in_words
from tui.progress import told_of
from tui.widgets.lines import KeysLine, ScreensLine
from tui.widgets.spoken import Spoken
from tui.words import _

if TYPE_CHECKING:
    from tui.app import EdgekitApp

# What a power cut may take of what is typed; a memory card is not written to more often.
KEEP_SECONDS = 5.0
MOST_ROWS = 4  # as `#status` has in the stylesheet
MODELS = next(number for number, (name, _label) in enumerate(SCREENS, 1) if name == "models")  # its key


class JobScreen(Screen[None]):
    """One screen a job. Subclasses give `content`, and say what they remember.

    NAME: as in `tui.actions.SCREENS`.  TOLD: id of a widget -> what it is for, shown by F1 when it has the focus.
    """

    NAME: ClassVar[str]
    TOLD: ClassVar[dict[str, str]] = {}
    # Where nothing had the focus, nothing gets it when a dialog closes: Enter would act on what nobody chose.
    AUTO_FOCUS = ""
    app: EdgekitApp
    said = ""
    is_cut = False  # whether the status shows a part of that alone
    _hint = ""
    _why = ""
    _why_of: Job | None = None
    _behind = ""
    _is_answer = False
    _keeps: Timer | None = None

    def __init_subclass__(cls, **more: Any) -> None:
        """Take the keys from the table."""
        cls.BINDINGS = [*bindings(cls.NAME)]
        super().__init_subclass__(**more)

    def compose(self) -> ComposeResult:
        """Where one is, the content, the status, the keys; one below the other."""
        yield ScreensLine(self.NAME)
        yield from self.content()
        yield Label("", id="status", markup=False)
        yield KeysLine(of_screen(self.NAME), of_screen(None))

    def content(self) -> ComposeResult:
        """What the screen is for."""
        raise NotImplementedError

    def snapshot(self) -> dict[str, Any]:
        """What to bring back when the app starts again, or when the screen is made again: JSON values."""
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """Bring back what `snapshot` gave; of another version anything may be missing or wrong."""

    def on_mount(self) -> None:
        """Bring back what stood here."""
        self.restore(self.app.remembered(self.NAME))
        why = self.app.own_keys_refused()
        if why:
            self.explain(
                "\n".join(why[:2]) + (f" ({_('and {count} more', count=len(why) - 2)}: f1)" if why[2:] else "")
            )

    @on(TextArea.Changed)
    @on(Input.Changed)
    def _keep_soon(self) -> None:
        if self._keeps is None:
            self._keeps = self.set_timer(KEEP_SECONDS, self._keep_now)

    def _keep_now(self) -> None:
        self._keeps = None
        self.app.remember()

    def say(self, text: str, hint: str = "") -> None:
        """Put one or two lines into the status; what answers a key goes with the next one.

        hint: the line that tells what to do. Where there are more than it has room for, that is left, with what shows
        the others.
        """
        self.said, self._hint = "\n".join(filter(None, (text, hint))), hint
        self._is_answer = self.app.acts
        self._show_said()

    def explain(self, why: str, job: Job | None = None) -> None:
        """Why a key does nothing now: a line below what stands in the status, until the next key.

        job: what is at work, where that is why; once it has ended nothing is said of it any more.
        """
        self._why, self._why_of = why, job
        self._show_said()

    def say_progress(self, line: str) -> None:
        """How far work is that goes on behind, below what stands in the status, until an empty line takes it away.

        It comes twice a second: in the place of an answer it would leave nobody the time to read that.
        """
        if line != self._behind:
            self._behind = line
            self._show_said()

    def say_progress_of(self, job: Job, mine: Container[int]) -> None:
        """How far the newest of these jobs, by their `id`, is: two that take turns on one line leave none to read."""
        running = [one for one in self.app.jobs.running if id(one) in mine]
        newest = running[-1] if running else None
        if job is newest or not job.runs:
            self.say_progress(told_of(newest) if newest is not None else "")

    def key_comes(self) -> None:
        """What answered the key before is no longer of any use, but where a key shows the rest of it."""
        goes = self._is_answer and not self.is_cut
        if self._why or (goes and self.said):
            self.said = "" if goes else self.said
            self._why = ""
            self._show_said()

    def on_resize(self) -> None:
        """What is said is cut anew, and lists that are shorter now still show where their cursor is."""
        if self.said or self._behind:
            self._show_said()
        self.call_after_refresh(self._show_cursors)

    def _show_cursors(self) -> None:
        for box in self.query(OptionList):
            box.scroll_to_highlight()

    def _show_said(self) -> None:
        if self._why_of is not None and not self._why_of.runs:
            self._why, self._why_of = "", None
        shown = Content(visible("\n".join(line for line in (self.said, self._why, self._behind) if line)))
        width = max(1, self.app.size.width - 2)
        rows = shown.wrap(width)
        self.is_cut = len(rows) > MOST_ROWS
        if self.is_cut:
            more = Content.styled(_("... all of it: f1"), "@click=app.help()")
            hint = Content(visible(self._hint)).wrap(width) if self._hint and self.said.endswith(self._hint) else []
            hint = hint if len(hint) <= MOST_ROWS - 2 else []
            shown = Content("\n").join([*rows[: MOST_ROWS - 1 - len(hint)], more, *hint])
        self.query_one("#status", Label).update(shown)

    def say_problem(self, problem: EdgekitError) -> None:
        """What went wrong, where the eyes are, with the next step."""
        told, hint = in_words(problem)
        if hint and "`edgekit pull " in hint and self.NAME != "models":
            hint += "; " + _("the screen Models ({key}) does it too", key=MODELS)
        self.say(f"{_('error')}: {told}", f"{_('hint')}: {hint}" if hint else "")

    def command(self) -> str:
        """The line that does the same without a screen."""
        return "edgekit --help"

    def works(self, _action: str) -> bool:
        """Whether an action, by its id, works now: the line of keys shows those alone."""
        return True

    def job_changed(self, job: Job) -> None:
        """There is something new of a job."""

    def models_changed(self) -> None:
        """A model came or went."""

    def takes_points(self) -> bool:
        """Whether a number means something here."""
        return False

    def take_points(self, text: str) -> None:
        """Take what is typed so far as the beginning of a number."""

    def back(self) -> None:
        """One step back: leave the text, so that number keys are keys."""
        self.set_focus(None)

    def speak(self) -> None:
        """Say everything again in the language that is chosen now, each in its place: all that stands here stays."""
        for widget in self.walk_children(with_self=False):
            if isinstance(widget, Spoken):
                widget.show_words()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Tell of a fault that no command foresaw, in the place where errors stand."""
        if event.state is WorkerState.ERROR:
            self.say(_("error: a fault of edgekit's own: {fault}", fault=repr(event.worker.error)))
