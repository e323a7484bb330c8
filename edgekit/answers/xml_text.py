"""XML files and zips of them, opened as foreign files, and text that was written for a browser."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from edgekit.core.errors import InputError
from edgekit.core.package import Package

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
PASTED = re.compile(r"data:[\w/+.;=-]{0,100},[^\s\"'<>]*")
"""A picture that was pasted into a text is in it, letter by letter."""
_TAG = re.compile(r"</?([a-zA-Z][\w-]*)[^<>]*>")
_MOST_MEMBERS = 5_000
_HEAD = 1 << 16
_MOST_HTML = 200_000
_BLOCKS = frozenset(
    ["p", "div", "br", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "hr"]
)
_HIDDEN = frozenset({"script", "style", "template", "head", "title"})


@dataclass(frozen=True, slots=True)
class XmlFile:
    """A file of XML by its own name or by that in an archive."""

    name: str
    data: bytes


def xml_files(data: bytes, path: Path) -> tuple[list[XmlFile], bool]:
    """The file, or those of a zip in the order of their names, and whether it is a zip.

    Raises InputError: a damaged archive, one that unpacks to too much, names that lead out of it.
    """
    if not data.startswith(b"PK"):
        return [XmlFile(path.name, data)], False
    package = Package(data, path.name)
    names = sorted(name for name in package.names() if name.lower().endswith(".xml"))
    if not names or len(names) > _MOST_MEMBERS:
        raise InputError(f"`{path}` has {len(names):,} files of XML; 1 to {_MOST_MEMBERS:,} are read")
    return [XmlFile(name, package.read(name)) for name in names], True


def beginning_of(data: bytes) -> bytes:
    """What a file begins with, in UTF-8 without a mark: whether it is XML, and of which root."""
    for mark, codec in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            return data[len(mark) : _HEAD].decode(codec, "replace").encode("utf-8", "replace").lstrip()
    return data[:_HEAD].removeprefix(codecs.BOM_UTF8).lstrip()


def local_name(tag: str) -> str:
    """`qti:itemResult` -> `itemResult`."""
    return tag.rpartition(":")[2]


def not_xml(text: str) -> str:
    """A text with what XML has no way to write replaced by U+FFFD."""
    return _NOT_XML.sub("\ufffd", text)


def html_text(text: str) -> str:
    """What a reader sees of HTML: blocks are lines, a picture is `[image: its description]`, scripts are nothing.

    Of tags that are too deep in each other to be read, 254, everything between them is left.
    """
    # Not `html.parser`: 200,000 characters of `<a ` take it minutes (CVE-2025-6069).
    from lxml import etree

    text = PASTED.sub("", text)
    if len(text) > _MOST_HTML:
        raise InputError(f"a text of {len(text):,} characters is no question; at most {_MOST_HTML:,} are read")
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(f"<div>{not_xml(text)}</div>".encode(), parser)
    except etree.XMLSyntaxError:
        root = None
    parts: Iterable[str] = _shown(etree.iterwalk(root, events=("start", "end"))) if root is not None else ()
    # Where the parser stops, it says nothing of what is behind.
    if any(
        one.type in (etree.ErrorTypes.ERR_RESOURCE_LIMIT, etree.ErrorTypes.ERR_INTERNAL_ERROR)
        for one in parser.error_log
    ):
        parts = (unescape(_TAG.sub(lambda found: "\n" if found[1].lower() in _BLOCKS else "", text)),)
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _shown(walk: Iterable[tuple[str, Any]]) -> Iterator[str]:
    hidden = 0
    for event, element in walk:
        tag = element.tag
        if tag in _BLOCKS:
            yield "\n"
        if event == "start":
            hidden += tag in _HIDDEN
            if tag == "img" and not hidden:
                said = " ".join((element.get("alt") or "").split())
                yield f"[image: {said}]" if said else "[image]"
            said = element.text
        else:
            hidden -= tag in _HIDDEN
            said = element.tail
        if said and not hidden:
            # A line break of the source is a space to a browser.
            yield said.replace("\n", " ")
