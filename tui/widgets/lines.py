"""The first and the last line of every screen: where one can go, and which keys work here."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from tui.actions import SCREENS, Action, words
from tui.words import _


class ScreensLine(Static):
    """`1 Translate  2 Grade ...`, each a thing to click; the one that is shown stands in brackets, not colour alone."""

    DEFAULT_CSS = "ScreensLine { width: 100%; height: 1; padding: 0 1; background: $panel; }"

    def __init__(self, current: str) -> None:
        super().__init__(id="screens")
        self._current = current

    def on_mount(self) -> None:
        """Fill in."""
        self.show_words()

    def show_words(self) -> None:
        """In the chosen language."""
        parts = []
        for number, (name, label) in enumerate(SCREENS, 1):
            text = f"[{number} {_(label)}]" if name == self._current else f" {number} {_(label)} "
            style = "bold" if name == self._current else ""
            parts.append(Content.styled(text, f"{style} @click=app.go('{name}')".strip()))
        self.update(Content("").join(parts))


class KeysLine(Static):
    """`^s Swap  ^o Copy ...`: what works now; as many as the width has room for, help and the palette always."""

    DEFAULT_CSS = "KeysLine { width: 100%; height: 1; padding: 0 1; background: $panel; }"

    def __init__(self, actions: Sequence[Action], everywhere: Sequence[Action]) -> None:
        super().__init__(id="keys")
        self._actions = actions
        self._everywhere = everywhere

    def on_resize(self) -> None:
        """Fill in what fits."""
        self.show_words()

    def show_words(self) -> None:
        """In the chosen language."""
        last = [self._piece(action, "app") for action in self._everywhere if action.on_line]
        room = self.size.width - sum(cell_len(piece.plain) for piece in last)
        first = []
        for action in self._actions:
            piece = self._piece(action, "screen")
            room -= cell_len(piece.plain)
            if action.on_line and room >= 0:
                first.append(piece)
        self.update(Content("").join([*first, *last]))

    def _piece(self, action: Action, where: str) -> Content:
        label, _help = words(action)
        return Content.styled(
            f"{action.key} {label}  ", f"@click={where}.{action.name}{'' if '(' in action.name else '()'}"
        )
