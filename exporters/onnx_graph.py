"""Write ONNX graphs as expressions: `y = g("Add", x, g.constant(1.0))`, sub-graphs included."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, TypeAlias

import numpy as np
import onnx
from numpy.typing import ArrayLike, NDArray
from onnx import TensorProto, helper, numpy_helper

Dimensions: TypeAlias = Sequence[int | str | None]

MICROSOFT = "com.microsoft"
# opset 18: ReduceMax takes its axes as an input and Split its parts as a number; onnxruntime 1.14 and later run it.
OPSET = 18
IR_VERSION = 9

FLOAT = TensorProto.FLOAT
UINT8 = TensorProto.UINT8
INT64 = TensorProto.INT64


@dataclass(frozen=True, slots=True, eq=False)
class Deferred:
    """A constant whose numbers are made when the file is written, for a model that is larger than memory.

    pieces: gives them in order, split along the first axis as one likes.
    """

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    pieces: Callable[[], Iterable[NDArray[Any]]]

    @property
    def size_bytes(self) -> int:
        """Of all numbers."""
        return prod(self.shape) * self.dtype.itemsize


class Graph:
    """One graph under construction; a sub-graph shares the constants of its root, so each is stored once."""

    def __init__(self, root: Graph | None = None) -> None:
        self._root = root if root is not None else self
        self._nodes: list[onnx.NodeProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []
        if root is None:
            self._constants: dict[str, onnx.TensorProto] = {}
            self.deferred: dict[str, Deferred] = {}
            self._defaults: list[onnx.TensorProto] = []
            self._count = 0

    @property
    def root(self) -> Graph:
        """The main graph that this one is a part of."""
        return self._root

    def subgraph(self) -> Graph:
        """A body for `Loop` or `If`; it may use every value of the graphs around it."""
        return Graph(self._root)

    def __call__(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """Add a node with one output and give the output's name."""
        return self.several(operator, *inputs, outputs=1, domain=domain, **attributes)[0]

    def several(self, operator: str, *inputs: str, outputs: int, domain: str = "", **attributes: Any) -> list[str]:
        """Add a node with several outputs and give their names."""
        names = [self._name(operator) for _ in range(outputs)]
        node = helper.make_node(operator, list(inputs), names, name=names[0], domain=domain, **attributes)
        self._nodes.append(node)
        return names

    def microsoft(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Add a node of onnxruntime's own operators."""
        return self(operator, *inputs, domain=MICROSOFT, **attributes)

    def constant(self, value: ArrayLike, dtype: Any = None, name: str | None = None) -> str:
        """A constant of the root graph; equal constants are stored once.

        Python integers become int64 and floats float32 unless dtype says otherwise.
        """
        array = np.asarray(value, dtype=dtype)
        if dtype is None and not isinstance(value, np.ndarray | np.generic):
            array = array.astype({"f": np.float32, "i": np.int64, "b": np.bool_}[array.dtype.kind])
        key = name or "_".join(["constant", str(array.dtype), *map(str, array.shape), _digest(array)])
        if key not in self._root._constants:
            self._root._constants[key] = numpy_helper.from_array(array if array.ndim == 0 else array.copy("C"), key)
        return key

    def later(self, value: Deferred, name: str) -> str:
        """A constant of the root graph that `model` gives without its numbers; they are in `deferred` by its name."""
        if name not in self._root._constants:
            kind = helper.np_dtype_to_tensor_dtype(value.dtype)
            self._root._constants[name] = TensorProto(name=name, data_type=kind, dims=value.shape)
            self._root.deferred[name] = value
        return name

    def input(self, name: str, dtype: Any, shape: Dimensions, default: NDArray[Any] | None = None) -> str:
        """Declare an input; with a default it need not be fed."""
        self._inputs.append(_value(name, dtype, shape))
        if default is not None:
            self._root._defaults.append(numpy_helper.from_array(np.asarray(default, dtype=dtype), name))
        return name

    def output(self, name: str, value: str, dtype: Any, shape: Dimensions) -> None:
        """Give value out under a name of the graph's interface."""
        self._nodes.append(helper.make_node("Identity", [value], [name], name=name))
        self._outputs.append(_value(name, dtype, shape))

    def result(self, value: str, dtype: Any, shape: Dimensions) -> None:
        """Give value out of a sub-graph, where only the order counts.

        A node's value goes out under its own name: an `Identity` at each output of a loop body costs 2 us a step.
        """
        taken = {port.name for port in self._outputs}
        made = {name for node in self._nodes for name in node.output}
        self._outputs.append(_value(value if value in made - taken else self("Identity", value), dtype, shape))

    def argument(self, stem: str, dtype: Any, shape: Dimensions) -> str:
        """An input of a sub-graph, where only the order counts; gives its name."""
        return self.input(self._name(stem), dtype, shape)

    def proto(self, name: str) -> onnx.GraphProto:
        """The graph as ONNX; constants go into the root only."""
        constants = [*self._constants.values(), *self._defaults] if self._root is self else []
        return helper.make_graph(self._nodes, name, self._inputs, self._outputs, constants)

    def model(self, name: str, metadata: dict[str, str], documentation: str) -> onnx.ModelProto:
        """The whole model; metadata are strings that tools show."""
        model = helper.make_model(
            self.proto(name),
            opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)],
            ir_version=IR_VERSION,
            producer_name="edgekit",
            doc_string=documentation,
        )
        helper.set_model_props(model, metadata)
        return model

    def _name(self, stem: str) -> str:
        self._root._count += 1
        return f"{stem}_{self._root._count}"


def without_microsoft(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same model; onnxruntime's own domain is named no more where no node uses it.

    A compiler that does not know the domain refuses a model that names it.
    """
    if not any(node.domain == MICROSOFT for node in model.graph.node):
        kept = [opset for opset in model.opset_import if opset.domain != MICROSOFT]
        del model.opset_import[:]
        model.opset_import.extend(kept)
    return model


def _value(name: str, dtype: Any, shape: Dimensions) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(np.dtype(dtype)), list(shape))


def _digest(array: NDArray[Any]) -> str:
    return hashlib.sha256(array.tobytes()).hexdigest()[:16]
