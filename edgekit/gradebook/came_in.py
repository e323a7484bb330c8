"""The answers of a session as they came in, each held against what the record tells of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgekit.core.errors import IntegrityError
from edgekit.gradebook.chain import digest_of
from edgekit.gradebook.record import FROM_COPY
from edgekit.gradebook.words import object_of, text_of
from edgekit.quiz.suggestion import Answer

if TYPE_CHECKING:
    from edgekit.gradebook.session import Session


def read_answers(session: Session) -> dict[int, Answer]:
    """By their number; one that was forgotten has no text and no student. Raises IntegrityError: not what came in."""
    rows = session.book.read(
        "SELECT number, answer_id, question_id, text, digest, student, language, extra FROM answers"
        " WHERE session = ? ORDER BY number",
        (session.id,),
    )
    told = {row.body["answer"]: row.body for row in session.rows() if row.kind == "answer"}
    found = {}
    for number, answer_id, question_id, text, digest, student, language, extra in rows:
        body = told.get(number)
        words, more = text_of(text), object_of(extra)
        told_of = (body["question"], body["digest"], body["digest"]) if body is not None else None
        came_in = question_id, digest, digest if number in session.forgotten and not words else digest_of(words)
        if told_of != came_in or not all(isinstance(one, str) for one in more.values()):
            raise IntegrityError(
                f"answer {number} of the gradebook is not the one that came in", reasons=[session.place], hint=FROM_COPY
            )
        found[number] = Answer(
            text_of(answer_id),
            question_id,
            words,
            text_of(student) if student is not None else None,
            str(language) if language is not None else None,
            more,
        )
    return found
