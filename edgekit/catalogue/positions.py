"""On which line of a TOML text a key stands, which `tomllib` does not say.

Only text that `tomllib` has accepted is scanned, so the scan checks nothing: it finds table headers and keys and steps
over values. Keys inside inline tables are not recorded; `line_of` gives the line of the statement they are in.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import TypeAlias

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Key: TypeAlias = tuple[str | int, ...]

_PART = re.compile(r"""[ \t]*("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)[ \t]*""")
_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)+")
# What can stand in a value, longest strings first; a bracket or a newline is looked at one by one.
_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\[\s\S]|"{1,2}(?!"))*"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[\[{]|[\]}]|\n"
    r"|[^\"'\#\[\]{}\n]+"
)


def key_lines(text: str) -> dict[Key, int]:
    """Map each key path (arrays of tables by index) to its line, counted from 1. text must be valid TOML."""
    lines: dict[Key, int] = {}
    counts: dict[Key, int] = {}
    table: Key = ()
    at, line, last = 0, 1, 0
    while True:
        space = _SPACE.match(text, at)
        at = space.end() if space else at
        line += text.count("\n", last, at)
        last = at
        if at >= len(text):
            return lines
        if text[at] == "[":
            many = text.startswith("[[", at)
            parts, at = _parts(text, at + (2 if many else 1))
            at += 2 if many else 1
            table = _table(parts, many, counts)
            if many:
                lines.setdefault(table[:-1], line)
            lines.setdefault(table, line)
        else:
            parts, at = _parts(text, at)
            at = _after_value(text, at + 1)
            for length in range(1, len(parts) + 1):
                lines.setdefault((*table, *parts[:length]), line)


def line_of(lines: dict[Key, int], key: Sequence[str | int]) -> int:
    """The line of key, or of the nearest table or statement around it; 1 for the file itself."""
    path = tuple(key)
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return 1


def _parts(text: str, at: int) -> tuple[list[str], int]:
    parts = []
    while (match := _PART.match(text, at)) is not None:
        raw = match[1]
        parts.append(tomllib.loads(f"key = {raw}")["key"] if raw[0] in "\"'" else raw)
        at = match.end()
        if text[at : at + 1] != ".":
            break
        at += 1
    return parts, at


def _table(parts: list[str], many: bool, counts: dict[Key, int]) -> Key:
    path: Key = ()
    for part in parts[:-1]:
        path = (*path, part)
        if path in counts:
            path = (*path, counts[path] - 1)
    path = (*path, parts[-1])
    if many:
        counts[path] = counts.get(path, 0) + 1
        return (*path, counts[path] - 1)
    return path


def _after_value(text: str, at: int) -> int:
    depth = 0
    while at < len(text) and (match := _TOKEN.match(text, at)) is not None:
        found = match[0]
        if found == "\n" and depth == 0:
            return at
        if found in ("[", "{"):
            depth += 1
        elif found in ("]", "}"):
            depth -= 1
        at = match.end()
    return len(text)
