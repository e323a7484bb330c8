"""A curve in the terminal, with a point on it that keys and the mouse move.

ASCII and braille only: terminals agree that these take one cell.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.widgets import Static

from tui.figures import figure

_LABEL = 7
# Unicode 0x2800: the bits of a braille cell, by column and row of its dots.
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))


class Curve(Static, can_focus=True):
    """places: (tokens, share) ascending.  at: which of them is the point."""

    DEFAULT_CSS = "Curve { width: 100%; height: 1fr; padding: 0 1; }"

    @dataclass
    class Moved(Message):
        """The mouse put the point somewhere."""

        at: int

    def __init__(self, *, id: str) -> None:  # noqa: A002  Textual's name
        super().__init__("", id=id, markup=False)
        self._places: Sequence[tuple[int, float]] = ()
        self._at = 0

    def show(self, places: Sequence[tuple[int, float]], at: int) -> None:
        """Draw it."""
        self._places, self._at = places, at
        self._draw()

    def on_resize(self) -> None:
        """Use the room that there is now."""
        self._draw()

    def on_click(self, event: events.Click) -> None:
        """The place that is nearest to the column."""
        offset = event.get_content_offset(self)
        columns = self._columns
        if offset is None or not self._places or columns < 2:
            return
        share = (offset.x - _LABEL - 1) / (columns - 1)
        across = _across([tokens for tokens, _share in self._places])
        self.post_message(self.Moved(min(range(len(across)), key=lambda at: abs(across[at] - share))))

    @property
    def _columns(self) -> int:
        return self.content_size.width - _LABEL - 1

    def _draw(self) -> None:
        self.update("\n".join(drawn(self._places, self._at, self._columns, self.content_size.height)))


def drawn(places: Sequence[tuple[int, float]], at: int, columns: int, height: int) -> list[str]:
    """Lines of a curve over the logarithm of the tokens; `|` stands at the point and `O` where it is on the curve."""
    rows = height - 1
    if not places or columns < 10 or rows < 2:
        return []
    across = _across([tokens for tokens, _share in places])
    low, high = min(share for _tokens, share in places), max(share for _tokens, share in places)
    up = [(share - low) / ((high - low) or 1.0) if high > low else 1.0 for _tokens, share in places]
    dots = [[False] * (columns * 2) for _row in range(rows * 4)]
    previous: int | None = None
    for x in range(columns * 2):
        y = round((1 - _between(across, up, x / (columns * 2 - 1))) * (rows * 4 - 1))
        near = y if previous is None else previous
        for one in range(min(y, near), max(y, near) + 1):
            dots[one][x] = True
        previous = y
    column = round(across[at] * (columns - 1))
    row = round((1 - up[at]) * (rows * 4 - 1)) // 4
    lines = []
    for line in range(rows):
        cells = [_cell(dots, line, one) for one in range(columns)]
        cells[column] = "O" if line == row else "|" if cells[column] == " " else cells[column]
        label = figure(high, ".1%") if line == 0 else figure(low, ".1%") if line == rows - 1 else ""
        lines.append(f"{label:>{_LABEL}}|{''.join(cells)}".rstrip())
    return [*lines, " " * (_LABEL + 1) + _axis([tokens for tokens, _share in places], at, column, columns)]


def _axis(tokens: Sequence[int], at: int, column: int, columns: int) -> str:
    """The first and the last number, and that of the point under it where there is room."""
    first, last, here = (figure(one) for one in (tokens[0], tokens[-1], tokens[at]))
    axis = first.ljust(columns - len(last)) + last
    begin = min(max(column - len(here) // 2, 0), columns - len(here))
    if begin < len(first) + 1 or begin + len(here) > columns - len(last) - 1:
        return axis
    return axis[:begin] + here + axis[begin + len(here) :]


def _across(tokens: Sequence[int]) -> list[float]:
    logarithms = [math.log(max(1, one)) for one in tokens]
    width = logarithms[-1] - logarithms[0]
    return [(one - logarithms[0]) / width if width else 0.0 for one in logarithms]


def _cell(dots: Sequence[Sequence[bool]], row: int, column: int) -> str:
    bits = sum(_DOTS[x][y] for x in range(2) for y in range(4) if dots[4 * row + y][2 * column + x])
    return chr(0x2800 + bits) if bits else " "


def _between(across: Sequence[float], up: Sequence[float], x: float) -> float:
    for (x0, y0), (x1, y1) in zip(zip(across, up, strict=True), zip(across[1:], up[1:], strict=True), strict=False):
        if x <= x1:
            return y0 if x1 == x0 else y0 + (y1 - y0) * (max(x, x0) - x0) / (x1 - x0)
    return up[-1]
