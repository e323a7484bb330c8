"""What is looked at a second time: marks that a student contests, and a sample that somebody marks again unseen."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgekit.core.errors import UsageError
from edgekit.gradebook.chain import digest_of
from edgekit.gradebook.session import Problems

if TYPE_CHECKING:
    from edgekit.gradebook.session import Session

SHARE = 0.05
"""Of the marks that are there, for a second marking."""


@dataclass(frozen=True, slots=True)
class Drift:
    """How a second marking compares with the marks.  same: as many points.  difference: mean of second less first, and
    apart: mean distance, both in points; None without any.
    """

    count: int
    same: int
    difference: float | None
    apart: float | None


def contest(session: Session, numbers: Sequence[int], *, why: str | None = None, who: str = "student") -> None:
    """Open marks again, released ones as well, all or none: they are no marks until somebody decides on them again.

    why: in the student's words, kept beside the record. Raises UsageError: there is no mark.
    """

    def add(connection: sqlite3.Connection) -> None:
        problems = Problems()
        for number in numbers:
            with problems.of(session.answers[number]):
                session.require(number, "contested")
                body = {"answer": number, "why": session.keep(connection, why) if why else None, "who": who}
                session.append(connection, "contested", body)
        problems.tell()

    session.change(add)


def reason_of(session: Session, number: int) -> str | None:
    """Why a mark is contested, where it is and somebody said so."""
    row = session.standing(number).contested
    if not row or number in session.forgotten:
        return None
    why = next(one.body["why"] for one in session.rows() if one.number == row)
    return session.words(why) if why is not None else None


def to_mark_again(session: Session, share: float = SHARE) -> list[int]:
    """A random share of the answers with a mark, at least one, those that were marked again left out.

    The same ones when asked again: by the digest of the session's quiz and their texts, which nobody chooses.
    """
    marked = [one.number for one in session.standings if one.is_mark and one.number not in session.forgotten]
    drawn = sorted(marked, key=lambda at: digest_of(f"{session.quiz.digest} {session.id} {session.digest(at)} {at}"))
    return [at for at in drawn[: math.ceil(share * len(marked))] if at not in session.seconds]


def mark_again(session: Session, number: int, points: float, *, who: str = "teacher") -> None:
    """Record what somebody gives who has not seen the mark; the mark stays. Raises UsageError: no such points."""
    question = session.quiz.question(session.answers[number].question_id)
    most = question.points if question is not None else 0.0
    if not 0 <= points <= most:
        raise UsageError(f"the points must be from 0 to {most:g}")
    body = {"answer": number, "points": float(points), "who": who}
    session.change(lambda connection: session.append(connection, "second", body))


def drift(session: Session) -> Drift:
    """Of all answers that were marked twice and still have a mark."""
    both = [
        (points, first)
        for number, points in session.seconds.items()
        if (first := session.standing(number).points) is not None and session.standing(number).is_mark
    ]
    if not both:
        return Drift(0, 0, None, None)
    count = len(both)
    return Drift(
        count,
        sum(math.isclose(second, first, abs_tol=1e-6) for second, first in both),
        math.fsum(second - first for second, first in both) / count,
        math.fsum(abs(second - first) for second, first in both) / count,
    )
