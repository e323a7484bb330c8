"""Rows of `benchmarks/grading.py`: whether the same content gets the same mark in every variety of LAK and ISLS.

    python -m benchmarks.grading_fairness --cache build/states       # these rows alone

English wordings, answers in all varieties, each graded by itself; a right answer without another one is held against
its own English version. Both sets are for measuring: nothing is learned from them. Intervals are 95 %, by questions.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import edgekit
from benchmarks.graded import DATA, KeptStates, Line, faults_end, print_lines, read_set
from edgekit.fairness.audit import FEWEST, outcomes
from edgekit.fairness.chance import chance_of_calibration, chance_of_gap
from edgekit.fairness.measures import Outcome, bootstrap, by_variety, pair, rates
from edgekit.fairness.parallel import base_language_of, make_trial, read_versions
from edgekit.grading.grader import Grader
from edgekit.grading.texts import Texts
from edgekit.quiz.suggestion import Suggestion

CEILING = "teachers among themselves, quadratic weighted kappa: 0.49 (Mohler et al. 2011), 0.80 (AR-ASAG)"
# Set -> its base variety, and the largest gap in the probability of the same right content, by variety.
_SETS: dict[str, tuple[str, dict[str, float]]] = {
    "lak-spanglish": ("en", {"es": 0.08, "en+es": 0.03}),
    "isls-variations": ("original_tests", {}),
}
_GAP, _FLIPS, _ACCEPTED, _ERROR, _COVERAGE = 0.05, 0.05, 0.10, 0.08, 0.87
_ROUNDS = 500
Figure = Callable[[Sequence[Outcome]], float | None]


def fairness_lines(encoder: KeptStates) -> list[Line]:
    """The rows of both sets, LAK's test split apart from its others."""
    lines: list[Line] = []
    for name, (base, gaps) in _SETS.items():
        found = grade(encoder, name, base)
        splits = {"test": True, "train and dev": False} if name.startswith("lak") else {"": None}
        asked = {row["answer_id"] for row in read_set(name) if row["split"] == "test"}
        for split, is_test in splits.items():
            mine = [one for one in found if is_test is None or is_test == (one.item.rsplit("/", 1)[-1] in asked)]
            title = f"{name.split('-')[0].upper()} {split}".strip()
            lines += _of_varieties(title, mine, base, gaps)
    return lines


def grade(encoder: KeptStates, name: str, base: str) -> list[Outcome]:
    """What becomes of every answer of a set, one at a time: versions of one content are no copies of each other."""
    encoder.prepare(name, [text for row in read_set(name) for text in (row["answer"], row["question"])])
    versions = read_versions(DATA / f"{name}.jsonl")
    trial = make_trial(versions, base=base, language=base_language_of(versions, base))
    grader = Grader(trial.quiz, Texts(encoder))
    suggestions: list[Suggestion] = []
    for answer in trial.answers:
        suggestions += grader.grade([answer])
    return outcomes(trial, suggestions)


def _of_varieties(title: str, found: Sequence[Outcome], base: str, gaps: dict[str, float]) -> Iterator[Line]:
    groups = by_variety(found)
    for variety, group in groups.items():
        enough = len(group) >= FEWEST
        name = f"{title}, {variety}"
        if variety != base and pair(base, variety, groups).count:
            both = [one for one in found if one.variety in (base, variety)]
            yield from _line(
                f"{name}: gap in P(right), same content", both, _gap(base, variety), gaps.get(variety, _GAP)
            )
            yield from _line(f"{name}: decided differently", both, _flips(base, variety), _FLIPS)
            sides = _wrong_accepted(base, variety, both)
            yield from _line(
                f"{name}: |wrong accepted less that of {base}|{_by_chance(sides, _ACCEPTED)}",
                both,
                _accepted(base, variety),
                _ACCEPTED,
                grows=True,
            )
        yield from _line(f"{name}: AUC", group, lambda some: rates(some).auc)
        chance = chance_of_calibration([one.probability for one in group], _ERROR)
        yield from _line(
            f"{name}: calibration error ({len(group)}; by chance {chance.mean:.3f}, up to {chance.edge:.3f})",
            group,
            lambda some: rates(some).calibration,
            _ERROR if enough else None,
            grows=True,
        )
        yield from _line(
            f"{name}: coverage", group, lambda some: rates(some).coverage, _COVERAGE if enough else None, most=False
        )
        yield from _line(f"{name}: share suggested", group, lambda some: 1 - rates(some).unknown)


def _by_chance(sides: Sequence[Sequence[bool]], limit: float) -> str:
    if not sides[0]:
        return ""
    chance = chance_of_gap(sides, limit)
    return f" ({len(sides[0])}; by chance {chance.mean:.3f}, up to {chance.edge:.3f})"


def _line(
    what: str,
    found: Sequence[Outcome],
    figure: Figure,
    target: float | None = None,
    *,
    most: bool = True,
    grows: bool = False,
) -> Iterator[Line]:
    """grows: see `bootstrap`."""
    interval = bootstrap(found, figure, rounds=_ROUNDS, grows_by_chance=grows)
    if interval is not None:
        yield Line(what, interval.value, interval.low, interval.high, target, most)


def _gap(base: str, variety: str) -> Figure:
    """Of items that both have; the number that is held against the target is how far they are apart."""

    def figure(found: Sequence[Outcome]) -> float | None:
        groups = by_variety(found)
        gap = pair(base, variety, groups).likely_gap if {base, variety} <= groups.keys() else None
        return None if gap is None else abs(gap)

    return figure


def _flips(base: str, variety: str) -> Figure:
    def figure(found: Sequence[Outcome]) -> float | None:
        groups = by_variety(found)
        if not {base, variety} <= groups.keys():
            return None
        one = pair(base, variety, groups)
        return one.flips / one.count if one.count else None

    return figure


def _wrong_accepted(base: str, variety: str, found: Sequence[Outcome]) -> tuple[list[bool], list[bool]]:
    """What became of wrong items that both have, in the same order."""
    sides = [{one.item: one for one in found if one.variety == name and not one.right} for name in (base, variety)]
    both = [item for item in sides[0] if item in sides[1]]
    return [sides[0][item].accepted for item in both], [sides[1][item].accepted for item in both]


def _accepted(base: str, variety: str) -> Figure:
    def figure(found: Sequence[Outcome]) -> float | None:
        first, second = _wrong_accepted(base, variety, found)
        return abs(sum(first) - sum(second)) / len(first) if first else None

    return figure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, help="folder for token states")
    arguments = parser.parse_args()
    with edgekit.open_encoder("multilingual-e5-small", threads=1) as opened:
        print_lines(fairness_lines(KeptStates(opened, arguments.cache)))
    print(CEILING)


if __name__ == "__main__":
    faults_end()
    main()
