"""XML files and zips of them, opened as foreign files, and text that was written for a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from edgekit.core.errors import InputError
from edgekit.core.package import Package

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOST_MEMBERS = 5_000
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


def local_name(tag: str) -> str:
    """`qti:itemResult` -> `itemResult`."""
    return tag.rpartition(":")[2]


def not_xml(text: str) -> str:
    """A text with what XML has no way to write replaced by U+FFFD."""
    return _NOT_XML.sub("\ufffd", text)


def html_text(text: str) -> str:
    """What a reader sees of HTML: blocks are lines, a picture is `[image: its description]`, scripts are nothing."""
    if len(text) > _MOST_HTML:
        raise InputError(f"a text of {len(text):,} characters is no question; at most {_MOST_HTML:,} are read")
    reader = _Text()
    reader.feed(text)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return "\n".join(line for line in lines if line)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag in _BLOCKS:
            self.parts.append("\n")
        elif tag == "img" and not self._hidden:
            said = " ".join((dict(attrs).get("alt") or "").split())
            self.parts.append(f"[image: {said}]" if said else "[image]")

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            # A line break of the source is a space to a browser.
            self.parts.append(data.replace("\n", " "))
