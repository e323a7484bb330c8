"""The two graphs of fixed shapes against the one with the `Loop`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from toys.marian_graph import GraphRunner, candidate_table, open_session, until_end
from toys.marian_student import toy_student

from edgekit.core.errors import UsageError
from exporters.families.marian.exporter import choose_activations
from exporters.families.marian.graph import translation_model
from exporters.families.marian.network import POSITIONS
from exporters.families.marian.step_graphs import step_models
from exporters.families.marian.student import EOS_ID, Student, load_student

BATCH, LENGTH, CANDIDATES = 3, 16, 128
FORMS: dict[str, tuple[int, dict[str, Any]]] = {
    "static": (1, {}),
    "dynamic": (3, {"alphas": False, "decoder_depth": 1}),
    "float": (3, {"form": "float32", "joint": False, "encoder_depth": 1, "decoder_depth": 3}),
}


@pytest.fixture(params=FORMS)
def student(request: pytest.FixtureRequest, tmp_path: Path) -> Student:
    seed, arguments = FORMS[request.param]
    return load_student(toy_student(seed, **arguments).write(tmp_path)["weights"])


def nodes(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                yield from nodes(attribute.g)


def drive(
    models: tuple[onnx.ModelProto, onnx.ModelProto],
    ids: NDArray[Any],
    lengths: NDArray[Any],
    table: NDArray[Any],
    steps: int,
) -> NDArray[Any]:
    """Tokens [B, steps], step by step."""
    encoder, step = map(open_session, models)
    names = [port.name for port in encoder.get_outputs()]
    memory = encoder.run(names, {"source_ids": ids, "source_lengths": lengths, "candidates": table})
    held = dict(zip(names, memory, strict=True))
    after = [port.name for port in step.get_outputs()]
    types = {"tensor(float)": np.float32, "tensor(int64)": np.int64}
    state = {
        port.name: np.zeros(port.shape, types[port.type]) for port in step.get_inputs() if f"next_{port.name}" in after
    }
    tokens = []
    for _ in range(steps):
        token, *values = step.run(after, {**held, **state, "candidates": table})
        state = dict(zip((name.removeprefix("next_") for name in after[1:]), values, strict=True))
        tokens.append(token)
    return np.concatenate(tokens, axis=1)


def test_steps_give_the_tokens_of_the_loop_when_sources_are_padded_to_the_fixed_length(student: Student) -> None:
    activations = choose_activations(student, "auto")
    chooser = np.random.default_rng(5)
    loop = GraphRunner(translation_model(student, activations, {}))
    models = step_models(student, activations, batch=BATCH, source_length=LENGTH, candidates=CANDIDATES)
    outputs = set()
    for _ in range(8):
        sources = [[*chooser.integers(2, 160, chooser.integers(1, LENGTH)).tolist(), EOS_ID] for _ in range(BATCH)]
        lists = [np.unique(np.r_[0:8, chooser.integers(0, 160, 90)]) for _ in sources]
        table = candidate_table([*lists, np.zeros(CANDIDATES)])[:BATCH]
        lengths = np.array([len(ids) for ids in sources])
        ids = np.full((BATCH, LENGTH), 9)
        for row, source in zip(ids, sources, strict=True):
            row[: len(source)] = source
        tokens = drive(models, ids, lengths, table, 12)
        # The same padding, so that float sums are taken in the same order.
        memory = loop.encode(sources, table, step=LENGTH)
        whole = loop.decode(memory, table, steps=12)
        for row in range(BATCH):
            expected = until_end(whole.tokens[row], 12)
            assert until_end(tokens[row], 12) == expected
            outputs.add(tuple(expected))
    assert len(outputs) > 8


def test_every_dimension_is_fixed_and_nothing_branches(student: Student) -> None:
    activations = choose_activations(student, "auto")
    for model in step_models(student, activations, batch=2, source_length=8, candidates=64):
        onnx.checker.check_model(model)
        assert not {node.op_type for node in nodes(model.graph)} & {"Loop", "If", "Scan"}
        for port in (*model.graph.input, *model.graph.output):
            assert all(axis.HasField("dim_value") for axis in port.type.tensor_type.shape.dim), port.name


def test_only_standard_operators_are_used_when_activations_are_float(tmp_path: Path) -> None:
    student = load_student(toy_student(3).write(tmp_path)["weights"])
    for model in step_models(student, "float", batch=1, source_length=8, candidates=64):
        assert {node.domain for node in nodes(model.graph)} == {""}
        assert [opset.domain for opset in model.opset_import] == [""]
        inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
        assert len(inferred.graph.value_info) > 20


@pytest.mark.parametrize("activations", ["static", "float"])
def test_no_shape_is_computed_at_run_time_once_onnxruntime_has_folded_constants(
    activations: Any, tmp_path: Path
) -> None:
    student = load_student(toy_student(3).write(tmp_path)["weights"])
    for name, model in zip(
        ("encoder", "step"), step_models(student, activations, batch=2, source_length=8, candidates=64), strict=True
    ):
        path = tmp_path / f"{name}.onnx"
        open_session(
            model,
            optimized_model_filepath=str(path),
            graph_optimization_level=onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC,
        )
        left = {node.op_type for node in nodes(onnx.load_model(str(path)).graph)}
        assert not left & {"Shape", "Size", "Range", "ConstantOfShape", "NonZero"}


@pytest.mark.parametrize(
    ("shapes", "count"),
    [
        ({"batch": 0, "source_length": 0, "candidates": 0}, 3),
        ({"batch": 1, "source_length": POSITIONS + 1, "candidates": 65}, 2),
        ({"batch": -1, "source_length": 8, "candidates": 64}, 1),
    ],
)
def test_every_wrong_shape_is_named(shapes: dict[str, int], count: int, tmp_path: Path) -> None:
    student = load_student(toy_student(3).write(tmp_path)["weights"])
    with pytest.raises(UsageError) as caught:
        step_models(student, "float", **shapes)
    assert len(caught.value.reasons) == count
