"""The marks of a text, put on its translation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from edgekit.core.marked import Mark, MarkedText, in_order
from edgekit.core.segments import Span
from edgekit.projection.links import Links, link
from edgekit.projection.place import Node, nested, put, walk
from edgekit.projection.points import point_place


def project_marks(
    source: MarkedText,
    target: str,
    alignment: Iterable[tuple[Span, Span]],
    *,
    segments: Sequence[tuple[Span, Span]] = (),
    kept: Sequence[Mark] = (),
) -> MarkedText:
    """The translation with the source's marks: each `pair` on the words that its words became, `point`s between words.

    alignment: (source span, target span) of words that belong together.  segments: the same of what was translated, in
    order; the texts are one segment without.  Both are those of `Translation.segments`.
    kept: where the source's `keep` marks are in the translation, by name; another one is looked for by its text, and
        left out where it is not there.
    Pairs are nested in the translation as in the source, and of the marks of one place the order is kept. A pair that
    has no words in the translation comes back as a `point`. Raises ValueError where marks of the source are impossible.
    """
    if problems := source.problems():
        raise ValueError("; ".join(problems))
    if source.text == target and not kept:
        return MarkedText(target, source.marks)
    found = _kept(source, target, kept)
    spans = [((mark.begin, mark.end), (found[mark.name].begin, found[mark.name].end)) for mark in _keeps(source, found)]
    links = link(source.text, target, alignment, segments=segments, kept=spans)
    pairs = [mark for mark in source.marks if mark.kind == "pair"]
    trees = nested([(mark.begin, mark.end) for mark in pairs]) or []
    put(links, trees)
    placed = []
    for node in walk(trees):
        mark = pairs[node.number]
        begin, end = node.image or (node.place, node.place)
        placed.append(replace(mark, begin=begin, end=end, kind="pair" if begin < end else "point"))
    points = [_point(links, mark, trees, list(found.values())) for mark in source.marks if mark.kind == "point"]
    return MarkedText(target, in_order([*placed, *points, *found.values()]))


def _keeps(source: MarkedText, found: dict[str, Mark]) -> list[Mark]:
    return [mark for mark in source.marks if mark.kind == "keep" and mark.name in found]


def _kept(source: MarkedText, target: str, kept: Sequence[Mark]) -> dict[str, Mark]:
    """Where each `keep` is: as said, else at the first occurrence of its text that no other one has."""
    names = {mark.name for mark in source.marks if mark.kind == "keep"}
    found = {mark.name: mark for mark in kept if mark.name in names}
    taken = [(mark.begin, mark.end) for mark in found.values()]
    for mark in source.marks:
        if mark.kind != "keep" or mark.name in found:
            continue
        text = source.text[mark.begin : mark.end]
        at = target.find(text)
        while at >= 0 and any(at < end and begin < at + len(text) for begin, end in taken):
            at = target.find(text, at + 1)
        if at >= 0:
            taken.append((at, at + len(text)))
            found[mark.name] = replace(mark, begin=at, end=at + len(text))
    return found


def _point(links: Links, mark: Mark, trees: Sequence[Node], keeps: Sequence[Mark]) -> Mark:
    """A point's place: at the edge of a pair that it is at the edge of, inside those that it is inside of."""
    place = point_place(links, mark.begin)
    room: Span = (0, len(links.target))
    nodes: Sequence[Node] = trees
    while True:
        around = None
        for node in nodes:
            begin, end = node.image or (node.place, node.place)
            if mark.begin == node.span[0]:
                place = begin
            elif mark.begin == node.span[1]:
                place = end
            elif node.span[0] < mark.begin < node.span[1]:
                around = node
            elif begin < place < end:
                place = begin if mark.begin < node.span[0] else end
        place = min(max(place, room[0]), room[1])
        if around is None:
            break
        room, nodes = around.image or (around.place, around.place), around.children
    for keep in keeps:
        if keep.begin < place < keep.end:
            place = keep.end
    return replace(mark, begin=place, end=place)
