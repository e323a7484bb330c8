"""Weights as they are stored: what was written is read, and nothing else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.core.weights import Weights, own_document

numbers = st.floats(-1e9, 1e9)


@given(st.lists(st.tuples(numbers, st.floats(1e-3, 1e9), numbers), max_size=5), numbers)
def test_weights_come_back_as_they_were_stored(columns: list[tuple[float, float, float]], intercept: float) -> None:
    mean, scale, weight = zip(*columns, strict=True) if columns else ((), (), ())
    made = Weights.rounded(mean, scale, weight, intercept)
    assert Weights.from_json(json.loads(json.dumps(made.to_json())), len(columns)) == made


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"mean": [0.0, 1.0]}, "`mean` has not 1 numbers"),
        ({"weight": "1"}, "`weight` has not 1 numbers"),
        ({"scale": [0.0]}, "not above 0"),
        ({"weight": [float("nan")]}, "`weight` has what is no number"),
        ({"weight": [True]}, "`weight` has what is no number"),
        ({"intercept": 1e10}, "`intercept` has what is no number"),
        ({"intercept": None}, "`intercept` has what is no number"),
    ],
)
def test_weights_are_refused_with_what_is_wrong(change: dict[str, object], said: str) -> None:
    table = {"mean": [0.0], "scale": [1.0], "weight": [2.0], "intercept": 0.5}
    with pytest.raises(ValueError, match=said):
        Weights.from_json({**table, **change}, 1)


@pytest.mark.parametrize("data", [b"", b"[" * 100_000, b"[]", b'{"schema": "other"}', b"\xff", b"9" * 5000])
def test_a_file_that_is_not_ours_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"it is no JSON|its schema is not"):
        own_document(data, "edgekit.x/1")
