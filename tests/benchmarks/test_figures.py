"""Ratios, targets and tables of the benchmark's report."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.figures import Spread, Target, Verdict, growth, order, rates, ratio, table

SECONDS = st.floats(0.001, 1000)


def test_ratio_is_that_of_each_round_when_the_machine_slows_for_one() -> None:
    # The second round took ten times as long for both: the ratio of medians would be 5, that of the rounds is 2.
    assert ratio([1, 10, 1.0], [2, 20, 2]) == Spread(2, 2, 2)
    assert ratio([1.0, 1.0, 10.0], [2.0, 5.0, 20.0]).median == 2


@given(st.lists(st.tuples(SECONDS, SECONDS), min_size=1), st.floats(0.01, 100))
def test_ratio_stays_when_both_engines_slow_alike(pairs: list[tuple[float, float]], factor: float) -> None:
    ours, theirs = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    slowed = ratio([one * factor for one in ours], [one * factor for one in theirs])
    assert slowed.median == pytest.approx(ratio(ours, theirs).median)
    assert slowed.least <= slowed.median <= slowed.most


def test_ratio_is_refused_when_the_rounds_differ() -> None:
    with pytest.raises(ValueError, match="shorter"):
        ratio([1.0, 2.0], [1.0])


def test_rates_are_amount_per_second() -> None:
    assert rates(100, [1, 4]) == [100, 25]


@pytest.mark.parametrize("count", [1, 2, 5])
def test_order_turns_about_and_leaves_nobody_out(count: int) -> None:
    rounds = [order(count, number) for number in range(4)]
    assert all(sorted(one) == list(range(count)) for one in rounds)
    assert rounds[0] == rounds[1][::-1] == rounds[2]


@pytest.mark.parametrize(
    ("at_least", "value", "text"),
    [
        (True, 5.5, "met"),
        (True, 5.499, "not met"),
        (False, 5.5, "met"),
        (False, 5.501, "not met"),
        (True, None, "not measured"),
    ],
)
def test_verdict_goes_by_the_figure_and_not_by_its_rounding(at_least: bool, value: float | None, text: str) -> None:
    verdict = Verdict(Target("speed", 5.5, " x", at_least), value)
    assert verdict.text == text
    shown = verdict.row()
    assert shown[0] == "speed"
    assert shown[2] == ("at least 5.5 x" if at_least else "at most 5.5 x")
    assert shown[1] == ("-" if value is None else f"{value:.2f} x")


def test_growth_is_one_when_the_cost_is_flat() -> None:
    assert growth([2.0, 2.0]) == 1
    assert growth([2.0, 1.0, 3.0]) == 3


def test_table_lines_up_when_cells_are_of_any_width() -> None:
    text = table(["engine", "words/s"], [["edgekit", "5,000"], ["日本", "1"], ["a|b", "12,345,678"]])
    lines = text.splitlines()
    assert lines[1] == "| ------- | ---------: |"
    assert lines[2] == "| edgekit |      5,000 |"
    assert lines[3] == "| 日本    |          1 |"
    assert lines[4].startswith("| a\\|b ")


def test_table_is_refused_when_a_row_is_short() -> None:
    with pytest.raises(ValueError, match="number of cells"):
        table(["a", "b"], [["1"]])


def test_spread_shows_middle_and_ends() -> None:
    assert Spread.of([1.0, 3.0, 2.0, 10.0]).show(1) == "2.5 (1.0-10.0)"
    assert Spread.of([1234.4]).show() == "1,234 (1,234-1,234)"
