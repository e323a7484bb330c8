"""Marks of the same quiz in other sessions: the newest session is not always the one that somebody worked in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from edgekit.gradebook.pairing import written_by

if TYPE_CHECKING:
    from edgekit.gradebook.session import Session


def marked_elsewhere(session: Session) -> Mapping[int, int]:
    """Number of another session of a quiz of that title -> answers with a mark there and without one in this session.

    An answer is the same by its student or id, question and text. Sessions without any are left out.
    """
    waiting = written_by(one for at, one in session.answers.items() if not session.standing(at).is_mark)
    found: dict[int, int] = {}
    for entry in session.book.sessions() if waiting else ():
        if entry.id == session.id or entry.title != session.title:
            continue
        other = session.book.session(entry.id)
        marked = written_by(one for at, one in other.answers.items() if other.standing(at).is_mark)
        if waiting & marked:
            found[entry.id] = len(waiting & marked)
    return found
