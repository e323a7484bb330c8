"""A translated paragraph with its codes: nested as they must be, none lost."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from edgekit.core.marked import MarkedText
from edgekit.documents.placing import nearest_word
from edgekit.documents.spliced import Raw

# What an escape may write for a space where a line may end: a noncharacter, for the time until lines are made.
SOFT_SPACE = "\ufdd0"
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Code:
    """What stands in the file for a mark: spans of it before and after the mark's text.

    parent: the pair that it stands in.  glue: whether a space beside it is not in the file.
    link: a pair that holds no other of its kind.  idle: a pair that says nothing where its words have gone.
    reads: the words before a point that it says how to read; of it only the tags stay where they have changed.
    """

    before: tuple[int, int]
    after: tuple[int, int] | None = None
    parent: str | None = None
    glue: bool = False
    link: bool = False
    idle: bool = False
    reads: str | None = None


class Span(NamedTuple):
    """From one place to another, in code points."""

    begin: int
    end: int


def _out_of(keeps: Sequence[Span], place: int) -> Span:
    """The span of the keep that a place is within, else the place itself."""
    index = bisect_left(keeps, place, key=lambda keep: keep.begin) - 1
    if index >= 0 and place < keeps[index].end:
        return keeps[index]
    return Span(place, place)


@dataclass
class _Node:
    """A mark of a translation, as it is to be written."""

    name: str
    begin: int
    end: int
    order: int
    inside: list[_Node] = field(default_factory=list)  # points of an empty pair


class Rendering:
    """A translation's marks, nested properly, between its words.

    A pair that held another in the source grows until it holds it again; of two pairs that cross, the one that begins
    first grows to the other's end, but of two links the first ends where the second begins. Nothing is split, so there
    are as many tags as before.
    """

    def __init__(
        self,
        source: MarkedText,
        codes: Mapping[str, Code],
        translated: MarkedText,
        escape: Callable[[str], str],
        raw: Raw,
    ) -> None:
        self._codes, self._raw, self._escape = codes, raw, escape
        self._words = translated.text
        self._changed = source.text != translated.text
        kinds = {mark.name: mark.kind for mark in source.marks}
        came = {mark.name: mark for mark in translated.marks}
        self._kinds = kinds
        self._nodes: dict[str, _Node] = {}
        for order, mark in enumerate(source.marks):
            here = came[mark.name]
            begin, end = here.begin, here.end
            if mark.kind == "pair":
                begin, end = self._without_space(begin, end)
            self._nodes[mark.name] = _Node(mark.name, begin, end, order)
        self._nest()

    def _without_space(self, begin: int, end: int) -> tuple[int, int]:
        while begin < end and self._words[begin].isspace():
            begin += 1
        while begin < end and self._words[end - 1].isspace():
            end -= 1
        return begin, end

    def _nest(self) -> None:
        keeps = sorted(
            (Span(node.begin, node.end) for node in self._nodes.values() if self._kinds[node.name] == "keep"),
            key=lambda keep: keep.begin,
        )
        # Children after their parents in the file, so backwards they are whole before they are asked for.
        self._put_links(keeps)
        for node in sorted(self._nodes.values(), key=lambda node: -node.order):
            parent = self._parent(node)
            if parent is not None and node.begin < node.end:
                if parent.begin == parent.end:
                    parent.begin, parent.end = node.begin, node.end
                parent.begin, parent.end = min(parent.begin, node.begin), max(parent.end, node.end)
        self._part_links()
        pairs = [node for node in self._nodes.values() if self._kinds[node.name] == "pair" and node.begin < node.end]
        for pair in pairs:
            pair.begin = _out_of(keeps, pair.begin).begin
            pair.end = _out_of(keeps, pair.end).end
        inside: list[_Node] = []
        for pair in sorted(pairs, key=lambda node: (node.begin, -node.end, node.order)):
            while inside and inside[-1].end <= pair.begin:
                inside.pop()
            for outer in inside:
                outer.end = max(outer.end, pair.end)
            inside.append(pair)
        for node in sorted(self._nodes.values(), key=lambda node: node.order):
            parent = self._parent(node)
            if parent is not None and node.begin == node.end:
                node.begin = node.end = min(max(node.begin, parent.begin), parent.end)
        for node in self._nodes.values():  # no point splits what is kept
            if node.begin == node.end:
                node.begin = node.end = _out_of(keeps, node.end).end

    def _put_links(self, keeps: Sequence[Span]) -> None:
        """Links whose words have no translation on the nearest word that is in no other link and in no keep."""
        links = [node for node in self._nodes.values() if self._codes[node.name].link]
        lost = [node for node in links if node.begin == node.end and self._kinds[node.name] == "pair"]
        spans = [*keeps, *((node.begin, node.end) for node in links if node.begin < node.end)]
        for node in lost:
            word = nearest_word(self._words, node.begin, spans)
            if word is not None:
                node.begin, node.end = word
                spans.append(word)

    def _part_links(self) -> None:
        """Links apart from each other, those of the same words in the order of the file."""
        links = [node for node in self._nodes.values() if self._codes[node.name].link]
        links.sort(key=lambda node: (node.begin, node.order))
        for one, other in pairwise(links):
            if other.begin > one.begin:
                one.end = min(one.end, other.begin)
            else:
                other.begin = one.end
            other.end = max(other.begin, other.end)

    @property
    def dropped(self) -> list[Code]:
        """The idle pairs around no words: they are not written."""
        return [self._codes[node.name] for node in self._nodes.values() if self._is_dropped(node)]

    def _is_dropped(self, node: _Node) -> bool:
        return node.begin == node.end and self._kinds[node.name] == "pair" and self._codes[node.name].idle

    def _parent(self, node: _Node) -> _Node | None:
        name = self._codes[node.name].parent
        return self._nodes[name] if name is not None else None

    def text(self) -> str:
        """The paragraph as it is written."""
        points: dict[int, list[_Node]] = {}
        spans: dict[int, list[_Node]] = {}
        for node in sorted(self._nodes.values(), key=lambda node: node.order):
            parent = self._parent(node)
            if node.begin < node.end:
                spans.setdefault(node.begin, []).append(node)
            elif parent is not None and parent.begin == parent.end:
                parent.inside.append(node)
            else:
                points.setdefault(node.begin, []).append(node)
        for nodes in spans.values():
            nodes.sort(key=lambda node: (-node.end, self._kinds[node.name] == "keep", node.order))
        ends = {node.end for nodes in spans.values() for node in nodes}
        self._out: list[str] = []
        self._at = 0
        self._skip = False
        open_pairs: list[_Node] = []
        for place in sorted({*points, *spans, *ends}):
            self._say(place)
            waiting = points.get(place, [])
            while open_pairs and open_pairs[-1].end == place:
                top = open_pairs.pop()
                self._emit([node for node in waiting if self._codes[node.name].parent == top.name])
                waiting = [node for node in waiting if self._codes[node.name].parent != top.name]
                self._copy(self._codes[top.name].after)
            opening = {node.name for node in spans.get(place, [])}
            self._emit([node for node in waiting if self._codes[node.name].parent not in opening])
            for node in spans.get(place, []):
                self._copy(self._codes[node.name].before)
                self._skip = False
                if self._kinds[node.name] == "keep":
                    self._at = node.end
                else:
                    open_pairs.append(node)
                    self._emit([point for point in waiting if self._codes[point.name].parent == node.name])
        self._say(len(self._words))
        return "".join(self._out)

    def _say(self, end: int) -> None:
        words = self._words[self._at : end]
        if words and self._skip:
            words = words.removeprefix(" ")
            self._skip = False
        if words:
            self._out.append(self._escape(words))
        self._at = max(self._at, end)

    def _emit(self, nodes: Sequence[_Node]) -> None:
        for node in nodes:
            if self._is_dropped(node):
                self._emit(node.inside)
                continue
            if self._codes[node.name].glue and not self._skip:
                # A break and a space are a break: the space before it goes, else the one after it.
                if self._out and self._out[-1].endswith((" ", SOFT_SPACE)):
                    self._out[-1] = self._out[-1][:-1]
                else:
                    self._skip = True
            reads = self._codes[node.name].reads
            if self._changed and reads is not None and not (reads and self._words.endswith(reads, 0, node.begin)):
                self._out += _TAG.findall(self._raw(*self._codes[node.name].before))
            else:
                self._copy(self._codes[node.name].before)
            self._emit(node.inside)
            self._copy(self._codes[node.name].after)

    def _copy(self, span: tuple[int, int] | None) -> None:
        if span is not None:
            self._out.append(self._raw(*span))
