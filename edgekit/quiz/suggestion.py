"""What edgekit says of one answer: a suggestion, never a mark; a mark is made by a person's key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

# `unclear`: it may be there in other words, or not; points are suggested only where a rule holds that likelier.
CriterionState: TypeAlias = Literal["met", "partly", "unclear", "missing", "contradicted"]

# Why an answer goes to a person, or what they are told about it. No code changes points.
ReasonCode: TypeAlias = Literal[
    # the validity gate
    "blank",
    "no_attempt",
    "copied_question",
    "copied_reference",
    "gibberish",
    "off_topic",
    "duplicate",
    "too_long",
    "unsupported_language",
    "injection_suspect",
    "hidden_characters",
    # what was found against a wording
    "negation",
    "number",
    "unit",
    "misconception",
    "hedged",
    "keyword_list",
    # the scorer
    "uncertain",  # more than one mark is possible at the level that was asked for
    "views_disagree",
    "uncalibrated_variety",
    # the second opinion
    "judge_disagrees",
    "judge_failed",
    # what the student would be told
    "feedback_failed",
]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it came in; `text` is never changed. Printed, it shows no word and no name.

    answer_id is unique among the answers of a file.  student: optional, never a feature, never in a log.
    extra: columns of its row that go back out untouched.
    """

    answer_id: str
    question_id: str
    text: str = field(repr=False)
    student: str | None = field(default=None, repr=False)
    language: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict, repr=False)


UNFINISHED = "edgekit: attempt not finished"
"""Among `extra`: an answer with nothing in it, of an attempt that goes on."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason code and one sentence for the teacher: names the thing, no full stop.  span: where, in the answer."""

    code: ReasonCode
    detail: str
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The student's own words, `answer.text[begin:end]`, for or against a criterion, and the wording they are like."""

    begin: int
    end: int
    text: str = field(repr=False)
    wording: str


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """probability: that a teacher would call it met, calibrated.  views: name of a view -> probability by it alone."""

    criterion: str
    state: CriterionState
    points: float
    probability: float
    evidence: Evidence | None = None
    views: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """points of `most` that are suggested.  possible: every mark the conformal set holds, ascending.

    probability: that `points` is the mark a teacher gives.  decision: `suggest`, or `review` with its reasons.
    variety: what the answer is written in (`en`, `es`, `en+es`), the group that its guarantee is for.
    need: 0 to 1, how much a person should look at it; the queue is sorted by it.
    """

    answer_id: str
    question_id: str
    points: float
    most: float
    possible: tuple[float, ...]
    probability: float
    decision: Literal["suggest", "review"]
    need: float
    variety: str
    criteria: tuple[CriterionResult, ...] = ()
    reasons: tuple[Reason, ...] = ()
    feedback: str = ""


MarkStatus: TypeAlias = Literal["suggested", "accepted", "changed", "returned", "released"]


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands of one answer's mark: the suggestion, and what a person made of it.

    status: `returned` is one that was opened again, so no mark.  points: a person's, where they differ from the
    suggested ones.  feedback: in the place of the suggestion's, where a person wrote another; empty where they gave
    other points, which the suggested words do not fit.
    """

    answer_id: str
    question_id: str
    most: float
    status: MarkStatus = "suggested"
    suggestion: Suggestion | None = None
    points: float | None = None
    feedback: str | None = None

    @property
    def final(self) -> float | None:
        """The points that count, or None until a person's key has made them a mark."""
        if self.status not in ("accepted", "changed", "released"):
            return None
        if self.points is not None:
            return self.points
        return self.suggestion.points if self.suggestion is not None else None
