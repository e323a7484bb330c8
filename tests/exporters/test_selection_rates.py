"""Expected counts: the regression against a minimum of its own loss, and what rows of an embedding say of tokens."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from exporters.selection.poisson import fit
from exporters.selection.rates import Evidence, expected_rates

Floats = NDArray[np.float64]


def loss(features: NDArray[np.float32], counts: Floats, weights: Floats, w: Floats, ridge: float) -> float:
    linear = features.astype(np.float64) @ w
    penalty = np.full(len(w), ridge)
    penalty[0] = 1e-3
    return float((weights * (np.exp(linear) - counts * linear)).sum() + (penalty * w * w).sum() / 2)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), ridge=st.sampled_from([0.5, 5.0, 50.0]))
def test_the_fit_is_where_its_loss_is_least(seed: int, ridge: float) -> None:
    chooser = np.random.default_rng(seed)
    features = np.column_stack([np.ones(300), chooser.standard_normal((300, 4))]).astype(np.float32)
    truth = np.array([-1.0, 0.8, -0.5, 0.0, 0.3])
    counts = chooser.poisson(np.exp(features @ truth)).astype(np.float64)
    weights = chooser.uniform(0.5, 3.0, 300)
    w = fit(features, counts, weights, ridge=ridge)
    least = loss(features, counts, weights, w, ridge)
    for at in range(5):
        for step in (-0.05, 0.05):
            moved = w.copy()
            moved[at] += step
            assert loss(features, counts, weights, moved, ridge) > least
    again = fit(features, counts, weights, ridge=ridge, begin=truth)
    np.testing.assert_allclose(again, w, atol=0.02)


def test_the_fit_finds_what_made_the_counts() -> None:
    chooser = np.random.default_rng(3)
    features = np.column_stack([np.ones(20_000), chooser.standard_normal((20_000, 3))]).astype(np.float32)
    truth = np.array([-2.0, 1.0, -0.7, 0.2])
    counts = chooser.poisson(np.exp(features @ truth)).astype(np.float64)
    np.testing.assert_allclose(fit(features, counts, np.ones(20_000), ridge=1.0), truth, atol=0.05)


SIZE = 4000


def world(seed: int) -> tuple[list[str], NDArray[np.float32], NDArray[np.bool_], Floats]:
    """Tokens of two languages whose rows lean one way or the other, by chance frequent or not."""
    chooser = np.random.default_rng(seed)
    texts = [" " + "".join(chooser.choice([*"abcdefgh"], 5)) for _ in range(SIZE)]
    own = chooser.random(SIZE) < 0.3
    frequency = chooser.standard_normal(SIZE)
    rows = chooser.standard_normal((SIZE, 24)).astype(np.float32)
    rows[:, 0] += np.where(own, 2.0, -2.0)
    rows[:, 1] += 2 * frequency
    true = np.where(own, np.exp(frequency), 0)
    return texts, rows, own, true / true.sum()


def test_rows_tell_which_tokens_of_a_language_its_text_has_not_shown_yet() -> None:
    texts, rows, own, true = world(1)
    counts = np.random.default_rng(2).multinomial(1500, true).astype(np.float64)
    everything = np.arange(SIZE)
    (with_rows,) = expected_rates([Evidence(counts, None)], texts, everything, lambda ids: rows[ids])
    (without,) = expected_rates([Evidence(counts, None)], texts, everything, None)
    for rates in (with_rows, without):
        assert rates.sum() == pytest.approx(1)
        assert (rates > 0).all()
    unseen = np.flatnonzero(counts == 0)
    best, blind = (unseen[np.argsort(-rates[unseen])[:400]] for rates in (with_rows, without))
    assert own[best].mean() > 0.8 > own[blind].mean()
    assert true[best].sum() > 1.3 * true[blind].sum()


def test_what_was_seen_is_expected_more_than_what_was_not() -> None:
    texts, rows, _, true = world(4)
    counts = np.random.default_rng(5).multinomial(5000, true).astype(np.float64)
    (rates,) = expected_rates([Evidence(counts, None)], texts, np.arange(SIZE), lambda ids: rows[ids])
    assert rates[counts > 5].min() > rates[counts == 0].max()
    often = np.argsort(-counts)[:20]
    np.testing.assert_allclose(rates[often], counts[often] / counts.sum(), rtol=0.3)


def test_a_list_of_words_stands_in_for_text_and_nothing_at_all_follows_the_ids() -> None:
    texts, rows, own, true = world(6)
    listed = np.where(np.random.default_rng(7).random(SIZE) < 0.5, true, 0)
    without_words, nothing = expected_rates(
        [Evidence(np.zeros(SIZE), listed), Evidence(np.zeros(SIZE), None)],
        texts,
        np.arange(SIZE),
        lambda ids: rows[ids],
    )
    unlisted = np.flatnonzero(listed == 0)
    best = unlisted[np.argsort(-without_words[unlisted])[:200]]
    assert own[best].mean() > 0.9
    assert without_words[own & (listed > 0)].mean() > without_words[~own].mean()
    assert (np.diff(nothing) < 0).all()


def test_tokens_that_are_no_candidates_get_nothing_and_several_languages_do_not_mix() -> None:
    texts, rows, own, true = world(8)
    other = np.where(own, 0, 1.0) / (~own).sum()
    chooser = np.random.default_rng(9)
    evidence = [Evidence(chooser.multinomial(3000, one).astype(np.float64), None) for one in (true, other)]
    candidates = np.arange(0, SIZE, 2)
    one, two = expected_rates(evidence, texts, candidates, lambda ids: rows[ids])
    for rates, counts in ((one, evidence[0].counts), (two, evidence[1].counts)):
        odd = np.arange(1, SIZE, 2)
        assert (rates[odd][counts[odd] == 0] == 0).all()
    assert one[own].sum() > 0.85
    assert two[~own].sum() > 0.85


def test_wide_rows_are_projected_and_still_tell_languages_apart() -> None:
    texts, rows, own, true = world(10)
    wide = np.concatenate([rows, np.zeros((SIZE, 1000), np.float32)], axis=1)
    counts = np.random.default_rng(11).multinomial(2500, true).astype(np.float64)
    (rates,) = expected_rates([Evidence(counts, None)], texts, np.arange(SIZE), lambda ids: wide[ids])
    unseen = np.flatnonzero(counts == 0)
    assert own[unseen[np.argsort(-rates[unseen])[:200]]].mean() > 0.9


def test_words_of_a_list_that_the_text_says_are_unlikely_keep_a_tenth_of_what_the_list_says() -> None:
    texts, rows, own, true = world(7)
    counts = np.random.default_rng(8).multinomial(20_000, true).astype(np.float64)
    listed = true.copy()
    foreign = int(np.flatnonzero(~own)[0])  # in the list, in no text, and with the row of another language
    listed[foreign] = 0.01
    everything = np.arange(SIZE)
    (rates,) = expected_rates([Evidence(counts, listed)], texts, everything, lambda ids: rows[ids])
    assert rates.sum() == pytest.approx(1)
    assert rates[foreign] >= 0.1 * listed[foreign] / listed.sum()
    assert (rates >= 0.1 * listed / listed.sum()).all()
