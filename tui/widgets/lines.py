"""The first and the last line of every screen: where one can go, and which keys work here."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Input, Static, TextArea

from tui.actions import SCREENS, Action, words
from tui.words import _


class ScreensLine(Static):
    """`1 Translate  2 Grade ...`, each a thing to click; the one that is shown stands in brackets, not colour alone."""

    DEFAULT_CSS = "ScreensLine { width: 100%; height: 1; padding: 0 1; background: $panel; }"

    def __init__(self, current: str) -> None:
        super().__init__(id="screens")
        self._current = current

    def on_resize(self) -> None:
        """Fill in."""
        self.show_words()

    def show_words(self) -> None:
        """In the chosen language; where there is no room, labels of the other screens lose letters, at last all."""
        room = self.content_size.width
        for letters in (None, 6, 5, 4, 3, 2, 0):
            found = self._parts(letters)
            if sum(part.cell_length for part in found) <= room:
                break
        self.update(Content("").join(found))

    def _parts(self, letters: int | None) -> list[Content]:
        parts = []
        for number, (name, label) in enumerate(SCREENS, 1):
            text, is_here = _(label), name == self._current
            if letters is not None and not is_here and len(text) > letters + 1:
                text = f"{text[:letters]}." if letters else ""
            style = "bold " if is_here else ""
            shown = f"[{number} {text}]" if is_here else f" {f'{number} {text}'.strip()} "
            parts.append(Content.styled(shown, f"{style}@click=app.go('{name}')"))
        return parts


class KeysLine(Static):
    """`^s Swap  ^o Copy ...`: what works now; help and the palette always.

    A screen whose own keys do not fit beside those has them on a line of their own, as many as the width has room for.
    """

    DEFAULT_CSS = "KeysLine { width: 100%; height: auto; max-height: 2; padding: 0 1; background: $panel; }"

    def __init__(self, actions: Sequence[Action], everywhere: Sequence[Action]) -> None:
        super().__init__(id="keys")
        self._actions = actions
        self._everywhere = everywhere

    def on_mount(self) -> None:
        """Numbers are keys only where nothing is typed."""
        self.watch(self.screen, "focused", self.show_words, init=False)

    def on_resize(self) -> None:
        """Fill in what fits."""
        self.show_words()

    def show_words(self) -> None:
        """In the chosen language."""
        works = getattr(self.screen, "works", None)
        width = self.content_size.width
        last = self._last(width)
        own = [
            self._piece(action, "screen")
            for action in self._actions
            if action.on_line and (works is None or works(action.id))
        ]
        if _cells([*own, *last]) <= width:
            self.update(Content("").join([*own, *last]))
            return
        first, room = [], width
        for piece in own:
            room -= cell_len(piece.plain)
            if room >= 0:
                first.append(piece)
        self.update(Content("\n").join([Content("").join(first), Content("").join(last)]))

    def _last(self, width: int) -> list[Content]:
        """What works everywhere; where there is no room, those go first that are told elsewhere too: by the help."""
        shown = [action for action in self._everywhere if action.on_line]
        pieces = {action.id: self._piece(action, "app") for action in shown} | {"screens": self._screens()}
        for name in ("command", "screens"):
            if _cells(list(pieces.values())) > width:
                pieces.pop(name, None)
        return list(pieces.values())

    def _screens(self) -> Content:
        """How to get to another screen from here."""
        focused = self.screen.focused
        takes = isinstance(focused, (Input, TextArea)) and not getattr(focused, "read_only", False)
        return Content.styled(f"{'esc ' if takes else ''}1-{len(SCREENS)} {_('Screens')}", "@click=app.back()")

    def _piece(self, action: Action, where: str) -> Content:
        label, _help = words(action)
        return Content.styled(f"{action.key} {label}  ", f"@click={where}.{action.call}")


def _cells(pieces: Sequence[Content]) -> int:
    return cell_len("".join(piece.plain for piece in pieces).rstrip())
