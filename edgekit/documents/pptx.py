"""Presentations (ECMA-376, PresentationML): slides, notes, comments, charts, diagrams, title."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from edgekit.core.errors import InputError
from edgekit.core.package import Package
from edgekit.documents.base import DocumentOptions
from edgekit.documents.drawing import A, DrawnParagraph, find_in_drawing
from edgekit.documents.languages import restating
from edgekit.documents.office_parts import (
    OfficePart,
    content_types,
    find_in_core_properties,
    natural,
    office_facts,
    related,
)
from edgekit.documents.xml_part import Editable, element_text
from edgekit.documents.zipped import ZippedDocument

if TYPE_CHECKING:
    from lxml.etree import _Element

P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_MAIN = re.compile(r"(presentationml\.(presentation|template|slideshow)|ms-powerpoint\.\w+\.macroEnabled)\.main\+xml$")
_SLIDE = re.compile(r"presentationml\.slide\+xml$")
_BEHIND = re.compile(r"presentationml\.(slideMaster|slideLayout|notesMaster|handoutMaster)\+xml$")
# A diagram is there twice: what is in it, and how it was drawn last.
_OF_A_SLIDE = ("chart", "diagramData", "diagramDrawing", "notesSlide")


def read_pptx(data: bytes, name: str, options: DocumentOptions) -> ZippedDocument:
    """A pptx out of the bytes of its file: each slide, then its charts, diagrams and notes.

    Of masters and layouts what their slides show is translated, and what their places for text say to who fills them in
    is left as it is; so are numbers of slides and dates.
    Raises InputError.
    """
    package = Package(data, name)
    types = content_types(package, name)
    if not any(_MAIN.search(kind) and part in package for part, kind in types.items()):
        raise InputError(f"`{name}` is a zip archive, but no presentation")
    found: dict[str, None] = {}
    for slide in sorted((part for part, kind in types.items() if _SLIDE.search(kind)), key=natural):
        found[slide] = None
        for kind in _OF_A_SLIDE:
            found.update(dict.fromkeys(related(package, slide, name, kind)))
        if options.comments:
            found.update(dict.fromkeys(related(package, slide, name, "comments")))
    behind = [part for part, kind in types.items() if _BEHIND.search(kind)]
    found.update(dict.fromkeys(sorted(behind, key=natural)))
    parts = {
        part: OfficePart(
            package.read(part),
            f"{name}: {part}",
            _find_shown if part in behind else _find_comments if "comment" in part.lower() else find_in_drawing,
            finish=restating("lang", options),
        )
        for part in found
        if part in package
    }
    if "docProps/core.xml" in package:
        core = package.read("docProps/core.xml")
        parts["docProps/core.xml"] = OfficePart(core, f"{name}: docProps/core.xml", find_in_core_properties)
    return ZippedDocument(package, parts, facts=office_facts(package), always=options.set_language)


def _find_shown(root: _Element) -> Iterator[Editable]:
    """What stands on a master or a layout itself: all but its places for text and its names for pictures."""
    hidden = {shape for shape in root.iter(P + "sp") if next(shape.iter(P + "ph"), None) is not None}
    for element in root.iter(A + "p"):
        if hidden.isdisjoint(element.iterancestors(P + "sp")):
            paragraph = DrawnParagraph(element)
            if paragraph.has_letters:
                yield paragraph


def _find_comments(root: _Element) -> Iterator[Editable]:
    for element in root.iter(P + "text"):
        yield from element_text(element)
    yield from find_in_drawing(root)
