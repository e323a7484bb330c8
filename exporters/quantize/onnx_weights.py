"""The weights of an ONNX graph and its sub-graphs: which nodes use a constant, and how one is put in its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from edgekit.core.errors import ModelFormatError, UnsupportedModelError
from exporters.onnx_graph import MICROSOFT

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Use:
    """A node that takes a weight.  graph: the one that it is in.  name: of the weight.

    shape: (outputs, inputs) of a matrix, (rows, width) of the table of a `Gather`.  turned: whether it lies the other
    way round.
    """

    graph: onnx.GraphProto
    node: onnx.NodeProto
    name: str
    shape: tuple[int, int]
    turned: bool


class Weights:
    """The constants of a model's outermost graph, which its sub-graphs see as well.

    Raises UnsupportedModelError where data lies in other files, which a caller has to bring in first.
    """

    def __init__(self, model: onnx.ModelProto) -> None:
        outside = [one.name for one in model.graph.initializer if one.data_location == TensorProto.EXTERNAL]
        if outside:
            raise UnsupportedModelError("the weights lie outside the graph", reasons=[f"`{outside[0]}`, for example"])
        self._model = model
        self._tensors = {one.name: one for one in model.graph.initializer}
        inner = {name for graph in graphs_of(model.graph) if graph is not model.graph for name in _declared(graph)}
        # A name that a sub-graph gives something else of its own is left alone everywhere.
        self._usable = set(self._tensors) - inner - {port.name for port in model.graph.input}

    def array(self, name: str, types: tuple[int, ...] = (TensorProto.FLOAT,)) -> NDArray[Any] | None:
        """A constant; None for one of another type or none. Raises ModelFormatError for a damaged one."""
        tensor = self._tensors.get(name)
        if tensor is None or name not in self._usable or tensor.data_type not in types:
            return None
        try:
            return numpy_helper.to_array(tensor)
        except (ValueError, TypeError) as problem:
            raise ModelFormatError(f"the constant `{name}` is damaged", reasons=[str(problem)[:200]]) from problem

    def matrix(self, use: Use) -> Floats:
        """(outputs, inputs) or (rows, width) float32. Raises ModelFormatError for a damaged one, or no numbers."""
        found = self.array(use.name)
        if found is None or not np.isfinite(found).all():
            raise ModelFormatError("the weights cannot be quantised", reasons=[f"`{use.name}` holds what is no number"])
        return found.T if use.turned else found

    def _use(self, graph: onnx.GraphProto, node: onnx.NodeProto, name: str, turned: bool) -> Use | None:
        tensor = self._tensors.get(name)
        if tensor is None or name not in self._usable or tensor.data_type != TensorProto.FLOAT or len(tensor.dims) != 2:
            return None
        rows, columns = tensor.dims[::-1] if turned else tensor.dims
        return Use(graph, node, name, (rows, columns), turned)

    def add(self, name: str, array: NDArray[Any]) -> str:
        """A new constant, unless one of that name is there; gives its name."""
        if name not in self._tensors:
            tensor = numpy_helper.from_array(np.ascontiguousarray(array), name)
            self._model.graph.initializer.append(tensor)
            self._tensors[name] = self._model.graph.initializer[-1]
            self._usable.add(name)
        return name

    def drop_unused(self) -> None:
        """Take out every constant that no node and no output needs any more."""
        used: Counter[str] = Counter()
        for graph in graphs_of(self._model.graph):
            used.update(name for node in graph.node for name in node.input)
            used.update(port.name for port in graph.output)
        left = [one for one in self._model.graph.initializer if used[one.name]]
        del self._model.graph.initializer[:]
        self._model.graph.initializer.extend(left)

    def types(self) -> dict[str, str]:
        """The type of every constant with two axes or more, as ONNX calls it."""
        return {
            one.name: TensorProto.DataType.Name(one.data_type)
            for one in self._model.graph.initializer
            if len(one.dims) > 1
        }

    def products(self) -> Iterator[Use]:
        """Each `MatMul` and plain `Gemm` with a constant as its second factor, transposed on its way or not."""
        for graph in graphs_of(self._model.graph):
            turning = {
                node.output[0]: node.input[0]
                for node in graph.node
                if node.op_type == "Transpose" and list(attributes(node).get("perm", [1, 0])) == [1, 0]
            }
            for node in graph.node:
                if node.domain or node.op_type not in ("MatMul", "Gemm") or len(node.input) < 2:
                    continue
                settings = attributes(node)
                if settings.get("transA") or settings.get("alpha", 1.0) != 1 or settings.get("beta", 1.0) != 1:
                    continue
                name = turning.get(node.input[1], node.input[1])
                # Twice turned is as (outputs, inputs) again.
                turned_once = bool(settings.get("transB")) != (name != node.input[1])
                if (use := self._use(graph, node, name, not turned_once)) is not None:
                    yield use

    def tables(self) -> Iterator[Use]:
        """Each `Gather` of rows of a constant."""
        for graph in graphs_of(self._model.graph):
            for node in graph.node:
                if node.domain or node.op_type != "Gather" or attributes(node).get("axis", 0) != 0:
                    continue
                if (use := self._use(graph, node, node.input[0], False)) is not None:
                    yield use


def attributes(node: onnx.NodeProto) -> dict[str, Any]:
    """A node's attributes by name."""
    return {one.name: helper.get_attribute_value(one) for one in node.attribute}


def graphs_of(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    """A graph and all in it, bodies of `Loop` and branches of `If`."""
    yield graph
    for node in graph.node:
        for one in node.attribute:
            if one.HasField("g"):
                yield from graphs_of(one.g)
            for inner in one.graphs:
                yield from graphs_of(inner)


def replace_node(graph: onnx.GraphProto, node: onnx.NodeProto, made: list[onnx.NodeProto]) -> None:
    """Put nodes in the place of one."""
    at = next(at for at, one in enumerate(graph.node) if one is node or one == node)
    after = list(graph.node)[at + 1 :]
    del graph.node[at:]
    graph.node.extend([*made, *after])


def drop_dead_transposes(model: onnx.ModelProto) -> None:
    """Take out each `Transpose` whose result nobody reads any more."""
    for graph in graphs_of(model.graph):
        used = {name for one in graphs_of(model.graph) for node in one.node for name in node.input}
        used |= {port.name for port in graph.output}
        left = [node for node in graph.node if node.op_type != "Transpose" or node.output[0] in used]
        del graph.node[:]
        graph.node.extend(left)


def import_microsoft(model: onnx.ModelProto) -> None:
    """Let the model use onnxruntime's own operators."""
    if MICROSOFT not in {one.domain for one in model.opset_import}:
        model.opset_import.append(helper.make_opsetid(MICROSOFT, 1))


def _declared(graph: onnx.GraphProto) -> Iterator[str]:
    yield from (one.name for one in graph.initializer)
    yield from (port.name for port in graph.input)
    yield from (name for node in graph.node for name in node.output)
