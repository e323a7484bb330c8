"""The file of a gradebook: its tables, and a record that SQLite itself lets nobody change."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from edgekit.core import database
from edgekit.core.database import Kind, open_database
from edgekit.gradebook.chain import Row, canonical

# Texts of students and teachers are blobs: half a character, which a JSON file may hold, is no SQLite text.
# A suggestion stands beside the record because it quotes the student; the record has its digest.
KIND = Kind(
    name="gradebook",
    probe="SELECT id FROM sessions LIMIT 1",
    instead="name another file with `--book`",
    migrations=(
        """
    CREATE TABLE sessions (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        title BLOB NOT NULL,
        quiz_digest TEXT NOT NULL,
        quiz BLOB NOT NULL,
        settings TEXT NOT NULL,
        answers_digest TEXT NOT NULL,
        parent INTEGER,
        created INTEGER
    );
    CREATE TABLE answers (
        session INTEGER NOT NULL,
        number INTEGER NOT NULL,
        answer_id BLOB NOT NULL,
        question_id TEXT NOT NULL,
        text BLOB NOT NULL,
        digest TEXT NOT NULL,
        student BLOB,
        language TEXT,
        extra BLOB NOT NULL,
        PRIMARY KEY (session, number),
        UNIQUE (session, answer_id)
    ) WITHOUT ROWID;
    CREATE TABLE record (
        session INTEGER NOT NULL,
        number INTEGER NOT NULL,
        kind TEXT NOT NULL,
        time INTEGER,
        body TEXT NOT NULL,
        hash TEXT NOT NULL,
        PRIMARY KEY (session, number)
    ) WITHOUT ROWID;
    CREATE TABLE words (
        digest TEXT PRIMARY KEY,
        body BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE TRIGGER record_is_never_changed BEFORE UPDATE ON record
    BEGIN SELECT RAISE(ABORT, 'a row of the record is never changed'); END;
    CREATE TRIGGER record_is_never_cut BEFORE DELETE ON record
    BEGIN SELECT RAISE(ABORT, 'a row of the record is never removed'); END;
    """,
        """
    CREATE TABLE quiz_files (
        session INTEGER PRIMARY KEY,
        path BLOB NOT NULL
    );
    """,
        """
    CREATE TABLE table_styles (
        session INTEGER PRIMARY KEY,
        delimiter TEXT NOT NULL,
        ending TEXT NOT NULL,
        decimal TEXT NOT NULL
    );
    """,
    ),
)


def connect(path: Path) -> sqlite3.Connection:
    """Open the file, made and brought up to date if need be.

    Raises OutputError (cannot be made), UnavailableError (locked, made by a newer edgekit), IntegrityError (damaged:
    marks are evidence, so nothing is mended).
    """
    with database.told(path, KIND):
        database.make_folder(path, KIND)
        return open_database(path, KIND)


def append_row(connection: sqlite3.Connection, session: int, row: Row) -> None:
    """Write a row of a session's record. Only within a transaction."""
    connection.execute(
        "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)",
        (session, row.number, row.kind, row.time, canonical(row.body), row.hash),
    )
