"""A student read back from its ONNX file is the one that was built, and nothing else passes for one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from toys.firefox import firefox_files
from toys.marian_student import toy_student

from edgekit.core.errors import ModelFormatError, UnsupportedModelError
from exporters.families.marian.from_graph import student_from_graph
from exporters.families.marian.graph import translation_model
from exporters.families.marian.student import Student, load_student

SAID = {"family": "marian", "activations": "static"}


def student_of(tmp_path: Path, seed: int, **toy: Any) -> Student:
    return load_student(toy_student(seed, **toy).write(tmp_path)["weights"])


def model_of(student: Student, *, few_candidates: bool = True) -> onnx.ModelProto:
    return translation_model(student, "static", SAID, few_candidates=few_candidates)


def assert_same(one: Student, other: Student) -> None:
    """Of each layer the weights exactly, and every number to the last bit that float32 keeps of it."""
    for mine, theirs in zip((*one.encoder, *one.decoder), (*other.encoder, *other.decoder), strict=True):
        assert_same_part(mine, theirs)
    for name in ("source_embedding", "target_embedding", "output"):
        np.testing.assert_array_equal(getattr(one, name).weight, getattr(other, name).weight)
        np.testing.assert_allclose(getattr(one, name).scale, getattr(other, name).scale, rtol=1e-6)
    # The head stores its bias as whole sums, and what the unknown token had is gone.
    step = 1 / (float(one.output.scale or 1) * float(one.output_activation or 1))
    np.testing.assert_allclose(one.output_bias[2:], other.output_bias[2:], atol=step)


def assert_same_part(mine: Any, theirs: Any) -> None:
    for name in mine.__dataclass_fields__:
        left, right = getattr(mine, name), getattr(theirs, name)
        if hasattr(left, "__dataclass_fields__"):
            assert_same_part(left, right)
        elif isinstance(left, np.ndarray):
            np.testing.assert_allclose(left, right, rtol=3e-7)
        elif isinstance(left, float):
            assert right == pytest.approx(left, rel=1e-6)
        else:
            assert left == right


@pytest.mark.parametrize(
    ("seed", "toy"),
    [
        (1, {}),
        (2, {"joint": False, "encoder_depth": 3, "decoder_depth": 1}),
        (3, {"untied": True, "heads": 2}),
        (4, {"width": 32, "feed_forward": 64, "encoder_depth": 1, "decoder_depth": 3}),
    ],
)
@pytest.mark.parametrize("few_candidates", [True, False])
def test_a_student_is_read_back_from_its_graph(tmp_path: Path, seed: int, toy: Any, few_candidates: bool) -> None:
    student = student_of(tmp_path, seed, **toy)
    again = student_from_graph(model_of(student, few_candidates=few_candidates), few_candidates=few_candidates)
    assert (again.width, again.heads) == (student.width, student.heads)
    assert_same(student, again)


@pytest.mark.real
def test_a_real_student_is_read_back_from_its_graph() -> None:
    student = load_student(firefox_files("enpt").weights)
    assert_same(student, student_from_graph(model_of(student), few_candidates=True))


def change_weight(model: onnx.ModelProto) -> None:
    tensor = next(one for one in model.graph.initializer if one.name == "positions")
    values = numpy_helper.to_array(tensor).copy()
    values[0, 0] += 0.5
    tensor.CopyFrom(numpy_helper.from_array(values, "positions"))


def add_node(model: onnx.ModelProto) -> None:
    model.graph.node.append(helper.make_node("Identity", ["steps"], ["stray"]))


def other_operator(model: onnx.ModelProto) -> None:
    branch = next(a.g for n in model.graph.node if n.op_type == "If" for a in n.attribute if a.name == "then_branch")
    next(node for node in branch.node if node.op_type == "Softmax").op_type = "LogSoftmax"


def other_wire(model: onnx.ModelProto) -> None:
    branch = next(a.g for n in model.graph.node if n.op_type == "If" for a in n.attribute if a.name == "then_branch")
    node = next(node for node in branch.node if node.op_type == "Sum")
    node.input[0] = node.input[1]


def other_attribute(model: onnx.ModelProto) -> None:
    branch = next(a.g for n in model.graph.node if n.op_type == "If" for a in n.attribute if a.name == "then_branch")
    node = next(node for node in branch.node if node.op_type == "LayerNormalization")
    next(one for one in node.attribute if one.name == "epsilon").f = 0.5


def weights_elsewhere(model: onnx.ModelProto) -> None:
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../etc/passwd")


def short_weights(model: onnx.ModelProto) -> None:
    tensor = max(model.graph.initializer, key=lambda one: len(one.raw_data))
    tensor.raw_data = tensor.raw_data[:100]


def no_heads(model: onnx.ModelProto) -> None:
    port = next(one for one in model.graph.input if one.name == "keys_0")
    port.type.tensor_type.shape.dim[1].dim_value = 0


def without_loops(model: onnx.ModelProto) -> None:
    kept = [node for node in model.graph.node if node.op_type != "Loop"]
    del model.graph.node[:]
    model.graph.node.extend(kept)


def without_layers(model: onnx.ModelProto) -> None:
    branch = next(a.g for n in model.graph.node if n.op_type == "If" for a in n.attribute if a.name == "then_branch")
    kept = [node for node in branch.node if node.op_type != "MatMulIntegerToFloat"]
    del branch.node[:]
    branch.node.extend(kept)


@pytest.mark.parametrize(
    "spoil",
    [
        change_weight,
        add_node,
        other_operator,
        other_wire,
        other_attribute,
        weights_elsewhere,
        short_weights,
        no_heads,
        without_loops,
        without_layers,
    ],
)
def test_a_graph_that_was_changed_is_refused(tmp_path: Path, spoil: Callable[[onnx.ModelProto], None]) -> None:
    model = model_of(student_of(tmp_path, 1))
    spoil(model)
    with pytest.raises(ModelFormatError, match="no translation model that edgekit built") as caught:
        student_from_graph(model, few_candidates=True)
    assert caught.value.reasons


def test_another_arithmetic_is_refused_with_the_way_out(tmp_path: Path) -> None:
    student = student_of(tmp_path, 1)
    model = translation_model(student, "float", {"family": "marian", "activations": "float"})
    with pytest.raises(UnsupportedModelError, match="static") as caught:
        student_from_graph(model, few_candidates=True)
    assert "model*.bin" in str(caught.value.hint)
