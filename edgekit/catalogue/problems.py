"""Collecting everything that is wrong with one catalogue file."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgekit.catalogue.positions import Key, line_of
from edgekit.core.errors import MOST_REASONS

_KINDS = {
    str: "text",
    int: "a whole number",
    float: "a number with a fraction",
    list: "a list",
    dict: "a table",
    bool: "true or false",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: where it stands and what it is.

    at: the key that `key` is written from.  told: all of it in one sentence, where the key alone says little.
    """

    file: Path
    line: int
    key: str
    message: str
    at: Key = ()
    told: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"

    @property
    def sentence(self) -> str:
        """What is wrong with what, without the file."""
        return self.told or (f"`{self.key}` {self.message}" if self.key else self.message)


def dotted(key: Key) -> str:
    """`("models", "a", "files", 0, "path")` -> `models.a.files[0].path`."""
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else ("." if text else "") + part
    return text.encode("unicode_escape").decode("ascii") if any(c < " " for c in text) else text


class Checker:
    """Reads values out of a parsed file; whatever does not fit becomes a Problem and a harmless stand-in."""

    def __init__(self, file: Path, lines: Mapping[Key, int]) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._lines = dict(lines)

    def problem(self, key: Key, message: str) -> None:
        """Note that key is wrong; message goes on after the key's name."""
        self.problems.append(Problem(self.file, line_of(self._lines, key), dotted(key), message, key))

    def table(self, value: Any, key: Key, known: Collection[str], required: Collection[str] = ()) -> dict[str, Any]:
        """value as a table that has only known keys and all required ones."""
        if not isinstance(value, dict):
            self.wrong_type(value, key, dict)
            return {}
        for name in value:
            if name not in known:
                look = (
                    len(self.problems) < MOST_REASONS
                )  # comparing 100,000 wrong keys with the known ones takes seconds
                near = difflib.get_close_matches(name, list(known), n=1) if look else []
                self.problem((*key, name), "is no known key" + (f"; did you mean `{near[0]}`?" if near else ""))
        for name in required:
            if name not in value:
                self.problem((*key, name), "is missing")
        return value

    def text(self, table: Mapping[str, Any], name: str, key: Key) -> str:
        """The text at name, or `""`."""
        if name not in table:
            return ""
        value = table[name]
        if type(value) is not str:
            self.wrong_type(value, (*key, name), str)
            return ""
        if not value.strip():
            self.problem((*key, name), "is empty")
        return value

    def optional_text(self, table: Mapping[str, Any], name: str, key: Key) -> str | None:
        """The text at name, or None where there is none."""
        return (self.text(table, name, key) or None) if name in table else None

    def texts(self, table: Mapping[str, Any], name: str, key: Key) -> tuple[str, ...]:
        """The list of texts at name, or `()`."""
        return tuple(
            item for index, item in enumerate(self.items(table, name, key)) if self._is(item, (*key, name, index), str)
        )

    def items(self, table: Mapping[str, Any], name: str, key: Key) -> list[Any]:
        """The list at name, or `[]`."""
        value = table.get(name, [])
        return value if self._is(value, (*key, name), list) else []

    def count(self, table: Mapping[str, Any], name: str, key: Key) -> int | None:
        """The whole number at name, from 0 to 2**53 (what JSON readers keep exactly), or None."""
        value = table.get(name)
        if value is None or not self._is(value, (*key, name), int):
            return None
        if not 0 <= value <= 1 << 53:
            self.problem((*key, name), f"must be from 0 to {1 << 53}")
            return None
        return int(value)

    def wrong_type(self, value: Any, key: Key, wanted: type) -> None:
        """Note that value should have been of another type."""
        self.problem(key, f"must be {_KINDS[wanted]}, not {_KINDS.get(type(value), type(value).__name__)}")

    def _is(self, value: Any, key: Key, wanted: type) -> bool:
        if type(value) is wanted:
            return True
        self.wrong_type(value, key, wanted)
        return False
