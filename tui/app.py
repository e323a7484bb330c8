"""The app around the screens: keys, colours, what runs when it starts."""

from __future__ import annotations

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
        self.push_screen(TranslateScreen(self._models or installed_models()))

    def action_help(self) -> None:
        """Show the help, once."""
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen())


def run() -> None:
    """Run the app in this terminal until it is quit."""
    EdgekitApp().run()
