"""Language Ranker by hand, and what must hold for any states."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.core.errors import UsageError
from exporters.alignment.language_ranker import Rank, rank


def test_score_and_baseline_by_hand_for_two_sentences() -> None:
    english = np.array([[1.0, 0.0], [0.0, 2.0]])
    other = np.array([[3.0, 0.0], [1.0, 1.0]])
    assert rank({"xx": other, "en": english})[0] == Rank("en", 1.0, 0.0, 2)
    second = rank({"xx": other, "en": english})[1]
    # Translations: 1 and 1/sqrt 2; the two others: 1/sqrt 2 and 0.
    root = 2**-0.5
    assert second.score == pytest.approx((1 + root) / 2)
    assert second.baseline == pytest.approx(root / 2)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_score_falls_to_the_baselines_level_when_pairs_are_mixed_up(seed: int) -> None:
    english = np.random.default_rng(seed).normal(size=(40, 16)) + 3
    ranks = {one.language: one for one in rank({"en": english, "xx": np.roll(english, 1, axis=0)})}
    assert ranks["en"].score == pytest.approx(1)
    assert ranks["xx"].score < ranks["en"].score
    assert ranks["xx"].score == pytest.approx(ranks["en"].baseline, abs=0.1)


def test_languages_are_refused_without_english() -> None:
    with pytest.raises(UsageError, match="English"):
        rank({"pt": np.ones((2, 3))})
