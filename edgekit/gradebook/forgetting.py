"""Removes what a student wrote, on request: the record keeps points, codes and digests, and says that it is gone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgekit.gradebook.book import Gradebook
    from edgekit.gradebook.session import Session
    from edgekit.quiz.suggestion import Answer


def forget(session: Session, numbers: Sequence[int], *, who: str = "teacher") -> int:
    """Remove text, name and other columns of answers, and every word that was kept of them; gives how many were there.

    Their marks stay, and their ids. What is taken out of the file is overwritten in it.
    """
    new = [number for number in dict.fromkeys(numbers) if number not in session.forgotten]

    def remove(connection: sqlite3.Connection) -> None:
        texts = {session.digest(number) for number in new}
        told = _digests(session)
        gone = {digest for number in new for digest in told[number]}
        here = {digest for number, theirs in told.items() if number not in new for digest in theirs}
        for number in new:
            connection.execute(
                "UPDATE answers SET text = ?, student = NULL, extra = ? WHERE session = ? AND number = ?",
                (b"", b"{}", session.id, number),
            )
            session.append(connection, "forgotten", {"answer": number, "who": who})
        for digest in texts | {one for one in gone - here if not _is_told_elsewhere(connection, session.id, one)}:
            connection.execute("DELETE FROM words WHERE digest = ?", (digest,))

    if new:
        session.book.run(lambda connection: connection.execute("PRAGMA secure_delete = ON").fetchone())
        session.change(remove)
        # The log still holds the pages as they were.
        session.book.run(lambda connection: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone())
        session.reread()
    return len(new)


def answers_of(book: Gradebook, is_theirs: Callable[[Answer], bool]) -> Iterator[tuple[Session, list[int]]]:
    """The answers of a student in every session."""
    for entry in book.sessions():
        session = book.session(entry.id)
        numbers = [number for number, answer in session.answers.items() if is_theirs(answer)]
        if numbers:
            yield session, numbers


def _digests(session: Session) -> dict[int, set[str]]:
    """Of all words that the record tells of an answer: suggestions, feedback, what it was contested for."""
    found: dict[int, set[str]] = {number: set() for number in session.answers}
    for row in session.rows():
        mine = found.get(row.body.get("answer", 0))
        if mine is None:
            continue
        if row.kind == "suggested":
            mine.add(row.body["suggestion"]["digest"])
        mine |= {row.body[name] for name in ("feedback", "why") if isinstance(row.body.get(name), str)}
    return found


def _is_told_elsewhere(connection: sqlite3.Connection, session: int, digest: str) -> bool:
    """Whether a ruling or another session has the same words: a teacher may give one feedback to many."""
    found = connection.execute(
        "SELECT 1 FROM record WHERE instr(body, ?) > 0 AND (session <> ? OR kind = 'ruled') LIMIT 1", (digest, session)
    )
    return found.fetchone() is not None
