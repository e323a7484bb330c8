"""Calibration error, AUC and AURC against plain implementations and cases with a known answer."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.evaluate.calibration import reliability


def lines(count: int, seed: int, shift: float = 0.0) -> tuple[list[float], list[bool]]:
    """Confidences that are right as often as they say, less shift."""
    draw = random.Random(seed)
    told = [draw.random() for _ in range(count)]
    return told, [draw.random() < one - shift for one in told]


def test_the_error_is_chance_when_confidences_are_right() -> None:
    found = reliability(*lines(4000, 1))
    assert found.error < 0.03
    assert found.error == pytest.approx(found.chance, abs=0.015)
    assert found.low <= found.high


def test_the_error_is_the_shift_when_confidences_are_too_high() -> None:
    told, _ = lines(4000, 2)
    draw = random.Random(3)
    right = [draw.random() < one * 0.5 for one in told]
    assert reliability(told, right).error == pytest.approx(0.25, abs=0.03)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]), st.booleans()), min_size=1, max_size=30))
def test_auc_and_aurc_are_those_counted_pair_by_pair(pairs: list[tuple[float, bool]]) -> None:
    told, right = [one for one, _ in pairs], [other for _, other in pairs]
    found = reliability(told, right)
    yes = [one for one, other in pairs if other]
    no = [one for one, other in pairs if not other]
    if yes and no:
        wins = sum((one > other) + 0.5 * (one == other) for one in yes for other in no)
        assert found.auc == pytest.approx(wins / (len(yes) * len(no)))
    else:
        assert found.auc is None
    order = sorted(range(len(told)), key=lambda at: -told[at])
    risks = [sum(not right[at] for at in order[: size + 1]) / (size + 1) for size in range(len(order))]
    assert found.aurc == pytest.approx(sum(risks) / len(risks))
    assert sum(one.lines for one in found.curve) == found.lines
    assert all(0 <= one.low <= one.right + 1e-9 and one.right <= one.high + 1e-9 <= 1 + 1e-6 for one in found.curve)
    assert 0 <= found.error <= 1


def test_bins_hold_as_many_lines() -> None:
    assert {one.lines for one in reliability(*lines(103, 4)).curve} == {10, 11}


def test_nothing_to_compare_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="0 confidences"):
        reliability([], [])
    with pytest.raises(ValueError, match="1 confidences, 2 labels"):
        reliability([0.5], [True, False])
