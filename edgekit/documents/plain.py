"""Plain text: paragraphs, lines of lists and verse, cells between tabs; also the texts inside other formats."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edgekit.core.characters import has_letters
from edgekit.core.marked import MarkedText
from edgekit.documents.base import Document, DocumentOptions
from edgekit.documents.encoding import decoded
from edgekit.documents.spliced import Raw, Splice, SplicedDocument, Unit
from edgekit.documents.wrapping import columns, joined, pieces, wrapped

_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
# A bullet, a number, a heading or a quotation at the beginning of a line.
_MARKER = re.compile(r"(?:[-*+•‣◦·–—#>]+|\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)])[ \t]+")
_QUOTED = re.compile(r"[ \t]*(?:>[ \t]?)+")
_BREAKS = re.compile(r"[ ]*(?:\r\n|\r|\n)[ ]*")
_INDENT = re.compile(r"[ \t]*")
# Where people and programs wrap. What is narrower is verse, an address or a column.
_USUAL = (100, 80, 79, 78, 76, 75, 74, 72, 70, 66, 65, 64, 60)
_NARROWEST = 48
# Sentences that end with a line seldom end with most of them.
_SENTENCE_END = re.compile(r"""[.!?:;…。！？।።۔؟]["'”’»)\]]*$""")


@dataclass(frozen=True, slots=True)
class Line:
    """A line: where its prefix (indentation, quotation), its words and its white space end, and what ends it."""

    begin: int
    text: int
    end: int
    marker: int
    newline: str

    def words(self, whole: str) -> str:
        """What it says after its marker."""
        return whole[self.marker : self.end]

    def before(self, whole: str) -> str:
        """What stands before it, without its marker."""
        return whole[self.begin : self.text]


def read_plain(data: bytes, name: str, options: DocumentOptions) -> Document:
    """A text file. Raises InputError for binary data."""
    source = decoded(data, name, options=options)
    return SplicedDocument(source, text_units(source.text))


def text_units(text: str) -> list[Unit]:
    """The paragraphs and lines of a text.

    A paragraph whose lines are as full as a width allows is one unit and is wrapped again at that width; every other
    line is one, and so is each cell of a line with tabs.
    """
    units: list[Unit] = []
    for block in _blocks(text):
        for item in _items(text, block):
            width = _width(text, item)
            if width is not None:
                units.append(_paragraph(text, item, width))
            else:
                for line in item:
                    units += _cells(text, line)
    return units


def _blocks(text: str) -> Iterator[list[Line]]:
    block: list[Line] = []
    for match in _LINE.finditer(text):
        if match[0] == "" and match.start() == len(text):
            break
        line = _line(text, match)
        if has_letters(line.words(text)):
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _line(text: str, match: re.Match[str]) -> Line:
    begin, stop = match.span(1)
    quoted = _QUOTED.match(text, begin, stop)
    words = quoted.end() if quoted else begin
    indent = _INDENT.match(text, words, stop)
    words = indent.end() if indent else words
    end = words + len(text[words:stop].rstrip())
    marker = _MARKER.match(text, words, end)
    return Line(begin, words, max(words, end), marker.end() if marker else words, match[2])


def _items(text: str, block: Sequence[Line]) -> Iterator[list[Line]]:
    """A block's parts that may each be a wrapped paragraph: a marker, a tab or another indentation begins a new one."""
    item: list[Line] = []
    for line in block:
        tabs = "\t" in line.words(text)
        goes_on = (
            item
            and line.marker == line.text
            and not tabs
            and "\t" not in item[-1].words(text)
            and (len(item) == 1 or line.before(text) == item[-1].before(text))
        )
        if goes_on:
            item.append(line)
        else:
            if item:
                yield item
            item = [line]
    if item:
        yield item


def _width(text: str, item: Sequence[Line]) -> int | None:
    """The width that an item was wrapped at, None where its lines are lines of their own."""
    if len(item) < 2:
        return None
    sizes = [columns(text[line.begin : line.end].expandtabs(8)) for line in item]
    widest = max(sizes)
    if widest < _NARROWEST:
        return None
    inside = sum(not _SENTENCE_END.search(line.words(text)) for line in item[:-1])
    # Of two lines alone the second tells: a capital begins a line of its own, unless all are capitals.
    second = item[1].words(text)
    own = len(item) == 2 and second[0].isupper() and not second.isupper()
    if inside * 2 < len(item) - 1 or own:
        return None
    # Greedy wrapping: the next line's first word would not have fitted.
    room = [
        size + 1 + columns(following.words(text).split(None, 1)[0])
        for size, following in zip(sizes, item[1:], strict=False)
    ]
    if widest < min(room):
        return next((width for width in _USUAL if widest <= width < min(room)), widest)
    # By hand: lines about as long as each other.
    return widest if all(size >= 0.7 * widest for size in sizes[:-1]) else None


def _paragraph(text: str, item: Sequence[Line], width: int) -> Unit:
    first, later = item[0], item[1]
    lead = columns(text[first.begin : first.marker].expandtabs(8))
    prefix = later.before(text)

    def render(translated: Sequence[MarkedText], _raw: Raw) -> list[Splice]:
        lines = wrapped(
            pieces(in_one_line(translated[0].text)),
            width,
            first=lead,
            later=columns(prefix.expandtabs(8)),
            starts=lambda words: _MARKER.match(words + " ") is None,
        )
        return [Splice(first.marker, item[-1].end, (first.newline + prefix).join(lines))]

    said = joined([line.words(text) for line in item])
    return Unit(first.marker, item[-1].end, (MarkedText(said),), render)


def _cells(text: str, line: Line) -> Iterator[Unit]:
    at = line.marker
    for cell in text[line.marker : line.end].split("\t"):
        begin = at + len(cell) - len(cell.lstrip())
        end = begin + len(cell.strip())
        at += len(cell) + 1
        if has_letters(text[begin:end]):
            yield _one(begin, end, text[begin:end])


def _one(begin: int, end: int, said: str) -> Unit:
    def render(translated: Sequence[MarkedText], _raw: Raw) -> list[Splice]:
        return [Splice(begin, end, in_one_line(translated[0].text).replace("\t", " "))]

    return Unit(begin, end, (MarkedText(said),), render)


def in_one_line(text: str) -> str:
    """Text without line breaks: the structure is the source's."""
    return _BREAKS.sub(" ", text)
