"""What says something of ours, and says it again where another language is chosen."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from textual.widgets import Label

from tui.words import _


@runtime_checkable
class Spoken(Protocol):
    """A widget with words of ours in it."""

    def show_words(self) -> None:
        """Show them in the chosen language; what a person wrote or chose stays."""
        ...


class SaidLabel(Label):
    """A text that is always the same one."""

    def __init__(self, text: str, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        """text: in English, marked where it is written."""
        super().__init__(_(text), id=id, classes=classes, markup=False)
        self._text = text

    def show_words(self) -> None:
        """In the chosen language."""
        self.update(_(self._text))
