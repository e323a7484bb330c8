"""Which candidates are worth building, which of those built no other beats, and which to take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from edgekit.pipeline.budgets import Budget
from exporters.fit.base import Candidate, Outcome


class Rated(Protocol):
    """What can be compared: bytes of the files and of the memory, and quality, of which more is better."""

    @property
    def size_bytes(self) -> int: ...

    @property
    def memory_bytes(self) -> int | None: ...

    @property
    def quality(self) -> float: ...


_Any = TypeVar("_Any", bound=Rated)


@dataclass(frozen=True, slots=True)
class Step:
    """What more bytes would buy.  loss: expected, of what is taken now and of the next."""

    candidate: Candidate
    more_bytes: int
    loss: tuple[float, float]


def fits(one: Rated | Candidate, budget: Budget) -> bool:
    """Whether files and memory stay within a budget; memory that is not known does not count."""
    if budget.size_bytes is not None and one.size_bytes > budget.size_bytes:
        return False
    return budget.memory_bytes is None or one.memory_bytes is None or one.memory_bytes <= budget.memory_bytes


def dominates(one: Rated, other: Rated) -> bool:
    """Whether one is as good as the other in everything and better in something."""
    ours = (-one.size_bytes, -(one.memory_bytes or 0), one.quality)
    theirs = (-other.size_bytes, -(other.memory_bytes or 0), other.quality)
    return ours != theirs and all(mine >= its for mine, its in zip(ours, theirs, strict=True))


def front(rated: Sequence[_Any]) -> list[_Any]:
    """Those that no other dominates, by size (the Pareto front)."""
    found = [one for one in rated if not any(dominates(other, one) for other in rated)]
    return sorted(found, key=lambda one: (one.size_bytes, -one.quality))


def worth_building(candidates: Iterable[Candidate], budget: Budget, builds: int) -> list[Candidate]:
    """At most so many candidates that fit and that no other of their model and format dominates, the best first.

    Predicted losses are against each model's own original, so models are not compared by them: each has its turn, and
    so has each format, whose speeds are not predicted. The one expected to be best comes first, then those between it
    and the smallest, far apart from each other.
    """
    by_model: dict[tuple[str, str], list[Outcome]] = {}
    for one in candidates:
        if fits(one, budget):
            by_model.setdefault((one.model, one.container), []).append(Outcome(one, None))
    ladders = [_spread(front(group)) for group in by_model.values()]
    found: list[Candidate] = []
    for rung in range(max(map(len, ladders), default=0)):
        found += [ladder[rung].candidate for ladder in ladders if rung < len(ladder)]
    return found[:builds]


def recommend(outcomes: Sequence[Outcome], budget: Budget) -> Outcome | None:
    """The best that was built and fits, the smaller of equals; None where none fits."""
    built = [one for one in outcomes if one.measured is not None and fits(one, budget)]
    return max(built, key=lambda one: (one.quality, -one.size_bytes, one.candidate.id), default=None)


def next_step(
    taken: Outcome, candidates: Iterable[Candidate], outcomes: Sequence[Outcome], budget: Budget
) -> Step | None:
    """The candidate over the budget, of the same model, whose loss falls most for each byte; None where none is better.

    outcomes: what was built; one that was measured to be no better is no step.
    """
    now = taken.candidate
    beaten = {one.candidate.id for one in outcomes if one.measured is None or one.quality <= taken.quality}
    better = [
        one
        for one in candidates
        if one.model == now.model
        and one.id not in beaten
        and not fits(one, budget)
        and one.size_bytes > now.size_bytes
        and one.expected_loss < now.expected_loss
    ]

    def gain(one: Candidate) -> tuple[float, int, str]:
        return (now.expected_loss - one.expected_loss) / (one.size_bytes - now.size_bytes), -one.size_bytes, one.id

    best = max(better, key=gain, default=None)
    return (
        None if best is None else Step(best, best.size_bytes - now.size_bytes, (now.expected_loss, best.expected_loss))
    )


def _spread(ordered: Sequence[Outcome]) -> list[Outcome]:
    """The best, then again and again the one that lies furthest from those taken, by size."""
    waiting = sorted(ordered, key=lambda one: (-one.quality, one.size_bytes))
    taken = waiting[:1]
    waiting = waiting[1:]
    while waiting:
        furthest = max(
            waiting, key=lambda one: (min(abs(one.size_bytes - other.size_bytes) for other in taken), one.candidate.id)
        )
        taken.append(furthest)
        waiting.remove(furthest)
    return taken
