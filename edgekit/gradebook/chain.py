"""The record: rows that are only added, each with a hash over the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast, get_args

from edgekit.core.errors import IntegrityError
from edgekit.gradebook.words import object_of

RowKind: TypeAlias = Literal[
    "opened",  # quiz, models, thresholds, and where the record of the session before it ended
    "answer",  # an answer came in: its number and its digest
    "suggested",  # a suggestion: its digest and all of it that is no word
    "decided",  # a person accepted or changed it, or gave the answer back
    "undone",  # a decision or a release, taken back
    "released",  # the mark went out
    "contested",  # a student says that the mark is wrong: it is open again
    "second",  # points that a person gave without seeing the mark, which stays
    "forgotten",  # the text of an answer was removed
    "ruled",  # a wording that counts from now on
    "unruled",  # one that no longer does
    "marked",  # a mark of another answer to learn from
]
KINDS = frozenset(get_args(RowKind))
FIRST = hashlib.sha256(b"edgekit.gradebook/1").hexdigest()
"""What stands before the first row."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the record; time: seconds since 1970, None where the clock was wrong. Rows are in order by number."""

    number: int
    kind: RowKind
    time: int | None
    body: Mapping[str, Any]
    hash: str


def canonical(value: Any) -> str:
    """Value as JSON of one form: keys in order, no spaces, ASCII. Raises ValueError for what is no number."""
    return json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"), allow_nan=False)


def digest_of(text: str) -> str:
    """SHA-256 of a text in UTF-8, half characters as they are."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def chained(previous: str, number: int, kind: RowKind, time: int | None, body: Mapping[str, Any]) -> Row:
    """The row that comes after the one whose hash is previous."""
    return Row(number, kind, time, body, _hash(previous, number, kind, time, body))


def _hash(previous: str, number: int, kind: str, time: int | None, body: Mapping[str, Any]) -> str:
    content = canonical({"number": number, "kind": kind, "time": time, "body": body})
    return hashlib.sha256(f"{previous}\n{content}".encode("ascii")).hexdigest()


def verified(rows: Iterable[Row], previous: str = FIRST, last: int = 0) -> Iterator[Row]:
    """The rows as they come. Raises IntegrityError at the first that is not what was written there."""
    for row in rows:
        if row.number != last + 1:
            raise IntegrityError(f"the record is broken: row {last + 1} is missing")
        if row.hash != _hash(previous, row.number, row.kind, row.time, row.body):
            raise IntegrityError(f"the record is broken: row {row.number} is not what was written")
        previous, last = row.hash, row.number
        yield row


def as_line(row: Row, previous: str) -> str:
    """A row on a line of a JSONL file, with the hash that it follows."""
    return canonical(
        {
            "schema": "edgekit.record/1",
            "number": row.number,
            "kind": row.kind,
            "time": row.time,
            "body": row.body,
            "previous": previous,
            "hash": row.hash,
        }
    )


def read_line(line: str, at: int = 1) -> Row:
    """The row of such a line; at: its number in the file, for the error. Raises IntegrityError for what is none."""
    try:
        value = object_of(line)
        return row_of(*(value[key] for key in ("number", "kind", "time", "body", "hash")))
    except (KeyError, IntegrityError):
        raise IntegrityError(f"the record is broken: line {at} is no row of it") from None


def row_of(number: object, kind: object, time: object, body: object, found: object) -> Row:
    """A row of values that came from a file; found: its hash. Raises IntegrityError where one is of another type."""
    if (
        type(number) is not int
        or kind not in KINDS
        or not (time is None or type(time) is int)
        or not isinstance(body, dict)
        or not isinstance(found, str)
    ):
        raise IntegrityError("the record is broken: a row is none")
    return Row(number, cast("RowKind", kind), time, body, found)
