"""A student read back out of the one-file ONNX model that `graph` builds, where its Marian file is at hand no more.

Only integer graphs with alphas (`static`) are read; the others keep too little. What was read is built again and
compared node by node with the file, so nothing of a graph from elsewhere is taken on trust or left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from edgekit.core.errors import ModelFormatError, UnsupportedModelError
from exporters.families.marian.arithmetic import ZERO_POINT
from exporters.families.marian.graph import translation_model
from exporters.families.marian.student import (
    UNK_ID,
    Attention,
    DecoderLayer,
    Embedding,
    EncoderLayer,
    FeedForward,
    LayerNorm,
    Linear,
    Recurrence,
    Student,
)

_PRODUCT = "MatMulIntegerToFloat"


def student_from_graph(model: onnx.ModelProto, *, few_candidates: bool) -> Student:
    """The student whose static model this is; few_candidates: whether it was built for a shortlist.

    Raises UnsupportedModelError for another arithmetic, ModelFormatError for what is no such model.
    """
    said = {entry.key: entry.value for entry in model.metadata_props}
    if said.get("family") != "marian" or said.get("activations") != "static":
        raise UnsupportedModelError(
            "only a Marian student with `static` activations is read back from its ONNX file",
            reasons=[f"this one says family `{said.get('family')}`, activations `{said.get('activations')}`"],
            hint="name the folder of its Marian files (`model*.bin`, `vocab*.spm`, `lex*.bin`)",
        )
    try:
        student = _Reading(model).student()
        again = translation_model(student, "static", {}, few_candidates=few_candidates)
        different = _first_difference(model.graph, again.graph)
    except (LookupError, ValueError, TypeError, ArithmeticError, StopIteration) as problem:
        raise ModelFormatError(
            "the graph is no translation model that edgekit built", reasons=[str(problem)[:200] or repr(problem)[:200]]
        ) from problem
    if different is not None:
        raise ModelFormatError("the graph is no translation model that edgekit built", reasons=[different])
    return student


class _Reading:
    """Takes layers in the order in which `graph` writes them."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self._constants = {one.name: one for one in model.graph.initializer}
        elsewhere = [one.name for one in model.graph.initializer if one.data_location == onnx.TensorProto.EXTERNAL]
        if elsewhere:
            raise ValueError(f"`{elsewhere[0]}` lies in another file")
        shapes = {port.name: port.type.tensor_type.shape.dim for port in model.graph.input}
        self.width = int(shapes["head_weights"][1].dim_value)
        self.heads = int(shapes["keys_0"][1].dim_value)
        if not 0 < self.heads <= self.width or self.width % self.heads:
            raise ValueError(f"{self.heads} heads of a width of {self.width}")
        bodies = [(node.op_type, attribute.g) for node in model.graph.node for attribute in node.attribute]
        self._encoder = next(g for kind, g in bodies if kind == "If" and g.name == "encode").node
        plain, detailed = (g for kind, g in bodies if kind == "Loop")
        self._decoder, self._detailed = plain.node, detailed.node

    def student(self) -> Student:
        encoder_products, encoder_norms = self._products(self._encoder), self._norms(self._encoder)
        encoder = []
        for _ in range(self._count(self._encoder, "LayerNormalization") // 2):
            query, key, value, output, inner, outer = islice(encoder_products, 6)
            attention = Attention(self._scaled(query), key, value, output, next(encoder_norms))
            encoder.append(EncoderLayer(attention, FeedForward(inner, outer, next(encoder_norms))))
        products, norms = self._products(self._decoder), self._norms(self._decoder)
        decoder = []
        for _ in range(self._count(self._decoder, "LayerNormalization") // 3):
            key, value = islice(encoder_products, 2)
            candidate, forget, query, output, inner, outer = islice(products, 6)
            recurrence = Recurrence(candidate, forget, next(norms))
            context = Attention(self._scaled(self._without_ones(query)), key, value, output, next(norms))
            decoder.append(DecoderLayer(recurrence, context, FeedForward(inner, outer, next(norms))))
        source = self._embedding(self._encoder)
        target = self._embedding(self._decoder)
        table, bias, activation = self._head()
        return Student(
            width=self.width,
            heads=self.heads,
            encoder=tuple(encoder),
            decoder=tuple(decoder),
            source_embedding=source,
            target_embedding=target,
            output=table,
            output_bias=bias,
            output_activation=activation,
            settings={},
        )

    def _array(self, name: str) -> NDArray[Any]:
        return numpy_helper.to_array(self._constants[name])

    def _number(self, name: str) -> float:
        value = float(self._array(name).reshape(()))
        if not (math.isfinite(value) and value > 0):
            raise ValueError(f"`{name}` is {value}, not a positive number")
        return value

    @staticmethod
    def _count(nodes: Sequence[onnx.NodeProto], operator: str) -> int:
        return sum(node.op_type == operator for node in nodes)

    def _products(self, nodes: Sequence[onnx.NodeProto]) -> Iterator[Linear]:
        for node in nodes:
            if node.op_type == _PRODUCT:
                weight = self._array(node.input[1])
                bias = self._array(node.input[6]) if len(node.input) > 6 else None
                yield Linear(weight, bias, 1 / self._number(node.input[3]), 1 / self._number(node.input[2]))

    def _norms(self, nodes: Sequence[onnx.NodeProto]) -> Iterator[LayerNorm]:
        for node in nodes:
            if node.op_type == "LayerNormalization":
                yield LayerNorm(self._array(node.input[1]), self._array(node.input[2]))

    def _scaled(self, query: Linear) -> Linear:
        """The query without the 1 / sqrt(depth) that was multiplied into it."""
        factor = 1 / math.sqrt(self.width // self.heads)
        bias = None if query.bias is None else _unscaled(query.bias, np.float32(factor))
        return replace(query, bias=bias, scale=factor * float(query.scale or 1.0))

    def _without_ones(self, query: Linear) -> Linear:
        if query.bias is None:
            raise ValueError("a query of the decoder has no bias")
        weight = query.weight.reshape(self.width, self.heads, -1)[..., :-1].reshape(self.width, -1)
        return replace(query, weight=weight, bias=query.bias.reshape(self.heads, -1)[:, :-1].reshape(-1))

    def _embedding(self, nodes: Sequence[onnx.NodeProto]) -> Embedding:
        """The table whose rows are looked up and multiplied at once."""
        rows = {node.output[0]: node.input[0] for node in nodes if node.op_type == "Gather"}
        node = next(node for node in nodes if node.op_type == "DequantizeLinear" and node.input[0] in rows)
        table = self._array(rows[node.input[0]])
        return Embedding(table, math.sqrt(self.width) / self._number(node.input[1]))

    def _head(self) -> tuple[Embedding, NDArray[np.float32], float]:
        weights, bias = [node.input[0] for node in self._encoder if node.op_type == "Gather"][-2:]
        quantised = {node.output[0]: node for node in self._detailed if node.op_type == "QuantizeLinear"}
        product = next(node for node in self._detailed if node.op_type == "MatMulInteger")
        activation = 1 / self._number(quantised[product.input[0]].input[1])
        multiplied = {node.input[0]: node.input[1] for node in self._detailed if node.op_type == "Mul"}
        logits = next(node.output[0] for node in self._detailed if node.op_type == "Cast")
        scale = 1 / (self._number(multiplied[logits]) * activation)
        table = self._array(weights)
        sums = self._array(bias).astype(np.int64) + ZERO_POINT * table.sum(axis=1, dtype=np.int64)
        sums[UNK_ID] = 0
        return Embedding(table, scale), (sums / (scale * activation)).astype(np.float32), activation


def _unscaled(product: NDArray[np.float32], factor: np.float32) -> NDArray[np.float32]:
    """What gives exactly product when it is multiplied with factor, in float32; where several do, any of them."""
    guess = (product / factor).astype(np.float32)
    found = guess.copy()
    for direction in (-np.inf, np.inf):
        near = guess
        for _ in range(2):
            near = np.nextafter(near, np.float32(direction))
            found = np.where((found * factor != product) & (near * factor == product), near, found)
    return found


def _first_difference(one: onnx.GraphProto, other: onnx.GraphProto) -> str | None:
    """Where two graphs part, names of constants aside; None where they compute the same."""
    return _difference(one, other, _by_name(one), _by_name(other))


def _by_name(graph: onnx.GraphProto) -> Mapping[str, onnx.TensorProto]:
    return {tensor.name: tensor for tensor in graph.initializer}


def _difference(
    one: onnx.GraphProto,
    other: onnx.GraphProto,
    constants: Mapping[str, onnx.TensorProto],
    again: Mapping[str, onnx.TensorProto],
) -> str | None:
    if len(one.node) != len(other.node):
        return f"`{one.name}` has {len(one.node)} nodes instead of {len(other.node)}"
    for ports in ("input", "output"):
        if [port.name for port in getattr(one, ports)] != [port.name for port in getattr(other, ports)]:
            return f"`{one.name}` has other {ports}s"
    for mine, theirs in zip(one.node, other.node, strict=True):
        where = f"node `{theirs.name}`"
        if (mine.op_type, mine.domain, list(mine.output)) != (theirs.op_type, theirs.domain, list(theirs.output)):
            return f"{where} is a `{mine.op_type}`"
        if len(mine.input) != len(theirs.input) or len(mine.attribute) != len(theirs.attribute):
            return f"{where} has other inputs or attributes"
        for name, expected in zip(mine.input, theirs.input, strict=True):
            if (name in constants) != (expected in again):
                return f"{where} reads `{name}`"
            if name in constants:
                left, right = numpy_helper.to_array(constants[name]), numpy_helper.to_array(again[expected])
                if left.dtype != right.dtype or not _equal(left, right, expected):
                    return f"{where} reads another `{name}`"
            elif name != expected:
                return f"{where} reads `{name}`"
        for had, wanted in zip(mine.attribute, theirs.attribute, strict=True):
            if had.type == onnx.AttributeProto.GRAPH and wanted.type == onnx.AttributeProto.GRAPH:
                inside = _difference(had.g, wanted.g, constants, again)
                if inside is not None:
                    return inside
            elif had.SerializeToString(deterministic=True) != wanted.SerializeToString(deterministic=True):
                return f"{where} has another `{had.name}`"
    return None


def _equal(had: NDArray[Any], wanted: NDArray[Any], name: str) -> bool:
    # Their last bits differ with the machine's sine.
    if name == "positions":
        return had.shape == wanted.shape and np.allclose(had, wanted, rtol=0, atol=1e-6)
    return np.array_equal(had, wanted)
