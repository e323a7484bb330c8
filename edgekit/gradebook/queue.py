"""In which order a person looks at the answers of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgekit.gradebook.session import Session


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


def with_same_words(session: Session, number: int) -> list[int]:
    """An answer and those to the same question with its very words on which nobody has decided, by their numbers.

    One that a student contests, or that a person returned, is looked at alone.
    """
    answer = session.answers[number]
    words = answer.text.split()
    found = [
        at
        for at in to_decide(session, answer.question_id)
        if session.answers[at].text.split() == words and session.standing(at).state == "suggested"
    ]
    return sorted({number, *found})
