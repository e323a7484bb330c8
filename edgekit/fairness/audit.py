"""The audit card: whether a grader gives the same content the same mark in every variety, with a verdict a line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TypeAlias

from edgekit.fairness.chance import Chance, chance_of_calibration, chance_of_coverage, chance_of_gap
from edgekit.fairness.measures import (
    Interval,
    Outcome,
    Pairing,
    Rates,
    bootstrap,
    by_variety,
    matched,
    never_seen,
    pair,
    rates,
)
from edgekit.fairness.parallel import Trial
from edgekit.grading.calibration import calibration_error
from edgekit.grading.conformal import ALPHA
from edgekit.quiz.suggestion import Suggestion

Figure: TypeAlias = Callable[[Sequence[Outcome]], float | None]
Counted: TypeAlias = Callable[[Sequence[Outcome]], list[bool]]

# How many answers a variety needs before a verdict says anything: half the width of a share's interval is 0.17 at 30.
FEWEST = 30
_LEAST_P = 0.001
WRITTEN, REWRITTEN = "originals", "rewritings"


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
    """One line of the card.  value: None where nothing could be counted.  limit: what it was held against, in words.

    certain: whether all of the interval is on the side of the limit that the value is on.
    chance: what would be shown without the fault; None where nothing would, or nobody needs to know.
    """

    name: str
    value: float | None
    limit: str
    passed: bool
    interval: Interval | None = None
    detail: str = ""
    certain: bool = True
    chance: Chance | None = None

    @property
    def is_open(self) -> bool:
        """Whether the value is beyond the limit, and no further than chance alone takes it on so few answers."""
        if self.passed or self.value is None or self.chance is None:
            return False
        is_floor = self.chance.edge < self.chance.mean
        return self.value >= self.chance.edge if is_floor else self.value <= self.chance.edge

    @property
    def chance_told(self) -> tuple[str, ...]:
        """What chance alone would show, in sentences."""
        if self.chance is None:
            return ()
        side = "down" if self.chance.edge < self.chance.mean else "up"
        alone = f"a grader without this fault shows {self.chance.mean:.3f} of so few, {side} to {self.chance.edge:.3f}"
        if not self.is_open:
            return (alone,)
        return alone, f"no more than chance: about {self.chance.enough:,} such answers of each variety would tell"


@dataclass(frozen=True, slots=True)
class AuditCard:
    """groups: by variety.  pairs: of every two varieties.  few: varieties with too few answers for a verdict.

    together: whether verdicts are of answers as they were written and of all that was made of them.
    unmeasured: varieties all of whose answers go to a person, for how sure the grader is there was never measured.
    """

    groups: Mapping[str, Rates]
    pairs: tuple[Pairing, ...]
    verdicts: tuple[Verdict, ...]
    few: tuple[str, ...]
    left_out: int = 0
    together: bool = False
    unmeasured: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every line holds, and there is one."""
        return bool(self.verdicts) and all(verdict.passed for verdict in self.verdicts)

    @property
    def is_open(self) -> bool:
        """Whether all that does not hold may be chance."""
        return not self.passed and all(verdict.passed or verdict.is_open for verdict in self.verdicts)


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
                any(one.code == "uncalibrated_variety" for one in suggestion.reasons),
            )
        )
    return found


def audit(
    found: Sequence[Outcome],
    *,
    limits: Limits | None = None,
    left_out: int = 0,
    rounds: int = 1000,
    written: Collection[str] = (),
) -> AuditCard:
    """Hold what became of parallel answers against the limits; intervals are drawn by question.

    A grader that always says the same has no gap at all, and fails: it must tell right from wrong in every variety.

    written: varieties that answers stand in before they are put into others. Where no two varieties have enough answers
    in common, what stands there is held against all that was made of it.
    """
    limits = limits or Limits()
    groups = by_variety(found)
    enough = {variety: group for variety, group in groups.items() if len(group) >= FEWEST}
    few = tuple(variety for variety in groups if variety not in enough)
    table = {variety: rates(group) for variety, group in groups.items()}
    pairs = tuple(pair(one, two, groups) for one, two in combinations(groups, 2))
    judged = [one for one in pairs if one.first in enough and one.second in enough and one.count >= FEWEST]
    both = by_variety(() if judged else _together(found, written))
    together = bool(both) and all(len(group) >= FEWEST for group in both.values())
    if together:
        enough, judged = both, [pair(WRITTEN, REWRITTEN, both)]
    held = _Held(enough, rounds // 2)
    verdicts = [
        *(_tells_apart(variety, group, held.rounds) for variety, group in enough.items()),
        *_compares(enough, judged),
        *(held.same_content(one, limits) for one in judged if one.likely_gap is not None),
        *(held.flips(one, limits) for one in judged),
        *held.gap("wrong answers accepted", _wrong_accepted, limits.odds_gap),
        *held.gap("right answers refused", _right_refused, limits.odds_gap),
    ]
    if not together:  # of what stands there several times no share can be told from chance
        verdicts += [held.calibration(variety, limits) for variety in enough]
        verdicts += [held.coverage(variety, limits) for variety in enough if table[variety].coverage is not None]
    unmeasured = tuple(name for name, group in groups.items() if all(one.unmeasured for one in group))
    return AuditCard(table, pairs, tuple(verdicts), few, left_out, together, unmeasured)


def _together(found: Sequence[Outcome], written: Collection[str]) -> list[Outcome]:
    """Each answer that was put into another variety beside what it was made of."""
    stands = {one.item: one for one in found if one.variety in written}
    return [
        replace(one, item=f"{made.item}/{made.variety}", variety=variety)
        for made in found
        if made.variety not in written and made.item in stands
        for variety, one in ((WRITTEN, stands[made.item]), (REWRITTEN, made))
    ]


def _tells_apart(variety: str, group: Sequence[Outcome], rounds: int) -> Verdict:
    interval = bootstrap(group, _balanced, rounds=rounds)
    name = f"tells right from wrong, {variety}"
    if interval is None:
        # Right answers alone: refusing some of them would be told, accepting all of them cannot.
        return Verdict(name, None, "needs right and wrong answers", passed=False)
    interval = never_seen(interval, [len(_wrong_accepted(group)), len(_right_refused(group))])
    return Verdict(name, interval.value, "more than 0.5 for certain", interval.low > 0.5, interval)


def _compares(enough: Mapping[str, Sequence[Outcome]], judged: Sequence[Pairing]) -> Iterator[Verdict]:
    """What is wrong with the answers: nothing is fair that is compared with nothing, or sure that is never decided."""
    if enough and not judged:
        limit = f"needs {FEWEST} contents or more that two varieties have"
        yield Verdict("the same content in two varieties", None, limit, passed=False)
    sure = sum(outcome.sure for group in enough.values() for outcome in group)
    if enough and not sure:
        yield Verdict("decided without a person", 0.0, "more than none", passed=False)


class _Held:
    """Figures of varieties with enough answers held against limits, each with its interval.

    rounds: of a bootstrap.
    """

    def __init__(self, groups: Mapping[str, Sequence[Outcome]], rounds: int) -> None:
        self.rounds = rounds
        self._groups = groups

    def same_content(self, one: Pairing, limits: Limits) -> Verdict:
        drawn = [outcome for outcome in self._both(one) if outcome.right]
        return self._verdict(
            f"probability of the same right content, {one.first} less {one.second}",
            bootstrap(drawn, _likely_gap(one.first, one.second), rounds=self.rounds),
            -limits.likely_gap,
            limits.likely_gap,
            f"within {limits.likely_gap}",
        )

    def flips(self, one: Pairing, limits: Limits) -> Verdict:
        p = f"p {one.p:.3f}" if one.p >= _LEAST_P else f"p <{_LEAST_P}"
        only = f"right only in {one.first} {one.worse}, only in {one.second} {one.better}"
        interval = bootstrap(self._both(one), _flips(one.first, one.second), rounds=self.rounds)
        return self._verdict(
            f"decided differently, {one.first} and {one.second}",
            None if interval is None else never_seen(interval, [one.count]),
            0.0,
            limits.flips,
            f"at most {limits.flips}",
            f"{one.flips} of {one.count}; {only}, {p}",
        )

    def gap(self, name: str, counted: Counted, limit: float) -> Iterator[Verdict]:
        """On what all varieties have, where that is enough: other contents would be another reason for a gap."""
        shared = self._shared(tuple(self._groups))
        every = [outcome for group in self._groups.values() for outcome in group]
        for found in (shared, every) if len(shared) >= FEWEST * len(self._groups) else (every,):
            hits = {variety: counted(group) for variety, group in by_variety(found).items()}
            known = {variety: value for variety, one in hits.items() if (value := _share(one)) is not None}
            if len(known) < 2:
                continue
            low, high = min(known, key=known.__getitem__), max(known, key=known.__getitem__)
            detail = f"{high} {known[high]:.3f}, {low} {known[low]:.3f}" if known[high] > known[low] else ""
            interval = bootstrap(found, _most_less_least(counted), rounds=self.rounds, grows_by_chance=True)
            sides = [hits[variety] for variety in known]
            interval = None if interval is None else never_seen(interval, [min(map(len, sides))])
            verdict = self._verdict(f"{name}, most less least", interval, 0.0, limit, f"at most {limit}", detail)
            yield verdict if verdict.passed else _beside(verdict, chance_of_gap(sides, limit))
            return

    def calibration(self, variety: str, limits: Limits) -> Verdict:
        group = self._groups[variety]
        verdict = self._verdict(
            f"calibration error, {variety}",
            bootstrap(group, _calibration, rounds=self.rounds, grows_by_chance=True),
            0.0,
            limits.calibration,
            f"at most {limits.calibration}",
        )
        shown = [outcome.probability for outcome in group]
        return _beside(verdict, chance_of_calibration(shown, limits.calibration))

    def coverage(self, variety: str, limits: Limits) -> Verdict:
        count = sum(outcome.covered is not None for outcome in self._groups[variety])
        interval = bootstrap(self._groups[variety], _coverage, rounds=self.rounds)
        verdict = self._verdict(
            f"coverage, {variety}",
            None if interval is None else never_seen(interval, [count]),
            limits.coverage,
            1.0,
            f"at least {limits.coverage}",
        )
        if verdict.passed or limits.coverage >= 1 - ALPHA:
            return verdict
        return _beside(verdict, chance_of_coverage(count, 1 - ALPHA, limits.coverage))

    def _verdict(
        self, name: str, interval: Interval | None, least: float, most: float, limit: str, detail: str = ""
    ) -> Verdict:
        if interval is None:
            return Verdict(name, None, limit, passed=False, detail=detail)
        passed = least <= interval.value <= most
        within = least <= interval.low and interval.high <= most
        certain = within if passed else interval.high < least or interval.low > most
        return Verdict(name, interval.value, limit, passed, interval, detail, certain)

    def _both(self, one: Pairing) -> list[Outcome]:
        return [outcome for two in matched(self._groups[one.first], self._groups[one.second]) for outcome in two]

    def _shared(self, varieties: Sequence[str]) -> list[Outcome]:
        """Outcomes of contents that all of these varieties have, content by content, one of each variety."""
        by_item = [{outcome.item: outcome for outcome in self._groups[name]} for name in varieties]
        return [
            found[item]
            for item in (by_item[0] if by_item else ())
            if all(item in one for one in by_item)
            for found in by_item
        ]


def _beside(verdict: Verdict, chance: Chance) -> Verdict:
    """What may be chance is not certain, whatever the interval says."""
    found = replace(verdict, chance=chance)
    return replace(found, certain=found.certain and not found.is_open)


def _likely_gap(first: str, second: str) -> Figure:
    def gap(drawn: Sequence[Outcome]) -> float | None:
        sides = [[one.probability for one in drawn if one.variety == name] for name in (first, second)]
        return sum(sides[0]) / len(sides[0]) - sum(sides[1]) / len(sides[1]) if all(sides) else None

    return gap


def _flips(first: str, second: str) -> Figure:
    def share(drawn: Sequence[Outcome]) -> float | None:
        # A content may have been drawn several times: its versions are beside each other each time.
        sides = [[one.accepted for one in drawn if one.variety == name] for name in (first, second)]
        count = min(map(len, sides))
        return sum(one != two for one, two in zip(*sides, strict=False)) / count if count else None

    return share


def _share(values: Sequence[bool]) -> float | None:
    return sum(values) / len(values) if values else None


def _wrong_accepted(drawn: Sequence[Outcome]) -> list[bool]:
    return [one.accepted for one in drawn if not one.right]


def _right_refused(drawn: Sequence[Outcome]) -> list[bool]:
    return [not one.accepted for one in drawn if one.right]


def _balanced(drawn: Sequence[Outcome]) -> float | None:
    accepts, refusals = _share(_wrong_accepted(drawn)), _share(_right_refused(drawn))
    return None if accepts is None or refusals is None else 1 - (accepts + refusals) / 2


def _calibration(drawn: Sequence[Outcome]) -> float | None:
    return calibration_error([one.probability for one in drawn], [one.right for one in drawn])


def _coverage(drawn: Sequence[Outcome]) -> float | None:
    return _share([one.covered for one in drawn if one.covered is not None])


def _most_less_least(counted: Counted) -> Figure:
    def gap(drawn: Sequence[Outcome]) -> float | None:
        known = [value for group in by_variety(drawn).values() if (value := _share(counted(group))) is not None]
        return max(known) - min(known) if len(known) > 1 else None

    return gap
