"""OpenDocument texts and presentations (ODF 1.3): body, notes, tables, headers, footers, remarks, title."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from edgekit.core.errors import InputError
from edgekit.core.languages import base_language
from edgekit.core.package import Package
from edgekit.documents.base import DocumentOptions
from edgekit.documents.languages import restated, restated_fact
from edgekit.documents.odt_runs import OFFICE, STYLE, TEXT, Looks, TextParagraph, looks
from edgekit.documents.xml_part import Editable, XmlPart, attribute_text, element_text, parse
from edgekit.documents.zipped import ZippedDocument

if TYPE_CHECKING:
    from lxml.etree import _Element

_MEDIA = ("text", "text-template", "text-master", "presentation", "presentation-template")
_PREFIX = "application/vnd.oasis.opendocument."
_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
_FORM = "{urn:oasis:names:tc:opendocument:xmlns:form:1.0}"
_PRESENTATION = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}"
_DECLARED = (_PRESENTATION + "header-decl", _PRESENTATION + "footer-decl")
_HELD = re.compile(r"(?:\./)?Object [^/]+/content\.xml")
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_ENCRYPTED = "{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}encryption-data"


def read_odt(data: bytes, name: str, options: DocumentOptions) -> ZippedDocument:
    """An odt out of the bytes of its file.

    Text that a revision has deleted is left as it is, and so are fields. Raises InputError.
    """
    package = Package(data, name)
    kind = package.read("mimetype").decode("latin-1").strip() if "mimetype" in package else ""
    if kind.removeprefix(_PREFIX) not in _MEDIA or "content.xml" not in package:
        raise InputError(f"`{name}` is a zip archive, but no OpenDocument text")
    if "META-INF/manifest.xml" in package:
        manifest = parse(package.read("META-INF/manifest.xml"), f"{name}: META-INF/manifest.xml")
        if next(manifest.iter(_ENCRYPTED), None) is not None:
            raise InputError(
                f"`{name}` is protected by a password", hint="open it in its program and save it without one"
            )
    parts: dict[str, XmlPart] = {}
    # Charts and tables are documents in folders of their own.
    held = [(part, _find) for part in package.names() if _HELD.fullmatch(part)]
    for part, find in (("content.xml", _find), ("styles.xml", _find), *held, ("meta.xml", _find_title)):
        if part in package:
            content = package.read(part)
            if find is _find:
                find = partial(_find, comments=options.comments)
            parts[part] = XmlPart(content, f"{name}: {part}", find, finish=partial(_state_language, options=options))
    signed = any(member.startswith("META-INF/") and "signatures" in member for member in package.names())
    facts = ["the document is signed; the signature does not hold for a translation"] if signed else []
    if count := package.read("content.xml").count(b"<text:ruby-base"):
        facts.append(f"readings above words (ruby): {count:,}, left out where the words are translated")
    return ZippedDocument(package, parts, facts=facts, always=options.set_language)


def _state_language(root: _Element, *, options: DocumentOptions) -> list[str]:
    """The target language for the source language in styles and in the document's properties; gives facts."""
    facts = []
    for element in root.iter():
        stated = element.get(_FO + "language") or ""
        target = restated(stated, options)
        if target is not None:
            # ODF 1.3, 20.192: `none` is no country.
            region = next((part for part in target.split("-")[1:] if len(part) in (2, 3)), "none")
            element.set(_FO + "language", base_language(target))
            element.set(_FO + "country", region)
            facts.append(restated_fact(stated, target))
    for element in root.iter(_DC + "language"):
        stated = element.text or ""
        target = restated(stated, options)
        if target is not None:
            element.text = target
            facts.append(restated_fact(stated, target))
    return facts


def _find(root: _Element, *, comments: bool = True) -> Iterator[Editable]:
    styles = looks(root)
    for level in root.iter(TEXT + "list-level-style-number"):  # `Question ` of `Question 1`
        for name in (STYLE + "num-prefix", STYLE + "num-suffix"):
            yield from attribute_text(level, name)
    for region in root:
        # The body, and of the styles what stands at the top and the foot of pages.
        if region.tag in (OFFICE + "body", OFFICE + "master-styles"):
            yield from _paragraphs(region, styles, comments)


def _paragraphs(parent: _Element, styles: Looks, comments: bool) -> Iterator[Editable]:
    skipped = {TEXT + "tracked-changes"} | (set() if comments else {OFFICE + "annotation"})
    waiting = [parent]
    while waiting:
        element = waiting.pop()
        if element.tag in skipped:
            continue
        if element.tag in (TEXT + "p", TEXT + "h"):
            paragraph = TextParagraph(element, styles)
            if paragraph.has_letters:
                yield paragraph
        elif element.tag in (_SVG + "title", _SVG + "desc", *_DECLARED):
            yield from element_text(element)
        elif isinstance(element.tag, str) and element.tag.startswith(_FORM):
            yield from attribute_text(element, _FORM + "label")
        waiting.extend(reversed(element))


def _find_title(root: _Element) -> Iterator[Editable]:
    for tag in ("title", "subject"):
        for element in root.iter(_DC + tag):
            yield from element_text(element)
