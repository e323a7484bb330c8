"""Asks yes or no before something that cannot be taken back."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from edgekit.core.characters import visible
from tui.words import _


class YesOrNo(ModalScreen[bool]):
    """Gives whether it was confirmed: by a button of that name, by `y`, or by the letter of the word for yes."""

    def on_key(self, event: Key) -> None:
        """`s` is yes where the buttons say so; where yes is `y`, `s` may be the first letter of what is no."""
        letter = _("y")
        if letter != "y" and event.key == letter:
            event.stop()
            self.dismiss(True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """The same by mouse."""
        if event.button.id in ("yes", "no"):
            self.dismiss(event.button.id == "yes")


class ConfirmScreen(YesOrNo):
    """Asks one question."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dismiss(True)", "Yes", id="confirm.yes"),
        Binding("n,escape", "dismiss(False)", "No", id="confirm.no"),
    ]

    def __init__(self, question: str, yes: str | None = None, no: str | None = None) -> None:
        """yes, no: what stands on the buttons."""
        super().__init__()
        self._question = question
        self._yes = yes or _("Yes (y)")
        self._no = no or _("No (n)")

    def compose(self) -> ComposeResult:
        """The question and its two answers, the harmless one first."""
        with Vertical(classes="dialog"):
            yield Static(visible(self._question), markup=False)
            yield Button(self._no, id="no", compact=True)
            yield Button(self._yes, id="yes", compact=True)
