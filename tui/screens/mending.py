"""Mends the translation of a line: what a person writes is kept in the memory, and translates it from then on."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from edgekit.core.characters import visible
from tui.widgets.areas import PlainArea
from tui.widgets.script import ScriptText, plain
from tui.words import _


class MendScreen(ModalScreen[str]):
    """Gives what the line is to become; None where it was left as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "keep", "Keep", id="mend.keep", priority=True),
        Binding("escape", "dismiss(None)", "Back", id="mend.back"),
    ]

    def __init__(self, source: str, text: str) -> None:
        super().__init__()
        self._source = source
        self._text = text

    def compose(self) -> ComposeResult:
        """The line, below it what is to be mended, and the two ways on."""
        yield Label(_("What should this line become?"), classes="title", markup=False)
        with VerticalScroll(id="mend-source", can_focus=False):
            yield ScriptText([plain(visible(self._source))])
        yield PlainArea(self._text, id="mended")
        yield Button(_("Keep it in the memory (enter)"), id="keep", compact=True)
        yield Button(_("Back (esc)"), id="no", compact=True)

    def on_mount(self) -> None:
        """At the end of the text: most of it stays."""
        area = self.query_one(PlainArea)
        area.move_cursor(area.document.end)
        area.focus()

    def action_keep(self) -> None:
        """Enter is the key of what has the focus: in the text it keeps that, as a line stays a line."""
        if self.focused is self.query_one("#no"):
            self.dismiss(None)
        else:
            self.dismiss(" ".join(self.query_one(PlainArea).text.split()))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """The same by mouse."""
        if event.button.id == "keep":
            self.action_keep()
        else:
            self.dismiss(None)
