"""The encoder in fixed lengths against the one-file model's, in its three forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys.marian_graph import GraphRunner, candidate_table, open_session
from toys.marian_student import toy_student

from edgekit.core.errors import UnsupportedModelError, UsageError
from exporters.families.marian.arithmetic import ARITHMETIC
from exporters.families.marian.fixed_encoder import MASKED, QdqArithmetic, fixed_encoder
from exporters.families.marian.graph import translation_model
from exporters.families.marian.network import POSITIONS
from exporters.families.marian.student import EOS_ID, Student, load_student
from exporters.quantize.qdq import TOP, measure, quantised

LENGTH = 16


@pytest.fixture(scope="module")
def student(tmp_path_factory: pytest.TempPathFactory) -> Student:
    return load_student(toy_student(3).write(tmp_path_factory.mktemp("toy"))["weights"])


@pytest.fixture(scope="module")
def whole(student: Student) -> dict[str, GraphRunner]:
    return {name: GraphRunner(translation_model(student, name, {})) for name in ("static", "float")}


def feed_of(student: Student, ids: list[int], length: int = LENGTH) -> dict[str, Any]:
    rows = np.full((1, length, student.width), 77, np.float32)
    rows[0, : len(ids)] = student.source_embedding.weight[ids]
    mask = np.full((1, 1, 1, length), MASKED, np.float32)
    mask[..., : len(ids)] = 0
    return {"rows": rows, "mask": mask}


def memory_of(model: onnx.ModelProto, student: Student, ids: list[int], **options: Any) -> dict[str, Any]:
    session = open_session(model, **options)
    names = [port.name for port in session.get_outputs()]
    found = dict(zip(names, session.run(names, feed_of(student, ids)), strict=True))
    return {
        name: value[..., : len(ids)] if "keys" in name else value[:, :, : len(ids)] for name, value in found.items()
    }


def expected_of(runner: GraphRunner, ids: list[int]) -> dict[str, Any]:
    memory = runner.encode([ids], candidate_table([np.arange(64)]))
    found = {name: value for name, value in memory.items() if name.startswith(("keys", "values"))}
    return {name: value[:, :, :-1] if name.startswith("keys") else value for name, value in found.items()}


def off(found: dict[str, Any], expected: dict[str, Any]) -> float:
    """Root mean square of the difference over that of what is expected, the worst of all."""
    assert found.keys() == expected.keys()
    return max(
        float(np.sqrt(((found[name] - value) ** 2).mean() / (value**2).mean())) for name, value in expected.items()
    )


sources = st.lists(st.integers(2, 159), min_size=0, max_size=LENGTH - 1).map(lambda ids: [*ids, EOS_ID])


@settings(max_examples=25, deadline=None)
@given(ids=sources)
def test_float_encodings_are_those_of_the_one_file_model_whatever_the_padding(
    student: Student, whole: dict[str, GraphRunner], ids: list[int]
) -> None:
    model = fixed_encoder(student, LENGTH, arithmetic=ARITHMETIC["float"])
    assert off(memory_of(model, student, ids), expected_of(whole["float"], ids)) < 1e-5


@settings(max_examples=25, deadline=None)
@given(ids=sources)
def test_int8_encodings_are_those_of_the_one_file_model_but_for_rounding(
    student: Student, whole: dict[str, GraphRunner], ids: list[int]
) -> None:
    model = fixed_encoder(student, LENGTH, arithmetic=QdqArithmetic())
    assert off(memory_of(model, student, ids), expected_of(whole["static"], ids)) < 0.05


def test_measured_encodings_are_nearly_the_float_ones(student: Student, whole: dict[str, GraphRunner]) -> None:
    chooser = np.random.default_rng(2)
    lines = [[*chooser.integers(2, 160, size).tolist(), EOS_ID] for size in (1, 3, 8, 15, 15, 12)]
    model = fixed_encoder(student, LENGTH, arithmetic=ARITHMETIC["float"])
    small = quantised(model, measure(model, [feed_of(student, ids) for ids in lines], {}), mask="mask")
    onnx.checker.check_model(small)
    # As it is written: onnxruntime's own optimiser makes 8 bits of these 16 (`MatMulNBits`), for 2 % of error.
    plain = {"graph_optimization_level": onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL}
    for ids in lines:
        assert off(memory_of(small, student, ids, **plain), expected_of(whole["float"], ids)) < 0.01
    # A text that was not measured leaves the grids, and these students are as sharp as none that was trained.
    ids = [*chooser.integers(2, 160, 15).tolist(), EOS_ID]
    assert off(memory_of(small, student, ids, **plain), expected_of(whole["float"], ids)) < 0.1


def test_every_value_of_a_measured_graph_lies_on_a_grid_of_16_bits_and_every_matrix_in_8(student: Student) -> None:
    model = fixed_encoder(student, LENGTH, arithmetic=ARITHMETIC["float"])
    small = quantised(model, measure(model, [feed_of(student, [5, 9, EOS_ID])], {}), mask="mask")
    made_by = {name: node.op_type for node in small.graph.node for name in node.output}
    weights = {one.name: one for one in small.graph.initializer}
    for node in small.graph.node:
        if node.op_type == "QuantizeLinear":
            assert weights[node.input[2]].data_type == onnx.TensorProto.UINT16
        elif node.op_type == "MatMul":
            assert {made_by[name] for name in node.input} == {"DequantizeLinear"}
        elif node.op_type != "DequantizeLinear":
            read = [name for name in node.input if name in made_by]
            assert {made_by[name] for name in read} == {"DequantizeLinear"}, node.name
    matrices = [one for one in weights.values() if one.name.endswith("_matrix_stored")]
    assert matrices
    assert {one.data_type for one in matrices} == {onnx.TensorProto.INT8}


def test_the_mask_leaves_the_scores_their_grid(student: Student) -> None:
    model = fixed_encoder(student, LENGTH, arithmetic=ARITHMETIC["float"])
    ranges = measure(model, [feed_of(student, [5, 9, EOS_ID])], {})
    small = quantised(model, ranges, mask="mask")
    step = next(one for one in small.graph.initializer if one.name == "mask_step")
    deepest = float(np.frombuffer(step.raw_data, np.float32)[0]) * TOP
    assert 60 <= deepest < -MASKED / 10


def test_a_value_that_was_never_measured_is_named(student: Student) -> None:
    model = fixed_encoder(student, LENGTH, arithmetic=ARITHMETIC["float"])
    ranges = dict(measure(model, [feed_of(student, [EOS_ID])], {}))
    del ranges["rows"]
    with pytest.raises(UnsupportedModelError) as caught:
        quantised(model, ranges, mask="mask")
    assert caught.value.reasons == ("`rows`",)


def test_a_value_that_is_not_finite_is_refused(student: Student) -> None:
    model = fixed_encoder(student, LENGTH, arithmetic=ARITHMETIC["float"])
    ranges = {**measure(model, [feed_of(student, [EOS_ID])], {}), "rows": (0.0, float("inf"))}
    with pytest.raises(UnsupportedModelError, match="not finite"):
        quantised(model, ranges, mask="mask")


@pytest.mark.parametrize("form", ["float", "int8"])
def test_every_dimension_is_fixed_and_every_operator_standard(student: Student, form: str) -> None:
    arithmetic = QdqArithmetic() if form == "int8" else ARITHMETIC["float"]
    model = fixed_encoder(student, LENGTH, arithmetic=arithmetic)
    onnx.checker.check_model(model)
    assert [opset.domain for opset in model.opset_import] == [""]
    assert not {node.op_type for node in model.graph.node} & {"Loop", "If", "Scan", "Shape", "Range", "Gather"}
    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    for port in (*inferred.graph.input, *inferred.graph.output, *inferred.graph.value_info):
        assert all(axis.dim_value for axis in port.type.tensor_type.shape.dim), port.name


def test_values_are_named_alike_in_every_length(student: Student) -> None:
    one, other = (fixed_encoder(student, length, arithmetic=ARITHMETIC["float"]) for length in (8, 16))
    assert [list(node.output) for node in one.graph.node] == [list(node.output) for node in other.graph.node]


@pytest.mark.parametrize("length", [0, -1, POSITIONS + 1])
def test_a_length_that_no_model_knows_is_refused(student: Student, length: int) -> None:
    with pytest.raises(UsageError, match=str(POSITIONS)):
        fixed_encoder(student, length, arithmetic=ARITHMETIC["float"])
