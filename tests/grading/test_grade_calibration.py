"""Platt by variety, conformal sets by variety and mark, and regressions that keep their signs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.grading.calibration import (
    MOST_BRIEF,
    Calibration,
    Platt,
    brevity,
    calibration_error,
    fit_brief,
    fit_calibration,
    spread_by_length,
)
from edgekit.grading.conformal import Conformal, fit_conformal
from edgekit.grading.linear import Linear, fit_linear, shares


def drawn(count: int, seed: int, *, slope: float = 1.0, shift: float = 0.0) -> tuple[list[float], list[bool]]:
    """Log odds, and marks that fall by slope * odds + shift."""
    chooser = np.random.default_rng(seed)
    odds = chooser.normal(0, 2, count)
    return odds.tolist(), (chooser.uniform(size=count) < shares(slope * odds + shift)).tolist()


def test_platt_finds_the_slope_that_marks_were_drawn_with() -> None:
    odds, right = drawn(20_000, 1, slope=0.5, shift=-1.0)
    found = fit_calibration(odds, right, ["en"] * len(odds)).pooled
    assert abs(found.slope - 0.5) < 0.03
    assert abs(found.intercept + 1) < 0.06


def test_calibration_lowers_the_error_of_odds_that_say_too_much() -> None:
    odds, right = drawn(5000, 2, slope=0.4)
    found = fit_calibration(odds, right, ["en"] * len(odds))
    unseen, truth = drawn(5000, 3, slope=0.4)
    before = calibration_error(shares(np.array(unseen)).tolist(), truth)
    after = calibration_error(found.of("en").probabilities(np.array(unseen)).tolist(), truth)
    assert after < 0.02 < before


def test_variety_has_its_own_calibration_from_fifty_marks_on() -> None:
    english, spanish = drawn(400, 4), drawn(50, 5, shift=2.0)
    found = fit_calibration(english[0] + spanish[0], english[1] + spanish[1], ["en"] * 400 + ["es"] * 50)
    assert set(found.groups) == {"en", "es"}
    assert found.of("es").intercept > found.of("en").intercept
    assert found.of("pt") == found.pooled
    fewer = fit_calibration(english[0] + spanish[0][:49], english[1] + spanish[1][:49], ["en"] * 400 + ["es"] * 49)
    assert set(fewer.groups) == {"en"}


def test_slope_stays_above_zero_when_marks_run_against_the_odds() -> None:
    odds, right = drawn(500, 6, slope=-1.0)
    assert fit_calibration(odds, right, ["en"] * 500).pooled.slope > 0


def test_length_says_how_much_odds_against_an_answer_are_worth() -> None:
    chooser = np.random.default_rng(0)
    odds, lengths = chooser.normal(0, 2, 20_000), chooser.uniform(1, 5, 20_000)
    said = shares(np.where(odds < 0, odds * (1 + 0.5 * brevity(lengths)), odds))
    right = (chooser.random(20_000) < said).astype(float)
    brief = fit_brief(odds, lengths, right, Platt())
    assert abs(brief - 0.5) < 0.05
    short = (odds < 0) & (lengths < 2)
    errors = [
        calibration_error(shares(some)[short].tolist(), (right[short] > 0.5).tolist())
        for some in (odds, spread_by_length(odds, lengths, brief))
    ]
    assert errors[1] < 0.02 < errors[0]


@given(
    odds=st.lists(st.floats(-20, 20, allow_subnormal=False), min_size=2, max_size=20),
    lengths=st.tuples(st.floats(0, 12), st.floats(0, 12)),
    brief=st.floats(0, MOST_BRIEF),
)
def test_length_turns_no_answer_and_keeps_the_order(
    odds: list[float], lengths: tuple[float, float], brief: float
) -> None:
    some = np.array(sorted(odds))
    shorter, longer = (spread_by_length(some, np.full(len(some), one), brief) for one in sorted(lengths))
    assert (np.diff(shorter) >= 0).all()
    assert np.array_equal(np.sign(shorter), np.sign(some))
    assert np.array_equal(shorter[some >= 0], some[some >= 0])
    assert (longer >= shorter).all()
    assert (longer[some < 0] <= 0).all()


def test_odds_stay_as_they_are_where_long_answers_are_wrong_as_surely_as_short_ones() -> None:
    chooser = np.random.default_rng(1)
    odds, lengths = chooser.normal(0, 2, 2000), chooser.uniform(1, 5, 2000)
    said = shares(np.where(odds < 0, odds * (1 - 0.3 * brevity(lengths)), odds))
    assert fit_brief(odds, lengths, (chooser.random(2000) < said).astype(float), Platt()) == 0.0


@pytest.mark.parametrize("right", [[True] * 60, [False] * 60, [True, False] * 10])
def test_too_little_to_calibrate_by_is_refused(right: list[bool]) -> None:
    with pytest.raises(ValueError, match="50 answers"):
        fit_calibration([0.1] * len(right), right, ["en"] * len(right))


def test_calibration_error_is_that_of_hand() -> None:
    assert calibration_error([0.9, 0.9, 0.1, 0.1], [True, False, False, False]) == pytest.approx((0.8 + 0.2) / 4)
    assert calibration_error([], []) == 0
    assert calibration_error([1.0, 0.0], [True, False]) == 0


@given(odds=st.lists(st.floats(-50, 50), min_size=2, max_size=20), slope=st.floats(0.01, 5), shift=st.floats(-5, 5))
def test_platt_keeps_the_order(odds: list[float], slope: float, shift: float) -> None:
    found = Platt(slope, shift).probabilities(np.array(sorted(odds)))
    assert (np.diff(found) >= 0).all()


def test_calibration_comes_back_as_it_was_stored() -> None:
    one = Calibration(Platt(0.5, 1.0), {"es": Platt(2.0, -1.0)})
    assert Calibration.from_json(one.to_json()) == one


def probabilities(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    odds, right = drawn(count, seed)
    met = shares(np.array(odds))
    return np.array(right, int), np.stack([1 - met, met], axis=1)


def test_sets_hold_the_mark_in_every_variety_and_for_every_mark_at_the_level_asked_for() -> None:
    right, table = probabilities(6000, 7)
    varieties = ["en", "es", "en+es"] * 2000
    found = fit_conformal(varieties, right.tolist(), table, alpha=0.1)
    unseen, shown = probabilities(6000, 8)
    for variety in set(varieties):
        for label in (0, 1):
            mine = [at for at in range(6000) if varieties[at] == variety and unseen[at] == label]
            held = np.mean([label in found.possible(variety, shown[at].tolist()) for at in mine])
            assert held >= 0.87, (variety, label)


def test_threshold_is_the_score_of_the_rank_that_the_level_asks_for() -> None:
    """Of 59 answers of a mark, with a tenth, the 54th smallest score: ceil(60 x .9)."""
    scores = [at / 100 for at in range(1, 60)]
    table = np.array([[score, 1 - score] for score in scores])
    found = fit_conformal(["en"] * 59, [1] * 59, table, alpha=0.1)
    assert found.to_json()["thresholds"]["en"][1] == 0.54
    # Of 8 no score is at the 9th rank.
    few = fit_conformal(["en"] * 67, [1] * 59 + [0] * 8, np.vstack([table, np.full((8, 2), 0.5)]), alpha=0.1)
    assert few.to_json()["thresholds"]["en"] == [1.0, 0.54]


def test_variety_with_fewer_than_fifty_takes_the_widest_threshold_never_the_pooled() -> None:
    right, table = probabilities(449, 9)
    varieties = ["en"] * 200 + ["es"] * 200 + ["qu"] * 49
    table[200:400] = 0.5
    found = fit_conformal(varieties, right.tolist(), table)
    assert set(found.thresholds) == {"en", "es"}
    assert not found.is_known("qu")
    for label in (0, 1):
        assert found.threshold("qu")[label] == max(one[label] for one in found.thresholds.values())


def test_all_marks_are_possible_when_nothing_was_calibrated() -> None:
    assert Conformal(0.1, 3, {}).possible("en", [0.8, 0.1, 0.1]) == (0, 1, 2)


def test_mark_that_occurs_too_seldom_to_tell_is_always_possible() -> None:
    _, table = probabilities(60, 10)
    found = fit_conformal(["en"] * 60, [0] * 55 + [1] * 5, table, alpha=0.1)
    assert found.threshold("en")[1] == 1.0
    assert 1 in found.possible("en", [1.0, 0.0])


@pytest.mark.parametrize("shown", [[float("nan"), 0.5], [float("inf"), 0.0]])
def test_all_marks_are_possible_when_a_probability_is_none(shown: list[float]) -> None:
    assert Conformal(0.1, 2, {"en": (0.1, 0.1)}).possible("en", shown) == (0, 1)


def test_number_of_probabilities_must_be_that_of_the_marks() -> None:
    with pytest.raises(ValueError, match="3 probabilities for 2 marks"):
        Conformal(0.1, 2, {}).possible("en", [0.1, 0.2, 0.7])


@given(met=st.floats(0, 1), low=st.floats(0, 1), wider=st.floats(0, 1))
def test_set_grows_with_its_threshold_and_holds_the_likeliest(met: float, low: float, wider: float) -> None:
    narrow = set(Conformal(0.1, 2, {"en": (low, low)}).possible("en", [1 - met, met]))
    wide = set(Conformal(0.1, 2, {"en": (low + wider, low + wider)}).possible("en", [1 - met, met]))
    assert narrow <= wide
    assert int(met > 0.5) in narrow


def test_conformal_comes_back_as_it_was_stored() -> None:
    one = Conformal(0.1, 2, {"en": (0.25, 0.5)})
    assert Conformal.from_json(one.to_json()) == one


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), signs=st.lists(st.sampled_from([-1, 0, 1]), min_size=4, max_size=4))
def test_regression_keeps_every_sign_whatever_the_data_say(seed: int, signs: list[int]) -> None:
    chooser = np.random.default_rng(seed)
    table = chooser.normal(0, 1, (60, 4))
    right = (table @ chooser.normal(0, 1, 4) + chooser.normal(0, 1, 60) > 0).astype(float)
    right[:2] = [0, 1]
    found = fit_linear(table, right, signs=signs)
    assert all(weight * sign >= 0 for weight, sign in zip(found.weight, signs, strict=True))
    assert Linear.from_json(found.to_json(), 4) == found


def test_regression_is_refused_when_all_are_right() -> None:
    with pytest.raises(ValueError, match="some that are wrong"):
        fit_linear(np.zeros((5, 1)), np.ones(5), signs=[1])


@pytest.mark.parametrize("p", [float("nan"), -0.01, 1.01, float("inf")])
def test_calibration_error_refuses_what_is_no_probability(p: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        calibration_error([0.5, p], [True, False])
