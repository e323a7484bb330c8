"""The file of a translation memory: opening it, its tables, what to do when it is damaged."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from edgekit.core import database
from edgekit.core.database import ERRORS, Kind, closed_by_errors, is_damage, open_database
from edgekit.core.errors import IntegrityError
from edgekit.core.events import Note, Reporter

KIND = Kind(
    name="translation memory",
    probe="SELECT id FROM entries LIMIT 1",
    instead="translate with `--no-memory`",
    migrations=(
        """
    CREATE TABLE entries (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        pair TEXT NOT NULL,
        source_language TEXT NOT NULL,
        target_language TEXT NOT NULL,
        key TEXT NOT NULL,
        source TEXT NOT NULL,
        target TEXT NOT NULL,
        previous TEXT NOT NULL,
        kind TEXT NOT NULL,
        who TEXT NOT NULL,
        document TEXT NOT NULL,
        created INTEGER,
        accepted_here INTEGER NOT NULL,
        UNIQUE (pair, key, target, previous, kind, source_language, target_language)
    );
    CREATE TABLE grams (
        gram INTEGER NOT NULL,
        length INTEGER NOT NULL,
        entry INTEGER NOT NULL,
        PRIMARY KEY (gram, length, entry)
    ) WITHOUT ROWID;
    """,
        """
    CREATE TABLE formatting (
        entry INTEGER PRIMARY KEY,
        marks TEXT NOT NULL
    );
    """,
    ),
)


def connect(path: Path, report: Reporter) -> sqlite3.Connection:
    """Open the file, made and brought up to date if need be.

    A damaged file is moved aside, what can be read of it is taken over, and report hears of both.
    Raises OutputError (cannot be made), UnavailableError (locked, made by a newer edgekit).
    """
    with database.told(path, KIND):
        database.make_folder(path, KIND)
        try:
            return open_database(path, KIND)
        except ERRORS as problem:
            if not is_damage(problem):
                raise
        return replaced(path, report)


def replaced(path: Path, report: Reporter) -> sqlite3.Connection:
    """A new file in the place of a damaged one, which is moved aside, with what could be read of it.

    A file that another process has replaced meanwhile is opened as it is. Raises IntegrityError: it cannot be moved.
    """
    from filelock import FileLock

    with FileLock(path.with_name(path.name + ".lock"), timeout=database.WAIT_SECONDS):
        with contextlib.suppress(*ERRORS):
            connection = open_database(path, KIND)
            with closed_by_errors(connection):
                verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if verdict == "ok":
                return connection
            connection.close()
        aside = _free_name(path)
        try:
            for ending in ("", "-wal", "-shm"):
                with contextlib.suppress(FileNotFoundError):
                    path.with_name(path.name + ending).replace(aside.with_name(aside.name + ending))
        except OSError as problem:
            reason = f"it cannot be moved aside: {problem.strerror}"
            raise IntegrityError(f"the translation memory `{path}` is damaged", reasons=[reason]) from None
        connection = open_database(path, KIND)
        with closed_by_errors(connection):
            saved = _salvage(aside, connection)
    report(Note(f"the translation memory was damaged: it is kept as `{aside}`, {saved:,} entries of it could be read"))
    return connection


def _free_name(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")).exists():
        number += 1
    return aside


def _salvage(aside: Path, connection: sqlite3.Connection) -> int:
    """Take over the entries that come before and after the damage."""
    from edgekit.memory.rows import COLUMNS, insert_row

    rows: dict[int, tuple[object, ...]] = {}
    with contextlib.suppress(*ERRORS):
        damaged = database.connection_to(aside, "ro")
        with contextlib.closing(damaged):
            for order in ("ASC", "DESC"):
                with contextlib.suppress(*ERRORS):
                    for row in damaged.execute(f"SELECT id, {COLUMNS} FROM entries ORDER BY id {order}"):  # noqa: S608
                        if row[0] in rows:
                            break
                        rows[row[0]] = row[1:]
    saved = 0
    with database.changing(connection):
        for number in sorted(rows):
            with contextlib.suppress(*ERRORS, TypeError, AttributeError):
                saved += insert_row(connection, rows[number])
    return saved
