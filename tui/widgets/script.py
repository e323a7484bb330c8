"""Text in any script, on lines of our own: broken at spaces, else between characters as people see them, never inside.

Textual breaks a word that is too long for a line after any code point, and counts vowels of Indic scripts as nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from unicodedata import category

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from edgekit.core.characters import between_characters

_BREAKS = (" ", "\u200b")  # the second stands between the words of Khmer, Burmese and Thai, and is not seen


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Pieces of text with the style of each.  indent: cells before every line but the first."""

    pieces: tuple[tuple[str, str], ...]
    indent: int = 0


def plain(text: str, style: str = "", indent: int = 0) -> Paragraph:
    """A paragraph of one style."""
    return Paragraph(((text, style),), indent)


def characters(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of each character as people see it."""
    begin = 0
    for at in range(1, len(text)):
        if between_characters(text[begin : at + 1], at - begin):
            yield begin, at
            begin = at
    if text:
        yield begin, len(text)


def cells(text: str) -> int:
    """The most cells that a terminal gives to a text: some give one to a spacing vowel, as glibc does, others none."""
    return cell_len(text) + sum(category(one) == "Mc" for one in text)


def lines_of(text: str, width: int, later: int | None = None) -> Iterator[tuple[int, int]]:
    """(begin, end) of each line, the space at which it is broken left out.  later: width of all lines but the first."""
    room, later = max(2, width), max(2, later if later is not None else width)
    begin = space = used = 0
    for at, end in characters(text):
        if text[at] == "\n":
            yield begin, at
            begin = space = end
            used, room = 0, later
            continue
        size = cells(text[at:end])
        is_space = text[at:end] in _BREAKS  # not one that carries a vowel
        if used + size > room and at > begin and is_space:
            yield begin, at
            begin = space = end
            used, room = 0, later
            continue
        # What comes after a space may be too long for its line as well.
        while used + size > room and at > begin:
            cut = space if space > begin else at
            yield begin, cut - 1 if cut == space else cut
            begin, used, room = cut, cells(text[cut:at]), later
        if is_space:
            space = end
        used += size
    yield begin, len(text)


def rendered(paragraphs: Sequence[Paragraph], width: int) -> Content:
    """All of it in lines of at most so many cells."""
    lines: list[Content] = []
    for paragraph in paragraphs:
        text = "".join(piece for piece, _style in paragraph.pieces).replace("\t", "    ")
        for number, (begin, end) in enumerate(lines_of(text, width, width - paragraph.indent)):
            before = Content(" " * paragraph.indent if number else "")
            lines.append(Content("").join([before, *_between(paragraph, begin, end)]))
    return Content("\n").join(lines)


def _between(paragraph: Paragraph, begin: int, end: int) -> Iterator[Content]:
    at = 0
    for piece, style in paragraph.pieces:
        text = piece.replace("\t", "    ")
        part = text[max(0, begin - at) : max(0, end - at)]
        if part:
            yield Content.styled(part, style) if style else Content(part)
        at += len(text)


class ScriptText(Static):
    """Paragraphs, broken anew when the width changes."""

    DEFAULT_CSS = "ScriptText { width: 100%; height: auto; }"

    def __init__(self, paragraphs: Sequence[Paragraph] = (), id: str | None = None) -> None:  # noqa: A002
        super().__init__("", id=id, markup=False)
        self.paragraphs = list(paragraphs)
        self._width = 0

    def show(self, paragraphs: Sequence[Paragraph]) -> None:
        """Other text."""
        self.paragraphs = list(paragraphs)
        if self._width:
            self.update(rendered(self.paragraphs, self._width))

    def on_resize(self) -> None:
        """Break the lines anew."""
        width = self.content_size.width
        if width and width != self._width:
            self._width = width
            self.update(rendered(self.paragraphs, width))
