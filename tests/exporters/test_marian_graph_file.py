"""The one-file graph as a file: its structure, its size, the same bytes twice."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from toys.firefox import firefox_files
from toys.marian_student import toy_student

from exporters.families.marian.exporter import choose_activations
from exporters.families.marian.graph import translation_model
from exporters.families.marian.student import Embedding, Student, load_student


def canonical(graph: onnx.GraphProto, renamed: dict[str, str]) -> list[str]:
    """Every node as text; constants by type and shape, because their last bits differ with the machine's sine."""
    lines = []
    for tensor in graph.initializer:
        kind = onnx.TensorProto.DataType.Name(tensor.data_type)
        renamed[tensor.name] = f"{kind}{list(tensor.dims)}" if tensor.name.startswith("constant_") else tensor.name
    for port in (*graph.input, *graph.output):
        shape = [axis.dim_param or axis.dim_value for axis in port.type.tensor_type.shape.dim]
        lines.append(f"port {port.name} {port.type.tensor_type.elem_type} {shape}")
    for node in graph.node:
        lines.append(
            f"{node.domain}:{node.op_type} {[renamed.get(name, name) for name in node.input]} {list(node.output)}"
        )
        for attribute in sorted(node.attribute, key=lambda one: one.name):
            if attribute.type == onnx.AttributeProto.GRAPH:
                lines += [f"{attribute.name} {{", *canonical(attribute.g, renamed), "}"]
            else:
                value = onnx.helper.get_attribute_value(attribute)
                lines.append(f"  {attribute.name} = {round(value, 9) if isinstance(value, float) else value}")
    return lines


GOLDEN = {
    "static": "4702892ca2148cbf",
    "dynamic": "7b9a642204371bf0",
    "float": "4630c55f8fbeca09",
}


@pytest.mark.parametrize("activations", GOLDEN)
def test_structure_is_the_known_one(activations: Any, tmp_path: Path) -> None:
    """A change on purpose changes these digests; one that was not meant shows here."""
    student = load_student(toy_student(0).write(tmp_path)["weights"])
    lines = canonical(translation_model(student, activations, {}).graph, {})
    assert hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16] == GOLDEN[activations]


def test_bytes_are_the_same_twice_and_whatever_the_hash_seed(tmp_path: Path) -> None:
    weights = toy_student(0).write(tmp_path)["weights"]
    student = load_student(weights)
    here = translation_model(student, "static", {"family": "marian"}).SerializeToString()
    assert translation_model(student, "static", {"family": "marian"}).SerializeToString() == here
    program = (
        "import hashlib, sys; from pathlib import Path\n"
        "from exporters.families.marian.graph import translation_model\n"
        "from exporters.families.marian.student import load_student\n"
        "model = translation_model(load_student(Path(sys.argv[1])), 'static', {'family': 'marian'})\n"
        "print(hashlib.sha256(model.SerializeToString()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program, str(weights)],
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout.strip()
        for seed in ("0", "7")
    }
    assert digests == {hashlib.sha256(here).hexdigest()}


def with_larger_table(student: Student, rows: int) -> Student:
    chooser = np.random.default_rng(0)
    table = student.output
    weight = chooser.integers(-64, 64, (rows, student.width)).astype(table.weight.dtype)
    bias = np.concatenate([student.output_bias, np.zeros(rows - len(student.output_bias), np.float32)])
    larger = Embedding(weight, table.scale)
    return dataclasses.replace(
        student, source_embedding=larger, target_embedding=larger, output=larger, output_bias=bias
    )


@pytest.mark.parametrize(("form", "bytes_a_row"), [("intgemm8", 64 + 4), ("float32", 4 * 64 + 4)])
def test_embedding_table_is_stored_once(form: Any, bytes_a_row: int, tmp_path: Path) -> None:
    """One row more costs its own bytes and those of its bias: source, target and head share one table."""
    student = load_student(toy_student(0, form=form).write(tmp_path)["weights"])
    activations = choose_activations(student, "auto")
    small, large = (
        translation_model(with_larger_table(student, rows), activations, {}).ByteSize() for rows in (1000, 5000)
    )
    assert large - small == pytest.approx(4000 * bytes_a_row, abs=100)


@pytest.mark.real
@pytest.mark.parametrize("direction", ["enpt", "pten"])
def test_real_file_is_hardly_larger_than_the_weights(direction: str) -> None:
    weights = firefox_files(direction).weights
    size = translation_model(load_student(weights), "static", {}).ByteSize()
    # 0.5 MB of positions, 0.1 MB of nodes and names.
    assert size < weights.stat().st_size + 750_000
