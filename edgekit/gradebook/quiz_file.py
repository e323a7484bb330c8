"""The file that a locked quiz came from: whether it still says what was locked."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from edgekit.core.database import changing
from edgekit.core.errors import EdgekitError
from edgekit.core.foreign_file import read_bounded
from edgekit.quiz.read import MAX_BYTES, check_quiz

if TYPE_CHECKING:
    from edgekit.gradebook.book import Gradebook
    from edgekit.gradebook.session import Session


def keep_quiz_file(session: Session, path: Path) -> None:
    """Remember where the quiz of a session was read; the record is about the quiz and does not tell of it."""
    row = (session.id, os.fsencode(path.absolute()))

    def write(connection: sqlite3.Connection) -> None:
        with changing(connection):
            connection.execute("INSERT OR REPLACE INTO quiz_files VALUES (?, ?)", row)

    session.book.run(write)


def quiz_file(session: Session) -> Path | None:
    """Where the quiz was read, where that is known."""
    # A gradebook of an earlier edgekit that can only be read has no such table.
    if not session.book.read("SELECT 1 FROM sqlite_master WHERE name = 'quiz_files'"):
        return None
    rows = session.book.read("SELECT path FROM quiz_files WHERE session = ?", (session.id,))
    return Path(os.fsdecode(rows[0][0])) if rows else None


def sessions_of(book: Gradebook, path: Path) -> set[int]:
    """The sessions whose quiz was read from a file."""
    rows = book.read("SELECT session FROM quiz_files WHERE path = ?", (os.fsencode(path.absolute()),))
    return {row[0] for row in rows}


def quiz_has_changed(session: Session) -> Path | None:
    """The file of the quiz, where it has another quiz now than was locked, or none that can be read.

    One that was moved away or cannot be reached, or that has other comments or another layout, has not changed.
    """
    path = quiz_file(session)
    with contextlib.suppress(EdgekitError, OSError):
        if path is not None and path.is_file():
            quiz, _ = check_quiz(read_bounded(path, MAX_BYTES, "quiz"), path)
            return path if quiz is None or quiz.digest != session.quiz.digest else None
    return None
