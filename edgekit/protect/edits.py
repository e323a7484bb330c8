"""A text and what was put in the place of parts of it, with the way from the places of one to those of the other."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Edit(NamedTuple):
    """text in the place of begin:end, which is empty where something is put in."""

    begin: int
    end: int
    text: str


class Edited:
    """What came of a text, `text`; `placed` has for each edit, in order, the span of its text in it.

    edits: without an overlap; those at one place are done in their order.
    """

    def __init__(self, source: str, edits: Iterable[Edit]) -> None:
        parts: list[str] = []
        old: list[tuple[int, int]] = []
        new: list[tuple[int, int]] = []
        done = length = 0
        for begin, end, text in sorted(edits, key=lambda edit: edit[:2]):
            parts += [source[done:begin], text]
            length += begin - done
            old.append((begin, end))
            new.append((length, length + len(text)))
            length += len(text)
            done = end
        self.text = "".join([*parts, source[done:]])
        self.placed = new
        self._old, self._new = _Side(old), _Side(new)

    def forward(self, place: int, *, after: bool = False) -> int:
        """The place in `text` of a place in the source.

        Of what was put in at this very place, after says on which side of it; inside an edit, which end of it.
        """
        return _carry(place, self._old, self._new, after=after)

    def backward(self, place: int, *, after: bool = False) -> int:
        """The place in the source of a place in `text`; after: behind what was taken away at this place."""
        return _carry(place, self._new, self._old, after=after)


class _Side:
    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self.begins = [begin for begin, _ in spans]
        self.ends = [end for _, end in spans]


def _carry(place: int, here: _Side, there: _Side, *, after: bool) -> int:
    if after:
        at = bisect_right(here.ends, place)
        if at < len(here.begins) and here.begins[at] < place:
            return there.ends[at]
        return place if at == 0 else there.ends[at - 1] + place - here.ends[at - 1]
    at = bisect_left(here.begins, place) - 1
    if at < 0:
        return place
    return there.begins[at] if place < here.ends[at] else there.ends[at] + place - here.ends[at]
