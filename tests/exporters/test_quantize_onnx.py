"""ONNX weights in blocks and in static QDQ: what onnxruntime makes of them, sub-graphs, saturation, hostile files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from edgekit.core.errors import ModelFormatError, UnsupportedModelError, UsageError
from edgekit.core.events import Event, Progress
from edgekit.engine.graph_run import run_graph
from exporters.onnx_graph import MICROSOFT, Graph
from exporters.quantize.onnx_blocks import blocks_of, in_floats, quantize_blocks
from exporters.quantize.onnx_files import requantize_graph
from exporters.quantize.onnx_static import Feed, Range, calibrate, quantize_static, whole_numbers

ROOT = Path(__file__).parents[2]
EMULATOR = shutil.which("qemu-x86_64-static")
WIDTH, OUTPUTS, ROWS = 96, 64, 200
FLOATS = st.floats(-1e4, 1e4, width=32)
MATRICES = arrays.arrays(np.float32, st.tuples(st.integers(1, 5), st.integers(1, 70)), elements=FLOATS)


def weights(seed: int, *shape: int) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(0, 0.1, shape).astype(np.float32)


def words(*, head: str = "MatMul") -> onnx.ModelProto:
    """`ids` (S,) looked up, multiplied in a `MatMul` and a `Gemm` with a bias, and by the table itself, turned."""
    g = Graph()
    ids = g.input("ids", np.int64, ("S",))
    table = g.constant(weights(1, ROWS, WIDTH), name="table")
    hidden = g("Gather", table, ids)
    hidden = g("MatMul", hidden, g.constant(weights(2, WIDTH, OUTPUTS), name="first"))
    hidden = g(
        "Gemm", hidden, g.constant(weights(3, WIDTH, OUTPUTS), name="second"), g.constant(weights(4, WIDTH)), transB=1
    )
    g.output("logits", g(head, hidden, g("Transpose", table, perm=[1, 0])), np.float32, ("S", ROWS))
    return g.model("words", {}, "")


def looped() -> onnx.ModelProto:
    """`x` (1, WIDTH) multiplied three times with a constant of the outer graph, in the body of a `Loop`."""
    g = Graph()
    x = g.input("x", np.float32, (1, WIDTH))
    square = g.constant(weights(5, WIDTH, WIDTH), name="square")
    body = g.subgraph()
    body.argument("step", np.int64, ())
    body.argument("going", np.bool_, ())
    carried = body.argument("carried", np.float32, (1, WIDTH))
    body.result(g.constant(np.array(True)), np.bool_, ())
    body.result(body("MatMul", carried, square), np.float32, (1, WIDTH))
    (out,) = g.several("Loop", g.constant(3), g.constant(np.array(True)), x, outputs=1, body=body.proto("body"))
    g.output("y", out, np.float32, (1, WIDTH))
    return g.model("looped", {}, "")


def session(model: onnx.ModelProto, *, fused: bool = True) -> Any:
    """fused: products of whole numbers, as onnxruntime makes them of such between `DequantizeLinear`s."""
    onnx.checker.check_model(model)
    options = onnxruntime.SessionOptions()
    if not fused:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def run(model: onnx.ModelProto, **feeds: NDArray[Any]) -> NDArray[np.float32]:
    return np.asarray(session(model).run(None, feeds)[0])


def decoded(matrix: NDArray[np.float32], bits: int) -> NDArray[np.float32]:
    quants, scales = blocks_of(matrix, bits)
    numbers = (quants.astype(np.float32) - (1 << (bits - 1))) * scales[..., None]
    return np.asarray(numbers.reshape(len(matrix), -1)[:, : matrix.shape[1]])


def operators(model: onnx.ModelProto) -> list[str]:
    return [node.op_type for node in model.graph.node]


@pytest.mark.parametrize(("bits", "most"), [(4, 0.13), (8, 0.01)])
@given(matrix=MATRICES)
def test_no_value_of_a_block_errs_by_more_than_a_step(bits: int, most: float, matrix: NDArray[np.float32]) -> None:
    filled = np.zeros((len(matrix), -(-matrix.shape[1] // 32) * 32), np.float32)
    filled[:, : matrix.shape[1]] = matrix
    largest = np.abs(filled).reshape(len(matrix), -1, 32).max(axis=-1, keepdims=True)
    error = np.zeros_like(filled)
    error[:, : matrix.shape[1]] = decoded(matrix, bits) - matrix
    assert (np.abs(error).reshape(len(matrix), -1, 32) <= 1.35 * most * largest + 1e-30).all()


def test_the_best_of_a_few_scales_errs_less_than_that_of_the_largest_value() -> None:
    matrix = weights(7, 100, 320)
    blocks = matrix.reshape(100, -1, 32)
    at = np.abs(blocks).argmax(axis=-1, keepdims=True)
    scale = np.take_along_axis(blocks, at, axis=-1) / -8
    plain = np.clip(np.rint(blocks / scale), -8, 7) * scale
    ours = np.square(decoded(matrix, 4) - matrix).mean()
    assert ours < 0.93 * np.square(plain - blocks).mean()


@pytest.mark.parametrize("bits", [4, 8])
def test_onnxruntime_computes_with_the_numbers_of_the_blocks(bits: int) -> None:
    model = words()
    ids = np.array([3, 199, 0, 3])
    events: list[Event] = []
    found = quantize_blocks(model, bits, report=events.append)
    table, first = decoded(weights(1, ROWS, WIDTH), bits), decoded(weights(2, WIDTH, OUTPUTS).T, bits)
    hidden = table[ids] @ first.T @ decoded(weights(3, WIDTH, OUTPUTS), bits).T + weights(4, WIDTH)
    wanted = hidden @ table.T
    got = run(model, ids=ids)
    # Inputs go through 8 bits, in blocks of 32.
    assert np.abs(got - wanted).max() < 0.03 * np.abs(wanted).max()
    assert operators(model).count("MatMulNBits") == 3
    assert "GatherBlockQuantized" in operators(model)
    assert not {"MatMul", "Gemm", "Gather", "Transpose"} & set(operators(model))
    assert not [one.name for one in model.graph.initializer if one.name in ("table", "first", "second")]
    assert found.changed == 4
    assert list(found.types.values()).count(f"INT{bits} in blocks of 32") == 4
    assert [event.done for event in events if isinstance(event, Progress)] == [1, 2, 3, 4]


@pytest.mark.parametrize("bits", [4, 8])
def test_a_matrix_of_the_outer_graph_is_quantised_inside_a_loop(bits: int) -> None:
    model = looped()
    x = weights(6, 1, WIDTH)
    wanted = run(model, x=x)
    size = model.ByteSize()
    assert quantize_blocks(model, bits).changed == 1
    assert np.abs(run(model, x=x) - wanted).max() < (0.3 if bits == 4 else 0.05) * np.abs(wanted).max()
    assert model.ByteSize() < size * (0.3 if bits == 4 else 0.5)


@pytest.mark.parametrize("bits", [4, 8])
def test_blocks_become_the_numbers_that_they_stand_for(bits: int) -> None:
    model = words()
    quantize_blocks(model, bits)
    assert in_floats(model) == 4
    arrays_by_name = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    np.testing.assert_array_equal(arrays_by_name["table.rows.numbers"], decoded(weights(1, ROWS, WIDTH), bits))
    np.testing.assert_array_equal(
        arrays_by_name["first.turned.blocks.numbers"].T, decoded(weights(2, WIDTH, OUTPUTS).T, bits)
    )
    assert not [node for node in model.graph.node if node.domain == MICROSOFT]
    before = run(model, ids=np.array([5]))
    quantize_blocks(model, bits)
    in_floats(model)
    np.testing.assert_allclose(run(model, ids=np.array([5])), before, rtol=1e-4, atol=1e-5)


def test_what_a_sub_graph_calls_the_same_is_left_alone() -> None:
    model = looped()
    (loop,) = [node for node in model.graph.node if node.op_type == "Loop"]
    (body,) = [one.g for one in loop.attribute if one.name == "body"]
    body.initializer.append(numpy_helper.from_array(np.zeros((WIDTH, WIDTH), np.float32), "square"))
    assert quantize_blocks(model, 4).changed == 0


def test_rows_that_are_no_blocks_stay_and_are_named() -> None:
    g = Graph()
    ids = g.input("ids", np.int64, ("S",))
    g.output("y", g("Gather", g.constant(weights(1, 100, 50), name="odd"), ids), np.float32, ("S", 50))
    found = quantize_blocks(g.model("odd", {}, ""), 4)
    assert found.notes == ["`odd` stays as it is: its rows of 50 values are no blocks of 32"]
    assert found.types == {"odd": "FLOAT"}


def test_weights_that_are_no_numbers_or_lie_elsewhere_are_refused() -> None:
    model = words()
    broken = weights(2, WIDTH, OUTPUTS)
    broken[3, 4] = np.nan
    (tensor,) = [one for one in model.graph.initializer if one.name == "first"]
    tensor.CopyFrom(numpy_helper.from_array(broken, "first"))
    with pytest.raises(ModelFormatError) as caught:
        quantize_blocks(model, 4)
    assert "`first` holds what is no number" in caught.value.reasons
    tensor.raw_data = tensor.raw_data[:-8]
    with pytest.raises(ModelFormatError, match="`first` is damaged"):
        quantize_blocks(model, 4)
    tensor.data_location = TensorProto.EXTERNAL
    with pytest.raises(UnsupportedModelError, match="outside the graph"):
        quantize_blocks(model, 4)


@pytest.mark.parametrize("change", ["bits", "K", "block_size", "scales", "zero block"])
def test_blocks_that_do_not_fit_their_scales_are_refused(change: str) -> None:
    model = words()
    quantize_blocks(model, 4)
    node = next(node for node in model.graph.node if node.op_type == "MatMulNBits")
    if change == "scales":
        node.input[2] = "table.row_scales"
    else:
        name = "block_size" if change == "zero block" else change
        value = {"bits": 3, "K": 10**9, "block_size": 64, "zero block": 0}[change]
        (one,) = [one for one in node.attribute if one.name == name]
        one.i = value
    with pytest.raises(ModelFormatError, match="the blocks of"):
        in_floats(model)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    onnx.save(words(), tmp_path / "words.onnx")
    found = requantize_graph(tmp_path / "words.onnx", tmp_path / "small.onnx", "int4")
    assert found.changed == 4
    assert (tmp_path / "small.onnx").stat().st_size < 0.3 * (tmp_path / "words.onnx").stat().st_size
    with pytest.raises(UsageError, match="there are int8, int4, int8-static"):
        requantize_graph(tmp_path / "words.onnx", tmp_path / "out.onnx", "q4_k_m")
    (tmp_path / "text.onnx").write_bytes(b"this is no protobuf")
    with pytest.raises(ModelFormatError, match="is no ONNX file"):
        requantize_graph(tmp_path / "text.onnx", tmp_path / "out.onnx", "int4")
    g = Graph()
    g.output("y", g("Neg", g.input("x", np.float32, (1,))), np.float32, (1,))
    onnx.save(g.model("none", {}, ""), tmp_path / "none.onnx")
    with pytest.raises(UnsupportedModelError, match="no weights that can be quantised"):
        requantize_graph(tmp_path / "none.onnx", tmp_path / "out.onnx", "int4")
    assert not (tmp_path / "out.onnx").exists()


def feeds() -> list[Feed]:
    return [{"ids": np.array(ids)} for ids in ([1, 2, 3], [150, 7], [199])]


def test_a_calibration_sees_the_range_of_each_input_and_leaves_the_model() -> None:
    model = words()
    before = model.SerializeToString()
    ranges = calibrate(model, feeds(), run_graph)
    assert model.SerializeToString() == before
    rows = weights(1, ROWS, WIDTH)[[1, 2, 3, 150, 7, 199]]
    looked_up = next(node.output[0] for node in model.graph.node if node.op_type == "Gather")
    assert ranges[looked_up] == Range(float(rows.min()), float(rows.max()))
    assert len(ranges) == 3
    assert all(one.least <= 0 <= one.most for one in ranges.values())


@pytest.mark.parametrize("activation", ["uint8", "int8"])
@pytest.mark.parametrize("weight_bits", [7, 8])
def test_static_whole_numbers_are_near_and_in_a_form_that_runs(activation: Any, weight_bits: int) -> None:
    model = words()
    wanted = np.concatenate([run(model, **feed) for feed in feeds()])
    found = quantize_static(model, calibrate(model, feeds(), run_graph), activation=activation, weight_bits=weight_bits)
    # Fused, products of 8 bits saturate on processors without VNNI: 0.17 of the largest on one with AVX2 alone.
    fused = weight_bits == 7
    got = np.concatenate([session(model, fused=fused).run(None, feed)[0] for feed in feeds()])
    assert np.abs(got - wanted).max() < 0.06 * np.abs(wanted).max()
    assert operators(model).count("QuantizeLinear") == 3
    assert list(found.types.values()).count(f"INT{weight_bits}, a scale for each output") == 3
    (wholes,) = [numpy_helper.to_array(one) for one in model.graph.initializer if one.name == "first.turned.whole"]
    assert np.abs(wholes).max() == 2 ** (weight_bits - 1) - 1


def test_a_product_that_was_not_calibrated_stays_and_is_named() -> None:
    model = words()
    ranges = dict(list(calibrate(model, feeds(), run_graph).items())[:1])
    assert len(quantize_static(model, ranges).notes) == 2


def saturating(inputs: NDArray[np.uint8], matrix: NDArray[np.int8]) -> NDArray[np.int64]:
    """(outputs,) as AVX2's `vpmaddubsw` adds: neighbouring products of bytes in 16 bits that saturate, pairs in 32."""
    products = inputs.astype(np.int64) * matrix.astype(np.int64)
    pairs = products[:, ::2] + products[:, 1::2]
    return np.clip(pairs, -(2**15), 2**15 - 1).sum(axis=1)


BYTES = arrays.arrays(np.uint8, 32)
EDGES = arrays.arrays(np.float32, (4, 32), elements=st.one_of(st.sampled_from([-1.0, 1.0]), st.floats(-1, 1, width=32)))


@settings(max_examples=200)
@given(BYTES, EDGES)
def test_weights_of_7_bits_never_saturate_without_vnni(inputs: NDArray[np.uint8], matrix: NDArray[np.float32]) -> None:
    whole, _ = whole_numbers(matrix, 7)
    np.testing.assert_array_equal(saturating(inputs, whole), whole.astype(np.int64) @ inputs.astype(np.int64))


def test_weights_of_8_bits_do_saturate_without_vnni() -> None:
    whole, _ = whole_numbers(np.ones((1, 32), np.float32), 8)
    inputs = np.full(32, 255, np.uint8)
    assert saturating(inputs, whole) != whole.astype(np.int64) @ inputs.astype(np.int64)
    worst, _ = whole_numbers(np.ones((1, 32), np.float32), 7)
    assert saturating(inputs, worst) == worst.astype(np.int64) @ inputs.astype(np.int64)


@pytest.mark.real
@pytest.mark.skipif(EMULATOR is None, reason="there is no `qemu-x86_64-static` (Debian's qemu-user-static)")
def test_a_processor_without_vnni_is_right_with_7_bits_and_with_blocks_and_wrong_with_8_bits() -> None:
    """Haswell has AVX2 and no VNNI."""
    command = [str(EMULATOR), "-cpu", "Haswell", sys.executable, "-m", "toys.saturation"]
    folders = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    # OpenBLAS asks the emulated processor what it is and does not know the answer.
    settings = {"PYTHONPATH": folders, "OPENBLAS_CORETYPE": "Haswell", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        command, env={**os.environ, **settings}, capture_output=True, text=True, timeout=600, check=True
    )
    found = json.loads(done.stdout)
    assert all(found[name] < 0.01 for name in ("float", "int4", "int8", "uint8 7", "int8 7"))
    assert all(found[name] > 0.1 for name in ("uint8 8", "int8 8"))


def test_bits_that_nobody_has_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="3 bits"):
        quantize_blocks(helper.make_model(helper.make_graph([], "g", [], [])), 3)
