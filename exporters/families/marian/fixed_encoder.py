"""The encoder of a student as a graph of fixed shape, for processors that know no dimension that changes.

    rows   [1, S, D]    float32  the source tokens' rows of the embedding table as they are stored, padded with anything
    mask   [1, 1, 1, S] float32  0 for a token, MASKED for padding
  out, for each decoder layer, of which only the first tokens mean something:
    keys_i [1, H, D/H, S], values_i [1, H, S, D/H]  float32

The rows are looked up outside: a table of 32,000 rows in every graph is 8 MB each, and a gather is no work for such a
processor. Nodes are named alike in every length, so what is known of a value in one graph is known in all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import onnx

from edgekit.core.errors import UsageError
from exporters.families.marian.arithmetic import (
    ZERO_POINT,
    Arithmetic,
    FloatArithmetic,
    Scaled,
    integer_weight,
    layer_norm,
)
from exporters.families.marian.network import POSITIONS, Network
from exporters.families.marian.student import FeedForward, Student
from exporters.onnx_graph import Graph, without_microsoft

# Where all is float16 the largest number is 65,504, and e^-10000 is 0 in any type.
MASKED = -1e4


@dataclass(frozen=True, slots=True)
class QdqArithmetic(FloatArithmetic):
    """int8 with the alphas of the file, in standard operators: what `StaticArithmetic` computes, as Q and DQ nodes."""

    def linear(self, g: Graph, x: str, layers: Sequence[Scaled]) -> list[str]:
        return [self._product(g, x, layer, ZERO_POINT) for layer in layers]

    def feed_forward(self, g: Graph, x: str, layer: FeedForward) -> str:
        hidden = g("Relu", self.linear(g, x, [(layer.inner, 1.0)])[0])
        return self._product(g, hidden, (layer.outer, 1.0), 0)

    @staticmethod
    def _product(g: Graph, x: str, scaled: Scaled, zero_point: int) -> str:
        layer, factor = scaled
        if layer.activation is None:
            raise ValueError("static arithmetic needs an alpha for every layer")
        step, zero = g.constant(1.0 / layer.activation), g.constant(zero_point, np.uint8)
        weight, scale = integer_weight(layer.weight, layer.scale)
        real = g("DequantizeLinear", g.constant(weight), g.constant(factor / scale), g.constant(0, np.int8))
        product = g("MatMul", g("DequantizeLinear", g("QuantizeLinear", x, step, zero), step, zero), real)
        return product if layer.bias is None else g("Add", product, g.constant(layer.bias * np.float32(factor)))


def fixed_encoder(student: Student, length: int, *, arithmetic: Arithmetic) -> onnx.ModelProto:
    """The graph for sources of at most `length` tokens, end mark included; standard operators only.

    Raises UsageError for a length that is not 1 to POSITIONS.
    """
    if not 1 <= length <= POSITIONS:
        raise UsageError(f"an encoder of {length} tokens cannot be built: not 1 to {POSITIONS}")
    width, heads = student.width, student.heads
    depth = width // heads
    g = Graph()
    rows = g.input("rows", np.float32, [1, length, width])
    mask = g.input("mask", np.float32, [1, 1, 1, length])
    factor = math.sqrt(width) / (student.source_embedding.scale or 1.0)
    x = g("Add", g("Mul", rows, g.constant(factor)), g.constant(Network.sines(width)[:length]))
    x = g("Reshape", x, g.constant([length, width]))

    def split(y: str, order: Sequence[int]) -> str:
        return g("Transpose", g("Reshape", y, g.constant([1, length, heads, depth])), perm=list(order))

    for layer in student.encoder:
        attention = layer.attention
        query, key, value = arithmetic.linear(
            g, x, [(attention.query, 1 / math.sqrt(depth)), (attention.key, 1.0), (attention.value, 1.0)]
        )
        scores = g("MatMul", split(query, (0, 2, 1, 3)), split(key, (0, 2, 3, 1)))
        weights = g("Softmax", g("Add", scores, mask), axis=-1)
        context = g("Transpose", g("MatMul", weights, split(value, (0, 2, 1, 3))), perm=[0, 2, 1, 3])
        joined = g("Reshape", context, g.constant([length, width]))
        x = layer_norm(g, arithmetic.linear(g, joined, [(attention.output, 1.0)])[0], x, attention.norm)
        x = layer_norm(g, arithmetic.feed_forward(g, x, layer.feed_forward), x, layer.feed_forward.norm)
    for at, decoder_layer in enumerate(student.decoder):
        key, value = arithmetic.linear(g, x, [(decoder_layer.context.key, 1.0), (decoder_layer.context.value, 1.0)])
        g.output(f"keys_{at}", split(key, (0, 2, 3, 1)), np.float32, [1, heads, depth, length])
        g.output(f"values_{at}", split(value, (0, 2, 1, 3)), np.float32, [1, heads, length, depth])
    return without_microsoft(g.model("encoder", {"family": "marian"}, __doc__ or ""))
