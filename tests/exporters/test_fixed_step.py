"""The decoder step in fixed shapes: what it is made of, and what its forms lose."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from toys.marian_artifact import build
from toys.marian_graph import open_session
from toys.marian_student import toy_lines, toy_student

from edgekit.core.errors import UsageError
from edgekit.core.events import silent
from exporters.families.marian.arithmetic import ARITHMETIC
from exporters.families.marian.fixed_encoder import MASKED, QdqArithmetic
from exporters.families.marian.fixed_step import fixed_step
from exporters.families.marian.network import POSITIONS
from exporters.families.marian.student import Student, load_student
from exporters.families.marian.targeted_step import write_steps
from exporters.targets.names import Target

LENGTH, ROWS = 16, 3


@pytest.fixture(scope="module")
def student(tmp_path_factory: pytest.TempPathFactory) -> Student:
    return load_student(toy_student(3).write(tmp_path_factory.mktemp("toy"))["weights"])


def feed_of(session: Any, seed: int) -> dict[str, Any]:
    """Random inputs of a size that students have; the last four source tokens are padding."""
    chooser = np.random.default_rng(seed)
    feed = {port.name: chooser.normal(0, 1, port.shape).astype(np.float32) for port in session.get_inputs()}
    feed["mask"][:] = 0
    feed["mask"][..., -4:] = MASKED
    return feed


def run(model: onnx.ModelProto | Path, feed: dict[str, Any] | int) -> dict[str, Any]:
    # As it is written: onnxruntime's own optimiser makes 8 bits of 16 (`MatMulNBits`).
    plain = {"graph_optimization_level": onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL}
    if isinstance(model, Path):
        session: Any = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    else:
        session = open_session(model, **plain)
    names = [port.name for port in session.get_outputs()]
    return dict(zip(names, session.run(names, feed_of(session, feed) if isinstance(feed, int) else feed), strict=True))


@pytest.mark.parametrize("form", ["float", "int8"])
def test_every_dimension_is_fixed_and_every_operator_standard(student: Student, form: str) -> None:
    arithmetic = QdqArithmetic() if form == "int8" else ARITHMETIC["float"]
    model = fixed_step(student, LENGTH, ROWS, arithmetic=arithmetic)
    onnx.checker.check_model(model)
    assert [opset.domain for opset in model.opset_import] == [""]
    assert not {node.op_type for node in model.graph.node} & {"Loop", "If", "Scan", "Shape", "Range", "Gather"}
    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    for port in (*inferred.graph.input, *inferred.graph.output, *inferred.graph.value_info):
        assert all(axis.dim_value for axis in port.type.tensor_type.shape.dim), port.name


def test_a_row_does_not_depend_on_the_others_nor_on_what_padding_holds(student: Student) -> None:
    model = fixed_step(student, LENGTH, ROWS, arithmetic=ARITHMETIC["float"])
    feed = feed_of(open_session(model), 1)
    other = {name: value.copy() for name, value in feed.items()}
    for name, value in other.items():
        value[1:] += 0 if name == "mask" else 5
        if name.startswith("keys"):
            value[..., -4:] = 77
        elif name.startswith("values"):
            value[:, :, -4:] = 77
    one, two = run(model, feed), run(model, other)
    for name, value in one.items():
        np.testing.assert_allclose(value[0], two[name][0], atol=1e-5, err_msg=name)
        assert not np.allclose(value[1], two[name][1], atol=1e-2), name


def test_int8_steps_are_the_float_ones_but_for_rounding(student: Student) -> None:
    float_step, int8_step = (
        fixed_step(student, LENGTH, ROWS, arithmetic=one) for one in (ARITHMETIC["float"], QdqArithmetic())
    )
    for seed in range(5):
        expected, found = run(float_step, seed), run(int8_step, seed)
        for name, value in expected.items():
            assert np.sqrt(((found[name] - value) ** 2).mean() / (value**2).mean()) < 0.15, name


@pytest.mark.parametrize(("joint", "untied"), [(True, False), (False, False), (True, True)])
def test_measured_steps_give_the_scores_of_the_float_ones_on_text(tmp_path: Path, joint: bool, untied: bool) -> None:
    toy: dict[str, Any] = {"joint": joint, "untied": untied}
    folder = tmp_path / "toy"
    engine = build(folder, 3, **toy)
    student = load_student(toy_student(3, **toy).write(tmp_path / "toy-files")["weights"])
    tokenizer, lines = folder / str(engine["source_tokenizer"]), toy_lines(9, 6)
    made = write_steps(
        student, "static", Target("toy", "Toy", "measured"), folder, tokenizer, lines, None, silent, rows=ROWS
    )
    assert made["form"] == "measured"
    assert (folder / made["target_rows"]["file"]).read_bytes() == student.target_embedding.weight.tobytes()
    model = onnx.load_model(str(folder / "step-16.onnx"))
    types = {one.name: one.data_type for one in model.graph.initializer}
    matrices = {types[name] for name in types if name.endswith("_matrix_stored")}
    assert matrices == {onnx.TensorProto.INT8}
    float_step = fixed_step(student, LENGTH, ROWS, arithmetic=ARITHMETIC["float"])
    feed = feed_of(open_session(float_step), 0)
    for name in feed:
        if name != "mask":  # inside the ranges that were measured
            feed[name] *= 0.2
    expected, found = run(float_step, feed), run(model, feed)
    for name, value in expected.items():
        assert np.sqrt(((found[name] - value) ** 2).mean() / (value**2).mean()) < 0.1, name


def test_a_target_that_measures_asks_for_text(tmp_path: Path) -> None:
    engine = build(tmp_path / "toy", 3)
    student = load_student(toy_student(3).write(tmp_path / "toy-files")["weights"])
    tokenizer = tmp_path / "toy" / str(engine["source_tokenizer"])
    with pytest.raises(UsageError) as caught:
        write_steps(
            student, "static", Target("toy", "Toy", "measured"), tmp_path / "toy", tokenizer, [" "], None, silent
        )
    assert "--corpus" in str(caught.value.hint)


@pytest.mark.parametrize(("length", "rows", "count"), [(0, 0, 2), (POSITIONS + 1, 1, 1), (16, -1, 1)])
def test_every_wrong_shape_is_named(student: Student, length: int, rows: int, count: int) -> None:
    with pytest.raises(UsageError) as caught:
        fixed_step(student, length, rows, arithmetic=ARITHMETIC["float"])
    assert len(caught.value.reasons) == count
