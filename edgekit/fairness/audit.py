"""The audit card: whether a grader gives the same content the same mark in every variety, with a verdict a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from edgekit.fairness.measures import Interval, Outcome, Pairing, Rates, bootstrap, by_variety, pair, rates
from edgekit.fairness.parallel import Trial
from edgekit.quiz.suggestion import Suggestion

# How many answers a variety needs before a verdict says anything: half the width of a share's interval is 0.17 at 30.
FEWEST = 30


@dataclass(frozen=True, slots=True)
class Limits:
    """What is still fair.  likely_gap: probability of the same right content, best variety less worst."""

    likely_gap: float = 0.08
    flips: float = 0.05
    odds_gap: float = 0.10
    calibration: float = 0.08
    coverage: float = 0.87


@dataclass(frozen=True, slots=True)
class Verdict:
    """One line of the card.  value: None where nothing could be counted.  limit: what it was held against, in words."""

    name: str
    value: float | None
    limit: str
    passed: bool
    interval: Interval | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class AuditCard:
    """groups: by variety.  pairs: of every two varieties.  few: varieties with too few answers for a verdict."""

    groups: Mapping[str, Rates]
    pairs: tuple[Pairing, ...]
    verdicts: tuple[Verdict, ...]
    few: tuple[str, ...]
    left_out: int = 0

    @property
    def passed(self) -> bool:
        """Whether every line holds, and there is one."""
        return bool(self.verdicts) and all(verdict.passed for verdict in self.verdicts)


def outcomes(trial: Trial, suggestions: Sequence[Suggestion]) -> list[Outcome]:
    """What became of each version; right: full points."""
    found = []
    for suggestion in suggestions:
        version = trial.versions[suggestion.answer_id]
        gold = suggestion.most if version.right else 0.0
        accepted = suggestion.most > 0 and suggestion.points >= suggestion.most / 2
        # `probability` is that of the mark which is suggested; here, of the answer being right.
        likely = suggestion.probability if accepted else 1 - suggestion.probability
        if suggestion.criteria:
            likely = sum(result.probability for result in suggestion.criteria) / len(suggestion.criteria)
        covered = any(abs(mark - gold) < 1e-9 for mark in suggestion.possible) if suggestion.possible else None
        found.append(
            Outcome(
                # Some sets count their items anew in every variety: the same number is not the same content.
                f"{version.question}/{version.item}",
                version.question,
                version.variety,
                version.right,
                accepted,
                suggestion.decision == "suggest",
                likely,
                covered,
            )
        )
    return found


def audit(
    found: Sequence[Outcome], *, limits: Limits | None = None, left_out: int = 0, rounds: int = 1000
) -> AuditCard:
    """Hold what became of parallel answers against the limits; intervals are drawn by question.

    A grader that always says the same has no gap at all, and fails: it must tell right from wrong in every variety.
    """
    limits = limits or Limits()
    groups = by_variety(found)
    enough = {variety: group for variety, group in groups.items() if len(group) >= FEWEST}
    few = tuple(variety for variety in groups if variety not in enough)
    table = {variety: rates(group) for variety, group in groups.items()}
    pairs = tuple(pair(one, two, groups) for one, two in combinations(groups, 2))
    judged = [one for one in pairs if one.first in enough and one.second in enough and one.count >= FEWEST]
    verdicts = [
        *(_tells_apart(variety, group, rounds) for variety, group in enough.items()),
        *(_same_content(one, groups, limits, rounds) for one in judged if one.likely_gap is not None),
        *(_flips(one, limits) for one in judged),
        *_gap("wrong answers accepted", {v: table[v].false_accepts for v in enough}, limits.odds_gap),
        *_gap("right answers refused", {v: table[v].false_refusals for v in enough}, limits.odds_gap),
        *(_at_most(f"calibration error, {v}", table[v].calibration, limits.calibration) for v in enough),
        *(
            Verdict(f"coverage, {v}", share, f"at least {limits.coverage}", share >= limits.coverage)
            for v in enough
            if (share := table[v].coverage) is not None
        ),
    ]
    return AuditCard(table, pairs, tuple(verdicts), few, left_out)


def _tells_apart(variety: str, group: Sequence[Outcome], rounds: int) -> Verdict:
    interval = bootstrap(group, lambda drawn: rates(drawn).balanced, rounds=rounds // 2)
    name = f"tells right from wrong, {variety}"
    if interval is None:
        # Right answers alone: refusing some of them would be told, accepting all of them cannot.
        return Verdict(name, None, "needs right and wrong answers", passed=False)
    return Verdict(name, interval.value, "more than 0.5 for certain", interval.low > 0.5, interval)


def _same_content(one: Pairing, groups: Mapping[str, Sequence[Outcome]], limits: Limits, rounds: int) -> Verdict:
    both = {outcome.item for outcome in groups[one.first]} & {outcome.item for outcome in groups[one.second]}
    drawn = [
        outcome
        for name in (one.first, one.second)
        for outcome in groups[name]
        if outcome.item in both and outcome.right
    ]
    interval = bootstrap(drawn, _likely_gap(one.first, one.second), rounds=rounds // 2)
    gap = one.likely_gap or 0.0
    return Verdict(
        f"probability of the same right content, {one.first} less {one.second}",
        gap,
        f"within {limits.likely_gap}",
        abs(gap) <= limits.likely_gap,
        interval,
    )


def _likely_gap(first: str, second: str) -> Callable[[Sequence[Outcome]], float | None]:
    def gap(drawn: Sequence[Outcome]) -> float | None:
        sides = [[one.probability for one in drawn if one.variety == name] for name in (first, second)]
        return sum(sides[0]) / len(sides[0]) - sum(sides[1]) / len(sides[1]) if all(sides) else None

    return gap


def _flips(one: Pairing, limits: Limits) -> Verdict:
    share = one.flips / one.count
    return Verdict(
        f"decided differently, {one.first} and {one.second}",
        share,
        f"at most {limits.flips}",
        share <= limits.flips,
        detail=f"{one.flips} of {one.count}; right only in {one.first} {one.worse}, only in {one.second} {one.better}, "
        f"p {one.p:.3f}",
    )


def _gap(name: str, shares: Mapping[str, float | None], limit: float) -> list[Verdict]:
    known = {variety: share for variety, share in shares.items() if share is not None}
    if len(known) < 2:
        return []
    low, high = min(known, key=known.__getitem__), max(known, key=known.__getitem__)
    gap = known[high] - known[low]
    return [
        Verdict(
            f"{name}, most less least",
            gap,
            f"at most {limit}",
            gap <= limit,
            detail=f"{high} {known[high]:.3f}, {low} {known[low]:.3f}",
        )
    ]


def _at_most(name: str, value: float, limit: float) -> Verdict:
    return Verdict(name, value, f"at most {limit}", value <= limit)
