"""The help: every key, and the command line that does the same."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

TEXT = """\
Write or paste text in the upper half; its translation appears in the lower half.
Every line stays a line. Nothing leaves this machine.

  tab      go to the direction, the text, the translation
  ctrl+s   swap: translate the translation back
  ctrl+o   copy the translation
  ctrl+q   quit
  f1       this help; esc leaves it

A mouse selects text too; hold Shift to let the terminal do it.

The same without a screen:  edgekit translate letter.txt --from en --to pt
More directions:            edgekit models ls, then edgekit pull ID"""


class HelpScreen(ModalScreen[None]):
    """Lies over the screen it was called from."""

    CSS = """
    HelpScreen { align: left top; background: $background; }
    HelpScreen Static { padding: 1 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1", "dismiss", "Back", id="back")]

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static(TEXT, markup=False)
