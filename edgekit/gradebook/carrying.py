"""Marks of an older session in a newer one: as a person made them, whatever is suggested now."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from edgekit.gradebook.standing import carried_from

if TYPE_CHECKING:
    from edgekit.gradebook.session import Session


def carry(older: Session, was: int, newer: Session, number: int) -> None:
    """Record the mark that an answer has in an older session, accepted or changed as it is there, as that session's.

    What was accepted there stays so with its points and words, though other points may be suggested here. One that went
    out to the student is as before that: it goes out again with the others. Raises UsageError: the answer here is not
    one to decide on.
    """
    standing = older.standing(was)
    made = standing.before if standing.state == "released" and standing.before is not None else standing
    feedback = older.mark(was).feedback

    def add(connection: sqlite3.Connection) -> None:
        now = newer.require(number, "accepted")
        body = {
            "answer": number,
            "action": made.state,
            "points": standing.points,
            "suggested": now.suggested,
            "who": carried_from(older.id),
            "feedback": newer.keep(connection, feedback) if feedback else None,
        }
        newer.append(connection, "decided", body)

    newer.change(add)
