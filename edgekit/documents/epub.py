"""Electronic books (EPUB 2.0.1 and 3.3): chapters, tables of contents, title."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from edgekit.core.errors import InputError
from edgekit.core.package import Package
from edgekit.documents.base import DocumentOptions
from edgekit.documents.html import read_html, read_xhtml
from edgekit.documents.languages import restated, restated_fact
from edgekit.documents.xml_part import Editable, XmlPart, element_text, parse
from edgekit.documents.zipped import Part, ZippedDocument

if TYPE_CHECKING:
    from lxml.etree import _Element

_MIMETYPE = "application/epub+zip"
_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_ROOTFILE = "{urn:oasis:names:tc:opendocument:xmlns:container}rootfile"
_METHOD = "{http://www.w3.org/2001/04/xmlenc#}EncryptionMethod"
_OPF = "{http://www.idpf.org/2007/opf}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_NCX = "{http://www.daisy.org/z3986/2005/ncx/}"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# Fonts may be obfuscated in a book that anybody may read.
_OBFUSCATED_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_READ = {"application/xhtml+xml": read_xhtml, "text/html": read_html}
_WORDS = re.compile(rb"<text[\s>]")
_NCX_TYPE = "application/x-dtbncx+xml"


@dataclass(frozen=True, slots=True)
class _Item:
    """An entry of the manifest; member is its name in the archive."""

    member: str
    media: str
    properties: tuple[str, ...]


def read_epub(data: bytes, name: str, options: DocumentOptions) -> ZippedDocument:
    """An epub out of the bytes of its file: title, tables of contents, then chapters in their order.

    Raises InputError, also for a book that is encrypted.
    """
    package = Package(data, name)
    if "mimetype" in package and package.read("mimetype").decode("latin-1").strip() != _MIMETYPE:
        raise InputError(f"`{name}` is a zip archive, but no epub")
    _refuse_encrypted(package, name)
    opf = _package_document(package, name)
    root = parse(package.read(opf), f"{name}: {opf}")

    def state_language(tree: _Element) -> list[str]:
        facts = []
        for element in tree.iter(_DC + "language"):
            stated = element.text or ""
            if (target := restated(stated, options, whole=True)) is not None:
                element.text = target
                facts.append(restated_fact(stated, target))
        for element in tree.iter():
            stated = element.get(_XML_LANG) or ""
            if (target := restated(stated, options, whole=element is tree)) is not None:
                element.set(_XML_LANG, target)
                facts.append(restated_fact(stated, target))
        return facts

    parts: dict[str, Part] = {}
    parts[opf] = XmlPart(package.read(opf), f"{name}: {opf}", _find_titles, finish=state_language)
    for item in _in_order(root, opf):
        if item.member not in package or item.member in parts:
            continue
        content, called = package.read(item.member), f"{name}: {item.member}"
        if item.media == _NCX_TYPE:
            parts[item.member] = XmlPart(content, called, _find_labels, finish=state_language)
        else:
            parts[item.member] = _READ[item.media](content, called, options)
    drawn = sum(
        name.lower().endswith(".svg") and _WORDS.search(package.read(name)) is not None for name in package.names()
    )
    facts = [f"drawings (svg) with words in them: {drawn:,}, left as they are"] if drawn else []
    return ZippedDocument(package, parts, facts=facts, always=options.set_language)


def _refuse_encrypted(package: Package, name: str) -> None:
    methods: list[str | None] = []
    if _ENCRYPTION in package:
        tree = parse(package.read(_ENCRYPTION), f"{name}: {_ENCRYPTION}")
        methods = [method.get("Algorithm") for method in tree.iter(_METHOD)]
    if any(method not in _OBFUSCATED_FONTS for method in methods):
        raise InputError(f"`{name}` is encrypted (DRM)", hint="only a book without copy protection can be translated")


def _package_document(package: Package, name: str) -> str:
    if _CONTAINER not in package:
        raise InputError(f"`{name}` is a zip archive, but no epub")
    root = parse(package.read(_CONTAINER), f"{name}: {_CONTAINER}")
    for rootfile in root.iter(_ROOTFILE):
        path = unquote(rootfile.get("full-path") or "")
        if path in package:
            return path
    raise InputError(f"`{name}` is an epub without a package document")


def _in_order(root: _Element, opf: str) -> list[_Item]:
    """What the manifest lists and can be read: tables of contents, the chapters, then what is in no order."""
    folder = posixpath.dirname(opf)
    items = {
        item.get("id") or "": _Item(
            posixpath.normpath(posixpath.join(folder, unquote((item.get("href") or "").partition("#")[0]))),
            item.get("media-type") or "",
            tuple((item.get("properties") or "").split()),
        )
        for item in root.iter(_OPF + "item")
    }
    spine = [items[key] for ref in root.iter(_OPF + "itemref") if (key := ref.get("idref") or "") in items]
    contents = [item for item in items.values() if item.media == _NCX_TYPE or "nav" in item.properties]
    ordered = [*contents, *spine, *items.values()]
    return [item for item in ordered if item.media in _READ or item.media == _NCX_TYPE]


def _find_titles(root: _Element) -> Iterator[Editable]:
    for tag in ("title", "description", "subject"):
        for element in root.iter(_DC + tag):
            yield from element_text(element)


def _find_labels(root: _Element) -> Iterator[Editable]:
    for element in root.iter(_NCX + "text"):
        yield from element_text(element)
