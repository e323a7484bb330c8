"""What the packages of Office have in common (ECMA-376 part 2): kinds of parts, relations, properties."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import unquote

from edgekit.core.errors import InputError
from edgekit.core.marked import MarkedText
from edgekit.core.package import Package
from edgekit.documents.xml_part import Editable, Find, XmlPart, element_text, parse

if TYPE_CHECKING:
    from lxml.etree import _Element

_TYPES = "[Content_Types].xml"
_TYPE = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_DC = "{http://purl.org/dc/elements/1.1/}"


# What `Strict Open XML` calls the namespaces (ECMA-376 part 1) that everybody else calls by their older names (part 4).
_STRICT = tuple(
    (
        f'"http://purl.oclc.org/ooxml/{kind}/main"'.encode(),
        f'"http://schemas.openxmlformats.org/{kind}/2006/main"'.encode(),
    )
    for kind in ("wordprocessingml", "drawingml", "presentationml")
)


class OfficePart:
    """An XML part under either of its names for namespaces; see XmlPart."""

    def __init__(
        self, data: bytes, name: str, find: Find, *, finish: Callable[[_Element], Sequence[str]] = lambda _root: ()
    ) -> None:
        self._names = [(strict, older) for strict, older in _STRICT if strict in data and older not in data]
        for strict, older in self._names:
            data = data.replace(strict, older)
        self._part = XmlPart(data, name, find, finish=finish)
        self.segments = self._part.segments

    @property
    def facts(self) -> tuple[str, ...]:
        """See XmlPart."""
        return self._part.facts

    def written(self, translated: Sequence[MarkedText], *, changed: bool = False) -> bytes:
        """The part with these texts."""
        data = self._part.written(translated, changed=changed)
        for strict, older in self._names:
            data = data.replace(older, strict)
        return data


def content_types(package: Package, name: str) -> dict[str, str]:
    """The kind of each part that has one of its own, by the name of its member. Raises InputError."""
    if _TYPES not in package:
        raise InputError(f"`{name}` is a zip archive, but no Office document")
    root = parse(package.read(_TYPES), f"{name}: {_TYPES}")
    by_case = {member.lower(): member for member in package.names()}
    found: dict[str, str] = {}
    for override in root.iter(_TYPE + "Override"):
        part = unquote(override.get("PartName") or "").lstrip("/")
        found[by_case.get(part.lower(), part)] = override.get("ContentType") or ""
    return found


def related(package: Package, part: str, name: str, kind: str) -> list[str]:
    """The parts that a part relates to by a kind (the end of its type), in the order of their ids."""
    folder, _, file = part.rpartition("/")
    member = f"{folder}/_rels/{file}.rels".lstrip("/")
    if member not in package:
        return []
    root = parse(package.read(member), f"{name}: {member}")
    found = [
        (relation.get("Id") or "", posixpath.normpath(posixpath.join("/", folder, relation.get("Target") or "")))
        for relation in root.iter(_RELATION)
        if (relation.get("Type") or "").endswith("/" + kind) and relation.get("TargetMode") != "External"
    ]
    return [target.lstrip("/") for _, target in sorted(found, key=lambda pair: natural(pair[0]))]


def natural(name: str) -> list[tuple[int, str]]:
    """A key that sorts `slide2` before `slide10`, however many digits a number has."""
    pieces = re.split(r"([0-9]+)", name)
    return [(len(number := piece.lstrip("0")), number) if at % 2 else (-1, piece) for at, piece in enumerate(pieces)]


def find_in_core_properties(root: _Element) -> Iterator[Editable]:
    """Title and subject of the document."""
    for tag in ("title", "subject"):
        for element in root.iter(_DC + tag):
            yield from element_text(element)


def office_facts(package: Package) -> tuple[str, ...]:
    """What a person should know about a package."""
    facts = []
    if any(name.startswith("_xmlsignatures/") for name in package.names()):
        facts.append("the document is signed; the signature does not hold for a translation")
    if count := sum("/embeddings/" in name and not name.endswith("/") for name in package.names()):
        facts.append(f"embedded files, such as the tables behind charts: {count:,}, left as they are")
    return tuple(facts)
