"""Shows what accepting a group of like answers does, and asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button

from tui.widgets.script import Paragraph, ScriptText
from tui.words import _


class GroupScreen(ModalScreen[bool]):
    """Gives whether it was confirmed; Enter alone does not, as what is shown may need scrolling."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dismiss(True)", "Yes", id="group.yes"),
        Binding("n,escape", "dismiss(False)", "No", id="group.no"),
    ]

    def __init__(self, head: Sequence[Paragraph], answers: Sequence[Paragraph], count: int) -> None:
        """head: what it does.  answers: which ones it is done to.  count: how many those are."""
        super().__init__()
        self._head = head
        self._answers = answers
        self._count = count

    def compose(self) -> ComposeResult:
        """What happens, to which answers, and the two ways on, the harmless one first."""
        yield ScriptText(self._head, id="group-head")
        with VerticalScroll(id="group-answers"):
            yield ScriptText(self._answers)
        yield Button(_("No, one by one (n)"), id="no", compact=True)
        yield Button(_("Accept all {count} (y)", count=self._count), id="yes", compact=True)

    def on_mount(self) -> None:
        """The arrows scroll."""
        self.query_one("#group-answers").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """The same by mouse."""
        self.dismiss(event.button.id == "yes")
