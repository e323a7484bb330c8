"""Word documents (ECMA-376, WordprocessingML): body, notes, headers, footers, text boxes, comments, charts, title."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from edgekit.core.errors import InputError
from edgekit.core.package import Package
from edgekit.documents.base import DocumentOptions
from edgekit.documents.docx_runs import Paragraph, W
from edgekit.documents.drawing import find_in_drawing
from edgekit.documents.languages import restating
from edgekit.documents.office_parts import OfficePart, content_types, find_in_core_properties, office_facts
from edgekit.documents.xml_part import Editable, attribute_text
from edgekit.documents.zipped import ZippedDocument

if TYPE_CHECKING:
    from lxml.etree import _Element

_MAIN = re.compile(r"(wordprocessingml\.(document|template)|ms-word\.(document|template)\.macroEnabled)\.main\+xml$")
_STORIES = ("document", "footnotes", "endnotes", "header", "footer", "comments")
_STORY = re.compile(r"wordprocessingml\.(footnotes|endnotes|header|footer|comments)\+xml$")
# A diagram is there twice: what is in it, and how it was drawn last.
_DRAWN = re.compile(r"drawingml\.(chart|diagramData|diagramDrawing)\+xml$")
_STYLES = "wordprocessingml.styles+xml"
_DESCRIBED = re.compile(r"\}(docPr|cNvPr)$")


def read_docx(data: bytes, name: str, options: DocumentOptions) -> ZippedDocument:
    """A docx out of the bytes of its file.

    Runs that look the same are joined; marks of revisions stay, deleted text is left as it is, and so are formulas,
    hidden text and the results of fields other than links.
    Raises InputError.
    """
    package = Package(data, name)
    types = content_types(package, name)
    main = [part for part, kind in types.items() if _MAIN.search(kind) and part in package]
    if not main:
        raise InputError(f"`{name}` is a zip archive, but no Word document")
    stories: dict[str, int] = dict.fromkeys(main, 0)
    for part, kind in types.items():
        found = _STORY.search(kind)
        if found and part in package and (options.comments or found.group(1) != "comments"):
            stories[part] = _STORIES.index(found.group(1))
    drawn = [part for part, kind in types.items() if _DRAWN.search(kind) and part in package]
    ordered = sorted(stories, key=lambda part: (stories[part], part))
    spoken = restating(W + "val", options, of=W + "lang")
    parts = {part: OfficePart(package.read(part), f"{name}: {part}", _find, finish=spoken) for part in ordered}
    parts |= {part: OfficePart(package.read(part), f"{name}: {part}", find_in_drawing) for part in sorted(drawn)}
    if options.set_language and options.source and options.target:
        for part, kind in types.items():
            if kind.endswith(_STYLES) and part in package:
                parts[part] = OfficePart(package.read(part), f"{name}: {part}", _find_none, finish=spoken)
    if "docProps/core.xml" in package:
        core = package.read("docProps/core.xml")
        parts["docProps/core.xml"] = OfficePart(core, f"{name}: docProps/core.xml", find_in_core_properties)
    return ZippedDocument(package, parts, facts=office_facts(package), always=options.set_language)


def _find_none(_root: _Element) -> Iterator[Editable]:
    return iter(())


def _find(root: _Element) -> Iterator[Editable]:
    for element in root.iter():
        if element.tag == W + "p":
            paragraph = Paragraph(element)
            if paragraph.has_letters:
                yield paragraph
        elif isinstance(element.tag, str) and _DESCRIBED.search(element.tag):
            yield from attribute_text(element, "descr")
            yield from attribute_text(element, "title")
