"""Shows a text over a screen, to be read, selected and copied."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, Static

from edgekit.core.characters import visible
from tui.widgets.areas import PlainArea
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
        yield Label(visible(self._title), classes="title", markup=False)
        yield PlainArea(self._text, read_only=True, id="shown", soft_wrap=True)
        back = Content.styled(_("esc back"), "@click=screen.dismiss()")
        copy = Content.styled(_("ctrl+o copy"), "@click=screen.copy()")
        yield Static(Content("  ").join([back, copy]), classes="title")

    def on_mount(self) -> None:
        """To be read and selected at once."""
        self.query_one(PlainArea).focus()

    def action_copy(self) -> None:
        """To the terminal's clipboard."""
        self.app.copy_to_clipboard(self._text)
