"""Shows a text over a screen, to be read, selected and copied."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Label, TextArea

from tui.words import _


class ShownScreen(ModalScreen[None]):
    """A title and a text that is only read; esc leaves it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Back", id="shown.back"),
        Binding("ctrl+o", "copy", "Copy", id="shown.copy"),
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        """One below the other."""
        yield Label(self._title, classes="title", markup=False)
        yield TextArea(self._text, read_only=True, id="shown", soft_wrap=True)
        yield Label(_("esc back, ctrl+o copy"), classes="title", markup=False)

    def on_mount(self) -> None:
        """Nothing blinks."""
        area = self.query_one(TextArea)
        area.cursor_blink = area.highlight_cursor_line = False
        area.focus()

    def action_copy(self) -> None:
        """To the terminal's clipboard."""
        self.app.copy_to_clipboard(self._text)
