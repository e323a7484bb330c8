"""Figures of a grader: against hand values, and against what must hold of any."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.fairness.agreement import entropy, fleiss_kappa, macro_f1, quadratic_kappa, weighted_f1
from edgekit.fairness.measures import (
    Outcome,
    _tail,
    area_under_curve,
    bootstrap,
    by_variety,
    exact_mcnemar,
    pair,
    rates,
    share_interval,
)

SCORES = st.lists(st.floats(0, 1, allow_nan=False), min_size=1, max_size=30)


def outcome(item: str, variety: str = "en", *, right: bool = True, accepted: bool = True, p: float = 0.9) -> Outcome:
    return Outcome(item, f"question of {item}", variety, right, accepted, True, p, accepted == right)


@pytest.mark.parametrize(
    ("worse", "better", "p"), [(0, 0, 1.0), (1, 0, 1.0), (5, 0, 0.0625), (10, 2, 0.03857421875), (3, 3, 1.0)]
)
def test_mcnemar_is_the_binomial_of_hand_values(worse: int, better: int, p: float) -> None:
    assert exact_mcnemar(worse, better) == pytest.approx(p)
    assert exact_mcnemar(better, worse) == pytest.approx(p)


def test_mcnemar_holds_for_a_thousand_disagreements() -> None:
    assert 0 < exact_mcnemar(1000, 1100) < 0.05


@given(right=SCORES, wrong=SCORES)
def test_the_area_is_the_share_of_pairs_in_order(right: list[float], wrong: list[float]) -> None:
    pairs = math.fsum((one > two) + (one == two) / 2 for one in right for two in wrong)
    assert area_under_curve(right, wrong) == pytest.approx(pairs / (len(right) * len(wrong)))


def test_the_area_has_no_value_when_a_side_is_empty() -> None:
    assert area_under_curve([], [0.5]) is None
    assert area_under_curve([0.5], []) is None


def test_a_constant_grader_has_the_figures_of_the_paper() -> None:
    """Always `acceptable`: .576 / .731 / .5 on 576 and 424 (arXiv 2411.04308)."""
    found = rates([outcome(str(n), right=n < 576, p=0.5) for n in range(1000)])
    assert (found.accuracy, round(found.f1, 3), found.balanced, found.auc) == (0.576, 0.731, 0.5, 0.5)
    assert (found.false_accepts, found.false_refusals) == (1.0, 0.0)


def test_pairs_count_only_what_both_varieties_have() -> None:
    groups = by_variety(
        [
            outcome("a"),
            outcome("b"),
            outcome("c"),
            outcome("a", "es", p=0.5),
            outcome("b", "es", accepted=False, p=0.1),
            outcome("d", "es"),
        ]
    )
    found = pair("en", "es", groups)
    assert (found.count, found.flips, found.worse, found.better) == (2, 1, 1, 0)
    assert found.likely_gap == pytest.approx(0.6)


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.floats(0, 1)), min_size=1, max_size=40))
def test_rates_are_shares(rows: list[tuple[bool, bool, float]]) -> None:
    found = rates([outcome(str(n), right=r, accepted=a, p=p) for n, (r, a, p) in enumerate(rows)])
    for value in (found.accuracy, found.f1, found.auc, found.balanced, found.unknown, found.calibration):
        assert value is None or 0 <= value <= 1 + 1e-12


def test_a_bootstrap_draws_questions_not_answers() -> None:
    """Forty answers to two questions, one all right and one all wrong: nothing between 0 and 1 is certain."""
    rows = [Outcome(str(n), f"q{n % 2}", "en", True, n % 2 == 0, True, 0.5) for n in range(40)]
    found = bootstrap(rows, lambda drawn: rates(drawn).accuracy)
    assert found is not None
    assert (found.value, found.low, found.high) == (0.5, 0.0, 1.0)
    assert found == bootstrap(rows, lambda drawn: rates(drawn).accuracy)


def test_versions_of_a_content_are_drawn_together_where_questions_are_few() -> None:
    rows = [Outcome(str(n), "q", name, True, n % 2 == 0, True, 0.5) for name in ("en", "es") for n in range(20)]

    def apart(drawn: Sequence[Outcome]) -> float:
        return sum((one.accepted if one.variety == "en" else -one.accepted) for one in drawn)

    found = bootstrap(rows, apart)
    assert found is not None
    assert (found.low, found.high) == (0, 0)
    share = bootstrap(rows, lambda drawn: rates(drawn).accuracy)
    assert share is not None
    assert share.low < 0.4 < 0.6 < share.high


def test_what_comes_again_is_matched_again_and_what_is_too_many_left_out() -> None:
    groups = by_variety(
        [outcome("a", accepted=False), outcome("a"), outcome("a"), outcome("a", "es"), outcome("a", "es")]
    )
    assert (pair("en", "es", groups).count, pair("en", "es", groups).flips) == (2, 1)


def test_a_question_drawn_twice_counts_twice_in_an_interval_of_pairs() -> None:
    rows = [outcome(str(n), name, accepted=name == "en" or n % 2 == 0) for name in ("en", "es") for n in range(40)]

    def flips(drawn: Sequence[Outcome]) -> float:
        found = pair("en", "es", by_variety(drawn))
        assert found.count == 40
        return found.flips / found.count

    found = bootstrap(rows, flips, rounds=400)
    assert found is not None
    # That of a share of 20 of 40: .5 with a standard error of .079.
    assert (found.low, found.high) == (pytest.approx(0.345, abs=0.03), pytest.approx(0.655, abs=0.03))


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [(0, 20, 0.0, 0.1611), (3, 20, 0.0524, 0.3604), (1, 1, 0.2065, 1.0), (0, 4, 0.0, 0.4899), (10, 20, 0.2993, 0.7007)],
)
def test_an_interval_of_a_share_is_that_of_statsmodels(hits: int, count: int, low: float, high: float) -> None:
    """`proportion_confint(hits, count, method="wilson")` of statsmodels 0.15."""
    found = share_interval(hits, count)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_answers_that_are_alike_count_as_fewer() -> None:
    """Ten answers to one question that all pass say as much as one: 2 of 20 questions, not 20 of 200 answers."""
    alike = share_interval(20, 200, [(10, 10)] * 2 + [(0, 10)] * 18)
    alone = share_interval(20, 200, [(1, 10)] * 20)
    assert alone == share_interval(20, 200)
    assert alike.value == alone.value
    assert alike.high == pytest.approx(share_interval(2, 20).high, abs=0.02)
    assert share_interval(0, 200, [(0, 10)] * 20) == share_interval(0, 200)


TEACHER = (0, 1, 2, 2, 1, 0, 3, 3, 1, 2, 0, 0, 2, 3, 1, 1, 2, 0, 3, 2)
SECOND = (0, 1, 1, 2, 2, 0, 3, 2, 1, 2, 1, 0, 2, 3, 0, 1, 3, 0, 2, 2)
THIRD = (0, 2, 2, 2, 1, 1, 3, 3, 1, 1, 0, 0, 2, 2, 1, 1, 2, 3, 3, 2)
CHANCES = (0.05, 0.4, 0.4, 0.9, 0.55, 0.05, 0.99, 0.7, 0.4, 0.8, 0.45, 0.1, 0.6, 0.95, 0.3, 0.4, 0.7, 0.2, 0.5, 0.8)


def test_figures_are_those_of_the_libraries_that_others_use() -> None:
    """scikit-learn 1.9.1, statsmodels 0.15.0 and scipy 1.17.1 of the same twenty answers, ties among them."""
    assert quadratic_kappa(TEACHER, SECOND) == pytest.approx(0.8401826484)
    assert fleiss_kappa(list(zip(TEACHER, SECOND, THIRD, strict=True))) == pytest.approx(0.4574227581)
    assert entropy(TEACHER) == pytest.approx(1.9854752972)
    assert weighted_f1(TEACHER, SECOND) == pytest.approx(0.6489010989)
    assert macro_f1(TEACHER, SECOND) == pytest.approx(0.6467032967)
    found = rates(
        [outcome(str(n), right=TEACHER[n] > 1, accepted=p >= 0.5, p=p) for n, p in enumerate(CHANCES)],
    )
    assert (found.auc, found.f1, found.kappa, found.balanced) == pytest.approx((0.955, 0.9, 0.8, 0.9))
    assert [exact_mcnemar(*pair) for pair in ((3, 9), (12, 25), (0, 7))] == pytest.approx(
        [0.14599609375, 0.0470310274, 0.015625]
    )


@pytest.mark.parametrize(("questions", "tail"), [(2, 0.025), (9, 0.025), (10, 0.00855), (20, 0.01588), (1000, 0.02480)])
def test_the_fewer_the_questions_the_further_out_are_the_percentiles(questions: int, tail: float) -> None:
    """`norm.cdf(-sqrt(n / (n - 1)) * t.ppf(0.975, n - 1))` of scipy 1.17.1; below ten, contents are drawn as well."""
    assert _tail(questions) == pytest.approx(tail, abs=2e-5)


def test_an_interval_of_ten_questions_holds_the_true_share_nineteen_times_of_twenty() -> None:
    draw = np.random.default_rng(5)
    held = 0
    for seed in range(120):
        shares = draw.beta(1.63, 0.7, 10)
        rows = [
            Outcome(f"{q}-{n}", f"q{q}", "en", True, bool(draw.random() < share), True, 0.5)
            for q, share in enumerate(shares)
            for n in range(10)
        ]
        found = bootstrap(rows, lambda drawn: sum(one.accepted for one in drawn) / len(drawn), rounds=100, seed=seed)
        assert found is not None
        held += found.low <= 0.7 <= found.high
    assert held >= 108
