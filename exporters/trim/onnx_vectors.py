"""Rows of an ONNX graph's embedding as numbers: what its own operators make of the tables, for a few tokens.

From where token ids look a table up, everything that a row comes from is collected back to constants; their rows are
cut as trimming cuts them, and the operators on the way are computed in numpy.
Sources: onnx `docs/Operators.md`, onnxruntime `docs/ContribOperators.md`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from edgekit.core.errors import ModelFormatError, UnsupportedModelError
from exporters.trim.base import Ids
from exporters.trim.onnx_dequantising import DAMAGED, OPERATORS, Array
from exporters.trim.onnx_flow import Flow
from exporters.trim.onnx_scopes import Node, Value
from exporters.trim.onnx_tensors import Cut, DataFiles, Form, bytes_of, cut_bytes, form_of, raw_data_of
from exporters.trim.vectors import finite

_ROWS_AT_ONCE = 8192
# Ways from table to row have up to five operators; a hostile graph may chain as many as it likes.
_MOST_STEPS = 32
_WIDEST = 1 << 16  # values a row; a sound one has 16,384 at most
_FLOATS = (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.DOUBLE)
_LOOK_UPS = ("Gather", "com.microsoft.GatherBlockQuantized")
# What follows the look-up of integers, and what gives the numbers that they stand for.
_DEQUANTISING = ("DequantizeLinear", "Cast", "Sub", "Mul")
_NUMBERS = ("DequantizeLinear", "Mul", "com.microsoft.GatherBlockQuantized")


@dataclass(frozen=True, slots=True)
class Constant:
    """A tensor where it is stored.  kind: onnx's number of its type; cut: None where it has no row for each token."""

    kind: int
    form: Form
    cut: Cut | None
    data: memoryview

    def read(self, ids: Ids) -> Array:
        """The tensor with the rows of these tokens alone."""
        form, data = self.form, bytes(self.data) if self.cut is None else b""
        if self.cut is not None:
            data = b"".join(cut_bytes(form, self.cut, ids, self.data))
            form = form.cut(self.cut, len(ids))
        return numpy_helper.to_array(TensorProto(data_type=self.kind, dims=form.dims, raw_data=data))


@dataclass(frozen=True, slots=True)
class Step:
    """A node on the way from tables to rows."""

    operator: str
    attributes: Mapping[str, Any]
    inputs: Sequence[Value | None]
    output: Value


@dataclass(frozen=True, slots=True)
class Embedding:
    """The way from tables to rows.  ranks: of the values that hold token ids.  steps: in the order of computing.

    width: values a row.
    """

    constants: Mapping[Value, Constant]
    ranks: Mapping[Value, int]
    steps: Sequence[Step]
    output: Value
    width: int = 0

    def read(self, ids: Ids) -> NDArray[np.float32]:
        """See `exporters.trim.base.TrimmableModel.vectors`. Raises ModelFormatError for a damaged graph."""
        rows = np.empty((len(ids), self.width), np.float32)
        try:
            for at in range(0, len(ids), _ROWS_AT_ONCE):
                some = ids[at : at + _ROWS_AT_ONCE]
                rows[at : at + len(some)] = self.values(some).reshape(len(some), self.width)
        except DAMAGED as error:
            raise ModelFormatError("the rows of the embedding cannot be read", reasons=[str(error)[:200]]) from error
        return rows

    def values(self, ids: Ids) -> NDArray[np.float32]:
        """What the graph computes of these tokens' rows, in the shape that it gives it."""
        known: dict[Value | None, Array | None] = {None: None}
        known |= {value: constant.read(ids) for value, constant in self.constants.items()}
        for value, rank in self.ranks.items():
            known[value] = np.arange(len(ids)).reshape((1,) * (rank - 1) + (-1,))
        with np.errstate(over="ignore", invalid="ignore"):  # scales of damaged files may be anything
            for step in self.steps:
                inputs = [known[value] for value in step.inputs]
                known[step.output] = OPERATORS[step.operator](*inputs, **step.attributes)
            return finite(np.asarray(known[self.output]))


def embedding_of(flow: Flow, files: DataFiles, name: str) -> Embedding | None:
    """The first table that a graph looks token ids up in; None where it is stored in a way that is not known.

    files, name: the graph's folder and file.
    """
    inside = raw_data_of(files.map_graph(name))
    for node in flow.scopes.nodes:
        found = _readable(flow, files, inside, node)
        if found is not None and 1 < found.width <= _WIDEST:  # a scale for each row is looked up as the row is
            return found
    return None


def _readable(flow: Flow, files: DataFiles, inside: Mapping[str, memoryview], node: Node) -> Embedding | None:
    """The way to what a node takes by token ids, and the width of its rows; None where it cannot be gone."""
    try:
        value = _looked_up(flow, node)
        found = None if value is None else _numbers(flow, files, inside, value)
        return None if found is None else replace(found, width=found.values(np.zeros(1, np.int64)).size)
    except (*DAMAGED, ModelFormatError, UnsupportedModelError):
        return None


def _looked_up(flow: Flow, node: Node) -> Value | None:
    """What a node takes by token ids."""
    if node.operator == "com.microsoft.EmbedLayerNormalization" and node.input(0) in flow.ids:
        return node.input(2)
    table = node.input(0)
    if node.operator not in _LOOK_UPS or table is None or node.input(1) not in flow.ids or flow.rank(table) != 2:
        return None
    rows = flow.rows.get(table)
    return node.outputs[0] if rows is not None and rows.axis == -2 else None


def _numbers(flow: Flow, files: DataFiles, inside: Mapping[str, memoryview], value: Value) -> Embedding | None:
    """The way to a value, and where that holds integers, on to where they are numbers."""
    found: Embedding | None = None
    following: Value | None = value
    while following is not None:
        way = _Way(flow, files, inside)
        if not way.add(following):
            break
        found = Embedding(way.constants, way.ranks, way.steps, following)
        if way.are_numbers(following):
            break
        uses = flow.scopes.uses.get(following, ())
        following = next((use.node.outputs[0] for use in uses if use.node.operator in _DEQUANTISING), None)
    return found


class _Way:
    """How a value comes from constants and token ids.  inside: data of the constants that the graph's file has."""

    def __init__(self, flow: Flow, files: DataFiles, inside: Mapping[str, memoryview]) -> None:
        self._flow, self._files, self._inside = flow, files, inside
        self._left = _MOST_STEPS
        self.constants: dict[Value, Constant] = {}
        self.ranks: dict[Value, int] = {}
        self.steps: list[Step] = []

    def add(self, value: Value) -> bool:
        """Go back from a value; false where it comes from anything else."""
        flow = self._flow
        if value in self.constants or value in self.ranks or any(step.output == value for step in self.steps):
            return True
        if value in flow.ids:
            self.ranks[value] = max(1, flow.rank(value) or 1)
            return True
        tensor, maker = flow.scopes.constants.get(value), flow.scopes.makers.get(value)
        if tensor is not None:
            self.constants[value] = self._constant(value, tensor)
            return True
        if maker is None or maker.operator not in OPERATORS or not self._left:
            return False
        self._left -= 1
        if not all(one is None or self.add(one) for one in maker.inputs):
            return False
        attributes = {one.name: helper.get_attribute_value(one) for one in maker.proto.attribute}
        self.steps.append(Step(maker.operator, attributes, maker.inputs, value))
        return True

    def are_numbers(self, value: Value) -> bool:
        """Whether the value at the end is what the model computes with, not the integers that stand for it."""
        for step in reversed(self.steps):
            if step.operator in _NUMBERS:
                return True
            value = step.inputs[0] if step.output == value and step.inputs[0] is not None else value
        return value not in self.constants or self.constants[value].kind in _FLOATS

    def _constant(self, value: Value, tensor: TensorProto) -> Constant:
        form, data = form_of(tensor), None
        if value.scope == 0 and tensor.data_location != TensorProto.EXTERNAL:
            # A slice of the mapped file; what the library gives is a copy, held for as long as the model is.
            data = self._inside.get(value.name)
        if data is None or len(data) != form.size_bytes:
            data = bytes_of(tensor, self._files)
        return Constant(tensor.data_type, form, self._flow.cuts.get(value), data)
