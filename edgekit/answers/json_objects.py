"""The objects of a file of JSON: one in each line, or one list of all."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from typing import Any

MOST_OBJECTS = 200_000
_MOST_DIGITS = 400
_MOST_CHARACTERS = 1 << 22  # of an object; lists of nothing take 50 times as much memory as their signs
_NEAR = 32  # characters before the end of a part within which what was cut off may be found wrong
_SPACE = re.compile(r"[ \t\r\n]*")
_LIST_IN_LIST = re.compile(r"\s*\[\s*\[")


@dataclass(slots=True)
class Objects:
    """What was read: no more than one object beyond the most.

    numbers: the line of each object, or which of the list it is, from 1.  problems: one sentence each, with its place.
    """

    found: list[dict[str, Any]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, value: Any, number: int, place: str) -> None:
        """Keep an object; anything else is a problem."""
        if isinstance(value, dict):
            self.found.append(value)
            self.numbers.append(number)
        else:
            self.problems.append(f'{place}: no object, as `{{"question": ..., "answer": ...}}`')


def objects_in_lines(text: str) -> Objects:
    """One object a line, blank lines are none; else the one object that all lines are."""
    read = Objects()
    for line, said in enumerate(text.split("\n"), start=1):
        if not said.strip():
            continue
        if len(said) > _MOST_CHARACTERS:
            read.problems.append(f"line {line}: longer than {_MOST_CHARACTERS:,} characters")
            continue
        try:
            value = _DECODER.decode(said)
        except json.JSONDecodeError as problem:
            read.problems.append(f"line {line}: no JSON: {problem.msg}, column {problem.colno}")
        except RecursionError:
            read.problems.append(f"line {line}: nested too deeply")
        except ValueError as problem:
            read.problems.append(f"line {line}: {problem}")
        else:
            read.add(value, line, f"line {line}")
        if len(read.found) > MOST_OBJECTS:
            break
    whole = _whole_object(text) if read.problems else None
    return Objects([whole], [1]) if whole is not None else read


def _whole_object(text: str) -> dict[str, Any] | None:
    at = _end_of_space(text, 0)
    if len(text) - at > _MOST_CHARACTERS:
        return None
    try:
        value, end = _DECODER.raw_decode(text, at)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and _end_of_space(text, end) == len(text) else None


def objects_in_list(text: str) -> Objects:
    """The entries of one list, up to what cannot be read: each for itself, so that a list of millions is not built."""
    read = Objects()
    number = 0
    try:
        at = 0
        for _ in range(depth_of(text)):
            at = _after(text, at, "[")
        more = not text.startswith("]", at)
        entries = _Entries(text)
        while more and max(len(read.found), len(read.problems)) <= MOST_OBJECTS:
            number += 1
            value, at = entries.at(at)
            read.add(value, number, f"entry {number}")
            at = _after(text, at)
            more = not text.startswith("]", at)
            at = _after(text, at, ",") if more else at
        for _ in range(depth_of(text) if not more else 0):
            at = _after(text, at, "]")
        if not more and at < len(text):
            raise json.JSONDecodeError("Extra data", text, at)
    except json.JSONDecodeError as problem:
        read.problems.append(f"line {problem.lineno}: no JSON: {problem.msg}, column {problem.colno}")
    except RecursionError:
        read.problems.append(f"entry {number}: nested too deeply")
    except ValueError as problem:
        read.problems.append(f"entry {number}: {problem}")
    return read


class _Entries:
    """Values that stand in a text, each read of so much of it as an object may have."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._begin = 0
        self._part = text[:_MOST_CHARACTERS]

    def at(self, at: int) -> tuple[Any, int]:
        """The value that begins there, and where it ends. Raises JSONDecodeError, RecursionError, ValueError."""
        try:
            return self._read(at)
        except json.JSONDecodeError:
            # It may end behind what was looked at.
            self._begin, self._part = at, self._text[at : at + _MOST_CHARACTERS]
        try:
            return self._read(at)
        except json.JSONDecodeError as problem:
            is_cut = at + len(self._part) < len(self._text)
            if is_cut and (problem.msg.startswith("Unterminated") or problem.pos + _NEAR > len(self._part)):
                raise ValueError(f"longer than {_MOST_CHARACTERS:,} characters") from None
            raise json.JSONDecodeError(problem.msg, self._text, at + problem.pos) from None

    def _read(self, at: int) -> tuple[Any, int]:
        value, end = _DECODER.raw_decode(self._part, at - self._begin)
        return value, self._begin + end


def depth_of(text: str) -> int:
    """2 where the objects stand in a list within a list, as in a report of Moodle, else 1."""
    return 2 if _LIST_IN_LIST.match(text) else 1


def _after(text: str, at: int, sign: str = "") -> int:
    """Where a sign and the white space around it end. Raises JSONDecodeError where there is another one."""
    at = _end_of_space(text, at)
    if not text.startswith(sign, at):
        raise json.JSONDecodeError(f"Expecting '{sign}' delimiter", text, at)
    return _end_of_space(text, at + len(sign))


def _end_of_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found is not None else at


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key comes twice")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"`{name}` is no number of JSON")


def _whole(said: str) -> int:
    if len(said) > _MOST_DIGITS:
        raise ValueError(f"a number of {len(said):,} digits")
    return int(said)


def _decimal(said: str) -> float:
    """A number that JSON can hold again: `1e999` would be written as `Infinity`."""
    value = float(said)
    if not math.isfinite(value):
        raise ValueError("a number beyond 1.8e308")
    return value


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_no_number, parse_int=_whole, parse_float=_decimal
)
