"""Paragraphs of OpenDocument (ODF 1.3 part 3, 5 and 6) as inline content, and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgekit.documents.layout import LaidOut, Layout
from edgekit.documents.nodes import Inline, Solid, Words, Wrap, text_of

if TYPE_CHECKING:
    from lxml.etree import _Element

    from edgekit.core.marked import MarkedText

TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_OOO = "{http://openoffice.org/2009/office}"
_LOEXT = "{urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0}"
_WRAPS = {TEXT + name for name in ("span", "a", "meta", "meta-field")}
# Elements whose paragraphs are segments of their own, and what is no text of the line.
_APART = {TEXT + "note", OFFICE + "annotation"}
_SPACES = re.compile(r"[ \t\r\n]+")
_PIECES = re.compile(r"[\n\t]| *(?:[^\n\t ]| (?! ))+| +")
_CODE = re.compile(r"(?i)source.?(_20_)?text|teletype|code")

# What a span's style looks like: None where it looks like nothing, as those that LibreOffice makes for each edit.
Looks = Mapping[str, "tuple[bytes, bool, bool] | None"]


def looks(root: _Element) -> dict[str, tuple[bytes, bool, bool] | None]:
    """For each automatic style of text its look, whether it is raised or lowered, whether it is underlined."""
    from lxml import etree

    found: dict[str, tuple[bytes, bool, bool] | None] = {}
    for style in root.iter(STYLE + "style"):
        parent = style.getparent()
        if style.get(STYLE + "family") != "text" or parent is None or parent.tag != OFFICE + "automatic-styles":
            continue
        properties = style.find(STYLE + "text-properties")
        pairs = sorted(
            (str(key), str(value))
            for key, value in (properties.attrib.items() if properties is not None else ())
            if not str(key).startswith((_OOO, _LOEXT))
        )
        kept = [etree.tostring(child, method="c14n") for child in (properties if properties is not None else ())]
        based = style.get(STYLE + "parent-style-name")
        names = dict(pairs)
        seen = repr((based, pairs)).encode() + b"".join(kept)
        found[style.get(STYLE + "name") or ""] = (
            (seen, STYLE + "text-position" in names, names.get(STYLE + "text-underline-style", "none") != "none")
            if pairs or kept or based
            else None
        )
    return found


class TextParagraph(LaidOut):
    """A `text:p` or `text:h`."""

    def __init__(self, element: _Element, styles: Looks) -> None:
        self._element = element
        super().__init__(Layout(_Reader(styles).nodes(element)))

    def write(self, translated: MarkedText) -> None:
        """Put other content in the place of its own."""
        _Writer(self._element.makeelement).refill(self._element, self._layout.placed(translated))


class _Reader:
    """Reads a paragraph; white space is collapsed across its elements, as ODF says."""

    def __init__(self, styles: Looks) -> None:
        self._styles = styles
        self._after_space = True

    def nodes(self, parent: _Element) -> list[Inline]:
        found: list[Inline] = list(self._words(parent.text))
        for child in parent:
            found += self._element(child)
            found += self._words(child.tail)
        return found

    def _words(self, text: str | None) -> Iterator[Inline]:
        text = _SPACES.sub(" ", text or "")
        if self._after_space:
            text = text.lstrip(" ")
        if text:
            self._after_space = text.endswith(" ")
            yield Words(text)

    def _element(self, child: _Element) -> Iterator[Inline]:
        tag = child.tag
        if tag in (TEXT + "s", TEXT + "tab", TEXT + "line-break"):
            count = child.get(TEXT + "c", "1")
            times = min(int(count), 1000) if count.isdecimal() else 1
            self._after_space = False
            yield Words({"s": " " * times, "tab": "\t"}.get(tag.removeprefix(TEXT), "\n"))
        elif tag in _WRAPS:
            yield from self._wrap(child)
        elif tag == TEXT + "ruby":
            bases = [node for base in child.iter(TEXT + "ruby-base") for node in self.nodes(base)]
            yield Wrap(tuple(bases), _Ruby(child, text_of(bases)))
        elif isinstance(tag, str) and tag.startswith(TEXT) and tag not in _APART and len(child) == 0 and child.text:
            self._after_space = False
            yield Solid(child.text, child)  # a field: a date, the number of a page
        elif tag != TEXT + "soft-page-break":
            yield Solid("", child)

    def _wrap(self, child: _Element) -> Iterator[Inline]:
        name = child.get(TEXT + "style-name") or ""
        look = self._styles.get(name, (b"", False, False)) if child.tag == TEXT + "span" else (b"", False, False)
        nodes = self.nodes(child)
        if look is None:
            yield from nodes
        elif child.tag == TEXT + "span" and text_of(nodes) and (look[2] and not text_of(nodes).strip()):
            yield Words(text_of(nodes), name, child, shows_space=True)
        elif child.tag == TEXT + "span" and text_of(nodes).strip() and _CODE.search(name):
            yield Solid(text_of(nodes), child)
        else:
            yield Wrap(tuple(nodes), child, raised=look[1], link=child.tag == TEXT + "a")


@dataclass(frozen=True, slots=True, eq=False)
class _Ruby:
    """Words with how they are read above them, which goes with other words."""

    element: _Element
    words: str


class _Writer:
    """Writes a paragraph as ODF has it: tabs, line breaks and all spaces but the first of a run are elements."""

    def __init__(self, make: Callable[..., _Element]) -> None:
        self._make = make
        self._after_space = True

    def refill(self, parent: _Element, nodes: Sequence[Inline]) -> None:
        """Exchange what is in an element."""
        contents = list(self._contents(nodes))
        for old in list(parent):
            parent.remove(old)
        parent.text = None
        for child in contents:
            if not isinstance(child, str):
                child.tail = None
                parent.append(child)
            elif len(parent):
                parent[-1].tail = (parent[-1].tail or "") + child
            else:
                parent.text = (parent.text or "") + child

    def _contents(self, nodes: Sequence[Inline]) -> Iterator[_Element | str]:
        for node in nodes:
            source = node.source
            if isinstance(node, Words) and source is None:
                yield from self._pieces(node.text)
            elif isinstance(source, _Ruby):
                if isinstance(node, Wrap) and text_of(node.children) != source.words:
                    yield from self._contents(node.children)
                    continue
                self._after_space = False
                yield source.element
            elif isinstance(node, Wrap):
                self.refill(source, node.children)
                yield source
            elif isinstance(source, (Words, Wrap)):  # a gap to fill in, an element without text
                yield from self._contents([source])
            elif isinstance(source, tuple):
                yield from self._contents(source)
            else:
                self._after_space = self._after_space and not node.text
                yield source

    def _pieces(self, text: str) -> Iterator[_Element | str]:
        for piece in _PIECES.findall(text):
            if piece in "\n\t":
                yield self._make(TEXT + ("line-break" if piece == "\n" else "tab"))
                self._after_space = False
                continue
            words = piece.lstrip(" ")
            spaces = len(piece) - len(words)
            if spaces and not self._after_space:
                yield " "
                spaces -= 1
                self._after_space = True
            if spaces:
                yield self._make(TEXT + "s", {TEXT + "c": str(spaces)} if spaces > 1 else {})
                self._after_space = False
            if words:
                yield words
                self._after_space = words.endswith(" ")
