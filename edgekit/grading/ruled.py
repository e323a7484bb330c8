"""What a rule says of an answer, where no scorer is asked."""

from __future__ import annotations

from dataclasses import dataclass

from edgekit.grading.intake import Intake
from edgekit.quiz.criteria import WHOLE
from edgekit.quiz.suggestion import CriterionResult, CriterionState, Evidence, Reason, ReasonCode


@dataclass(frozen=True, slots=True)
class Ruled:
    """points of an answer to a question, every mark that is possible, ascending, and why a person should look.

    A rule that decides leaves one mark possible; where it does not, every possible one is as likely.
    """

    points: float
    possible: tuple[float, ...]
    result: CriterionResult
    reasons: tuple[Reason, ...] = ()

    @property
    def probability(self) -> float:
        """That `points` is the mark."""
        return 1 / len(self.possible)


def evidence(intake: Intake, begin: int, end: int, wording: str) -> Evidence | None:
    """The student's own words that intake.text[begin:end] is, None for no words."""
    first, last = intake.span(begin, end)
    return Evidence(first, last, intake.original[first:last], wording) if first < last else None


def ruled(
    points: float,
    most: float,
    words: Evidence | None,
    *,
    possible: tuple[float, ...] = (),
    reasons: tuple[Reason, ...] = (),
    against: bool = False,
) -> Ruled:
    """Points of most.  against: the words say something that is wrong, where without it they say nothing.

    Where another mark is possible as well, nobody is told that it is all there, nor that nothing is.
    """
    marks = tuple(sorted({points, *possible}))
    state: CriterionState = "partly"
    if points <= 0 and against:
        state = "contradicted"
    elif points >= most or points <= 0:
        state = "unclear" if len(marks) > 1 else "met" if points else "missing"
    met = sum(one >= most for one in marks) / len(marks)
    result = CriterionResult(WHOLE, state, points, met, words)
    return Ruled(points, marks, result, reasons)


def doubt(code: ReasonCode, detail: str, words: Evidence | None = None) -> tuple[Reason, ...]:
    """One reason."""
    return (Reason(code, detail, (words.begin, words.end) if words is not None else None),)


def rounded(points: float, most: float) -> float:
    """To a quarter of a point, as teachers write marks, and between nothing and most."""
    return min(most, max(0.0, round(points * 4) / 4))
