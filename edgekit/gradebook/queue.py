"""In which order a person looks at the answers of a session, and which of them are decided alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgekit.gradebook.session import Session
    from edgekit.quiz.suggestion import Suggestion


@dataclass(frozen=True, slots=True)
class Alike:
    """Answers to one question with the same points and the same state of every criterion, by their numbers.

    numbers: suggested, so that they can be accepted together.  left_out: sent to review, each for a person of its own.
    """

    numbers: tuple[int, ...]
    left_out: tuple[int, ...]


def by_need(session: Session) -> list[int]:
    """Numbers of answers, those that a person should look at first before the others; what is contested before all."""
    return sorted(session.answers, key=lambda at: (not session.standing(at).contested, -session.standing(at).need, at))


def to_decide(session: Session, question: str | None = None, *, everything: bool = True) -> list[int]:
    """Those of them that have a suggestion and no mark.  everything: also those that are not sent to review."""
    return [
        at
        for at in by_need(session)
        if session.standing(at).state in ("suggested", "returned")
        and (everything or session.standing(at).decision == "review" or session.standing(at).contested)
        and at not in session.forgotten
        and question in (None, session.answers[at].question_id)
    ]


def alike(session: Session, number: int) -> Alike:
    """What could be decided together with an answer, itself as well where it is not sent to review."""
    mine = session.suggestion(number)
    question = session.answers[number].question_id
    together: list[int] = []
    left_out: list[int] = []
    for at in to_decide(session, question) if mine is not None else ():
        other = session.suggestion(at)
        if mine is not None and other is not None and _kind(other) == _kind(mine):
            fits = other.decision == "suggest" and session.standing(at).state == "suggested"
            (together if fits else left_out).append(at)
    return Alike(tuple(together), tuple(left_out))


def _kind(suggestion: Suggestion) -> tuple[object, ...]:
    return suggestion.points, tuple((one.criterion, one.state) for one in suggestion.criteria)
