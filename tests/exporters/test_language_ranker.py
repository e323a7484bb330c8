"""Language Ranker by hand, and what must hold for any states."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.core.errors import UsageError
from exporters.alignment.language_ranker import last_tokens, rank, ranked_layers


def test_layers_are_those_of_the_paper_at_32_and_in_proportion_elsewhere() -> None:
    assert ranked_layers(32) == (5, 10, 15, 20, 25)
    assert ranked_layers(18) == (3, 6, 8, 11, 14)
    assert ranked_layers(2) == (1, 2)
    with pytest.raises(UsageError):
        ranked_layers(0)


def test_score_and_baseline_by_hand_for_two_layers_and_two_sentences() -> None:
    english = {1: np.array([[1.0, 0.0], [0.0, 2.0]]), 2: np.array([[1.0, 0.0], [0.0, 1.0]])}
    other = {1: np.array([[3.0, 0.0], [1.0, 1.0]]), 2: np.array([[0.0, 1.0], [0.0, 5.0]])}
    first, second = rank({"xx": other, "en": english})
    assert (first.language, first.score, first.baseline, first.pairs, first.layers) == ("en", 1.0, 0.0, 2, (1, 2))
    # layer 1: own 1 and 1/sqrt 2, crossed 1/sqrt 2 and 0; layer 2: own 0 and 1, crossed 0 and 1
    root = 2**-0.5
    assert second.score == pytest.approx(((1 + root) / 2 + 1 / 2) / 2)
    assert second.baseline == pytest.approx(((root + 0) / 2 + 1 / 2) / 2)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_score_falls_to_the_baselines_level_when_pairs_are_mixed_up(seed: int) -> None:
    english = np.random.default_rng(seed).normal(size=(40, 16)) + 3
    ranks = {one.language: one for one in rank({"en": {9: english}, "xx": {9: np.roll(english, 1, axis=0)}})}
    assert ranks["en"].score == pytest.approx(1)
    assert ranks["xx"].score < ranks["en"].score
    assert ranks["xx"].score == pytest.approx(ranks["en"].baseline, abs=0.1)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 5))
def test_last_token_is_the_same_when_padding_is_left_or_right(seed: int, padding: int) -> None:
    states = np.random.default_rng(seed).normal(size=(3, 4, 5))
    empty, no = np.zeros((3, padding, 5)), np.zeros((3, padding))
    left = last_tokens(np.concatenate([empty, states], axis=1), np.concatenate([no, np.ones((3, 4))], axis=1))
    right = last_tokens(np.concatenate([states, empty], axis=1), np.concatenate([np.ones((3, 4)), no], axis=1))
    assert left.tolist() == right.tolist() == states[:, 3].tolist()


def test_states_are_refused_when_a_sentence_has_no_token_or_layers_differ() -> None:
    with pytest.raises(UsageError):
        last_tokens(np.ones((1, 2, 3)), np.zeros((1, 2)))
    rows = np.ones((2, 3))
    for languages in ({"pt": {1: rows}}, {"en": {1: rows}, "pt": {2: rows}}, {"en": {}}):
        with pytest.raises(UsageError):
            rank(languages)
