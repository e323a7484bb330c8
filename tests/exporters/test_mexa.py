"""MEXA against a loop that reads like the formula, and what must hold for any embeddings."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edgekit.core.errors import FailedError, UsageError
from exporters.alignment.mexa import (
    ALLOWED_DROP,
    Change,
    compare,
    mexa,
    require_alignment,
)

Array = NDArray[np.float64]
COUNTS = st.integers(50, 70)
SEEDS = st.integers(0, 2**32 - 1)


def embeddings(seed: int, count: int = 60, width: int = 8) -> Array:
    return np.random.default_rng(seed).normal(size=(count, width))


def translated(rows: Array, seed: int, noise: float) -> Array:
    return rows + noise * np.random.default_rng(seed).normal(size=rows.shape)


def by_the_formula(english: Array, other: Array) -> float:
    def cosine(a: Array, b: Array) -> float:
        return float(sum(a * b) / (sum(a * a) ** 0.5 * sum(b * b) ** 0.5))

    right = 0
    for i in range(len(english)):
        own = cosine(english[i], other[i])
        rivals = [j for j in range(len(english)) if j != i]
        right += all(own > cosine(english[i], other[j]) for j in rivals) and all(
            own > cosine(english[j], other[i]) for j in rivals
        )
    return right / len(english)


@settings(max_examples=15, deadline=None)
@given(SEEDS, st.sampled_from([0.1, 0.5, 1.0, 3.0]))
def test_mexa_equals_the_loop_over_all_pairs(seed: int, noise: float) -> None:
    english = embeddings(seed, 50, 4)
    other = translated(english, seed + 1, noise)
    assert mexa(english, other) == by_the_formula(english, other)


@settings(max_examples=50, deadline=None)
@given(SEEDS, COUNTS)
def test_mexa_of_a_language_with_itself_is_1_when_no_sentence_is_there_twice(seed: int, count: int) -> None:
    rows = embeddings(seed, count)
    assert mexa(rows, rows) == 1.0


@settings(max_examples=50, deadline=None)
@given(SEEDS, st.integers(1, 10), st.sampled_from([np.float32, np.float64]))
def test_mexa_of_a_language_with_itself_loses_both_when_a_sentence_is_there_twice(
    seed: int, twice: int, kind: type
) -> None:
    rows = embeddings(seed, 60, 384).astype(kind)
    rows[30 : 30 + twice] = rows[:twice]
    assert mexa(rows, rows) == pytest.approx(1 - 2 * twice / 60)


@settings(max_examples=50, deadline=None)
@given(SEEDS, st.randoms(use_true_random=False))
def test_mexa_never_rises_when_pairs_are_mixed_up(seed: int, chooser: random.Random) -> None:
    english = embeddings(seed)
    order = list(range(60))
    chooser.shuffle(order)
    assert mexa(english, english[order]) == sum(at == row for at, row in enumerate(order)) / 60
    other = translated(english, seed + 1, 0.1)
    assert mexa(english, other[order]) <= mexa(english, other)


@settings(max_examples=50, deadline=None)
@given(SEEDS, st.floats(-60, 60), st.floats(0.2, 2))
def test_mexa_stays_when_rows_are_scaled(seed: int, power: float, noise: float) -> None:
    english = embeddings(seed)
    other = translated(english, seed + 1, noise)
    factors = 10.0 ** (power * np.random.default_rng(seed).uniform(-1, 1, (60, 1)))
    assert mexa(english * factors, other * factors[::-1]) == mexa(english, other)


# The formula compares every two of 130 sentences: 0.1 s an example.
@settings(max_examples=10)
@given(SEEDS)
def test_mexa_is_symmetric_and_ignores_what_comes_after_the_first_sentences(seed: int) -> None:
    english = embeddings(seed, 130)
    other = translated(english, seed + 1, 0.8)
    assert mexa(english, other) == mexa(other, english) == mexa(english[:100], other[:100])
    assert mexa(english, other, sentences=130) == by_the_formula(english, other)


def test_mexa_is_refused_when_fewer_than_50_sentences_are_there() -> None:
    assert mexa(embeddings(1, 50), embeddings(1, 50)) == 1.0
    with pytest.raises(UsageError, match="49 are there"):
        mexa(embeddings(1, 49), embeddings(1, 49))


@pytest.mark.parametrize(
    "other",
    [embeddings(1, 59), embeddings(1, 60, 9), embeddings(1)[0], np.full((60, 8), np.nan), np.full((60, 8), np.inf)],
)
def test_mexa_is_refused_when_rows_do_not_fit(other: Array) -> None:
    with pytest.raises(UsageError):
        mexa(embeddings(1), other)


def test_a_row_of_zeros_fails_and_nothing_else_does() -> None:
    rows = embeddings(1)
    other = rows.copy()
    other[7] = 0
    assert mexa(rows, other) == 59 / 60


def test_gate_names_each_language_with_its_figures_when_it_lost_too_much() -> None:
    english = embeddings(1, 100)
    half = english.copy()
    half[:50] = np.roll(english[:50], 1, axis=0)
    before = {"en": english, "pt": english, "hi": english, "am": english}
    changes = compare(before, {**before, "hi": half, "am": half})
    assert changes["hi"] == Change("hi", 1.0, 0.5, 100)
    require_alignment(changes, ["pt"])
    with pytest.raises(
        FailedError, match=r"`hi`: MEXA fell from 1.00 to 0.50, by 0.50 where 0.03 is allowed"
    ) as caught:
        require_alignment(changes, ["pt", "hi", "am"])
    assert len(caught.value.reasons) == 2
    assert caught.value.exit_code == 1
    require_alignment(changes, ["hi"], allowed=0.5)
    with pytest.raises(UsageError, match="`sw`"):
        require_alignment(changes, ["sw"])


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 100), st.integers(0, 100))
def test_gate_lets_a_drop_of_3_hundredths_pass_and_4_not(before: int, lost: int) -> None:
    change = Change("pt", before / 100, (before - lost) / 100, 100)
    if lost > ALLOWED_DROP * 100:
        with pytest.raises(FailedError):
            require_alignment({"pt": change}, ["pt"])
    else:
        require_alignment({"pt": change}, ["pt"])


def test_compare_is_refused_when_a_language_or_english_is_missing() -> None:
    rows = embeddings(1)
    for before, after in (({"en": rows}, {"en": rows, "pt": rows}), ({"pt": rows}, {"pt": rows})):
        with pytest.raises(UsageError):
            compare(before, after)
