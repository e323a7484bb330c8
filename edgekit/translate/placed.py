"""Where everything is in a model's translation: masks, and the marks that go to the words that their words became."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from edgekit.core.marked import Mark, MarkedText
from edgekit.core.segments import Span
from edgekit.projection.marks import project_marks
from edgekit.translate.ladder import Outcome
from edgekit.translate.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Placed:
    """A model's translation with what is known of places in it.

    units: spans of the masks, by number.  pairs, segments: (span of the model's text, span of text).
    marks: points and pairs of the model's text, in text, by name; a pair whose words are not found is a point.
    sought: names of pairs whose words `edgekit.translate.seeking` found.
    """

    text: str
    units: Mapping[int, Span]
    pairs: Sequence[tuple[Span, Span]]
    segments: Sequence[tuple[Span, Span]]
    marks: Mapping[str, Mark]
    sought: frozenset[str] = frozenset()


def place(prepared: Prepared, outcomes: Sequence[Outcome]) -> Placed:
    """Join what the stretches of a text became, and put its points and pairs on it."""
    text = "".join(outcome.text for outcome in outcomes)
    units, pairs, segments = _collected(outcomes)
    return Placed(text, units, pairs, segments, _marks(prepared, text, units, pairs, segments))


def place_again(prepared: Prepared, placed: Placed, found: Mapping[str, tuple[Span, Span]]) -> Placed:
    """With (span of the model's text, span of the translation) of pairs, by name, that the alignment did not have."""
    there = [span for _, span in found.values()]
    elsewhere = {one for one, other in placed.pairs if not any(_meet(other, span) for span in there)}
    # A word that has another one lets go of what was found, which it shared: `garden` of `verde`.
    pairs = [
        (one, other)
        for one, other in placed.pairs
        if one not in elsewhere or not any(_meet(other, span) for span in there)
    ]
    pairs += found.values()
    marks = _marks(prepared, placed.text, placed.units, pairs, placed.segments)
    sought = frozenset(name for name in found if marks[name].kind == "pair")
    return replace(placed, pairs=pairs, marks=marks, sought=sought) if sought else placed


def _meet(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _collected(
    outcomes: Sequence[Outcome],
) -> tuple[dict[int, Span], list[tuple[Span, Span]], list[tuple[Span, Span]]]:
    units: dict[int, Span] = {}
    pairs: list[tuple[Span, Span]] = []
    segments: list[tuple[Span, Span]] = []
    at = 0
    for outcome in outcomes:
        units.update({unit: (at + low, at + high) for unit, (low, high) in outcome.units})
        pairs += [(span, (at + low, at + high)) for span, (low, high) in outcome.alignment or ()]
        if outcome.segment is not None:
            segments.append((outcome.source, (at, at + len(outcome.text))))
        at += len(outcome.text)
    return units, pairs, segments


def _marks(
    prepared: Prepared,
    text: str,
    units: Mapping[int, Span],
    pairs: Sequence[tuple[Span, Span]],
    segments: Sequence[tuple[Span, Span]],
) -> dict[str, Mark]:
    """Where the points and pairs of the model's text are in its translation, by name."""
    if all(mark.kind == "keep" for mark in prepared.model.marks):
        return {}
    kept = [Mark(*units[at], "keep", f"unit-{at}") for at in sorted(units)]
    model_text = prepared.edited.text
    gaps = _Gaps([(one, other) for one, other in segments if model_text[slice(*one)] != text[slice(*other)]])
    exact = {mark.name: there for mark in prepared.model.marks if (there := gaps.wholly(mark)) is not None}
    model = MarkedText(prepared.model.text, tuple(mark for mark in prepared.model.marks if mark.name not in exact))
    moved = project_marks(model, text, pairs, segments=segments, kept=kept)
    source = {mark.name: mark for mark in model.marks}
    exact |= {mark.name: gaps.exact(source[mark.name], mark) for mark in moved.marks if mark.kind != "keep"}
    return {mark.name: exact[mark.name] for mark in prepared.model.marks if mark.kind != "keep"}


class _Gaps:
    """What stands between segments that changed is the same in both texts, and so are the places in it."""

    def __init__(self, segments: Sequence[tuple[Span, Span]]) -> None:
        self.begins = [begin for (begin, _), _ in segments]
        self.segments = segments

    def wholly(self, source: Mark) -> Mark | None:
        """Where a point or a pair without a word is, that lies in one gap or at its edges; None for any other."""
        if source.kind == "keep":
            return None
        begin, end = self._place(source.begin, at_begin=True), self._place(source.end, at_end=True)
        if begin is None or end is None or end - begin != source.end - source.begin:
            return None
        return replace(source, begin=begin, end=end)

    def exact(self, source: Mark, moved: Mark) -> Mark:
        """moved, where source begins or ends in a gap at that place of it; words are looked at elsewhere."""
        begin, end = self._place(source.begin, at_begin=source.kind == "pair"), self._place(source.end, at_end=True)
        if source.kind == "point":
            return moved if begin is None else replace(moved, begin=begin, end=begin)
        begin, end = moved.begin if begin is None else begin, moved.end if end is None else end
        if moved.kind == "point":
            return moved
        return replace(moved, begin=min(begin, moved.begin), end=max(end, moved.end))

    def _place(self, place: int, *, at_begin: bool = False, at_end: bool = False) -> int | None:
        """The place in the translation of one in a gap; its begin and its end count as asked."""
        at = bisect_right(self.begins, place) - 1
        if at >= 0 and place < self.segments[at][0][1]:
            if not (at_end and place == self.begins[at]):
                return None
            return self.segments[at][1][0]
        begin, first = (self.segments[at][0][1], self.segments[at][1][1]) if at >= 0 else (0, 0)
        if place == begin and at >= 0 and not at_begin:
            return None
        return first + place - begin
