"""JSON and JSON lines: string values of chosen keys; order, spacing, escapes and numbers stay byte for byte."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from edgekit.core.errors import UsageError
from edgekit.core.marked import MarkedText
from edgekit.documents.base import Document, DocumentOptions
from edgekit.documents.encoding import decoded
from edgekit.documents.json_scan import Path, StringValue, string_values, unescaped
from edgekit.documents.plain import text_units
from edgekit.documents.prose import reads_like_prose
from edgekit.documents.spliced import Raw, Splice, SplicedDocument, Unit, rewritten

_ESCAPED = re.compile(r"\\u(?:00[89a-fA-F]|0[1-9a-fA-F]|[1-9a-fA-F])")
_LINE = re.compile(r"[^\r\n]+")
_SURROGATE = re.compile("[\ud800-\udfff]")


def read_json(data: bytes, name: str, options: DocumentOptions) -> Document:
    """A JSON file. Raises InputError with the line of what is wrong, UsageError where no string has a chosen key."""
    source = decoded(data, name, options=options)
    return SplicedDocument(source, *_units(source.text, list(string_values(source.text, name)), name, options))


def read_jsonl(data: bytes, name: str, options: DocumentOptions) -> Document:
    """A file with a JSON value on each line; empty lines are kept."""
    source = decoded(data, name, options=options)
    found = [
        value
        for line in _LINE.finditer(source.text)
        if line[0].strip()
        for value in string_values(source.text, name, line.start(), line.end())
    ]
    return SplicedDocument(source, *_units(source.text, found, name, options))


def _units(
    text: str, found: Sequence[StringValue], name: str, options: DocumentOptions
) -> tuple[list[Unit], list[str]]:
    ascii_only = text.isascii() and _ESCAPED.search(text) is not None
    chosen = _chooser(options.keys)
    units: list[Unit] = []
    halves = matched = 0
    for value in found:
        if chosen is not None and not chosen(value.path):
            continue
        matched += 1
        said = unescaped(text[value.begin : value.end])
        if _SURROGATE.search(said):
            halves += 1
        elif chosen is not None or reads_like_prose(said):
            units += _string_unit(value, said, ascii_only, "\\/" in text[value.begin : value.end])
    if options.keys and not matched:
        there = sorted({".".join("*" if part.isdigit() else part for part in value.path) for value in found})
        raise UsageError(
            f"`{name}` has no string at {', '.join(f'`{key}`' for key in options.keys)}",
            reasons=[f"it has `{key}`" for key in there[:20]],
        )
    notes = []
    if not options.keys:
        segments = sum(len(unit.segments) for unit in units)
        notes.append(
            f"strings that read like prose, to be translated: {len(units):,} of {len(found):,}, with {segments:,} "
            f"segments in all; strings left as they are: {len(found) - len(units):,}"
        )
    if halves:
        notes.append(f"{halves} strings have half a surrogate pair, left as they are")
    return units, notes


def _string_unit(value: StringValue, said: str, ascii_only: bool, slashes: bool) -> list[Unit]:
    parts = text_units(said)
    segments = tuple(segment for part in parts for segment in part.segments)

    def render(translated: Sequence[MarkedText], _raw: Raw) -> list[Splice]:
        written = json.dumps(rewritten(said, parts, translated), ensure_ascii=ascii_only)
        return [Splice(value.begin, value.end, written.replace("/", "\\/") if slashes else written)]

    return [Unit(value.begin, value.end, segments, render)] if segments else []


def _chooser(keys: Sequence[str]) -> Callable[[Path], bool] | None:
    """Whether a path is one of the chosen; None where none were named.

    `a.b`: that key; `*`: any one key or index; `**`: any number of them; `a\\.b`: a dot that is part of a key.
    """
    if not keys:
        return None
    patterns = [
        tuple(part.replace("\\.", ".") for part in re.split(r"(?<!\\)\.", key.removeprefix("$."))) for key in keys
    ]

    @lru_cache(maxsize=4096)
    def matches(pattern: Path, path: Path) -> bool:
        if not pattern:
            return not path
        if pattern[0] == "**":
            return matches(pattern[1:], path) or (bool(path) and matches(pattern, path[1:]))
        return bool(path) and pattern[0] in ("*", path[0]) and matches(pattern[1:], path[1:])

    return lambda path: any(matches(pattern, path) for pattern in patterns)
