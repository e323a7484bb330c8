"""Spans that nest, put on a translation so that they nest in the same way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from edgekit.core.segments import Span
from edgekit.projection.edges import outline
from edgekit.projection.images import How, Image, find_image
from edgekit.projection.links import Links
from edgekit.projection.points import point_place
from edgekit.projection.words import touched


@dataclass(eq=False, slots=True)
class Node:
    """A span of the source, what is nested in it, and where it went.

    number: the caller's.  image: None where it has no words in the translation; `place` is where it would be then.
    left_out: words of the translation that belong to it and are elsewhere, as spans.
    """

    span: Span
    number: int
    children: list[Node] = field(default_factory=list)
    image: Span | None = None
    how: How | None = None
    left_out: tuple[Span, ...] = ()
    place: int = 0


def nested(spans: Sequence[Span]) -> list[Node] | None:
    """The trees of spans, in order; of equal ones the first is outside. None where two cross."""
    order = sorted(range(len(spans)), key=lambda at: (spans[at][0], -spans[at][1]))
    roots: list[Node] = []
    open_nodes: list[Node] = []
    for at in order:
        node = Node(spans[at], at)
        while open_nodes and open_nodes[-1].span[1] <= node.span[0]:
            open_nodes.pop()
        if open_nodes and open_nodes[-1].span[1] < node.span[1]:
            return None
        (open_nodes[-1].children if open_nodes else roots).append(node)
        open_nodes.append(node)
    return roots


def walk(roots: Sequence[Node]) -> Iterator[Node]:
    """Every node, parents first."""
    waiting = list(reversed(roots))
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(node.children)


def put(links: Links, roots: Sequence[Node]) -> None:
    """Find the image of every node: children inside their parents', brothers apart."""
    _put(links, roots, (0, len(links.target)))
    for node in walk(roots):
        _put(links, node.children, node.image or (node.place, node.place))


def _put(links: Links, roots: Sequence[Node], room: Span) -> None:
    """Find the images of brothers in the part of the translation that they may have."""
    words = touched(links.target_words, room)
    taken: set[int] = set()
    waiting = []
    for node in roots:
        cut = _cut_of_a_word(links, node.span)
        if cut is not None and room[0] <= cut[0] and cut[1] <= room[1]:
            node.image, node.how = cut, "same"
            taken.update(touched(links.target_words, cut))
        else:
            waiting.append(node)
    # Those first whose stretch has no word of another span; the others have to do with what is left.
    first = {node.number: find_image(links, node.span, words, taken) for node in waiting}
    for node in sorted(waiting, key=lambda node: _doubt(first[node.number], node)):
        image = first[node.number]
        if image is None or not taken.isdisjoint(range(image.begin, image.end)):
            image = find_image(links, node.span, words, taken)
        if image is not None:
            taken.update(range(image.begin, image.end))
            node.image, node.how = _within(outline(links, node.span, image), room), image.how
            node.left_out = tuple(links.target_words[at] for at in image.left_out)
    _keep_apart(roots)
    for node in roots:
        if node.image is None:
            node.place = _place(links, node, room, roots)
            node.image = _same_signs(links, node, room, roots)
            node.how = None if node.image is None else "same"


def _doubt(image: Image | None, node: Node) -> tuple[int, int, int]:
    """What decides who is served first."""
    if image is None:
        return (1, 0, node.number)
    return (0 if image.how == "alignment" else 1, image.foreign, node.number)


def _within(span: Span, room: Span) -> Span:
    return max(span[0], room[0]), min(span[1], room[1])


def _cut_of_a_word(links: Links, span: Span) -> Span | None:
    """A part of a word, as the 2 of H2O, where the word came through as it is."""
    own = touched(links.source_words, span)
    same = links.is_same_word(own.start) if len(own) == 1 else None
    if same is None:
        return None
    begin, end = links.source_words[own.start]
    if span[0] < begin or span[1] > end or span == (begin, end):
        return None
    start = links.target_words[same][0] - begin
    return start + span[0], start + span[1]


def _keep_apart(roots: Sequence[Node]) -> None:
    """Brothers share no character: what is left of the later one stays its own."""
    there = sorted((node for node in roots if node.image), key=lambda node: node.image or (0, 0))
    end = 0
    for node in there:
        assert node.image is not None  # noqa: S101 - they were just chosen by it
        begin = max(node.image[0], end)
        node.image = (begin, node.image[1]) if begin < node.image[1] else None
        if node.image is None:
            node.how = None
        end = max(end, node.image[1] if node.image else 0)


def _same_signs(links: Links, node: Node, room: Span, roots: Sequence[Node]) -> Span | None:
    """Signs without a word, as dots behind a gap, that stand at a node's place as they are; else None.

    Without them, what stands at the end of the node would go to its place, before them.
    """
    begin, end = node.place, node.place + node.span[1] - node.span[0]
    signs = links.source[slice(*node.span)]
    if not signs.strip() or touched(links.source_words, node.span) or end > room[1]:
        return None
    if any(other.image is not None and other.image[0] < end and begin < other.image[1] for other in roots):
        return None
    return (begin, end) if links.target[begin:end] == signs else None


def _place(links: Links, node: Node, room: Span, roots: Sequence[Node]) -> int:
    """Where a node without words stands: by the words around it, not inside a brother's image."""
    place = min(max(point_place(links, node.span[0]), room[0]), room[1])
    for other in roots:
        if other.image is not None and other.image[0] < place < other.image[1]:
            place = other.image[0] if node.span[0] <= other.span[0] else other.image[1]
    return place
