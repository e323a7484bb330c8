"""What a fit found, for a terminal, for a program, and for its page."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgekit.core.errors import FailedError
from edgekit.core.units import bytes_in_words
from edgekit.pipeline.budgets import FitRequest
from edgekit.pipeline.requests import Artifact
from edgekit.store.receipt import read_receipt
from exporters.fit.base import Candidate, Outcome
from exporters.fit.front import Step, fits, front, next_step, recommend

SCHEMA = "edgekit.fit/1"
REPORT_NAME = "fit.html"


@dataclass(frozen=True, slots=True)
class Fitted:
    """See `edgekit.pipeline.budgets.Fitted`.

    candidates: all that were predicted.  outcomes: those that were built, of this run and of earlier ones.  taken: the
    recommended one.  step: what more bytes would buy.  absent: models that would take part and are not here.
    measure: what quality is called.
    """

    request: FitRequest
    folder: Path
    candidates: Sequence[Candidate]
    outcomes: Sequence[Outcome]
    taken: Outcome | None
    step: Step | None
    absent: Sequence[str]
    measure: str

    @classmethod
    def of(
        cls,
        request: FitRequest,
        folder: Path,
        candidates: Sequence[Candidate],
        outcomes: Sequence[Outcome],
        absent: Sequence[str],
        measure: str,
    ) -> Fitted:
        """With what follows from them."""
        ordered = sorted(outcomes, key=lambda one: (one.size_bytes, one.candidate.id))
        taken = recommend(ordered, request.budget)
        step = None if taken is None else next_step(taken, candidates, ordered, request.budget)
        return cls(request, folder, candidates, ordered, taken, step, absent, measure)

    @property
    def report_path(self) -> Path:
        """The page."""
        return self.folder / REPORT_NAME

    @property
    def recommended(self) -> Artifact | None:
        """See `edgekit.pipeline.budgets.Fitted`."""
        if self.taken is None or self.taken.measured is None:
            return None
        folder = self.folder / self.taken.measured.folder  # an absolute one stays as it is
        return Artifact(folder, read_receipt(folder))

    @property
    def built(self) -> list[Outcome]:
        """Those that were measured, by size."""
        return [one for one in self.outcomes if one.measured is not None]

    @property
    def front(self) -> list[Outcome]:
        """Of those built, the ones that no other beats in size, memory and quality at once."""
        return front(self.built)

    def rows(self) -> list[tuple[str, ...]]:
        """A title row and a row for each that was built."""
        rows: list[tuple[str, ...]] = [("", "", "tokens", "types", "size", "memory", self.measure, "speed")]
        best = {one.candidate.id for one in self.front}
        for one in self.built:
            measured = one.measured
            assert measured is not None  # noqa: S101 - that is what built means
            mark = "recommended" if one is self.taken else "" if fits(one, self.request.budget) else "over budget"
            if not mark and one.candidate.id not in best:
                mark = "beaten"
            memory = "?" if one.memory_bytes is None else bytes_in_words(one.memory_bytes)
            speed = "" if measured.speed is None else f"{measured.speed:,.0f} {measured.unit}"
            quality = measured.shown or f"expected loss {one.candidate.expected_loss:.1%}"
            rows.append(
                (
                    mark,
                    one.candidate.source,
                    f"{one.candidate.tokens:,}",
                    one.candidate.types,
                    bytes_in_words(one.size_bytes),
                    memory if measured.memory_bytes is not None else f"{memory} predicted",
                    quality,
                    speed,
                )
            )
        return rows

    def advice(self) -> list[str]:
        """What to take, what more bytes would buy, what else there is: sentences."""
        found = [] if self.taken is None else [f"recommended: {self.taken.candidate.id}, {_size(self.taken)}"]
        if self.step is not None:
            before, after = self.step.loss
            found.append(
                f"{bytes_in_words(self.step.more_bytes)} more would buy {self.step.candidate.tokens:,} tokens, "
                f"{self.step.candidate.types}: expected loss {after:.2%} instead of {before:.2%}, "
                f"{(before - after) * 1e8 / self.step.more_bytes:.3f} points for each MB"
            )
        found += [f"left out: {one.candidate.id}: {one.failure}" for one in self.outcomes if one.failure is not None]
        return [*found, *self.absent]

    def lines(self) -> list[str]:
        """See `edgekit.pipeline.budgets.Fitted.lines`."""
        rows = self.rows()
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        table = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        return [*(table if len(rows) > 1 else []), *([""] if len(rows) > 1 else []), *self.advice()]

    def to_json(self) -> dict[str, Any]:
        """See `edgekit.pipeline.budgets.Fitted.to_json`."""
        best = {one.candidate.id for one in self.front}
        return {
            "schema": SCHEMA,
            "task": self.request.task,
            "languages": list(self.request.languages),
            "budget": dataclasses.asdict(self.request.budget),
            "measure": self.measure,
            "candidates": [one.to_json() for one in self.candidates],
            "built": [
                {
                    **one.candidate.to_json(),
                    "measured": None if one.measured is None else one.measured.to_json(),
                    "failure": one.failure,
                    "on_front": one.candidate.id in best,
                    "fits": fits(one, self.request.budget),
                }
                for one in self.outcomes
            ],
            "recommended": None if self.taken is None else self.taken.candidate.id,
            "next": None
            if self.step is None
            else {"id": self.step.candidate.id, "more_bytes": self.step.more_bytes, "loss": list(self.step.loss)},
            "absent": list(self.absent),
            "report": str(self.report_path),
        }

    def check(self) -> None:
        """See `edgekit.pipeline.budgets.Fitted.check`."""
        if self.taken is not None:
            return
        # The candidates that were left out are no way.
        failed = {one.candidate.id for one in self.outcomes if one.failure is not None}
        left = [one for one in self.candidates if one.id not in failed]
        nearest = min(left, key=lambda one: (_excess(one, self.request), one.expected_loss), default=None)
        raise FailedError(
            "nothing fits the budget",
            reasons=[f"`{one.candidate.id}`: {one.failure}" for one in self.outcomes if one.failure is not None],
            hint=None
            if nearest is None
            else f"the nearest is {nearest.source} with {nearest.tokens:,} tokens, {nearest.types}: {_size(nearest)}",
        )


def _excess(one: Candidate, request: FitRequest) -> float:
    """How far a candidate is over a budget, as a factor; 1 where it is not."""
    size, memory = request.budget.size_bytes, request.budget.memory_bytes
    ratios = [1.0]
    if size:
        ratios.append(one.size_bytes / size)
    if memory and one.memory_bytes is not None:
        ratios.append(one.memory_bytes / memory)
    return max(ratios)


def _size(one: Outcome | Candidate) -> str:
    memory = "" if one.memory_bytes is None else f", {bytes_in_words(one.memory_bytes)} of memory"
    return f"{bytes_in_words(one.size_bytes)}{memory}"
