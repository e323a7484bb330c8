"""Suggestions as JSON: whole, as they stand beside the record, and without any words, as they stand in it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any, get_args

from edgekit.core.errors import IntegrityError
from edgekit.gradebook.chain import canonical, digest_of
from edgekit.quiz.suggestion import CriterionResult, CriterionState, Evidence, Reason, Suggestion


def written(suggestion: Suggestion) -> str:
    """A suggestion as JSON of one form: two that are equal are written in the same bytes."""
    return canonical(dataclasses.asdict(suggestion))


def read(text: str) -> Suggestion:
    """The suggestion of such a text. Raises IntegrityError for what is none."""
    try:
        value = json.loads(text)
        found = Suggestion(
            **{
                **value,
                "possible": tuple(value["possible"]),
                "criteria": tuple(_criterion(one) for one in value["criteria"]),
                "reasons": tuple(_reason(one) for one in value["reasons"]),
            }
        )
        if not _is_typed(found):
            raise ValueError("of other types")
    except (AttributeError, ValueError, KeyError, TypeError, RecursionError):
        raise IntegrityError("the gradebook holds a suggestion that is none") from None
    return found


def _is_typed(found: Suggestion) -> bool:
    numbers = [found.points, found.most, found.probability, found.need, *found.possible]
    texts = [found.answer_id, found.question_id, found.variety, found.feedback]
    words = {found.decision} <= {"suggest", "review"}
    for one in found.criteria:
        numbers += [one.points, one.probability, *one.views.values()]
        texts.append(one.criterion)
        words = words and one.state in get_args(CriterionState)
        if one.evidence is not None:
            numbers += [one.evidence.begin, one.evidence.end]
            texts += [one.evidence.text, one.evidence.wording]
    for reason in found.reasons:
        numbers += reason.span or ()
        texts += [reason.code, reason.detail]
    # A number that is a mark may be written without its point; NaN is none.
    return (
        words
        and all(type(one) in (int, float) and one == one for one in numbers)
        and all(isinstance(one, str) for one in texts)
    )


def _criterion(value: Mapping[str, Any]) -> CriterionResult:
    evidence = value["evidence"]
    return CriterionResult(**{**value, "evidence": Evidence(**evidence) if evidence is not None else None})


def _reason(value: Mapping[str, Any]) -> Reason:
    span = value["span"]
    return Reason(**{**value, "span": tuple(span) if span is not None else None})


def summary(suggestion: Suggestion) -> dict[str, Any]:
    """What the record holds of a suggestion: figures, codes, offsets, and the digest of the whole.

    Evidence, feedback and details may quote the student, who may have written a name: their words stay out.
    """
    return {
        "digest": digest_of(written(suggestion)),
        "points": suggestion.points,
        "most": suggestion.most,
        "possible": list(suggestion.possible),
        "probability": suggestion.probability,
        "decision": suggestion.decision,
        "need": suggestion.need,
        "variety": suggestion.variety,
        "criteria": [
            {
                "criterion": one.criterion,
                "state": one.state,
                "points": one.points,
                "probability": one.probability,
                "views": dict(one.views),
                "span": [one.evidence.begin, one.evidence.end] if one.evidence is not None else None,
            }
            for one in suggestion.criteria
        ],
        "reasons": [
            {"code": one.code, "span": list(one.span) if one.span is not None else None} for one in suggestion.reasons
        ],
    }
