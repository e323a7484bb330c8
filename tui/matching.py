"""Which template a text was made from: the words of a template stand in it, and its fields are what is between them."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_QUOTE = re.compile("`")
_PARTS = re.compile(r"[`;]|,(?!\d{3})")  # the comma of `1,994` parts nothing


@dataclass(frozen=True, slots=True)
class _Template:
    text: str
    literals: tuple[str, ...]
    names: tuple[str, ...]


class Templates:
    """Texts with `{names}`, as `str.format` reads them; nothing is compiled, and a text is read once for each."""

    def __init__(self, templates: Iterable[str]) -> None:
        found = [_parsed(one) for one in templates]
        # Those that say the most themselves come first.
        self._all = sorted(found, key=lambda one: -sum(map(len, one.literals)))

    def of(self, text: str, *, loose: bool = False) -> Iterator[tuple[str, dict[str, str]]]:
        """(template, its fields) that may have made the text, the likeliest first.

        loose: whatever fills a field, else what is in one pair of backticks, or one thing outside of them.
        """
        for one in self._all:
            values = _values(one.literals, text, loose=loose)
            if values is not None:
                yield one.text, dict(zip(one.names, values, strict=True))


def _parsed(template: str) -> _Template:
    literals, names = [""], []
    for literal, name, _spec, _conversion in string.Formatter().parse(template):
        literals[-1] += literal
        if name is not None:
            names.append(name)
            literals.append("")
    return _Template(template, tuple(literals), tuple(names))


def _values(literals: tuple[str, ...], text: str, *, loose: bool) -> list[str] | None:
    """What stands between the literals, each as short as can be; None where they are not all there in this order."""
    if len(literals) == 1:
        return [] if text == literals[0] else None
    first, last = literals[0], literals[-1]
    at, end = len(first), len(text) - len(last)
    if at > end or not text.startswith(first) or not text.endswith(last):
        return None
    values, quoted = [], first.endswith("`")
    for literal in (*literals[1:-1], None):
        found = end if literal is None else text.find(literal, at, end)
        if found < 0:
            return None
        value = text[at:found]
        if not loose and (_QUOTE if quoted else _PARTS).search(value):
            return None
        values.append(value)
        if literal is not None:
            at, quoted = found + len(literal), literal.endswith("`")
    return values
