"""A second opinion on every criterion: it can send an answer to a person, and can do nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from edgekit.grading.reading import Read
from edgekit.quiz.model import Criterion, Question
from edgekit.quiz.suggestion import CriterionResult, CriterionState, Reason, Suggestion

MOST_DEATHS = 2
GONE = f"its process died {MOST_DEATHS} times, and it is asked nothing more"
# What happened on the machine: asked the same again, the model may well have an opinion.
ACCIDENTS = ("the model came to no end: cancelled", f"the model failed: {GONE}")

Accidents: TypeAlias = Mapping[tuple[str, str], str]
"""(question, criterion) -> which of `ACCIDENTS` left it without a second opinion."""


class Opinion(Protocol):
    """What `edgekit.grading.judge.Judge.ask` gives. failed: why there is none.

    quote: the span of the text that it goes by.
    """

    @property
    def verdict(self) -> str: ...
    @property
    def failed(self) -> str | None: ...
    @property
    def quote(self) -> tuple[int, int] | None: ...


class Judging(Protocol):
    """An `edgekit.grading.judge.Judge`."""

    def ask(self, question: Question, criterion: Criterion, answer: str, *, quoted: bool = True) -> Opinion:
        """One criterion of one answer.  quoted: with the words that say it."""
        ...

    def close(self) -> None:
        """Free the model."""
        ...


@dataclass(frozen=True, slots=True)
class _Failed:
    """An `Opinion` that there is not."""

    failed: str
    verdict: str = "cannot_tell"
    quote: tuple[int, int] | None = None


class Recalling:
    """A `Judging` that had no opinion on some criteria then, and has none now."""

    def __init__(self, judge: Judging, accidents: Accidents) -> None:
        self._judge = judge
        self._accidents = accidents

    def ask(self, question: Question, criterion: Criterion, answer: str, *, quoted: bool = True) -> Opinion:
        """As `Judging`."""
        failed = self._accidents.get((question.id, criterion.id))
        return self._judge.ask(question, criterion, answer, quoted=quoted) if failed is None else _Failed(failed)

    def close(self) -> None:
        """Free the model."""
        self._judge.close()


_AGREES: Mapping[CriterionState, frozenset[str]] = {
    "met": frozenset({"yes", "partly"}),
    "partly": frozenset({"yes", "partly", "no"}),
    "unclear": frozenset({"yes", "partly", "no"}),
    "missing": frozenset({"no"}),
    "contradicted": frozenset({"no"}),
}


def opinions(
    judge: Judging,
    question: Question,
    criteria: Sequence[Criterion],
    results: Sequence[CriterionResult],
    read: Read,
) -> Iterator[Reason]:
    """Where a second opinion is another one, or there is none."""
    for criterion, result in zip(criteria, results, strict=True):
        # Of an opinion that is the same no word is shown: to ask for the words took half of its time.
        quoted = "yes" not in _AGREES[result.state]
        opinion = judge.ask(question, criterion, read.intake.text, quoted=quoted)
        if opinion.failed is not None:
            yield _failed(criterion.id, opinion.failed)
        elif opinion.verdict == "cannot_tell":
            yield Reason("judge_failed", f"the second opinion cannot tell whether `{criterion.id}` is met")
        elif opinion.verdict not in _AGREES[result.state]:
            detail = f"`{criterion.id}` is {result.state}, and the second opinion says `{opinion.verdict}`"
            yield Reason("judge_disagrees", detail, read.intake.span(*opinion.quote) if opinion.quote else None)


def accidents(suggestion: Suggestion) -> dict[tuple[str, str], str]:
    """Those that a suggestion tells of, as `Accidents`."""
    return {
        (suggestion.question_id, one.criterion): why
        for one in suggestion.criteria
        for why in ACCIDENTS
        if _failed(one.criterion, why) in suggestion.reasons
    }


def _failed(criterion: str, why: str) -> Reason:
    return Reason("judge_failed", f"the second opinion on `{criterion}` failed: {why}")
