"""From a model's translation back to a text: masks become what they stand for, what was taken out comes back."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from edgekit.core.findings import Finding
from edgekit.core.marked import Mark, MarkedText, in_order
from edgekit.core.segments import Segment, Translation
from edgekit.protect.edits import Edit, Edited
from edgekit.translate.ladder import Outcome, as_part
from edgekit.translate.placed import Placed
from edgekit.translate.prepared import Prepared

_Insertion: TypeAlias = tuple[tuple[int, ...], int, str, int, bool]
"""Order at its place, place, text, the blanks before it, and whether it stands for one."""


@dataclass(frozen=True, slots=True)
class Restored:
    """source: the text with every keep that was found.  marked: the translation with all marks of it."""

    source: MarkedText
    marked: MarkedText
    translation: Translation
    kept: int
    repaired: int
    left: int
    positional: frozenset[str]
    findings: tuple[Finding, ...] = ()


def restore(
    prepared: Prepared, outcomes: Sequence[Outcome], placed: Placed, branch: Callable[[int], Restored]
) -> Restored:
    """Put a translation together; branch: what became of a branch of a message, by its job."""
    return _Restoring(prepared, outcomes, placed, branch).run()


class _Restoring:
    def __init__(
        self,
        prepared: Prepared,
        outcomes: Sequence[Outcome],
        placed: Placed,
        branch: Callable[[int], Restored],
    ) -> None:
        self.prepared, self.outcomes, self.text = prepared, outcomes, placed.text
        self.units, self.placed, self.branch = placed.units, placed.marks, branch
        self.sought = placed.sought
        self.marks: list[Mark] = []
        self.source_marks: list[Mark] = list(prepared.source.marks)
        self.names = {mark.name for mark in prepared.source.marks}
        self.counts = [0, 0, 0]
        self.inner_findings: list[Finding] = []
        self.blanks_taken: set[int] = set()
        self.blanks_given: set[int] = set()
        taken = prepared.taken
        self.pair_sources = {
            f"tag-{number}": (taken[first].mark.begin, taken[last].mark.begin)
            for number, (first, last) in enumerate(prepared.tags)
        } | {
            f"own-{number}": (mark.begin, mark.end)
            for number, mark in enumerate(prepared.source.marks)
            if mark.kind == "pair"
        }
        self.pair_begins: dict[int, list[str]] = {}
        self.pair_ends: dict[int, list[str]] = {}

    def run(self) -> Restored:
        edits = self._edits()
        edited = Edited(self.text, [edit for edit, _ in edits])
        for (begin, end), (_, done) in zip(edited.placed, edits, strict=True):
            done(begin, end)
        self._count_taken()
        source, marked = self.prepared.source.text, MarkedText(edited.text, in_order(self._all_marks()))
        segments = self._segments(edited)
        values = [value for one in segments for value in one.log_probabilities or ()]
        translation = Translation(
            edited.text,
            source,
            sum(values) / len(values) if values else None,
            segments,
            all(one.complete for one in segments),
        )
        positional = frozenset(
            mark.name for unit in self.prepared.units if unit.positional and len(unit.keeps) == 1 for mark in unit.keeps
        )
        kept, repaired, left = self.counts
        return Restored(
            MarkedText(source, in_order(self.source_marks)),
            marked,
            translation,
            kept,
            repaired,
            left,
            positional,
            (*self._emptied(), *self.inner_findings),
        )

    def _emptied(self) -> Iterator[Finding]:
        """Pairs whose words the alignment does not find in the translation."""
        model = {mark.name: mark for mark in self.prepared.model.marks if mark.kind == "pair"}
        text = self.prepared.source.text
        for name, mark in self.placed.items():
            if name in model and mark.kind == "point":
                begin, end = self.pair_sources[name]
                shown = text[begin:end] if end - begin <= 40 else f"{text[begin : begin + 40]}…"
                yield Finding("keep", f"what encloses `{shown}` encloses no words in the translation", (begin, end))

    def _edits(self) -> list[tuple[Edit, Callable[[int, int], None]]]:
        """What is put into the translation, in order, each with what is to be done when its place is known."""
        events: list[tuple[tuple[int, ...], Edit, Callable[[int, int], None]]] = []
        insertions = self._insertions()
        at_places = {place for _, spans in insertions for _, place, _, _, _ in spans}
        for at, (begin, end) in self.units.items():
            text, marks = self._unit(at)
            if self.prepared.units[at].lead and begin not in at_places and self.text[begin - 1 : begin] == " ":
                begin -= 1
                self.blanks_taken.add(begin)
            events.append(((begin, 3 if begin < end else 1, 0, 0, 0), Edit(begin, end, text), self._shifted(marks)))
        for number, (mark, spans) in enumerate(insertions):
            for key, place, text, lead, gap in spans:
                edit = self._blank_taken(place, text) if gap else Edit(place, place, text)
                events.append(((place, *key, number), edit, self._inserted(mark, lead)))
        # As `Edited` does them: what is put in at a place before what stands there.
        events.sort(key=lambda event: (event[1].begin, event[1].end, event[0]))
        return [(edit, done) for _, edit, done in events]

    def _blank_taken(self, place: int, text: str) -> Edit:
        """text for the blank that the model was shown where the source has none, if the translation has it here."""
        for begin in (place, place - 1):
            if self.text[begin : begin + 1] == " " and begin not in self.blanks_taken and begin >= 0:
                self.blanks_taken.add(begin)
                return Edit(begin, begin + 1, text)
        return Edit(place, place, text)

    def _unit(self, at: int) -> tuple[str, list[Mark]]:
        """A unit's text in the translation, and the marks in it."""
        unit = self.prepared.units[at]
        keeps = {mark.begin: mark for mark in unit.keeps}
        parts: list[str] = []
        marks: list[Mark] = []
        length = 0
        source = unit.begin
        for piece in unit.pieces:
            if isinstance(piece, int):
                inner = self.branch(piece)
                renamed = {mark.name: self._fresh(mark.name) for mark in inner.source.marks}
                marks += [_moved(mark, length, renamed[mark.name]) for mark in inner.marked.marks]
                self.source_marks += [
                    _moved(mark, source, renamed[mark.name])
                    for mark in inner.source.marks
                    if renamed[mark.name] not in {one.name for one in self.prepared.source.marks}
                ]
                self.inner_findings += inner.findings
                for number, count in enumerate((inner.kept, inner.repaired, inner.left)):
                    self.counts[number] += count
                text, taken = as_part(inner.marked.text, inner.source.text), len(inner.source.text)
                if any(mark.end > len(text) for mark in inner.marked.marks):
                    text = inner.marked.text
            else:
                text, taken = piece, len(piece)
                for begin in [begin for begin in keeps if source <= begin < source + taken]:
                    mark = keeps.pop(begin)
                    marks.append(_moved(mark, length - source))
                    if mark.name not in self.names:
                        self.source_marks.append(mark)
            parts.append(text)
            length += len(text)
            source += taken
        return "".join(parts), marks

    def _fresh(self, name: str) -> str:
        """The name of a branch's mark among this text's: its own where it is the caller's."""
        if name in self.names:
            return name
        while any(mark.name == name for mark in self.source_marks):
            name += "'"
        return name

    def _shifted(self, marks: list[Mark]) -> Callable[[int, int], None]:
        def done(begin: int, end: int) -> None:  # noqa: ARG001 - a place is a span
            self.marks += [_moved(mark, begin) for mark in marks]

        return done

    def _insertions(self) -> list[tuple[Mark | None, list[_Insertion]]]:
        """Each thing that is put in, in the order of the source: its mark and its places."""
        found: list[tuple[Mark | None, list[_Insertion]]] = []
        depth = _depths(self.placed)
        for name in depth:
            self.pair_begins.setdefault(self.placed[name].begin, []).append(name)
            self.pair_ends.setdefault(self.placed[name].end, []).append(name)
        for at, one in enumerate(self.prepared.taken):
            point = self.placed.get(f"taken-{at}")
            if point is not None:
                text = one.lead + self.prepared.source.text[one.mark.begin : one.mark.end] + one.trail
                found.append(
                    (
                        one.mark,
                        [(self._point_key(point, one.mark.begin, depth), point.begin, text, len(one.lead), one.gap)],
                    )
                )
        for number, pair in enumerate(self.prepared.tags):
            place = self.placed.get(f"tag-{number}")
            if place is None:
                continue
            for at, key, where in zip(pair, self._pair_keys(place, depth), (place.begin, place.end), strict=True):
                one = self.prepared.taken[at]
                text = one.lead + self.prepared.source.text[one.mark.begin : one.mark.end] + one.trail
                found.append((one.mark, [(key, where, text, len(one.lead), one.gap)]))
        there = {mark.name: mark.begin for mark in self.prepared.model.marks if mark.kind == "point"}
        for number, mark in enumerate(self.prepared.source.marks):
            place = self.placed.get(f"own-{number}")
            if place is None:
                continue
            if mark.kind == "point":
                key = self._point_key(place, mark.begin, depth)
                found.append((mark, [(key, *self._with_blanks(there[place.name], place.begin), False)]))
            else:
                opening, closing = self._pair_keys(place, depth)
                found.append((mark, [(opening, place.begin, "", 0, False), (closing, place.end, "", 0, False)]))
        # What stands at one place in the source comes in its order.
        return sorted(found, key=lambda one: one[0].begin if one[0] else 0)

    def _point_key(self, point: Mark, source: int, depth: dict[str, int]) -> tuple[int, ...]:
        """After what closes here and before what opens here, but inside the pairs that it is in; source: its place."""

        def around(names: list[str]) -> list[int]:
            return [depth[one] for one in names if self.pair_sources[one][0] < source <= self.pair_sources[one][1]]

        if closing := around(self.pair_ends.get(point.begin, [])):
            return (0, -max(closing), 0)
        if opening := around(self.pair_begins.get(point.begin, [])):
            return (2, max(opening), 1)
        return (1, 0, 0)

    def _pair_keys(self, place: Mark, depth: dict[str, int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The order of a pair's ends among what is put in at the same place; one without words is a point."""
        if place.kind == "point":
            key = self._point_key(place, self.pair_sources[place.name][0], depth)
            return key, key
        return (2, depth[place.name], 0), (0, -depth[place.name], 1)

    def _inserted(self, mark: Mark | None, lead: int) -> Callable[[int, int], None]:
        def done(begin: int, end: int) -> None:  # noqa: ARG001 - a place is a span
            assert mark is not None  # noqa: S101 - every insertion has one
            if mark.kind == "keep":
                length = mark.end - mark.begin
                self.marks.append(replace(mark, begin=begin + lead, end=begin + lead + length))
                if mark.name not in self.names:
                    self.source_marks.append(mark)
            else:
                self.marks.append(replace(mark, begin=begin + lead, end=begin + lead))

        return done

    def _with_blanks(self, source: int, place: int) -> tuple[int, str, int]:
        """Where something behind a blank goes, with that of two blanks around it which the model has not said again.

        source, place: its place in what the model was shown and has said. The third value is how many blanks are before
        it.
        """
        text, before, after = self.prepared.model.text, self.text[:place][-1:], self.text[place : place + 1]
        if text[source - 1 : source] != " " or source in self.blanks_given or before in ("", "(", "["):
            return place, "", 0
        self.blanks_given.add(source)
        between = text[source : source + 1] == " "
        if before == " ":
            return place, " " if between and after.isalnum() else "", 0
        if after == " " and not between:
            return place + 1, "", 0
        return (place, "", 0) if after.isalnum() else (place, " ", 1)

    def _all_marks(self) -> list[Mark]:
        """Pairs have two places so far."""
        single = [mark for mark in self.marks if mark.kind != "pair" or mark.begin < mark.end]
        ends: dict[str, list[Mark]] = {}
        for mark in self.marks:
            if mark.kind == "pair" and mark.begin == mark.end:
                ends.setdefault(mark.name, []).append(mark)
        for halves in ends.values():
            begin, end = halves[0].begin, halves[-1].begin
            single.append(replace(halves[0], begin=begin, end=end, kind="pair" if begin < end else "point"))
        return single

    def _count_taken(self) -> None:
        """Keeps that are in the translation, those of repaired segments among them, and those of segments left."""
        how = {unit: outcome.how for outcome in self.outcomes for unit, _ in outcome.units}
        for at, unit in enumerate(self.prepared.units):
            self._count(how.get(at, "left"), len(unit.keeps))
        spans = [outcome.source for outcome in self.outcomes]
        for keep in self.prepared.soft:
            number = bisect_right(spans, (keep.begin, len(self.prepared.model.text) + 1)) - 1
            self._count(self.outcomes[number].how if number >= 0 else "left", 1)
        self.counts[0] += len(self.prepared.taken)
        self.counts[1] += 2 * sum(f"tag-{number}" in self.sought for number in range(len(self.prepared.tags)))

    def _count(self, how: str, number: int) -> None:
        if how == "left":
            self.counts[2] += number
        else:
            self.counts[0] += number
            self.counts[1] += number if how == "repaired" else 0

    def _segments(self, edited: Edited) -> tuple[Segment, ...]:
        back = self.prepared.edited
        segments = []
        at = 0
        for outcome in self.outcomes:
            if outcome.segment is not None:
                begin, end = outcome.source
                pairs = None
                if outcome.alignment is not None:
                    pairs = tuple(
                        (
                            (back.backward(low, after=True), back.backward(high)),
                            (edited.forward(at + first, after=True), edited.forward(at + last)),
                        )
                        for (low, high), (first, last) in outcome.alignment
                    )
                elif outcome.segment.alignment is not None:
                    pairs = ()
                segments.append(
                    Segment(
                        (back.backward(begin), back.backward(end, after=True)),
                        (edited.forward(at), edited.forward(at + len(outcome.text), after=True)),
                        outcome.segment.complete and outcome.how != "left",
                        outcome.segment.log_probabilities,
                        pairs,
                    )
                )
            at += len(outcome.text)
        return tuple(segments)


def _moved(mark: Mark, by: int, name: str | None = None) -> Mark:
    return replace(mark, begin=mark.begin + by, end=mark.end + by, name=mark.name if name is None else name)


def _depths(placed: Mapping[str, Mark]) -> dict[str, int]:
    """How many pairs each pair of the translation lies in."""
    depth: dict[str, int] = {}
    open_ones: list[Mark] = []
    for mark in in_order(mark for mark in placed.values() if mark.kind == "pair"):
        while open_ones and open_ones[-1].end <= mark.begin:
            open_ones.pop()
        depth[mark.name] = len(open_ones)
        open_ones.append(mark)
    return depth
