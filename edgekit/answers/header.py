"""Where the names of the columns stand: some programs write the name of the quiz and the date above them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from edgekit.answers.answers import Lookup
from edgekit.answers.column_names import is_role

_MOST_ABOVE = 20
_BREAK = re.compile(r"\r\n|\r|\n")


def header_at(rows: Sequence[Sequence[str]], lookup: Lookup, said: Collection[str]) -> int:
    """The index of the row that names the columns; 0 where the first does, or none.

    A later one does only if it names two questions, or a question and what else a column may be, or all that a teacher
    said; and if each row above it has less than half as many cells with something in them.  said: names of columns.
    """
    if not rows or _names_columns(rows[0], lookup, said):
        return 0
    for index, row in enumerate(rows[1 : _MOST_ABOVE + 1], 1):
        filled = _filled(row)
        if _names_columns(row, lookup, said) and all(2 * _filled(one) < filled for one in rows[:index]):
            return index
    return 0


def lines_of(text: str, count: int) -> str:
    """The first lines of a text, with their ends."""
    end = 0
    for _, found in zip(range(count), _BREAK.finditer(text), strict=False):
        end = found.end()
    return text[:end]


def breaks_of(text: str) -> str:
    """What ends the lines of a text, without the lines."""
    return "".join(_BREAK.findall(text))


def count_lines(text: str) -> int:
    """How many lines a text ends."""
    return len(_BREAK.findall(text))


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _names_columns(row: Sequence[str], lookup: Lookup, said: Collection[str]) -> bool:
    names = [cell.strip() for cell in row]
    asked = {question.id for name in names if (question := lookup.find(name)) is not None}
    roles = sum(is_role(name) for name in names)
    return (bool(said) and {*said} <= {*names}) or len(asked) > 1 or bool(asked and roles)
