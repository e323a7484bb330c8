"""Word documents (ECMA-376, WordprocessingML): body, notes, headers, footers, text boxes, comments, charts, title."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from edgekit.core.errors import InputError
from edgekit.core.marked import Mark, MarkedText
from edgekit.core.package import Package
from edgekit.documents.base import DocumentOptions
from edgekit.documents.docx_runs import Paragraph, W
from edgekit.documents.drawing import find_in_drawing
from edgekit.documents.languages import is_cjk, is_right_to_left, restated, restated_fact
from edgekit.documents.office_parts import OfficePart, content_types, find_in_core_properties, office_facts
from edgekit.documents.xml_part import Editable, PlainText, attribute_text
from edgekit.documents.zipped import ZippedDocument

if TYPE_CHECKING:
    from lxml.etree import _Element

_MAIN = re.compile(r"(wordprocessingml\.(document|template)|ms-word\.(document|template)\.macroEnabled)\.main\+xml$")
_STORIES = ("document", "footnotes", "endnotes", "header", "footer", "comments")
_STORY = re.compile(r"wordprocessingml\.(footnotes|endnotes|header|footer|comments)\+xml$")
# A diagram is there twice: what is in it, and how it was drawn last.
_DRAWN = re.compile(r"drawingml\.(chart|diagramData|diagramDrawing)\+xml$")
_STYLES = "wordprocessingml.styles+xml"
_NUMBERING = "wordprocessingml.numbering+xml"
_WORD_ART = "{urn:schemas-microsoft-com:vml}textpath"
_NUMBER = re.compile(r"%\d")
# Letters alone are numbers of a kind, `a.` and `iv)`.
_NUMBERED = re.compile(r"[^\W\d_]{3}")
_DESCRIBED = re.compile(r"\}(docPr|cNvPr)$")


def read_docx(data: bytes, name: str, options: DocumentOptions) -> ZippedDocument:
    """A docx out of the bytes of its file.

    Runs that look the same are joined; of words with their reading above them (ruby) the reading goes. Marks of
    revisions stay, deleted text is left as it is, and so are formulas, hidden text and the results of fields other than
    links.
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
    spoken = partial(_state_language, options=options)
    parts = {part: OfficePart(package.read(part), f"{name}: {part}", _find, finish=spoken) for part in ordered}
    parts |= {part: OfficePart(package.read(part), f"{name}: {part}", find_in_drawing) for part in sorted(drawn)}
    for part, kind in types.items():
        if kind.endswith(_NUMBERING) and part in package:
            parts[part] = OfficePart(package.read(part), f"{name}: {part}", _find_numbers)
    if options.set_language and options.source and options.target:
        for part, kind in types.items():
            if kind.endswith(_STYLES) and part in package:
                parts[part] = OfficePart(package.read(part), f"{name}: {part}", _find_none, finish=spoken)
    if "docProps/core.xml" in package:
        core = package.read("docProps/core.xml")
        parts["docProps/core.xml"] = OfficePart(core, f"{name}: docProps/core.xml", find_in_core_properties)
    facts = (*office_facts(package), *_left(b"".join(package.read(part) for part in ordered)))
    return ZippedDocument(package, parts, facts=facts, always=options.set_language)


def _left(stories: bytes) -> list[str]:
    """What a person should know of texts that are not translated, or may not stay so."""

    def count_of(what: bytes) -> int:
        return len(re.findall(rb"<w:" + what + rb"[ />]", stories))

    facts = []
    if count := count_of(b"ruby"):
        facts.append(f"readings above words (ruby): {count:,}, left out where the words are translated")
    if count := count_of(b"altChunk"):
        facts.append(f"files inserted into the text: {count:,}, left as they are")
    if count := count_of(b"dataBinding"):
        facts.append(f"texts that are filled in from the document's data when it is opened: {count:,}")
    return facts


class NumberedText(PlainText):
    """A text with `%1` for numbers, which come through as they are."""

    def __init__(self, element: _Element, name: str) -> None:
        super().__init__(element.get(name) or "", lambda text: element.set(name, text))

    @property
    def marked(self) -> MarkedText:
        """The text with a `keep` for each number."""
        text = super().marked.text
        marks = [Mark(*found.span(), "keep", f"number{at}") for at, found in enumerate(_NUMBER.finditer(text))]
        return MarkedText(text, tuple(marks))


def _find_numbers(root: _Element) -> Iterator[Editable]:
    """What stands before the paragraphs of lists, as `Question %1:`, with the numbers as they are."""
    for element in root.iter(W + "lvlText"):
        if _NUMBERED.search(_NUMBER.sub("", element.get(W + "val") or "")):
            yield NumberedText(element, W + "val")


def _state_language(root: _Element, *, options: DocumentOptions) -> list[str]:
    """The target language for the source language in `w:lang` (17.3.2.20); gives facts.

    Of its three attributes `eastAsia` is that of Chinese, Japanese and Korean letters, `bidi` that of writing from
    right to left, `val` that of the others: where the target has such letters, its own attribute says so too.
    """
    facts = []
    target = options.target or ""
    own = {"eastAsia": is_cjk(target), "bidi": is_right_to_left(target)}
    for element in root.iter(W + "lang"):
        found = {name: restated(element.get(W + name), options) for name in ("val", "eastAsia", "bidi")}
        for name, other in found.items():
            stated = element.get(W + name)
            if stated is not None and other is not None:
                element.set(W + name, other)
                facts.append(restated_fact(stated, other))
        if any(found.values()):
            for name in (name for name, wanted in own.items() if wanted):
                element.set(W + name, target)
    return facts


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
        elif element.tag == W + "listItem":
            yield from attribute_text(element, W + "displayText")
        elif element.tag == _WORD_ART:
            yield from attribute_text(element, "string")
