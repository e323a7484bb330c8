"""JSON to its strings with their places and paths, nothing built, nothing rounded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from edgekit.core.errors import InputError

Path: TypeAlias = tuple[str, ...]

# Python's own reader ends near 1,000; data that people write has less than 50.
_DEEPEST = 500
_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
# Python writes NaN and Infinity too.
_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null|NaN|-?Infinity")


@dataclass(frozen=True, slots=True)
class StringValue:
    """A string that is a value: its span with quotes, and the keys and indexes that lead to it."""

    begin: int
    end: int
    path: Path


@dataclass(slots=True)
class _Level:
    """An object or array that is open: the key of the value to come, or its index."""

    is_object: bool
    key: str = ""
    index: int = 0


def string_values(text: str, name: str, begin: int = 0, end: int | None = None) -> Iterator[StringValue]:
    """The strings of one JSON value that spans `begin` to `end`, without those that are keys (RFC 8259).

    Keys may recur. Raises InputError, with the line, for what is no JSON or is nested deeper than 500.
    """
    scan = _Scan(text, name, begin, len(text) if end is None else end)
    yield from scan.values()


class _Scan:
    def __init__(self, text: str, name: str, begin: int, end: int) -> None:
        self._text, self._name, self._at, self._end = text, name, begin, end
        self._levels: list[_Level] = []

    def values(self) -> Iterator[StringValue]:
        self._space()
        found = self._value()
        if found is not None:
            yield found
        while self._levels:
            found = self._next()
            if found is not None:
                yield found
        if self._at != self._end:
            raise self._error("something follows the value")

    def _value(self) -> StringValue | None:
        """Past a value, or into an object or array."""
        sign = self._text[self._at : self._at + 1] if self._at < self._end else ""
        if sign in ("{", "["):
            if len(self._levels) == _DEEPEST:
                raise self._error(f"more than {_DEEPEST} levels")
            self._at += 1
            self._levels.append(_Level(sign == "{", index=-1))
            return None
        if sign == '"':
            begin = self._at
            self._string()
            found = StringValue(begin, self._at, tuple(level.key for level in self._levels))
            self._space()
            return found
        match = _PLAIN.match(self._text, self._at, self._end)
        if match is None:
            raise self._error("a value is missing")
        self._at = match.end()
        self._space()
        return None

    def _next(self) -> StringValue | None:
        """Past the next member of the innermost level, or out of it."""
        level = self._levels[-1]
        self._space()
        sign = self._text[self._at : self._at + 1] if self._at < self._end else ""
        if sign == ("}" if level.is_object else "]"):
            self._at += 1
            self._levels.pop()
            self._space()
            return None
        if level.index >= 0:
            if sign != ",":
                raise self._error("a comma or a bracket is missing")
            self._at += 1
            self._space()
        level.index += 1
        level.key = str(level.index)
        if level.is_object:
            begin = self._at
            self._string()
            level.key = unescaped(self._text[begin : self._at])
            self._space()
            if self._text[self._at : self._at + 1] != ":":
                raise self._error("a colon is missing")
            self._at += 1
            self._space()
        return self._value()

    def _string(self) -> None:
        match = _STRING.match(self._text, self._at, self._end)
        if match is None:
            raise self._error("no string, or one that does not end")
        self._at = match.end()

    def _space(self) -> None:
        match = _SPACE.match(self._text, self._at, self._end)
        self._at = match.end() if match else self._at

    def _error(self, what: str) -> InputError:
        line = self._text.count("\n", 0, self._at) + 1
        column = self._at - (self._text.rfind("\n", 0, self._at) + 1) + 1
        return InputError(f"`{self._name}` is no JSON: {what}, line {line}, column {column}")


def unescaped(string: str) -> str:
    """What a string with its quotes says; half a surrogate pair stays half."""
    import json

    return str(json.loads(string))
