"""The app around the screens: keys, colours, what runs when it starts."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType

from tui.models import Models, installed_models
from tui.screens.help import HelpScreen
from tui.screens.translate import TranslateScreen


class EdgekitApp(App[None]):
    """One screen so far: translate. `NO_COLOR` is honoured, nothing moves."""

    TITLE = "edgekit"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", id="help"),
        Binding("ctrl+q", "quit", "Quit", id="quit", priority=True),
    ]

    def __init__(self, models: Models | None = None) -> None:
        super().__init__()
        self.animation_level = "none"
        self._models = models

    def on_mount(self) -> None:
        """Show the translate screen."""
        self._leave_cleanly_when_told_to()
        self.push_screen(TranslateScreen(self._models or installed_models()))

    def _leave_cleanly_when_told_to(self) -> None:
        """SIGTERM and SIGHUP end the app as a key would.

        A handler that raises, as the command line has, ends up in whichever task runs at the moment, and is lost there.
        """
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                with contextlib.suppress(NotImplementedError):  # Windows
                    asyncio.get_running_loop().add_signal_handler(number, self.exit, None, 128 + number)

    def action_help(self) -> None:
        """Show the help, once."""
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen())


def run() -> int:
    """Run the app in this terminal until it is quit; gives the exit code."""
    app = EdgekitApp()
    app.run()
    return app.return_code or 0
