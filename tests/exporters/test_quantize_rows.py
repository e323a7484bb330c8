"""Rows of activations as u8: one scale for each row, whatever the others hold."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from exporters.families.marian.arithmetic import ZERO_POINT, quantize_rows
from exporters.onnx_graph import Graph

VALUES = st.floats(-1e6, 1e6, width=32, allow_nan=False)


@pytest.fixture(scope="module")
def session() -> onnxruntime.InferenceSession:
    g = Graph()
    x = g.input("x", np.float32, ("B", "S", "K"))
    rows, step = quantize_rows(g, x)
    g.output("rows", rows, np.uint8, ("B", "S", "K"))
    g.output("step", step, np.float32, ("B", "S", 1))
    model = g.model("rows", {}, "").SerializeToString()
    return onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])


@settings(deadline=None, max_examples=200)
@given(x=arrays(np.float32, st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 20)), elements=VALUES))
def test_rows_are_rounded_shares_of_their_largest_value(x: np.ndarray, session: onnxruntime.InferenceSession) -> None:
    """As Abs, Div, Round and Add computed it one by one: models that are installed keep their translations."""
    rows, step = session.run(None, {"x": x})
    wanted_step = np.maximum(np.abs(x).max(axis=-1, keepdims=True), np.float32(1e-30)) / np.float32(127.0)
    assert (step == wanted_step).all()
    assert (rows == (np.rint(x / wanted_step) + ZERO_POINT).astype(np.uint8)).all()
