"""Q4_0 blocks against gguf-py, and against what onnxruntime makes of them in its own order."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from gguf import GGMLQuantizationType
from gguf.quants import dequantize
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edgekit.engine.runtime import load_onnxruntime
from exporters.containers import q4_0
from exporters.onnx_graph import Graph


def blocks(seed: int, rows: int, columns: int) -> NDArray[np.uint8]:
    chooser = np.random.default_rng(seed)
    found = chooser.integers(0, 256, (rows, columns // 32, 18), np.uint8)
    scales = chooser.normal(0, 1, (rows, columns // 32)).astype("<f2")
    found[:, :, :2] = scales[:, :, None].view(np.uint8)
    return found.reshape(rows, -1)


SIZES = st.tuples(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(1, 5).map(lambda count: 32 * count))


@settings(deadline=None)
@given(SIZES)
def test_values_are_those_of_gguf_py(size: tuple[int, int, int]) -> None:
    rows = blocks(*size)
    assert (q4_0.values(rows) == dequantize(rows, GGMLQuantizationType.Q4_0)).all()


@settings(deadline=None)
@given(SIZES)
def test_neighbours_packed_holds_every_value_in_its_place(size: tuple[int, int, int]) -> None:
    rows = blocks(*size)
    packed = q4_0.neighbours_packed(rows)
    unpacked = np.stack([packed & 15, packed >> 4], axis=2).reshape(len(rows), -1)
    assert (unpacked == q4_0.quants(rows)).all()
    assert ((q4_0.quants(rows).astype(int) - 8) * np.repeat(q4_0.scales(rows), 32, 1) == q4_0.values(rows)).all()


def run(model: onnx.ModelProto, **feeds: NDArray[np.generic]) -> NDArray[np.float32]:
    options = load_onnxruntime().SessionOptions()
    options.log_severity_level = 3
    session = load_onnxruntime().InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return np.asarray(session.run(None, feeds)[0])


@pytest.mark.parametrize("columns", [32, 64, 384])
def test_onnxruntime_reads_the_same_numbers_from_both_of_its_forms(columns: int) -> None:
    rows = blocks(columns, 40, columns)
    g = Graph()
    scales = g.constant(q4_0.scales(rows).astype(np.float32), name="scales")
    table = g.constant(q4_0.neighbours_packed(rows), name="table")
    ids = g.input("ids", np.int64, ("n",))
    found = g.microsoft(
        "GatherBlockQuantized", table, ids, scales, gather_axis=0, quantize_axis=1, block_size=32, bits=4
    )
    g.output("rows", found, np.float32, ("n", columns))
    order = np.array([3, 0, 39, 3])
    assert (run(g.model("table", {}, ""), ids=order) == q4_0.values(rows)[order]).all()

    g = Graph()
    scales = g.constant(q4_0.scales(rows).astype(np.float32), name="scales")
    matrix = g.constant(q4_0.neighbours_packed(rows).reshape(40, -1, 16), name="matrix")
    left = g.input("left", np.float32, ("n", columns))
    product = g.microsoft("MatMulNBits", left, matrix, scales, K=columns, N=40, bits=4, block_size=32)
    g.output("product", product, np.float32, ("n", 40))
    assert (run(g.model("matrix", {}, ""), left=np.eye(columns, dtype=np.float32)) == q4_0.values(rows).T).all()
