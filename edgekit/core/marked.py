"""Texts with marks: what in a text must come through a translation as it is, and what belongs to which words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

MarkKind: TypeAlias = Literal["keep", "pair", "point"]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something about a place in a text.

    begin, end: span in the text, in code points; equal for a point.
    kind: `keep`, the span's characters come through as they are (a placeholder, code, an address); `pair`, something
        around the words of the span (bold, a link), which goes to the words that they became; `point`, something
        between two characters that is no text (a line break, a footnote's reference, an image).
    name: its owner's key for it, unique in a text.
    """

    begin: int
    end: int
    kind: MarkKind
    name: str


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A text and its marks, those of a text's own order: by begin, the longer first."""

    text: str
    marks: tuple[Mark, ...] = ()

    def problems(self) -> list[str]:
        """Everything that is wrong with the marks: out of the text, crossing, overlapping keeps, a name that recurs."""
        found = [
            f"mark `{mark.name}` is at {mark.begin}:{mark.end} of {len(self.text)} characters"
            for mark in self.marks
            if not 0 <= mark.begin <= mark.end <= len(self.text) or (mark.kind == "point") != (mark.begin == mark.end)
        ]
        names = Counter(mark.name for mark in self.marks)
        found += [f"there are {count} marks `{name}`" for name, count in sorted(names.items()) if count > 1]
        keeps = sorted((mark.begin, mark.end, mark.name) for mark in self.marks if mark.kind == "keep")
        found += [f"marks `{one[2]}` and `{other[2]}` overlap" for one, other in pairwise(keeps) if other[0] < one[1]]
        # In order, those that are open at a place lie in each other: only the innermost ones can be crossed.
        open_ones: list[Mark] = []
        for mark in in_order(mark for mark in self.marks if mark.kind != "point"):
            while open_ones and open_ones[-1].end <= mark.begin:
                open_ones.pop()
            at = len(open_ones)
            while at and open_ones[at - 1].end < mark.end:
                at -= 1
                found.append(f"marks `{open_ones[at].name}` and `{mark.name}` cross")
            del open_ones[at:]
            open_ones.append(mark)
        return found


def with_keeps(text: MarkedText, spans: Iterable[tuple[int, int]]) -> MarkedText:
    """The text with a `keep` for each of these spans, but for those that cross a mark or overlap a keep."""
    marks = list(text.marks)
    for begin, end in spans:
        if not any(_is_in_the_way(mark, begin, end) for mark in marks):
            name = f"kept-{begin}"
            while any(mark.name == name for mark in marks):
                name += "'"
            marks.append(Mark(begin, end, "keep", name))
    return text if len(marks) == len(text.marks) else MarkedText(text.text, in_order(marks))


def _is_in_the_way(mark: Mark, begin: int, end: int) -> bool:
    """Whether a span cannot be a keep beside a mark: only pairs around all of it can be where it is."""
    around = mark.kind == "pair" and mark.begin <= begin and end <= mark.end
    return mark.begin < end and begin < mark.end and not around


def in_order(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Marks as MarkedText wants them: by begin, the longer first."""
    return tuple(sorted(marks, key=lambda mark: (mark.begin, -mark.end)))
