"""The next token out of a row of logits, held against the plain definition of each setting."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.core.errors import EngineError, UsageError
from edgekit.engine.llama.request import Sampling, Token
from edgekit.engine.llama.sampling import Row, choose, log_total, most_probable, require_numbers

ROWS = st.lists(st.integers(-40, 40), min_size=1, max_size=30).map(lambda row: np.array(row, np.float32) / 8)


def kept(row: Row, sampling: Sampling) -> dict[int, float]:
    """Tokens that may be drawn and their probabilities, by the definitions of top-k, top-p and min-p."""
    order = sorted(range(len(row)), key=lambda at: (-float(row[at]), at))[: sampling.top_k or len(row)]
    weights = {at: math.exp(float(row[at])) for at in order}
    total, running, nucleus = sum(weights.values()), 0.0, []
    for at in order:
        nucleus.append(at)
        running += weights[at]
        if running / total >= sampling.top_p and sampling.top_p < 1:
            break
    nucleus = [at for at in nucleus if weights[at] >= sampling.min_p * weights[order[0]] * (1 - 1e-12)]
    heated = {at: math.exp(float(row[at] - row[order[0]]) / sampling.temperature) for at in nucleus}
    return {at: value / sum(heated.values()) for at, value in heated.items()}


@given(ROWS, st.integers(0, 9))
def test_greedy_is_the_highest_logit_whatever_else_is_set(row: Row, seed: int) -> None:
    sampling = Sampling(top_k=1 + seed, top_p=0.1, seed=seed)
    assert choose(row, sampling, np.random.default_rng(seed)) == int(row.argmax())


@given(ROWS, st.integers(0, 8), st.sampled_from([0.3, 0.9, 1.0]), st.sampled_from([0.0, 0.21]), st.integers(0, 99))
def test_a_draw_is_among_what_the_settings_leave(row: Row, top_k: int, top_p: float, min_p: float, seed: int) -> None:
    sampling = Sampling(temperature=0.7, top_k=top_k, top_p=top_p, min_p=min_p)
    chooser = np.random.default_rng(seed)
    assert choose(row, sampling, chooser) in kept(row, sampling)


def test_draws_have_the_probabilities_that_are_asked_for() -> None:
    row = np.array([2.0, 1.0, 0.5, 0.0, -1.0, -3.0], np.float32)
    sampling = Sampling(temperature=1.5, top_k=5, top_p=0.95, min_p=0.06)
    chooser = np.random.default_rng(1)
    counts = np.bincount([choose(row, sampling, chooser) for _ in range(20_000)], minlength=len(row)) / 20_000
    wanted = kept(row, sampling)
    assert 3 <= len(wanted) < len(row)
    for at, share in enumerate(counts):
        assert share == pytest.approx(wanted.get(at, 0.0), abs=0.015)


def test_what_is_not_allowed_is_never_drawn() -> None:
    row = np.array([5.0, -np.inf, 1.0, -np.inf], np.float32)
    sampling = Sampling(temperature=3.0, top_k=0, top_p=1.0, min_p=0.0)
    chooser = np.random.default_rng(1)
    assert {choose(row, sampling, chooser) for _ in range(300)} == {0, 2}


@given(ROWS, st.integers(0, 40))
def test_the_most_probable_come_first_and_the_lower_id_of_equal_ones(row: Row, count: int) -> None:
    wanted = sorted(range(len(row)), key=lambda at: (-float(row[at]), at))[:count]
    assert (most_probable(row, count).tolist() if count else []) == wanted


@given(ROWS)
def test_probabilities_sum_to_one(row: Row) -> None:
    assert sum(math.exp(float(one) - log_total(row)) for one in row) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_row_that_is_no_number_is_an_error(bad: float) -> None:
    row = np.zeros(9, np.float32)
    require_numbers(row)
    row[3] = bad
    with pytest.raises(EngineError, match="no number"):
        require_numbers(row)
    with pytest.raises(EngineError, match="no number"):
        require_numbers(np.full(9, -np.inf, np.float32))


def test_everything_that_is_wrong_with_a_request_is_said_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        Sampling(
            max_tokens=0,
            temperature=float("nan"),
            top_k=-1,
            top_p=0.0,
            min_p=1.5,
            seed=-1,
            stop=("",),
            grammar="",
            log_probabilities=-1,
        )
    named = [reason.split("`")[1] for reason in caught.value.reasons]
    assert named == [
        *("max_tokens", "temperature", "top_k", "top_p", "min_p"),
        *("seed", "log_probabilities", "stop", "grammar"),
    ]


def test_a_request_and_its_tokens_are_the_same_on_the_other_side_of_a_pipe() -> None:
    asked = Sampling(max_tokens=3, temperature=0.5, seed=(1 << 63) - 1, stop=("é", "\n"), grammar="x", top_k=0)
    assert Sampling.from_json(asked.to_json()) == asked
    token = Token.from_json([7, "\xff\xc3", -0.5, [[8, "a", -1.5]]])
    assert token.data == b"\xff\xc3"
    assert Token.from_json(token.to_json()) == token
