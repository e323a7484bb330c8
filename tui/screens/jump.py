"""The fields of a screen, a letter each: no more than two keys to any of them."""

from __future__ import annotations

from string import ascii_lowercase
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from tui.screens.base import JobScreen
from tui.words import _


class JumpScreen(ModalScreen[str]):
    """Gives the id of the widget that is chosen: by its letter, by the arrows and Enter, or by a click."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Back", id="jump.back")]

    def __init__(self, asked: JobScreen) -> None:
        super().__init__()
        names = [widget.id for widget in asked.focus_chain if widget.id in asked.TOLD]
        self._told = {str(name): asked.TOLD[str(name)] for name in names}

    def compose(self) -> ComposeResult:
        """A line a field: its letter and what it is for."""
        rows = zip(ascii_lowercase, self._told.items(), strict=False)
        yield Label(_("Go to a field of the screen by its letter."), classes="title", markup=False)
        yield OptionList(
            *(Option(Content(f"{letter}  {_(told)}"), id=name) for letter, (name, told) in rows),
            id="jump",
            markup=False,
        )
        yield Label(_("esc back"), classes="title", markup=False)

    def on_key(self, event: events.Key) -> None:
        """A letter is enough."""
        names = dict(zip(ascii_lowercase, self._told, strict=False))
        if event.key in names:
            event.stop()
            self.dismiss(names[event.key])

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id is not None:
            self.dismiss(event.option_id)
