"""Transformers as data, and their equations as ONNX nodes: what every family here is made of.

Sources: Vaswani et al. 2017, Devlin et al. 2019, Raffel et al. 2020 (norms without mean and bias, distances instead of
positions), and the `modeling_*.py` of transformers 5, which the tests hold these graphs against.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from exporters.families.onnx.weights import Float, Linear, Matrix, Weights, linear, side_by_side
from exporters.onnx_graph import FLOAT, Graph

# Added to the scores of padding: exp of it is 0 in float32, and no sum of scores makes it infinite.
MASKED = -1e9


@dataclass(frozen=True, slots=True)
class Norm:
    """Layer normalisation; without a bias it takes no mean off either (T5's).  scale, bias: (D,)."""

    scale: Float
    bias: Float | None
    epsilon: float


@dataclass(frozen=True, slots=True)
class Attention:
    """Multi-head attention, and the norm in front of it or behind the sum with its input."""

    query: Linear
    key: Linear
    value: Linear
    output: Linear
    norm: Norm


@dataclass(frozen=True, slots=True)
class FeedForward:
    """`outer(activation(inner(x)))`, with a gate `outer(activation(inner(x)) * gate(x))`, and its norm."""

    inner: Linear
    gate: Linear | None
    outer: Linear
    norm: Norm
    activation: str


@dataclass(frozen=True, slots=True)
class Layer:
    """context: attention to the encoder, of a decoder's layer."""

    attention: Attention
    feed_forward: FeedForward
    context: Attention | None = None


@dataclass(frozen=True, slots=True)
class Stack:
    """An encoder or a decoder.

    table_name: one for stacks that share a table, which is stored once.
    table: (V, D), its rows times `factor`, plus positions: (P, D) from the first token on, or None.
    distances: (2P - 1, heads) what is added to the scores of attention to itself, by key's minus query's place plus
        P - 1; or None.
    scale: of the queries' scores.  norm_first: norms stand in front of each part, not behind the sum.
    """

    name: str
    table_name: str
    table: Matrix
    factor: float
    positions: Float | None
    distances: Float | None
    first_norm: Norm | None
    layers: Sequence[Layer]
    last_norm: Norm | None
    norm_first: bool
    heads: int
    scale: float

    @property
    def depth(self) -> int:
        """Width of one attention head."""
        return len(self.layers[0].attention.query.weight) // self.heads

    @property
    def width(self) -> int:
        """D."""
        return self.table.shape[1]


def _gelu(g: Graph, x: str) -> str:
    return g.microsoft("Gelu", x)


def _gelu_tanh(g: Graph, x: str) -> str:
    return g.microsoft("FastGelu", x)


def _silu(g: Graph, x: str) -> str:
    return g("Mul", x, g("Sigmoid", x))


ACTIVATIONS: Mapping[str, Callable[[Graph, str], str]] = {
    "gelu": _gelu,
    "gelu_python": _gelu,
    "gelu_new": _gelu_tanh,
    "gelu_fast": _gelu_tanh,
    "gelu_pytorch_tanh": _gelu_tanh,
    "silu": _silu,
    "swish": _silu,
    "relu": lambda g, x: g("Relu", x),
    "tanh": lambda g, x: g("Tanh", x),
}
"""By the names that configurations have for them."""


def normed(g: Graph, x: str, name: str, norm: Norm) -> str:
    """Normalised over the last axis."""
    scale = g.constant(norm.scale, name=f"{name}.weight")
    if norm.bias is not None:
        bias = g.constant(norm.bias, name=f"{name}.bias")
        return g("LayerNormalization", x, scale, bias, axis=-1, epsilon=norm.epsilon)
    # onnxruntime makes one node of these when it loads them.
    mean = g("ReduceMean", g("Pow", x, g.constant(2.0)), g.constant([-1]), keepdims=1)
    return g("Mul", g("Div", x, g("Sqrt", g("Add", mean, g.constant(norm.epsilon)))), scale)


def attended(g: Graph, query: str, key: str, value: str, summands: Sequence[str], *, heads: int, scale: float) -> str:
    """Attention of [B, S, heads * d] among themselves -> the same shape; summands: added to scores [B, heads, S, S]."""
    by_head = g.constant([0, 0, heads, -1])
    query, key, value = (g("Reshape", part, by_head) for part in (query, key, value))
    query = g("Transpose", query, perm=[0, 2, 1, 3])
    value = g("Transpose", value, perm=[0, 2, 1, 3])
    scores = g("MatMul", query, g("Transpose", key, perm=[0, 2, 3, 1]))
    if scale != 1.0:
        scores = g("Mul", scores, g.constant(scale))
    for summand in summands:
        scores = g("Add", scores, summand)
    mixed = g("Transpose", g("MatMul", g("Softmax", scores, axis=-1), value), perm=[0, 2, 1, 3])
    return g("Reshape", mixed, g.constant([0, 0, -1]))


@dataclass(frozen=True, slots=True)
class Network:
    """Builds a stack's parts with one way to store its matrices; x is [B, S, D], or [B, D] in a decoder's step."""

    stack: Stack
    weights: Weights

    def embedded(self, g: Graph, ids: str) -> str:
        """[B, S, D] rows of the table, without positions."""
        stack = self.stack
        rows = self.weights.rows(g, ids, stack.table_name, stack.table)
        return rows if stack.factor == 1.0 else g("Mul", rows, g.constant(stack.factor))

    def begun(self, g: Graph, x: str) -> str:
        """What goes into the first layer."""
        norm = self.stack.first_norm
        return x if norm is None else normed(g, x, f"{self.stack.name}.first_norm", norm)

    def ended(self, g: Graph, x: str) -> str:
        """What comes out of the last layer."""
        norm = self.stack.last_norm
        return x if norm is None else normed(g, x, f"{self.stack.name}.last_norm", norm)

    def around(self, g: Graph, x: str, name: str, norm: Norm, part: Callable[[str], str]) -> str:
        """A part of a layer with its norm and its residual connection.

        `Sum`, not `Add`; see `exporters.families.marian.arithmetic.layer_norm`.
        """
        if self.stack.norm_first:
            return g("Sum", x, part(normed(g, x, name, norm)))
        return normed(g, g("Sum", x, part(x)), name, norm)

    def projected(self, g: Graph, x: str, name: str, layers: Sequence[Linear]) -> list[str]:
        """Several layers of one input, computed as one; all have as many outputs."""
        together = linear(g, self.weights, x, name, side_by_side(layers))
        return g.several("Split", together, outputs=len(layers), axis=-1, num_outputs=len(layers))

    def fed_forward(self, g: Graph, x: str, name: str, layer: FeedForward) -> str:
        """Without residual and norm."""
        if layer.gate is None:
            inner = ACTIVATIONS[layer.activation](g, linear(g, self.weights, x, f"{name}.inner", layer.inner))
        else:
            inner, gate = self.projected(g, x, f"{name}.inner", [layer.inner, layer.gate])
            inner = g("Mul", ACTIVATIONS[layer.activation](g, inner), gate)
        return linear(g, self.weights, inner, f"{name}.outer", layer.outer)

    def encoded(self, g: Graph, ids: str, mask: str | None) -> str:
        """ids [B, S] -> [B, S, D] of an encoder; mask: [B, S] with 0 for padding, None where there is none."""
        stack = self.stack
        x = self.embedded(g, ids)
        length = g("Shape", ids, start=1, end=2)
        if stack.positions is not None:
            table = g.constant(stack.positions, name=f"{stack.name}.positions")
            x = g("Add", x, g("Slice", table, g.constant([0]), length))
        x = self.begun(g, x)
        summands = [] if mask is None else [padding(g, mask)]
        if stack.distances is not None:
            summands.append(self._distances(g, length, stack.distances))
        for number, layer in enumerate(stack.layers):
            x = self._encoder_layer(g, x, f"{stack.name}.{number}", layer, summands)
        return self.ended(g, x)

    def _encoder_layer(self, g: Graph, x: str, name: str, layer: Layer, summands: Sequence[str]) -> str:
        stack, attention = self.stack, layer.attention

        def attend(x: str) -> str:
            parts = self.projected(g, x, f"{name}.qkv", [attention.query, attention.key, attention.value])
            query, key, value = parts
            mixed = attended(g, query, key, value, summands, heads=stack.heads, scale=stack.scale)
            return linear(g, self.weights, mixed, f"{name}.attention", attention.output)

        x = self.around(g, x, f"{name}.attention_norm", attention.norm, attend)
        feed_forward = layer.feed_forward
        return self.around(
            g, x, f"{name}.norm", feed_forward.norm, lambda x: self.fed_forward(g, x, name, feed_forward)
        )

    def _distances(self, g: Graph, length: str, distances: Float) -> str:
        """[1, heads, S, S]."""
        places = g("Range", g.constant(0), g("Squeeze", length), g.constant(1))
        apart = g("Sub", g("Unsqueeze", places, g.constant([0])), g("Unsqueeze", places, g.constant([1])))
        apart = g("Add", apart, g.constant(len(distances) // 2))
        found = g("Gather", g.constant(distances, name=f"{self.stack.name}.distances"), apart)
        return g("Unsqueeze", g("Transpose", found, perm=[2, 0, 1]), g.constant([0]))


def padding(g: Graph, mask: str) -> str:
    """[B, 1, 1, S]: what is added to the scores of each token."""
    absent = g("Sub", g.constant(1.0), g("Cast", mask, to=FLOAT))
    return g("Unsqueeze", g("Mul", absent, g.constant(MASKED)), g.constant([1, 2]))


def relative_distances(table: Float, most: int, *, both_ways: bool, farthest: int) -> Float:
    """T5's table of buckets (buckets, heads) spread over distances: (2 * most - 1, heads); see `Stack.distances`.

    Source: `T5Attention._relative_position_bucket` of transformers.
    """
    apart = np.arange(1 - most, most)
    buckets = len(table) // 2 if both_ways else len(table)
    found = np.where(apart > 0, buckets, 0) if both_ways else np.zeros_like(apart)
    size = np.abs(apart) if both_ways else np.maximum(-apart, 0)
    exact = buckets // 2
    # In float32, as torch computes it: where a logarithm is a whole number the bucket hangs on the rounding.
    ratio = np.log(np.maximum(size, 1).astype(np.float32) / np.float32(exact)) / np.float32(math.log(farthest / exact))
    large = exact + (ratio * np.float32(buckets - exact)).astype(np.int64)
    found = found + np.where(size < exact, size, np.minimum(large, buckets - 1))
    return np.ascontiguousarray(table[found])
