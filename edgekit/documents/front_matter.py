"""What stands before a Markdown text about it (YAML 1.2 between lines of dashes): its title and its description."""

from __future__ import annotations

import re
from collections.abc import Sequence

from edgekit.core.characters import has_letters
from edgekit.core.marked import MarkedText
from edgekit.documents.plain import in_one_line
from edgekit.documents.spliced import Raw, Splice, Unit

_ENTRY = re.compile(r"(?P<key>title|description)[ \t]*:[ \t]+(?P<value>\S.*?)[ \t]*(?P<rest>(?<=[ \t])#.*)?")
_NAMED = re.compile(r"(title|description)[ \t]*:(?:\s|\Z)")
_DOUBLE = re.compile(r'"((?:[^"\\]|\\["\\/])*)"')
_SINGLE = re.compile(r"'((?:[^']|'')*)'")
# What is not text where it stands without quotes: 5.3, 7.3.3 and 10.3.2, and in YAML 1.1 more words.
_NO_TEXT = re.compile(r"(?i)[-?:,\[\]{}#&*!|>'\"%@`].*|true|false|null|yes|no|on|off|y|n|~|[+.\d]\S*")
_NO_PLAIN = re.compile(r": |:\Z| #")


def front_matter_units(text: str, lines: Sequence[tuple[int, int]]) -> tuple[list[Unit], int]:
    """Units for the values of `title` and `description`, and how many of these are written in a way not read here.

    lines: spans of the lines between the dashes.  A value on one line is read, in either quotes or without.
    """
    units: list[Unit] = []
    left = 0
    for number, (begin, end) in enumerate(lines):
        if _NAMED.match(text, begin, end) is None:
            continue
        goes_on = number + 1 < len(lines) and text[slice(*lines[number + 1])][:1] in (" ", "\t")
        entry = _ENTRY.fullmatch(text, begin, end)
        unit = None if entry is None or goes_on else _unit(entry["value"], *entry.span("value"))
        if unit is not None:
            units.append(unit)
        else:
            left += has_letters(text[begin:end].partition(":")[2]) or goes_on
    return units, left


def _unit(value: str, begin: int, end: int) -> Unit | None:
    double, single = _DOUBLE.fullmatch(value), _SINGLE.fullmatch(value)
    if double is not None:
        said = re.sub(r"\\(.)", r"\1", double[1])
    elif single is not None:
        said = single[1].replace("''", "'")
    elif _NO_TEXT.fullmatch(value) or _NO_PLAIN.search(value):
        return None
    else:
        said = value
    if not has_letters(said) or said != said.strip():
        return None

    def render(translated: Sequence[MarkedText], _raw: Raw) -> list[Splice]:
        made = in_one_line(translated[0].text).strip()
        plain = double is None and single is None
        if single is not None:
            written = "'" + made.replace("'", "''") + "'"
        elif plain and made and not _NO_TEXT.fullmatch(made) and not _NO_PLAIN.search(made) and has_letters(made):
            written = made
        else:
            written = '"' + re.sub(r'(["\\])', r"\\\1", made) + '"'
        return [Splice(begin, end, written)]

    return Unit(begin, end, (MarkedText(said),), render)
