"""Where the elements of a paragraph are in its translation: one inside the other or beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from edgekit.core.marked import Mark
from edgekit.documents.nodes import Inline, Solid, Words, Wrap

Path: TypeAlias = tuple[Wrap, ...]
_WORD = re.compile(r"\w+(?:['’-]\w+)*")


@dataclass(frozen=True, slots=True)
class Atom:
    """Something in a line that has no parts, and the elements around it, the outermost first."""

    node: Words | Solid
    path: Path


@dataclass(slots=True)
class Span:
    """A pair mark of the translation that is an element."""

    begin: int
    end: int
    wrap: Wrap
    parent: Span | None = None


def placed_spans(wraps: Iterable[tuple[Mark, Wrap]], keeps: Sequence[tuple[int, int, str]]) -> list[Span]:
    """Elements where they are now, outer ones before inner ones; what crosses another or a keep is cut."""
    spans: list[Span] = []
    for mark, wrap in wraps:
        begin, end = mark.begin, mark.end
        if begin == end:
            continue
        for first, last, _ in keeps:
            if first < begin < last:
                begin = first
            if first < end < last:
                end = last
        spans.append(Span(begin, end, wrap))
    spans.sort(key=lambda span: (span.begin, -span.end))  # stable: of equal ones the outer one first
    stack: list[Span] = []
    for span in spans:
        while stack and stack[-1].end <= span.begin:
            stack.pop()
        if stack:
            span.parent = stack[-1]
            span.end = min(span.end, stack[-1].end)
        stack.append(span)
    return spans


def paths_of(spans: Sequence[Span], length: int) -> list[Path]:
    """For each character the elements around it, the outermost first."""
    paths: list[Path] = [()] * length
    for span in spans:
        for place in range(span.begin, span.end):
            paths[place] = (*paths[place], span.wrap)
    return paths


def path_of_point(spans: Sequence[Span], place: int, owners: set[Wrap]) -> Path:
    """The elements around a point: those that it is within, and at their ends those that it was in before."""
    held: list[Span] = []
    for span in spans:
        inside = span.begin < place < span.end or (place in (span.begin, span.end) and span.wrap in owners)
        if inside and span.parent is (held[-1] if held else None):
            held.append(span)
    return tuple(span.wrap for span in held)


def by_side(atoms: Sequence[Atom], spans: Sequence[Span], place: int) -> list[Atom]:
    """Points of one place: first those in elements that end here, then those outside, then those of what begins."""
    ending = {span.wrap for span in spans if span.end == place}
    beginning = {span.wrap for span in spans if span.begin == place}

    def rank(atom: Atom) -> tuple[int, int]:
        return (-len(ending.intersection(atom.path)), len(beginning.intersection(atom.path)))

    return sorted(atoms, key=rank)


def nearest_word(text: str, place: int, taken: Iterable[tuple[int, int]]) -> tuple[int, int] | None:
    """The word at a place, else the next one behind it or before it, that meets none of these spans; None for none.

    For a link whose own words have no translation: without a word nobody could follow it.
    """
    spans = list(taken)
    free = [
        match.span()
        for match in _WORD.finditer(text)
        if all(match.end() <= begin or end <= match.start() for begin, end in spans)
    ]
    return min(free, key=lambda word: (max(word[0] - place, place - word[1], 0), word[0]), default=None)


def outside(place: int, inside: set[int], keeps: Sequence[tuple[int, int, str]]) -> int:
    """A place that is in no keep: the end of the one that it is in."""
    return next(end for begin, end, _ in keeps if begin < place < end) if place in inside else place


def grouped(atoms: Sequence[Atom], depth: int) -> list[Inline]:
    """A tree out of atoms that lie one after another."""
    nodes: list[Inline] = []
    index = 0
    while index < len(atoms):
        atom = atoms[index]
        if len(atom.path) == depth:
            nodes.append(atom.node)
            index += 1
            continue
        wrap = atom.path[depth]
        end = index
        while end < len(atoms) and len(atoms[end].path) > depth and atoms[end].path[depth] is wrap:
            end += 1
        nodes.append(Wrap(tuple(grouped(atoms[index:end], depth + 1)), wrap.source))
        index = end
    return nodes
