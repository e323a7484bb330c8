"""Paragraphs of DrawingML (ECMA-376 part 1, 21.1.2): slides, notes, tables, charts, diagrams."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from edgekit.documents.layout import LaidOut, Layout
from edgekit.documents.nodes import Inline, Solid, Words
from edgekit.documents.xml_part import Editable, attribute_text, element_text

if TYPE_CHECKING:
    from lxml.etree import _Element

    from edgekit.core.marked import MarkedText

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
# Attributes that do not change how a run looks.
_UNSEEN = ("lang", "altLang", "dirty", "err", "smtClean", "smtId", "bmk", "noProof")
_PIECES = re.compile(r"\n|[^\n]+")
_DESCRIBED = re.compile(r"\}(docPr|cNvPr)$")


class DrawnParagraph(LaidOut):
    """An `a:p`."""

    def __init__(self, element: _Element) -> None:
        self._element = element
        super().__init__(Layout(list(_inlines(element))))

    def write(self, translated: MarkedText) -> None:
        """Put other runs in the place of its own; the properties of the paragraph and of its end stay."""
        element = self._element
        kept = [child for child in element if child.tag in (A + "pPr", A + "endParaRPr")]
        for child in list(element):
            if child not in kept:
                element.remove(child)
        end = next((index for index, child in enumerate(element) if child.tag == A + "endParaRPr"), len(element))
        new = _elements(self._layout.placed(translated), element.makeelement)
        for index, child in enumerate(list(new)):
            child.tail = None
            element.insert(end + index, child)


def find_in_drawing(root: _Element) -> Iterator[Editable]:
    """Paragraphs and descriptions of pictures, in the order of the part."""
    for element in root.iter():
        if element.tag == A + "p":
            paragraph = DrawnParagraph(element)
            if paragraph.has_letters:
                yield paragraph
        elif element.tag in (C + "strCache", C + "strLit"):  # names of series and categories, as the chart shows them
            for value in element.iter(C + "v"):
                yield from element_text(value)
        elif isinstance(element.tag, str) and _DESCRIBED.search(element.tag):
            yield from attribute_text(element, "descr")
            yield from attribute_text(element, "title")


def _inlines(paragraph: _Element) -> Iterator[Inline]:
    for child in paragraph:
        if child.tag == A + "r":
            properties = child.find(A + "rPr")
            text = (child.findtext(A + "t") or "").replace("\n", " ")
            raised = properties is not None and properties.get("baseline", "0").strip("%") not in ("0", "")
            shows = properties is not None and properties.get("u", "none") != "none"
            link = properties is not None and properties.find(A + "hlinkClick") is not None
            yield Words(text, _style(properties), child, raised, shows, link)
        elif child.tag == A + "br":
            yield Words("\n", _style(child.find(A + "rPr")), child)
        elif child.tag == A + "fld":
            yield Solid(child.findtext(A + "t") or "", child)
        elif child.tag not in (A + "pPr", A + "endParaRPr"):
            yield Solid("", child)


def _style(properties: _Element | None) -> bytes | None:
    """Equal for runs that look the same."""
    from lxml import etree

    if properties is None:
        return None
    attributes = sorted((str(key), str(value)) for key, value in properties.attrib.items() if key not in _UNSEEN)
    children = [etree.tostring(child, method="c14n", with_tail=False) for child in properties]
    return repr(attributes).encode() + b"".join(children) if attributes or children else None


def _elements(nodes: Sequence[Inline], make: Callable[..., _Element]) -> Iterator[_Element]:
    for node in nodes:
        if isinstance(node, Words):
            yield from _runs(node, make)
        elif isinstance(node.source, Words):
            yield from _runs(node.source, make)
        elif isinstance(node.source, tuple):
            yield from _elements(node.source, make)
        else:
            yield node.source


def _runs(words: Words, make: Callable[..., _Element]) -> Iterator[_Element]:
    properties = words.source.find(A + "rPr")
    for piece in _PIECES.findall(words.text):
        element = make(A + ("br" if piece == "\n" else "r"))
        if properties is not None:
            element.append(copy.deepcopy(properties))
        if piece != "\n":
            text = make(A + "t")
            text.text = piece
            element.append(text)
        yield element
