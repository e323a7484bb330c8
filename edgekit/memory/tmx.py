"""Translation memories as TMX 1.4b (LISA OSCAR), in and out, one unit at a time."""

from __future__ import annotations

import calendar
import json
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import Element  # only the type; what parses is hardened
from xml.sax.saxutils import escape, quoteattr  # only writes

from edgekit.core.atomic import replacing
from edgekit.core.errors import InputError, OutputError, UnavailableError, UsageError
from edgekit.core.languages import Direction, base_language, normalise_tag
from edgekit.core.xml_stream import XML_SPACE, elements
from edgekit.memory.entries import Entry, Origin, OriginKind

MOST_CHARACTERS = 20_000
# Native codes: what is in them is markup of the document that was translated, and stays in the text.
_CODES = frozenset({"bpt", "ept", "it", "ph", "ut"})
_KIND, _PREVIOUS, _WHO, _DOCUMENT = "x-edgekit-kind", "x-edgekit-previous", "x-edgekit-who", "x-edgekit-document"
# OmegaT's names for the segment before and the file.
_PLAIN = {_PREVIOUS: "prev", _DOCUMENT: "file"}
_CHARACTER = "x-edgekit-character"
_KINDS: tuple[OriginKind, ...] = ("person", "imported", "model")
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CODE_POINT = re.compile("[0-9]{1,7}")
_DATE = "%Y%m%dT%H%M%SZ"
_LAST_DATE = 253_402_300_799
_HEADER = """<?xml version="1.0" encoding="UTF-8"?>
<tmx version="1.4">
<header creationtool="edgekit" creationtoolversion={version} segtype="sentence" o-tmf="edgekit" adminlang="en" \
srclang="*all*" datatype="plaintext"/>
<body>
"""
_FOOTER = "</body>\n</tmx>\n"


def write_tmx(path: Path, entries: Iterable[Entry], *, version: str) -> int:
    """Write entries to a file, UTF-8, in the place of what was there when all is written; gives how many.

    Origin, context and characters that XML has none for are kept in properties, so that `read_tmx` gives the same
    entries back. Raises OutputError.
    """
    count = 0
    try:
        with replacing(path) as stream:
            stream.write(_HEADER.format(version=quoteattr(version)).encode())
            for entry in entries:
                stream.write(_unit(entry).encode())
                count += 1
            stream.write(_FOOTER.encode())
    except OSError as problem:
        raise OutputError(f"cannot write `{path}`: {problem.strerror}") from None
    return count


def read_tmx(path: Path, direction: Direction | None = None, *, skipped: Counter[str] | None = None) -> Iterator[Entry]:
    """The entries of a file, in order and as a stream: a file of any size takes the memory of its largest unit.

    direction: only its languages, by tag, else the tag less region (`en-GB` serves `en`); None: from each unit's source
        language to every other it has.
    skipped: counts, by reason, the units that give no entry.
    Inline codes stay in the text as what they contain. Raises UnavailableError (not there) and InputError: no TMX, XML
    that is not read.
    """
    skipped = Counter() if skipped is None else skipped
    try:
        with path.open("rb") as stream:
            yield from _entries(stream, path, direction, skipped)
    except FileNotFoundError:
        raise UnavailableError(f"there is no file `{path}`") from None
    except OSError as problem:
        raise InputError(f"cannot read `{path}`: {problem.strerror}") from None


def _entries(stream: BinaryIO, path: Path, direction: Direction | None, skipped: Counter[str]) -> Iterator[Entry]:
    source_language, seen = "", False
    for element, _ in elements(stream, lambda tag: tag in ("header", "tu"), path.name):
        seen = True
        if element.tag == "header":
            source_language = element.get("srclang") or ""
            continue
        found = list(_of_unit(element, direction, source_language, path.name, skipped))
        for entry in found:
            longest = max(len(entry.source), len(entry.target), len(entry.previous))
            if not entry.source.strip() or not entry.target.strip():
                skipped["an empty segment"] += 1
            elif longest > MOST_CHARACTERS:
                skipped[f"longer than {MOST_CHARACTERS:,} characters"] += 1
            else:
                yield entry
    if not seen:
        raise InputError(f"`{path}` is no TMX: it has neither a header nor a unit")


def _of_unit(
    unit: Element, direction: Direction | None, source_language: str, name: str, skipped: Counter[str]
) -> Iterator[Entry]:
    variants: list[tuple[str, Element]] = []
    for variant in unit.iter("tuv"):
        tag = _tag(variant.get(XML_SPACE + "lang") or variant.get("lang") or "")
        if tag is None:
            skipped["a language that is no tag"] += 1
        else:
            variants.append((tag, variant))
    own = unit.get("srclang") or source_language
    if direction is not None:
        source, target = _variant(variants, direction.source), _variant(variants, direction.target)
        pairs = [(source, target)] if source is not None and target is not None else []
    else:
        first = (_variant(variants, own) if own and own != "*all*" else None) or (variants[0] if variants else None)
        pairs = [(first, one) for one in variants if first is not None and one is not first]
    if not pairs:
        skipped["no such languages" if direction is not None else "only one language"] += 1
    for one, other in pairs:
        origin, previous = _origin(unit, other[1], name)
        when = _when(other[1].get("changedate") or other[1].get("creationdate") or unit.get("creationdate") or "")
        yield Entry(_text(one[1]), _text(other[1]), Direction(one[0], other[0]), origin, previous, when)


def _tag(text: str) -> str | None:
    try:
        return normalise_tag(text)
    except UsageError:
        return None


def _variant(variants: list[tuple[str, Element]], wanted: str) -> tuple[str, Element] | None:
    wanted = wanted.replace("_", "-").casefold()
    for tags in (
        [tag.casefold() for tag, _ in variants],
        ["" if "-" in tag and "-" in wanted else base_language(tag) for tag, _ in variants],
    ):
        for sought in (wanted, base_language(wanted)):
            if sought in tags:
                return variants[tags.index(sought)]
    return None


def _text(variant: Element) -> str:
    segment = variant.find("seg")
    return "" if segment is None else _inline(segment)


def _inline(element: Element) -> str:
    parts = [element.text or ""]
    for child in element:
        if child.get("type") == _CHARACTER:
            parts.append(_character(child.get("x") or ""))
        else:
            inner = _inline(child)
            # A code without its native text: something stands there, and a number tells which.
            number = child.get("x") or child.get("i") or ""
            parts.append(inner or (f"{{{number}}}" if child.tag in _CODES else ""))
        parts.append(child.tail or "")
    return "".join(parts)


def _character(number: str) -> str:
    return chr(int(number)) if _CODE_POINT.fullmatch(number) and int(number) < 0x110000 else ""


def _origin(unit: Element, variant: Element, name: str) -> tuple[Origin, str]:
    """Where an entry comes from, and its context."""
    values = {prop.get("type") or "": prop.text or "" for holder in (unit, variant) for prop in holder.findall("prop")}

    def value(key: str, otherwise: str) -> str:
        if key in values:
            try:
                loaded = json.loads(values[key])
            except ValueError:
                loaded = None
            return loaded if isinstance(loaded, str) else otherwise
        return values.get(_PLAIN.get(key, ""), otherwise)

    who = variant.get("changeid") or variant.get("creationid") or unit.get("creationid") or ""
    kind = next((one for one in _KINDS if one == values.get(_KIND)), None)
    document = value(_DOCUMENT, "" if kind else name)
    return Origin(kind or "imported", value(_WHO, who), document), value(_PREVIOUS, "")


def _when(text: str) -> int | None:
    try:
        return max(0, calendar.timegm(time.strptime(text, _DATE)))
    except ValueError:
        return None


def _unit(entry: Entry) -> str:
    origin = entry.origin
    properties = [f'<prop type="{_KIND}">{origin.kind}</prop>']
    attributes = ""
    if origin.who:
        if _NOT_XML.search(origin.who):
            properties.append(_property(_WHO, origin.who))
        else:
            attributes += f" creationid={quoteattr(origin.who)}"
    if entry.when is not None and 0 <= entry.when <= _LAST_DATE:
        attributes += f' creationdate="{time.strftime(_DATE, time.gmtime(entry.when))}"'
    properties += [
        _property(key, text) for key, text in ((_PREVIOUS, entry.previous), (_DOCUMENT, origin.document)) if text
    ]
    source, target = quoteattr(entry.direction.source), quoteattr(entry.direction.target)
    return (
        f"<tu srclang={source}>{''.join(properties)}\n"
        f"<tuv xml:lang={source}><seg>{_segment(entry.source)}</seg></tuv>\n"
        f"<tuv xml:lang={target}{attributes}><seg>{_segment(entry.target)}</seg></tuv></tu>\n"
    )


def _property(key: str, text: str) -> str:
    plain = _PLAIN.get(key)
    if plain is not None and not _NOT_XML.search(text):
        return f'<prop type="{plain}">{_escaped(text)}</prop>'
    return f'<prop type="{key}">{_escaped(json.dumps(text))}</prop>'


def _segment(text: str) -> str:
    return _NOT_XML.sub(lambda found: f'<ph type="{_CHARACTER}" x="{ord(found[0])}"/>', _escaped(text))


def _escaped(text: str) -> str:
    return escape(text, {"\r": "&#13;"})
