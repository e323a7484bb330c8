"""A second opinion on every criterion: it can send an answer to a person, and can do nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from edgekit.grading.reading import Read
from edgekit.quiz.model import Criterion, Question
from edgekit.quiz.suggestion import CriterionResult, Reason


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

    def ask(self, question: Question, criterion: Criterion, answer: str) -> Opinion:
        """One criterion of one answer."""
        ...

    def close(self) -> None:
        """Free the model."""
        ...


_AGREES = {"met": {"yes", "partly"}, "partly": {"yes", "partly", "no"}, "missing": {"no"}, "contradicted": {"no"}}


def opinions(
    judge: Judging,
    question: Question,
    criteria: Sequence[Criterion],
    results: Sequence[CriterionResult],
    read: Read,
) -> Iterator[Reason]:
    """Where a second opinion is another one, or there is none."""
    for criterion, result in zip(criteria, results, strict=True):
        opinion = judge.ask(question, criterion, read.intake.text)
        if opinion.failed is not None:
            yield Reason("judge_failed", f"the second opinion on `{criterion.id}` failed: {opinion.failed}")
        elif opinion.verdict == "cannot_tell":
            yield Reason("judge_failed", f"the second opinion cannot tell whether `{criterion.id}` is met")
        elif opinion.verdict not in _AGREES[result.state]:
            detail = f"`{criterion.id}` is {result.state}, and the second opinion says `{opinion.verdict}`"
            yield Reason("judge_disagrees", detail, read.intake.span(*opinion.quote) if opinion.quote else None)
