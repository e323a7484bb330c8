"""XML from elsewhere, read as a stream: no entities, no network, bounded depth and text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element, TreeBuilder  # only builds what expat below lets through
from xml.parsers import expat  # entities are refused below

from edgekit.core.errors import InputError

_CHUNK = 1 << 18
_MOST_DEPTH = 100
_MOST_ELEMENT = 4_000_000
"""Characters of text and attributes in one wanted element."""
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}"


def elements(stream: BinaryIO, wanted: Callable[[str], bool], name: str) -> Iterator[tuple[Element, int]]:
    """Whole elements of a document and the line of each, one at a time; the rest of the document is not kept.

    wanted: whether an element of this local name (without its namespace) is one; those inside of one come with it.
    name: of the file, for errors. Encodings are those of expat: UTF-8, UTF-16, Latin-1, ASCII, by mark or declaration.
    Tags and attributes are given by local name, `xml:lang` as `XML_SPACE + "lang"`.
    Raises InputError: no XML, an entity is declared, nested deeper than 100, or an element is too
    long.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    ready: list[tuple[Element, int]] = []
    builder: TreeBuilder | None = None
    depth = inside = size = line = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal builder, depth, inside, size, line
        depth += 1
        if depth > _MOST_DEPTH:
            raise _refused(f"it is nested deeper than {_MOST_DEPTH}", name, parser)
        local = tag.rpartition(" ")[2]
        if builder is None and wanted(local):
            builder, size, line, inside = TreeBuilder(), 0, parser.CurrentLineNumber, 0
        if builder is not None:
            inside += 1
            grow(sum(map(len, attributes.values())) + len(local))
            builder.start(local, {_attribute(key): value for key, value in attributes.items()})

    def end(tag: str) -> None:
        nonlocal builder, depth, inside
        depth -= 1
        if builder is not None:
            builder.end(tag.rpartition(" ")[2])
            inside -= 1
            if not inside:
                ready.append((builder.close(), line))
                builder = None

    def text(characters: str) -> None:
        if builder is not None:
            grow(len(characters))
            builder.data(characters)

    def grow(count: int) -> None:
        nonlocal size
        size += count
        if size > _MOST_ELEMENT:
            raise _refused(f"an element is longer than {_MOST_ELEMENT:,} characters", name, parser)

    def entity(*_: Any) -> None:
        raise _refused("it declares an entity", name, parser)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.EntityDeclHandler = entity
    while True:
        chunk = stream.read(_CHUNK)
        try:
            parser.Parse(chunk, not chunk)
        except expat.ExpatError as problem:
            reason = f"line {problem.lineno}: {expat.ErrorString(problem.code)}"
            raise InputError(f"`{name}` is no XML that can be read", reasons=[reason]) from None
        except (LookupError, ValueError) as problem:
            raise InputError(f"`{name}` is no XML that can be read", reasons=[str(problem)]) from None
        yield from ready
        ready.clear()
        if not chunk:
            return


def _attribute(key: str) -> str:
    space, _, local = key.rpartition(" ")
    return XML_SPACE + local if space == XML_SPACE.strip("{}") else local


def _refused(reason: str, name: str, parser: expat.XMLParserType) -> InputError:
    return InputError(f"`{name}` is not read", reasons=[f"line {parser.CurrentLineNumber}: {reason}"])
