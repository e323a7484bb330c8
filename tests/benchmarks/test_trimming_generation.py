"""The speed of trimmed models: fair turns, and what of the time is the head's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from benchmarks.trimming_generation import Measured, head_share, ratio, turns


def test_models_take_turns_and_the_first_round_is_not_counted() -> None:
    asked: list[str] = []

    def model(name: str) -> Callable[[], float]:
        return lambda: float(asked.append(name) or len(asked))

    found = turns([model("a"), model("b")], 2)
    assert "".join(asked) == "baabba"
    assert [one.seconds for one in found] == [[3.0, 6.0], [4.0, 5.0]]


def test_ratio_is_the_median_of_the_rounds_and_not_of_the_times() -> None:
    assert ratio(Measured([2.0, 20.0, 6.0]), Measured([1.0, 10.0, 2.0])) == 2.0


def test_share_of_the_head_is_what_grows_with_the_vocabulary() -> None:
    tokens = [1000, 100, 300]
    assert head_share(tokens, [5 + 0.015 * size for size in tokens]) == pytest.approx(0.75)
    assert head_share(tokens, [5.0, 5.0, 5.0]) == pytest.approx(0.0)
