"""Statements of the Experience API (xAPI) as JSON, for a learning record store to take when there is a network."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from edgekit.answers.answers import row_of
from edgekit.answers.cells import feedback_of, status_of
from edgekit.core.characters import escaped
from edgekit.quiz.model import Quiz
from edgekit.quiz.suggestion import Answer, Mark

# Names end in `.invalid` where nobody may own them (RFC 2606): these ids name things and lead nowhere.
_HOME = "https://edgekit.invalid"
STATUS = f"{_HOME}/xapi/status"
FEEDBACK = f"{_HOME}/xapi/feedback"
_INTERACTIONS = {"choice": "choice", "numeric": "numeric", "exact": "fill-in"}


def statements_json(
    quiz: Quiz, answers: Sequence[Answer], marks: Mapping[str, Mark], *, names: bool, now: datetime | None = None
) -> bytes:
    """A statement `answered` for each answer, with a score where a person made the mark, and how far it is elsewhere.

    Who answered is the id of the row; names: with the student's name. A statement has the same id when the same mark is
    written again, so that a store takes it once.  Format: xAPI 1.0.3, part 2, 2.4 and appendix on interactions.
    """
    at = (now or datetime.now(timezone.utc)).isoformat(timespec="milliseconds")
    given = [_statement(quiz, one, marks[one.answer_id], at, names=names) for one in answers if one.answer_id in marks]
    return (escaped(json.dumps(given, ensure_ascii=False, indent=1)) + "\n").encode("utf-8", "replace")


def _statement(quiz: Quiz, answer: Answer, mark: Mark, at: str, *, names: bool) -> dict[str, Any]:
    question, final = quiz.question(answer.question_id), mark.final
    actor: dict[str, Any] = {"objectType": "Agent", "account": {"homePage": _HOME, "name": row_of(answer)}}
    if names and answer.student:
        actor["name"] = answer.student
    result: dict[str, Any] = {"response": answer.text, "extensions": {STATUS: status_of(mark)}}
    if final is not None:
        scaled = round(final / mark.most, 6) if mark.most else 0.0
        result["score"] = {"scaled": scaled, "raw": final, "min": 0, "max": mark.most}
        result["extensions"][FEEDBACK] = feedback_of(mark)
    activity = f"{_HOME}/quiz/{quiz.digest}/{uuid.uuid5(uuid.NAMESPACE_URL, answer.question_id)}"
    said = json.dumps([activity, answer.answer_id, answer.text, status_of(mark), final])
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, said)),
        "actor": actor,
        "verb": {"id": "http://adlnet.gov/expapi/verbs/answered", "display": {"en": "answered"}},
        "object": {
            "objectType": "Activity",
            "id": activity,
            "definition": {
                "name": dict(question.text) if question is not None else {},
                "type": "http://adlnet.gov/expapi/activities/cmi.interaction",
                "interactionType": _INTERACTIONS.get(question.kind if question is not None else "", "long-fill-in"),
            },
        },
        "result": result,
        "timestamp": at,
    }
