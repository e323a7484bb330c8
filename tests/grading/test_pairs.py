"""The network that reads a wording and an answer side by side: its file, and numbers whatever it is given."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.grading.features import FEATURES, pair_features
from edgekit.grading.pairs import BASIS, SHAPES, Pairs, decode_pairs
from edgekit.grading.scorer import Scorer
from edgekit.grading.text_states import TextStates, unit

WIDTH = 384


def text(count: int, seed: int, *, scale: float = 1.0) -> TextStates:
    """States that are drawn, as many as that."""
    chooser = np.random.default_rng(seed)
    states = unit(chooser.normal(size=(count, WIDTH)).astype(np.float32)) * np.float32(scale)
    weights = chooser.uniform(0.2, 8, count).astype(np.float32)
    embedding = unit(chooser.normal(size=WIDTH).astype(np.float32))
    return TextStates("", embedding, states, weights, (), {}, (), np.zeros((0, WIDTH), np.float32))


def plain(pairs: Pairs, answer: TextStates, wording: TextStates, question: TextStates) -> tuple[float, float]:
    """As `Pairs.read`, token by token."""

    def layer(values: np.ndarray, at: int) -> np.ndarray:
        return values @ pairs.layers[at].astype(float) + pairs.layers[at + 1]

    def pool(one: TextStates, other: TextStates, at: int) -> list[np.ndarray]:
        rows, news = [], []
        basis = pairs.basis.astype(float)
        for state, weight in zip(one.states, one.weights, strict=True):
            here = state @ basis
            alike = np.array([here @ (there @ basis) for there in other.states])
            asked = max([0.0, *(here @ (there @ basis) for there in question.states)])
            share = np.exp(pairs.sharpness * (alike - alike.max()))
            seen = 5 * layer(here, 0)
            found = sum(
                part * 5 * layer(there @ basis, 0)
                for part, there in zip(share / share.sum(), other.states, strict=True)
            )
            row = layer(
                np.concatenate([seen * found, abs(seen - found), found - seen, [alike.max(), asked, weight / 4]]), at
            )
            rows.append(row / (1 + np.exp(-row)))
            news.append(weight * min(max(1 - asked, 0.02), 1))
        return [np.average(rows, axis=0, weights=news), np.max(rows, axis=0)]

    odds = layer(np.concatenate([*pool(wording, answer, 2), *pool(answer, wording, 4)]), 6)
    return float(odds[1] - np.logaddexp(odds[0], odds[2])), float(odds[2] - odds[0])


def test_network_reads_as_its_formula_says_token_by_token() -> None:
    pairs = Pairs.load()
    answer, wording, question = text(5, 1), text(3, 2), text(4, 3)
    assert np.allclose(
        pairs.read(answer, wording, question), plain(pairs, answer, wording, question), rtol=1e-3, atol=1e-3
    )


def test_features_hold_what_the_network_says_when_the_space_has_one() -> None:
    space = Scorer.load().space
    assert space.pairs is not None
    answer, wording, question = text(5, 1), text(3, 2), text(4, 3)
    (row,) = pair_features(space, answer, [wording], question)
    says, against = space.pairs.read(answer, wording, question)
    assert row[FEATURES.index("says")] == says
    assert row[FEATURES.index("against")] == against


@settings(max_examples=25, deadline=None)
@given(
    counts=st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 6)),
    scale=st.sampled_from([0.0, 1.0, 100.0]),
)
def test_odds_are_numbers_whatever_the_texts_are(counts: tuple[int, int, int], scale: float) -> None:
    texts = [text(count, at, scale=scale) for at, count in enumerate(counts)]
    assert np.isfinite(Pairs.load().read(*texts)).all()


def test_nothing_is_said_when_a_text_is_empty() -> None:
    assert Pairs.load().read(text(0, 1), text(3, 2), text(4, 3)) == (0.0, 0.0)


def test_network_comes_back_as_it_was_stored() -> None:
    pairs = Pairs.load()
    data = pairs.encode({})
    assert len(data) < 300_000
    again = decode_pairs(data)
    assert np.array_equal(again.basis, pairs.basis)
    assert all(np.array_equal(one, other) for one, other in zip(again.layers, pairs.layers, strict=True))


def weights_of(count: int, value: float = 0.0) -> str:
    return base64.b64encode(np.full(count, value, "<f2").tobytes()).decode()


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "other"},
        {"weights": weights_of(7)},
        {"weights": weights_of(sum(int(np.prod(one)) for one in SHAPES))},
        {"weights": weights_of(sum(int(np.prod(one)) for one in SHAPES) + BASIS, float("nan"))},
        {"weights": "?"},
        {"bias": None},
    ],
)
def test_damaged_file_is_refused(change: dict[str, Any]) -> None:
    document = {**json.loads(Pairs.load().encode({})), **change}
    with pytest.raises(ValueError, match=r"schema|weights|number"):
        decode_pairs(json.dumps(document).encode())
