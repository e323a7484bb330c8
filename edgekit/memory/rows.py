"""Entries as rows of the tables."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from edgekit.core.languages import Direction, base_language
from edgekit.core.marked import Mark, MarkedText
from edgekit.memory.entries import Entry, Origin
from edgekit.memory.grams import folded, grams, key_of

COLUMNS = (
    "pair, source_language, target_language, key, source, target, previous, kind, who, document, created, accepted_here"
)
_ENTRY = "id, source_language, target_language, source, target, previous, kind, who, document, created"
SELECT = f"SELECT {_ENTRY} FROM entries"  # noqa: S608  # only column names


def pair_of(direction: Direction) -> str:
    """Regions and scripts left out: `en→pt-BR` and `en→pt` may serve each other."""
    return f"{base_language(direction.source)} {base_language(direction.target)}"


def row_of(entry: Entry, *, accepted_here: bool) -> tuple[Any, ...]:
    """The values of COLUMNS."""
    direction, origin = entry.direction, entry.origin
    return (
        pair_of(direction),
        direction.source,
        direction.target,
        key_of(entry.source),
        entry.source,
        entry.target,
        key_of(entry.previous),
        origin.kind,
        origin.who,
        origin.document,
        entry.when,
        int(accepted_here),
    )


def entry_of(row: Sequence[Any]) -> Entry:
    """The entry of a row of SELECT."""
    number, source_language, target_language, source, target, previous, kind, who, document, created = row
    return Entry(
        source,
        target,
        Direction(source_language, target_language),
        Origin(kind, who, document),
        previous,
        created,
        number,
    )


def marks_row(source: MarkedText, target: MarkedText) -> str:
    """The marks of both as JSON: begin, end, kind and name of each."""
    return json.dumps(
        [[[mark.begin, mark.end, mark.kind, mark.name] for mark in side.marks] for side in (source, target)]
    )


def marked_of(entry: Entry, marks: str) -> tuple[MarkedText, MarkedText]:
    """What `marks_row` was made of; without marks where they are none of these texts."""
    plain = MarkedText(entry.source), MarkedText(entry.target)
    try:
        source, target = (tuple(Mark(*mark) for mark in side) for side in json.loads(marks))
        sides = MarkedText(entry.source, source), MarkedText(entry.target, target)
        return plain if sides[0].problems() or sides[1].problems() else sides
    except (ValueError, TypeError):
        return plain


def insert_row(connection: sqlite3.Connection, row: Sequence[Any]) -> bool:
    """Add a row and what it is found by; False where the same is there already. Only within a transaction."""
    marks = ", ".join("?" * len(row))
    done = connection.execute(f"INSERT OR IGNORE INTO entries ({COLUMNS}) VALUES ({marks})", row)  # noqa: S608
    if not done.rowcount:
        return False
    text = folded(row[3])
    connection.executemany(
        "INSERT OR IGNORE INTO grams VALUES (?, ?, ?)",
        [(gram, len(text), done.lastrowid) for gram in grams(text, row[0])],
    )
    return True


def delete_row(connection: sqlite3.Connection, number: int) -> bool:
    """Remove an entry; False where there is none. Only within a transaction."""
    row = connection.execute("SELECT pair, key FROM entries WHERE id = ?", (number,)).fetchone()
    if row is None:
        return False
    text = folded(row[1])
    connection.executemany(
        "DELETE FROM grams WHERE gram = ? AND length = ? AND entry = ?",
        [(gram, len(text), number) for gram in grams(text, row[0])],
    )
    connection.execute("DELETE FROM formatting WHERE entry = ?", (number,))
    connection.execute("DELETE FROM entries WHERE id = ?", (number,))
    return True
