"""A paragraph's text and what stands between its words: to one marked text, and written again around a translation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from edgekit.core.characters import has_letters
from edgekit.core.marked import Mark, MarkedText
from edgekit.documents.rendering import Code, Rendering
from edgekit.documents.spliced import Raw, Splice, Unit

PieceKind: TypeAlias = Literal["text", "point", "break", "keep", "open", "close"]
# Deeper pairs are points: a translation keeps them where they are between the words. Text in 32 nested formats is an
# attack or an accident, and marks must not cost more than the text.
_DEEPEST = 32
# Pairs that formats do not let nest: HTML's and Markdown's links.
_LINKS = frozenset({"a", "link"})
# Emphasis of Markdown, which is no emphasis around nothing.
_IDLE = frozenset({"em*", "em_", "strong**", "strong__", "s~~"})
_SPACES = re.compile(r"[ \t\r\n\f]+")


@dataclass(slots=True)
class Piece:
    """A part of a paragraph, in the order of the file.

    begin, end: where it stands in the file.
    text: what it says; of a keep, what a model may read in its place.
    tag: what an `open` and its `close` have in common.
    reading: a point that says how the words before it are read: of words that changed nobody reads that.
    A `break` is a point with white space beside it for a model to read, which the file does not have.
    """

    kind: PieceKind
    begin: int
    end: int
    text: str = ""
    tag: str = ""
    reading: bool = False


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
        return Rendering(self.text, self.codes, translated, escape, raw).text()

    def dropped(self, translated: MarkedText, raw: Raw) -> list[Code]:
        """The codes that are not written, since the translation has no words for them."""
        return Rendering(self.text, self.codes, translated, str, raw).dropped


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
    found = [replace(piece) for piece in pieces]
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
        self._read = 0  # where the last reading stands
        self._reads: dict[str, tuple[int, int]] = {}  # the words of each, by its name
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
        for name, (first, last) in self._reads.items():
            if name in self._codes:
                self._codes[name] = replace(self._codes[name], reads=text[first:last])
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
        idle = piece.tag in _IDLE
        self._codes[name] = Code(code.before, (piece.begin, piece.end), code.parent, link=link, idle=idle)
        self._last_point = None

    def _point(self, piece: Piece) -> None:
        if self._last_point is not None and piece.kind == "point":
            name, end = self._last_point
            code = self._codes[name]
            if end == piece.begin and (code.reads is not None) == piece.reading:
                self._codes[name] = replace(code, before=(code.before[0], piece.end))
                self._last_point = (name, piece.end)
                return
        name = self._mark("point", self._length, self._length, (piece.begin, piece.end), glue=piece.kind == "break")
        if piece.reading:
            self._codes[name] = replace(self._codes[name], reads="")
            self._reads[name] = max(self._open[-1][2] if self._open else 0, self._read), self._length
            self._read = self._length
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
            self._codes[name] = replace(code, before=(code.before[0], end + space))
            self._last_point = (name, end + space)

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
