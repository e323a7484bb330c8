"""Graphs that are written piece by piece are what onnx itself would have written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx import numpy_helper

from edgekit.core.events import Event, Progress, silent
from exporters.families.onnx.files import DATA, Draft
from exporters.onnx_graph import Deferred, Graph

SHAPES = st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), min_size=1, max_size=6)


def in_pieces(value: NDArray[Any], step: int) -> Deferred:
    return Deferred(value.dtype, value.shape, lambda: (value[at : at + step] for at in range(0, len(value), step)))


def drafted(shapes: list[tuple[int, int]], step: int) -> tuple[Draft, dict[str, NDArray[np.float32]]]:
    """A graph that adds up whatever is in its matrices, and the matrices."""
    g, chooser = Graph(), np.random.default_rng(len(shapes))
    x = g.input("x", np.float32, ())
    values = {f"m{at}": chooser.normal(size=shape).astype(np.float32) for at, shape in enumerate(shapes)}
    for name, value in values.items():
        x = g("Add", x, g("ReduceSum", g.later(in_pieces(value, step), name), keepdims=0))
    g.output("y", g("Mul", x, g.constant(2.0)), np.float32, ())
    return Draft.of(g, "sum", {"a": "b"}, "A sum"), values


@settings(deadline=None, max_examples=40)
@given(shapes=SHAPES, step=st.integers(1, 50), most=st.sampled_from([0, 1 << 30]))
def test_file_holds_every_number_and_has_the_size_that_was_said(
    shapes: list[tuple[int, int]], step: int, most: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("graph")
    draft, values = drafted(shapes, step)
    size = draft.save(folder, silent, most=most)
    assert size == draft.size_bytes(most=most) == sum(path.stat().st_size for path in folder.iterdir())
    assert (folder / DATA).exists() == (most == 0 and any(value.nbytes >= 1024 for value in values.values()))
    model = onnx.load(folder / "model.onnx")
    found = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    assert all((found[name] == value).all() for name, value in values.items())
    assert model.doc_string == "A sum"
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    (y,) = session.run(None, {"x": np.array(1.0, np.float32)})
    assert y == pytest.approx(2 * (1 + sum(float(value.sum()) for value in values.values())), abs=1e-3)


def test_bytes_are_those_of_the_library_when_all_is_in_one_file(tmp_path: Path) -> None:
    """Where nothing but large constants is in a graph, the order is the library's as well."""
    g = Graph()
    value = np.arange(600, dtype=np.float32).reshape(20, 30)
    g.output("y", g("Identity", g.later(in_pieces(value, 7), "m")), np.float32, (20, 30))
    draft = Draft.of(g, "one", {}, "")
    draft.save(tmp_path, silent)
    theirs = onnx.ModelProto()
    theirs.CopyFrom(draft.model)
    theirs.graph.initializer[0].raw_data = value.tobytes()
    assert onnx.load(tmp_path / "model.onnx") == theirs


def test_progress_ends_with_all_bytes_and_pieces_of_a_wrong_size_leave_no_file(tmp_path: Path) -> None:
    draft, values = drafted([(30, 30), (5, 5)], 8)
    heard: list[Event] = []
    draft.save(tmp_path, heard.append)
    last = heard[-1]
    assert isinstance(last, Progress)
    assert last.done == last.total == sum(value.nbytes for value in values.values())

    def short() -> Iterator[NDArray[Any]]:
        yield np.zeros((3, 3), np.float32)

    g = Graph()
    g.output("y", g.later(Deferred(np.dtype(np.float32), (4, 3), short), "m"), np.float32, (4, 3))
    (tmp_path / "other").mkdir()
    with pytest.raises(ValueError, match="36 bytes instead of 48"):
        Draft.of(g, "short", {}, "").save(tmp_path / "other", silent)
    assert not list((tmp_path / "other").iterdir())
