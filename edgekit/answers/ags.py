"""Scores of LTI Assignment and Grade Services 2.0 as JSON, for a platform to take when there is a network again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from edgekit.answers.answers import row_of
from edgekit.answers.cells import feedback_of
from edgekit.core.characters import escaped
from edgekit.quiz.model import Quiz
from edgekit.quiz.places import beginning
from edgekit.quiz.suggestion import Answer, Mark

_MOST_LABEL = 100


def scores_json(
    answers: Sequence[Answer],
    marks: Mapping[str, Mark],
    *,
    names: bool,
    now: datetime | None = None,
    quiz: Quiz | None = None,
) -> bytes:
    """Line items, one a question, and the scores to post to each of them.

    A mark that a person made is `FullyGraded` and has its points; every other one is `PendingManual` and has none, so
    that no platform can take a suggestion for a mark. userId is the student's, or else the row's.
    A line item is labelled with its question, since teachers see nothing else of it; without the quiz, with its id.
    Format: 1EdTech, LTI Assignment and Grade Services 2.0, 3.4 (score publish service) and 3.2 (line items).
    """
    at = (now or datetime.now(timezone.utc)).isoformat(timespec="milliseconds")
    most = {mark.question_id: mark.most for mark in marks.values()}
    labels = _labels(quiz, [*most])
    items = [
        {"resourceId": name, "tag": "edgekit", "label": labels[name], "scoreMaximum": value}
        for name, value in most.items()
    ]
    scores = [
        _score(answer, marks[answer.answer_id], at, names=names) for answer in answers if answer.answer_id in marks
    ]
    document = {"lineItems": items, "scores": scores}
    return (escaped(json.dumps(document, ensure_ascii=False, indent=1)) + "\n").encode("utf-8", "replace")


def _labels(quiz: Quiz | None, names: Sequence[str]) -> dict[str, str]:
    """What each question asks, its beginning; its id as well, where two begin alike."""
    found = {}
    for name in names:
        question = quiz.question(name) if quiz is not None else None
        found[name] = beginning(question.asked, _MOST_LABEL) if question is not None else name
    counts = Counter(found.values())
    return {name: label if counts[label] == 1 else f"{label} ({name})" for name, label in found.items()}


def _score(answer: Answer, mark: Mark, at: str, *, names: bool) -> dict[str, Any]:
    final = mark.final
    score: dict[str, Any] = {
        "resourceId": answer.question_id,
        "userId": answer.student if names and answer.student else row_of(answer),
        "timestamp": at,
        "activityProgress": "Completed" if final is not None else "Submitted",
        "gradingProgress": "FullyGraded" if final is not None else "PendingManual",
    }
    if final is not None:
        score |= {"scoreGiven": final, "scoreMaximum": mark.most, "comment": feedback_of(mark)}
    return score
