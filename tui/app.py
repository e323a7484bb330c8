"""The app around the screens: where one can go, what runs, what is remembered, which words and colours."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual.app import App
from textual.binding import BindingType
from textual.command import CommandPalette
from textual.css.query import NoMatches
from textual.events import Event, Key, Paste
from textual.filter import LineFilter

from tui import words
from tui.actions import SCREENS, bindings, take_own
from tui.bridge import Job, Jobs
from tui.crash import write_report
from tui.digits import DigitsOfPoints
from tui.models import Models, installed_models
from tui.own_keys import OwnKeys, own_keys
from tui.palette import ActionProvider
from tui.progress import name_in_words
from tui.screens.base import JobScreen
from tui.screens.confirm import ConfirmScreen
from tui.screens.help import HelpScreen
from tui.screens.shown import ShownScreen
from tui.state import load_state, save_state
from tui.themes import THEMES, register_high_contrast, without_colour
from tui.tmux import into_tmux
from tui.typed import TypedInOrder
from tui.words import _

if TYPE_CHECKING:
    from tui.exporting import Exporting
    from tui.grading import Grades
    from tui.library import Library
    from tui.machine import Speed

_AGAIN_SECONDS = 3.0
# For work to end where it asks next and take away what is half written.
_TIDY_SECONDS = 3.0


def screen_class(name: str) -> type[JobScreen]:
    """The class of a screen; its module is imported when it is first shown: all at the start would add 0.07 s."""
    found: type[JobScreen] = getattr(import_module(f"tui.screens.{name}"), f"{name.title()}Screen")
    return found


def _new_screen(name: str) -> JobScreen:
    return screen_class(name)()


class EdgekitApp(App[None]):
    """A screen a job. `NO_COLOR` is honoured, nothing moves, nothing is sent anywhere."""

    TITLE = "edgekit"
    CSS_PATH = "edgekit.tcss"
    COMMANDS: ClassVar[set[Any]] = {ActionProvider}
    MODES: ClassVar[dict[str, Any]] = {name: partial(_new_screen, name) for name, _label in SCREENS}
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(None)]

    def __init__(
        self,
        models: Models | None = None,
        *,
        library: Library | None = None,
        grades: Grades | None = None,
        exporting: Exporting | None = None,
        state: dict[str, Any] | None = None,
    ) -> None:
        """models, library, grades, exporting: this machine's when None.

        state: what is remembered of the last time; read from its file when None, and then kept there.
        """
        super().__init__()
        self.animation_level = "none"
        self.models = models or installed_models()
        if library is not None:
            self.library = library
        if grades is not None:
            self.grades = grades
        if exporting is not None:
            self.exporting = exporting
        self.jobs = Jobs(self._job_changed)
        self._digits = DigitsOfPoints(self)
        self.acts = False  # while an action of a key, a click or the palette is done
        self.own, self._told_own = OwnKeys({}), False
        self._typed = TypedInOrder(self, self._hand_on)
        self._keeps = state is None
        self._pressed = -_AGAIN_SECONDS  # when Ctrl-C was, the last time
        self._state = load_state() if state is None else state
        words.choose(str(self._state.get("language") or words.of_the_system()))

    @cached_property
    def library(self) -> Library:
        """What the screen of models asks."""
        from tui.library import StoreLibrary

        return StoreLibrary()

    @cached_property
    def grades(self) -> Grades:
        """What the screen of grading asks."""
        from tui.book_grades import BookGrades

        return BookGrades()

    @cached_property
    def exporting(self) -> Exporting:
        """What the screen of exports asks."""
        from tui.exporting import PipelineExporting

        return PipelineExporting()

    @cached_property
    def describe(self) -> Callable[[], list[tuple[str, str]]]:
        """What this machine is."""
        from tui.machine import describe

        return describe

    @cached_property
    def measure(self) -> Callable[..., Speed]:
        """How fast it translates."""
        from tui.machine import measure

        return measure

    def on_mount(self) -> None:
        """Show the screen where the person left, with their colours and keys."""
        self.call_after_refresh(gc.enable)  # see `edgekit.cli.tui`
        self._leave_cleanly_when_told_to()
        register_high_contrast(self)
        theme = self._state.get("theme")
        if theme in THEMES:
            self.theme = theme
        self.own = own_keys()
        self.set_keymap(dict(self.own.keys))
        take_own(self.own.keys)
        self.run_worker(self._typed.run(), name="typed")
        screen = self._state.get("screen")
        self.switch_mode(screen if isinstance(screen, str) and screen in self.MODES else "translate")

    async def on_event(self, event: Event) -> None:
        """Keys wait for each other; everything else is handed on as it comes."""
        if isinstance(event, (Key, Paste)) and not event.is_forwarded:
            self._typed.add(event)
        else:
            await super().on_event(event)

    async def _hand_on(self, event: Event) -> None:
        screen = self.screen_stack[0]
        if isinstance(event, Key):
            if isinstance(screen, JobScreen) and screen.is_mounted:
                screen.key_comes()
            if await self._digits.take(event) or await self._take_own(event.key):
                return
        await super().on_event(event)

    async def _take_own(self, key: str) -> bool:
        """Whether a key is one that the user gave to an action, which is then done."""
        screen = self.screen
        action = self.own.action(key, screen.NAME) if isinstance(screen, JobScreen) else None
        if action is None:
            return False
        return await self.run_action(action.call, default_namespace=self if action.screen is None else screen)

    async def run_action(self, *wanted: Any, **more: Any) -> bool:
        """As Textual does it; what a screen says meanwhile is an answer."""
        self.acts = True
        try:
            return await super().run_action(*wanted, **more)
        finally:
            self.acts = False

    def own_keys_refused(self) -> list[str]:
        """Keys of the user that cannot be had, once."""
        told, self._told_own = self._told_own, True
        return [] if told else self.own.why_not()

    def remembered(self, screen: str) -> dict[str, Any]:
        """What stood on a screen."""
        found = self._state.get("screens", {})
        state = found.get(screen, {}) if isinstance(found, dict) else {}
        return state if isinstance(state, dict) else {}

    def remember(self) -> None:
        """Keep where everything is."""
        screens = {**self._state.get("screens", {})}
        screens |= {screen.NAME: screen.snapshot() for screen in self._open_screens()}
        self._state |= {
            "screens": screens,
            "screen": self.current_mode,
            "theme": self.theme,
        }
        if self._keeps:
            save_state(self._state)

    def _open_screens(self) -> list[JobScreen]:
        stacks = self._screen_stacks.values()
        return [screen for stack in stacks for screen in stack if isinstance(screen, JobScreen) and screen.is_mounted]

    def _job_changed(self, job: Job) -> None:
        """Called from the thread of a job."""
        if self.is_running:
            with contextlib.suppress(RuntimeError):  # the app is ending
                self.call_later(self._show_job, job)

    def _show_job(self, job: Job) -> None:
        """Hand it to the screens; its end once, though what it said before may come after that."""
        if job.is_told:
            return
        job.is_told = not job.runs
        for screen in self._open_screens():
            screen.job_changed(job)

    def models_changed(self) -> None:
        """A model came or went: what can be translated is another."""
        for screen in self._open_screens():
            screen.models_changed()

    def action_go(self, screen: str) -> None:
        """Show a screen; what lies over another one is closed there."""
        if screen in self.MODES and screen != self.current_mode:
            self.switch_mode(screen)

    def action_help(self) -> None:
        """Explain what has the focus, once."""
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen))

    def action_jump(self) -> None:
        """Offer the fields of the screen."""
        screen = self.screen
        if isinstance(screen, JobScreen):
            from tui.screens.jump import JumpScreen

            def go(name: str | None) -> None:
                if name:
                    screen.query_one(f"#{name}").focus()

            self.push_screen(JumpScreen(screen), go)

    def action_show_command(self) -> None:
        """The line that does the same without a screen."""
        if isinstance(self.screen, JobScreen):
            self.push_screen(ShownScreen(_("The same without a screen"), self.screen.command()))

    def action_command_palette(self) -> None:
        """Textual's, in the language of the screens."""
        if not CommandPalette.is_open(self):  # type: ignore[arg-type]  # whatever the app gives
            self.push_screen(CommandPalette(placeholder=_("Find an action by its words."), id="--command-palette"))

    async def action_back(self) -> None:
        """Close what lies over the screen, else one step back on it."""
        if isinstance(self.screen, JobScreen):
            self.screen.back()
        else:
            self.pop_screen()

    def action_next_language(self) -> None:
        """Say everything in the next language."""
        tags = list(words.LANGUAGES)
        words.choose(tags[(tags.index(words.chosen()) + 1) % len(tags)])
        self._state["language"] = words.chosen()  # one that nobody chose is the system's, the next time as well
        for screen in self._open_screens():
            screen.speak()

    def action_next_theme(self) -> None:
        """The next set of colours."""
        at = THEMES.index(self.theme) if self.theme in THEMES else -1
        self.theme = THEMES[(at + 1) % len(THEMES)]

    def action_help_quit(self) -> None:
        """Ctrl-C copies what is selected; where nothing is, a second press leaves."""
        now = time.monotonic()
        again, self._pressed = now - self._pressed < _AGAIN_SECONDS, now
        if again:
            self.call_later(self.action_quit)
        else:
            told = _("press ctrl+c once more to leave; what you wrote is kept")
            for screen in self._open_screens():
                if screen is self.screen_stack[0]:
                    screen.say(told)

    async def action_quit(self) -> None:
        """Leave; with work under way, ask once."""
        running = len(self.jobs.running)
        if running and not isinstance(self.screen, ConfirmScreen):
            question = _(
                "Leave and cancel what is at work: {jobs}?",
                jobs=", ".join(name_in_words(job) for job in self.jobs.running),
            )
            self.push_screen(ConfirmScreen(question, _("Leave (y)"), _("Stay (n)")), self._leave)
        else:
            self._leave(True)

    def _leave(self, leave: bool | None) -> None:
        if leave:
            self.remember()
            for job in self.jobs.running:
                job.cancel()
            self.exit()

    def _handle_exception(self, error: Exception) -> None:
        """A screen that was still being filled when the app was told to leave has nothing to put its content into."""
        # Textual 8.2 has no public hook: its message pumps, timers and workers call this by its name, and `App.panic`
        # is what comes after. Without it 1 of 40 moments of leaving ended in a report of a crash.
        if not (self._exit and isinstance(error, NoMatches)):
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Say in a line what happened and where more stands; Textual would show what every name in the code holds."""
        self._exit_renderables.append(Text(write_report(self._exception)))
        self._close_messages_no_wait()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """As Textual has them, those for NO_COLOR by the theme of now."""
        filters = super().get_line_filters()
        return without_colour(filters, ansi=self.native_ansi_color) if self.no_color else filters

    def copy_to_clipboard(self, text: str) -> None:
        """By OSC 52, as Textual does it; inside tmux, which by default lets none through, into its buffer as well."""
        super().copy_to_clipboard(text)
        if os.environ.get("TMUX"):
            threading.Thread(target=into_tmux, args=(text,), name="edgekit-tmux", daemon=True).start()

    def _leave_cleanly_when_told_to(self) -> None:
        """SIGTERM, SIGHUP and SIGINT end the app as a key would.

        A handler that raises, as the command line has, ends up in whichever task runs at the moment, and is lost there.
        """
        for name in ("SIGTERM", "SIGHUP", "SIGINT"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                with contextlib.suppress(NotImplementedError):  # Windows
                    asyncio.get_running_loop().add_signal_handler(number, self._told_to_leave, number)

    def _told_to_leave(self, number: int) -> None:
        self.remember()
        self.exit(None, 128 + number)


def run() -> int:
    """Run the app in this terminal until it is quit; gives the exit code."""
    app = EdgekitApp()
    app.run()
    app.jobs.leave(_TIDY_SECONDS)
    return app.return_code or 0
