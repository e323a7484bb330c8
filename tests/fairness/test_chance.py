"""What chance alone makes of a calibration error, a gap and a coverage, and how many answers tell it apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from edgekit.fairness.audit import AuditCard, Verdict, audit
from edgekit.fairness.chance import Chance, chance_of_calibration, chance_of_coverage, chance_of_gap
from edgekit.fairness.measures import Outcome, bootstrap
from edgekit.grading.calibration import calibration_error


def test_what_is_certain_has_no_error_by_chance() -> None:
    found = chance_of_calibration([1.0, 0.0] * 20, 0.08)
    assert (found.mean, found.edge, found.enough) == (0, 0, 0)


def test_one_answer_of_a_half_is_wrong_by_a_half_and_two_by_that_or_nothing() -> None:
    assert chance_of_calibration([0.5], 0.08).mean == 0.5
    found = chance_of_calibration([0.5, 0.5], 0.08, rounds=4000)
    assert found.mean == pytest.approx(0.25, abs=0.02)
    assert found.edge == 0.5


def test_probabilities_that_are_right_are_within_the_edge_in_nineteen_of_twenty_classes() -> None:
    draw = np.random.default_rng(3)
    shown = draw.random(60)
    edge = chance_of_calibration(shown.tolist(), 0.08, rounds=2000).edge
    errors = [calibration_error(shown, draw.random(60) < shown) for _ in range(2000)]
    assert np.mean(np.array(errors) <= edge) == pytest.approx(0.95, abs=0.02)


def test_with_as_many_answers_as_are_enough_the_edge_is_within_the_limit() -> None:
    shown = np.random.default_rng(0).random(60)
    enough = chance_of_calibration(shown.tolist(), 0.08).enough
    more = np.random.default_rng(1).random(enough)
    assert chance_of_calibration(more.tolist(), 0.08).edge <= 0.085
    assert chance_of_calibration(more[: enough // 2].tolist(), 0.08).edge > 0.08


def test_versions_of_one_content_are_dealt_among_varieties() -> None:
    """Two contents that are decided differently: the gap is 1 or 0, each half of the times; the others show none."""
    found = chance_of_gap([[True, True], [False, False]], 0.1, rounds=4000)
    assert found.mean == pytest.approx(0.5, abs=0.03)
    assert chance_of_gap([[True, False], [True, False]], 0.1).edge == 0


def test_varieties_with_other_contents_have_the_share_of_all() -> None:
    found = chance_of_gap([[True] * 30 + [False] * 30, [True] * 5 + [False] * 5], 0.1, rounds=4000)
    # The mean distance of two normal shares: sqrt(2 / pi) of .5 * sqrt(1 / 60 + 1 / 10).
    assert found.mean == pytest.approx(0.136, abs=0.01)
    assert found.enough > 100


def test_a_kept_promise_of_coverage_shows_less_of_few_answers() -> None:
    found = chance_of_coverage(40, 0.9, 0.87)
    # The binomial's: P(33 or less of 40) = .09, P(32 or less) = .04.
    assert 32 / 40 <= found.edge <= 33 / 40
    assert 250 <= found.enough <= 400
    assert chance_of_coverage(2000, 0.9, 0.87).enough == 0


@pytest.mark.parametrize("limit", [0.0, 1e-9])
def test_a_limit_that_no_number_of_answers_reaches_ends(limit: float) -> None:
    assert chance_of_gap([[True, False], [False, True]], limit, rounds=5).enough <= 20_000


def fair(count: int, varieties: int, seed: int, *, shift: float = 0.0) -> list[Outcome]:
    """Right as often as it says, less the shift; what becomes of wrong answers is the toss of a coin."""
    draw = np.random.default_rng(seed)
    return [
        Outcome(f"i{n}", f"q{n}", f"v{at}", bool(draw.random() < p - shift), bool(draw.random() < 0.5), True, float(p))
        for at in range(varieties)
        for n, p in enumerate(draw.random(count))
    ]


def test_a_grader_without_a_fault_is_open_and_not_told_to_fail_for_certain() -> None:
    """Thirty answers show a calibration error of .2 and seven varieties a gap of .3 where there is none."""
    lines = [
        verdict
        for seed in range(2)
        for verdict in audit(fair(30, 7, seed), rounds=100).verdicts
        if "calibration" in verdict.name or "wrong answers" in verdict.name
    ]
    beyond = [verdict for verdict in lines if not verdict.passed]
    assert len(beyond) > len(lines) / 2
    assert sum(verdict.is_open for verdict in beyond) >= 0.9 * len(beyond)
    assert not [verdict for verdict in beyond if verdict.is_open and verdict.certain]


def test_intervals_of_what_grows_by_chance_hold_what_is_fair_among_few_answers() -> None:
    """Without taking off what grows, those of all 8 gaps and of 27 of the 28 calibration errors lie above the limit."""
    lines = [one for seed in range(4) for one in audit(fair(30, 7, seed), rounds=100).verdicts]
    for kind, limit, count, least in (("most less least", 0.1, 8, 4), ("calibration", 0.08, 28, 20)):
        found = [one.interval.low for one in lines if kind in one.name and one.interval is not None]
        assert len(found) == count
        assert sum(low <= limit for low in found) >= least


def test_a_verdict_is_open_up_to_the_edge_of_chance_on_either_side() -> None:
    up, down = Chance(0.1, 0.2, 300), Chance(0.9, 0.8, 300)
    for value, chance, is_open in ((0.2, up, True), (0.21, up, False), (0.8, down, True), (0.79, down, False)):
        found = Verdict("x", value, "", False, chance=chance)
        assert found.is_open == is_open
        assert len(found.chance_told) == 1 + is_open
        assert not replace(found, passed=True).is_open
        assert not replace(found, value=None).is_open
    assert "down to 0.800" in Verdict("x", 0.8, "", False, chance=down).chance_told[0]
    assert "about 300 such answers of each variety would tell" in Verdict("x", 0.2, "", False, chance=up).chance_told[1]


def test_a_fault_that_chance_does_not_explain_fails() -> None:
    lines = [one for one in audit(fair(300, 2, 0, shift=0.3), rounds=100).verdicts if "calibration" in one.name]
    assert lines
    assert not [one for one in lines if one.passed or one.is_open or not one.certain]


def test_a_card_is_open_where_nothing_else_fails() -> None:
    chance = chance_of_calibration([0.5] * 30, 0.08)
    unknown = Verdict("calibration error, en", 0.1, "at most 0.08", False, chance=chance)
    fails = Verdict("coverage, en", 0.1, "at least 0.87", False)
    assert AuditCard({}, (), (unknown,), ()).is_open
    assert not AuditCard({}, (), (unknown, fails), ()).is_open
    assert not AuditCard({}, (), (), ()).passed


def test_an_interval_of_what_grows_by_chance_holds_the_true_error() -> None:
    """Percentiles alone lie above it in eight of ten: samples of few answers are fewer still."""

    def error(drawn: Sequence[Outcome]) -> float:
        return calibration_error([one.probability for one in drawn], [one.right for one in drawn])

    above, above_plain = 0, 0
    for seed in range(40):
        rows = [one for one in fair(100, 1, seed, shift=0.08) if one.probability > 0.08]
        found, plain = (bootstrap(rows, error, rounds=100, grows_by_chance=grows) for grows in (True, False))
        assert found is not None
        assert plain is not None
        assert found.low <= found.value <= found.high
        above, above_plain = above + (found.low > 0.08), above_plain + (plain.low > 0.08)
    assert above <= 6
    assert above_plain >= 20
