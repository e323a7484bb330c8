"""The same question in several languages: what is shared, and what nobody knew."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.fairness.consistency import Said, consistency, jaccard


def test_unknown_answers_are_counted_and_not_dropped() -> None:
    answers = [
        Said("q1", "en", "the cat sat"),
        Said("q1", "es", "the cat ran"),
        Said("q2", "en", "x"),
        Said("q2", "es", " "),
    ]
    (row,) = consistency(answers, lambda texts: np.eye(len(texts), dtype=np.float32))
    assert (row.first, row.second, row.count, row.unknown) == ("en", "es", 2, 1)
    assert row.words == pytest.approx(2 / 4)
    assert row.pairs == pytest.approx(1 / 3)
    assert row.cosine == 0


def test_languages_with_no_question_in_common_have_no_figures() -> None:
    (row,) = consistency([Said("q1", "en", "a"), Said("q2", "es", "b")])
    assert (row.count, row.words, row.cosine) == (0, None, None)


@given(st.text(), st.text(), st.integers(1, 3))
def test_jaccard_is_symmetric_and_whole_for_the_same(one: str, other: str, length: int) -> None:
    assert jaccard(one, one, length) in (1, None)
    share = jaccard(one, other, length)
    assert share == jaccard(other, one, length)
    assert share is None or 0 <= share <= 1


def test_answers_of_one_word_have_no_pairs_to_share() -> None:
    """`yes` and `no` once had all of their pairs in common."""
    answers = [Said("q1", "en", "yes"), Said("q1", "es", "no"), Said("q2", "en", "a b"), Said("q2", "es", "a c")]
    (row,) = consistency(answers)
    assert row.words == pytest.approx(1 / 6)
    assert row.pairs == 0
    (row,) = consistency(answers[:2])
    assert (row.words, row.pairs) == (0, None)
