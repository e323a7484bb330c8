"""A paragraph's text and what stands between its words: to one marked text, and written again around a translation."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, NamedTuple, TypeAlias

from edgekit.core.marked import Mark, MarkedText
from edgekit.documents.spliced import Raw, Splice, Unit, has_letters

PieceKind: TypeAlias = Literal["text", "point", "break", "keep", "open", "close"]
# Deeper pairs are points: a translation keeps them where they are between the words. Text in 32 nested formats is an
# attack or an accident, and marks must not cost more than the text.
_DEEPEST = 32
# Pairs that formats do not let nest: HTML's and Markdown's links.
_LINKS = frozenset({"a", "link"})
# What an escape may write for a space where a line may end: a noncharacter, for the time until lines are made.
SOFT_SPACE = "\ufdd0"
_SPACES = re.compile(r"[ \t\r\n\f]+")


@dataclass(slots=True)
class Piece:
    """A part of a paragraph, in the order of the file.

    begin, end: where it stands in the file.
    text: what it says; of a keep, what a model may read in its place.
    tag: what an `open` and its `close` have in common.
    A `break` is a point with white space beside it for a model to read, which the file does not have.
    """

    kind: PieceKind
    begin: int
    end: int
    text: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """What stands in the file for a mark: spans of it before and after the mark's text.

    parent: the pair that it stands in.  glue: whether a space beside it is not in the file.
    link: a pair that holds no other of its kind.
    """

    before: tuple[int, int]
    after: tuple[int, int] | None = None
    parent: str | None = None
    glue: bool = False
    link: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph's marked text and the code of each of its marks."""

    begin: int
    end: int
    text: MarkedText
    codes: Mapping[str, Code]

    def unit(self, escape: Callable[[str], str]) -> Unit:
        """The unit that writes it with `escape` for what is between the codes."""

        def render(translated: Sequence[MarkedText], raw: Raw) -> list[Splice]:
            return [Splice(self.begin, self.end, self.rendered(translated[0], escape, raw))]

        return Unit(self.begin, self.end, (self.text,), render)

    def rendered(self, translated: MarkedText, escape: Callable[[str], str], raw: Raw) -> str:
        """A translation with every code in its place."""
        return _Rendering(self, translated, escape, raw).text()


def passage(pieces: Sequence[Piece], *, collapse: bool = True) -> Passage | None:
    """One paragraph, or None where it has nothing to translate.

    collapse: white space is read as one space, as HTML has it; else it is kept.
    Codes before the first word and after the last stay where they are and are no marks; so do pairs around the whole.
    """
    trimmed = inner_pieces(pieces)
    if not any(piece.kind == "text" and has_letters(piece.text) for piece in trimmed):
        return None
    return _Building(collapse).built(trimmed)


def inner_pieces(pieces: Sequence[Piece]) -> list[Piece]:
    """What `passage` makes its text of: from the first word to the last, each open with its close."""
    return _trimmed(_matched(pieces))


def _matched(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces with every open followed by its close; what has no partner, or nests too deep, becomes a point."""
    found = [Piece(piece.kind, piece.begin, piece.end, piece.text, piece.tag) for piece in pieces]
    waiting: list[Piece] = []
    counts: Counter[str] = Counter()
    for piece in found:
        if piece.kind == "open":
            waiting.append(piece)
            counts[piece.tag] += 1
        elif piece.kind == "close":
            if not counts[piece.tag]:
                piece.kind = "point"
                continue
            while waiting[-1].tag != piece.tag:
                lost = waiting.pop()
                counts[lost.tag] -= 1
                lost.kind = "point"
            counts[piece.tag] -= 1
            if len(waiting) > _DEEPEST:
                waiting[-1].kind = piece.kind = "point"
            waiting.pop()
    for piece in waiting:
        piece.kind = "point"
    return found


def _trimmed(pieces: list[Piece]) -> list[Piece]:
    """The pieces from the first word to the last, without pairs around all of them."""
    partners = _partners(pieces)
    first, last = 0, len(pieces) - 1
    while first <= last:
        if _says_nothing(pieces[first]):
            first += 1
        elif _says_nothing(pieces[last]):
            last -= 1
        elif pieces[first].kind == "open" and partners[first] == last:
            first, last = first + 1, last - 1
        elif pieces[first].kind == "open" and _empty(pieces, first, partners[first]):
            first = partners[first] + 1
        elif pieces[last].kind == "close" and _empty(pieces, partners[last], last):
            last = partners[last] - 1
        else:
            break
    return pieces[first : last + 1]


def _partners(pieces: Sequence[Piece]) -> dict[int, int]:
    waiting: list[int] = []
    partners: dict[int, int] = {}
    for index, piece in enumerate(pieces):
        if piece.kind == "open":
            waiting.append(index)
        elif piece.kind == "close":
            partners[index] = waiting.pop()
            partners[partners[index]] = index
    return partners


def _says_nothing(piece: Piece) -> bool:
    return piece.kind in ("point", "break") or (piece.kind in ("text", "keep") and not piece.text.strip(" \t\r\n\f"))


def _is_literal(piece: Piece) -> bool:
    """Whether the file has a piece's text as it is; an entity it spells otherwise."""
    return piece.end - piece.begin == len(piece.text)


def _empty(pieces: Sequence[Piece], first: int, last: int) -> bool:
    return all(piece.kind in ("open", "close") or _says_nothing(piece) for piece in pieces[first + 1 : last])


class _Building:
    """Pieces to text and marks; a point for codes side by side, a pair for pairs around the same words."""

    def __init__(self, collapse: bool) -> None:
        self._collapse = collapse
        self._parts: list[str] = []
        self._length = 0
        self._ends_in_space = True
        self._codes: dict[str, Code] = {}
        self._marks: list[Mark] = []
        self._open: list[tuple[str, int, int, Piece]] = []  # name, index of its mark, where its text begins, the piece
        self._last_point: tuple[str, int] | None = None  # a point that the next code may join, and where it is

    def built(self, pieces: Sequence[Piece]) -> Passage:
        begin, end = pieces[0].begin, pieces[-1].end
        if self._collapse:
            # White space at the ends is the file's, not the paragraph's.
            if pieces[0].kind == "text" and _is_literal(pieces[0]):
                begin += len(pieces[0].text) - len(pieces[0].text.lstrip(" \t\r\n\f"))
            if pieces[-1].kind == "text" and _is_literal(pieces[-1]):
                end -= len(pieces[-1].text) - len(pieces[-1].text.rstrip(" \t\r\n\f"))
        for piece in pieces:
            self._add(piece)
        text = "".join(self._parts)
        if self._collapse:
            text = text.rstrip(" ")
        marks = tuple(
            Mark(min(mark.begin, len(text)), min(mark.end, len(text)), mark.kind, mark.name)
            for mark in self._marks
            if mark.name in self._codes
        )
        return Passage(begin, end, MarkedText(text, marks), self._codes)

    def _add(self, piece: Piece) -> None:
        if piece.kind == "text":
            self._say(piece)
        elif piece.kind == "keep" and piece.text:
            begin = self._length
            self._write(piece.text)
            self._ends_in_space = False
            self._mark("keep", begin, self._length, (piece.begin, piece.end))
        elif piece.kind == "open":
            name = self._mark("pair", self._length, self._length, (piece.begin, piece.end))
            self._open.append((name, len(self._marks) - 1, self._length, piece))
        elif piece.kind == "close":
            self._close(piece)
        else:
            self._point(piece)

    def _close(self, piece: Piece) -> None:
        name, index, begin, opened = self._open.pop()
        if begin == self._length:  # nothing in it: what it holds and itself are one point
            for mark in self._marks[index:]:
                del self._codes[mark.name]
            del self._marks[index:]
            self._last_point = None
            self._point(Piece("point", opened.begin, piece.end))
            return
        self._marks[index] = Mark(begin, self._length, "pair", name)
        code = self._codes[name]
        link = piece.tag.lower() in _LINKS
        self._codes[name] = Code(code.before, (piece.begin, piece.end), code.parent, link=link)
        self._last_point = None

    def _point(self, piece: Piece) -> None:
        if self._last_point is not None and piece.kind == "point":
            name, end = self._last_point
            if end == piece.begin:
                code = self._codes[name]
                self._codes[name] = Code((code.before[0], piece.end), None, code.parent, code.glue)
                self._last_point = (name, piece.end)
                return
        name = self._mark("point", self._length, self._length, (piece.begin, piece.end), glue=piece.kind == "break")
        if piece.kind == "break":
            if self._ends_in_space:
                self._codes[name] = Code((piece.begin, piece.end), None, self._codes[name].parent)
            else:
                self._write(" ")
                self._ends_in_space = True
            self._last_point = None
        else:
            self._last_point = (name, piece.end)

    def _mark(
        self, kind: Literal["keep", "pair", "point"], begin: int, end: int, code: tuple[int, int], *, glue: bool = False
    ) -> str:
        name = str(len(self._marks) + 1)
        while name in self._codes:
            name += "'"
        self._marks.append(Mark(begin, end, kind, name))
        self._codes[name] = Code(code, None, self._open[-1][0] if self._open else None, glue)
        self._last_point = None
        return name

    def _say(self, piece: Piece) -> None:
        text = piece.text
        if self._collapse:
            text = _SPACES.sub(" ", text)
            if self._ends_in_space:
                text = text.lstrip(" ")
                self._take_space(piece)
        if text:
            self._write(text)
            self._ends_in_space = text.endswith(" ")
            self._last_point = None

    def _take_space(self, piece: Piece) -> None:
        """Give a point, an image say, the white space behind it where there is some before it: words read it once."""
        space = len(piece.text) - len(piece.text.lstrip(" \t\r\n\f"))
        if self._last_point is not None and self._last_point[1] == piece.begin and space and _is_literal(piece):
            name, end = self._last_point
            code = self._codes[name]
            self._codes[name] = Code((code.before[0], end + space), None, code.parent, code.glue)
            self._last_point = (name, end + space)

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


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


class _Rendering:
    """A translation's marks, nested properly, between its words.

    A pair that held another in the source grows until it holds it again; of two pairs that cross, the one that begins
    first grows to the other's end, but of two links the first ends where the second begins. Nothing is split, so there
    are as many tags as before.
    """

    def __init__(self, passage: Passage, translated: MarkedText, escape: Callable[[str], str], raw: Raw) -> None:
        self._codes, self._raw, self._escape = passage.codes, raw, escape
        self._words = translated.text
        kinds = {mark.name: mark.kind for mark in passage.text.marks}
        came = {mark.name: mark for mark in translated.marks}
        self._kinds = kinds
        self._nodes: dict[str, _Node] = {}
        for order, mark in enumerate(passage.text.marks):
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

    def _parent(self, node: _Node) -> _Node | None:
        name = self._codes[node.name].parent
        return self._nodes[name] if name is not None else None

    def text(self) -> str:
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
            if self._codes[node.name].glue and not self._skip:
                # A break and a space are a break: the space before it goes, else the one after it.
                if self._out and self._out[-1].endswith((" ", SOFT_SPACE)):
                    self._out[-1] = self._out[-1][:-1]
                else:
                    self._skip = True
            self._copy(self._codes[node.name].before)
            self._emit(node.inside)
            self._copy(self._codes[node.name].after)

    def _copy(self, span: tuple[int, int] | None) -> None:
        if span is not None:
            self._out.append(self._raw(*span))
