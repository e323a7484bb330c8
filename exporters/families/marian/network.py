"""The equations of a student as ONNX nodes: encoder, context memory, one decoder step, as marian-dev computes them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from exporters.families.marian.arithmetic import Arithmetic, Head, layer_norm
from exporters.families.marian.student import Embedding, Linear, Student
from exporters.onnx_graph import FLOAT, Graph

# Positions that the graph knows, source and target: 128 source tokens at 3 target tokens each, and room.
POSITIONS = 512
MASKED = -1e9
# ArgMax of onnxruntime is scalar: 885 us over [32, 32000] against 86 us by blocks (ties resolve alike). Over the
# thousand candidates of a shortlist the two are equal, and one node is less than six.
ARGMAX_BLOCK = 64


@dataclass(frozen=True, slots=True)
class Memory:
    """What the decoder reads of a source sentence, one entry a decoder layer.

    keys: [B, heads, D/heads + 1, S], of which the last row says 0 for a source token and MASKED for padding: a query
    ends with 1, so the product adds the mask without a node of its own (2 % of a step of 8 rows).
    values: [B, heads, S, D/heads].
    """

    keys: list[str]
    values: list[str]


@dataclass(frozen=True, slots=True)
class Step:
    """One decoded position of every row.

    scores: [B, 1, C] of the head; attention: [B, heads, 1, S] of the last layer; cells: [B, 1, D] a layer.
    """

    scores: str
    attention: str
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Network:
    """Builds the parts of one student with one arithmetic.

    few_candidates: whether a shortlist leaves about a thousand tokens to choose from, not the whole vocabulary.
    """

    student: Student
    arithmetic: Arithmetic
    head: Head
    few_candidates: bool = True

    @property
    def depth(self) -> int:
        """Width of one attention head."""
        return self.student.width // self.student.heads

    @staticmethod
    def sines(width: int) -> NDArray[np.float32]:
        """Sines and cosines [POSITIONS, D], halves side by side, wavelengths over D/2 - 1 as in Marian."""
        half = width // 2
        rate = np.exp(-np.arange(half) * math.log(10000.0) / max(1, half - 1))
        angle = np.arange(POSITIONS)[:, None] * rate
        return np.concatenate([np.sin(angle), np.cos(angle)], axis=1).astype(np.float32)

    def positions(self, g: Graph) -> str:
        """The sines as a constant."""
        return g.constant(self.sines(self.student.width), name="positions")

    def embed(self, g: Graph, table: Embedding, ids: str) -> str:
        """Rows of the table times sqrt(D), without positions."""
        rows = g("Gather", g.constant(table.weight), ids)
        factor = math.sqrt(self.student.width) / (1.0 if table.scale is None else table.scale)
        return g("DequantizeLinear" if table.weight.dtype == np.int8 else "Mul", rows, g.constant(factor))

    def encode(self, g: Graph, source_ids: str, source_lengths: str | None) -> Memory:
        """source_ids [N, S] with end marks -> the memory of N sentences.

        source_lengths: [N], what lies behind them is padding; or None, where all have the length S and nothing needs a
        mask (2 % of the encoder).
        """
        width, heads = self.student.width, self.student.heads
        shape = g("Shape", source_ids)
        rows, length = (g("Slice", shape, g.constant([at]), g.constant([at + 1])) for at in (0, 1))
        mask = None if source_lengths is None else _mask(g, length, source_lengths)
        places = g("Slice", self.positions(g), g.constant([0]), length)
        x = g("Add", self.embed(g, self.student.source_embedding, source_ids), places)
        x = g("Reshape", x, g.constant([-1, width]))
        by_head = g("Concat", rows, length, g.constant([heads, self.depth]), axis=0)

        def split(y: str, order: Sequence[int]) -> str:
            return g("Transpose", g("Reshape", y, by_head), perm=list(order))

        for layer in self.student.encoder:
            attention = layer.attention
            query, key, value = self.arithmetic.linear(
                g, x, [(attention.query, 1 / math.sqrt(self.depth)), (attention.key, 1.0), (attention.value, 1.0)]
            )
            scores = g("MatMul", split(query, (0, 2, 1, 3)), split(key, (0, 2, 3, 1)))
            weights = g("Softmax", scores if mask is None else g("Add", scores, mask), axis=-1)
            context = g("Transpose", g("MatMul", weights, split(value, (0, 2, 1, 3))), perm=[0, 2, 1, 3])
            joined = g("Reshape", context, g.constant([-1, width]))
            x = layer_norm(g, self.arithmetic.linear(g, joined, [(attention.output, 1.0)])[0], x, attention.norm)
            x = layer_norm(g, self.arithmetic.feed_forward(g, x, layer.feed_forward), x, layer.feed_forward.norm)

        visible = g(
            "Expand",
            g.constant(0.0) if mask is None else mask,
            g("Concat", rows, g.constant([heads, 1]), length, axis=0),
        )
        keys, values = [], []
        for decoder_layer in self.student.decoder:
            context_attention = decoder_layer.context
            key, value = self.arithmetic.linear(g, x, [(context_attention.key, 1.0), (context_attention.value, 1.0)])
            keys.append(g("Concat", split(key, (0, 2, 3, 1)), visible, axis=2))
            values.append(split(value, (0, 2, 1, 3)))
        return Memory(keys, values)

    def gather_head(self, g: Graph, candidates: str) -> tuple[str, str]:
        """candidates [N, C] -> weights [N, D, C] and bias [N, C] of the head, gathered once a sentence."""
        rows = g("Gather", self.head.table(g), candidates)
        if self.head.weights_dtype == np.float32 and self.student.output.weight.dtype == np.int8:
            rows = g("Cast", rows, to=FLOAT)
        return g("Transpose", rows, perm=[0, 2, 1]), g("Gather", g.constant(self.head.bias_values()), candidates)

    def step(
        self, g: Graph, embedding: str, position: str, cells: Sequence[str], memory: Memory, head: tuple[str, str]
    ) -> Step:
        """embedding [B, 1, D] of the last token, position [B, 1], cells [B, 1, D] a layer -> the next position."""
        width, heads = self.student.width, self.student.heads
        x = g("Add", embedding, g("Gather", self.positions(g), position))
        new_cells, attention_weights = [], ""
        for at, layer in enumerate(self.student.decoder):
            recurrence = layer.recurrence
            candidate, forget = self.arithmetic.linear(g, x, [(recurrence.candidate, 1.0), (recurrence.forget, 1.0)])
            # f * c + (1 - f) * candidate, with one product less.
            kept = g("Mul", g("Sigmoid", forget), g("Sub", cells[at], candidate))
            cell = g("Add", candidate, kept)
            new_cells.append(cell)
            x = layer_norm(g, g("Relu", cell), x, recurrence.norm)
            context = layer.context
            factor = 1 / math.sqrt(self.depth)
            query = self.arithmetic.linear(g, x, [(_with_ones(context.query, heads, 1 / factor), factor)])[0]
            query = g("Reshape", query, g.constant([-1, heads, 1, self.depth + 1]))
            attention_weights = g("Softmax", g("MatMul", query, memory.keys[at]), axis=-1)
            joined = g("Reshape", g("MatMul", attention_weights, memory.values[at]), g.constant([-1, 1, width]))
            x = layer_norm(g, self.arithmetic.linear(g, joined, [(context.output, 1.0)])[0], x, context.norm)
            x = layer_norm(g, self.arithmetic.feed_forward(g, x, layer.feed_forward), x, layer.feed_forward.norm)
        scores = self.head.scores(g, x, *head)
        return Step(scores, attention_weights, new_cells)

    def choose(self, g: Graph, scores: str, candidates: str) -> str:
        """scores [B, 1, C], candidates [B, C] -> the best candidate [B, 1]; C a multiple of ARGMAX_BLOCK."""
        if self.few_candidates:
            best = g("ArgMax", scores, axis=2, keepdims=1)
        else:
            blocks = g("Reshape", scores, g.constant([0, -1, ARGMAX_BLOCK]))
            block = g("ArgMax", g("ReduceMax", blocks, g.constant([2]), keepdims=0), axis=1, keepdims=1)
            row = g("GatherND", blocks, block, batch_dims=1)
            best = g("Add", g("Mul", block, g.constant(ARGMAX_BLOCK)), g("ArgMax", row, axis=1, keepdims=1))
            best = g("Unsqueeze", best, g.constant([2]))
        return g("GatherND", candidates, best, batch_dims=1)

    def log_probability(self, g: Graph, scores: str) -> str:
        """Natural logarithm of the best candidate's share of the softmax over all candidates, [B, 1]."""
        logits = self.head.logits(g, scores)
        above = g("Sub", logits, g("ReduceMax", logits, g.constant([2]), keepdims=1))
        return g("Neg", g("Log", g("ReduceSum", g("Exp", above), g.constant([2]), keepdims=0)))


def _mask(g: Graph, length: str, source_lengths: str) -> str:
    """[N, 1, 1, S]: 0 for the tokens of a sentence, MASKED for padding."""
    steps = g("Range", g.constant(0), g("Squeeze", length), g.constant(1))
    inside = g("Less", g("Unsqueeze", steps, g.constant([0])), g("Unsqueeze", source_lengths, g.constant([1])))
    return g("Unsqueeze", g("Where", inside, g.constant(0.0), g.constant(MASKED)), g.constant([1, 2]))


def _with_ones(query: Linear, heads: int, one: float) -> Linear:
    """The projection with a further column at the end of each head, which gives `one` for whatever input."""
    width, columns = query.weight.shape
    weight = np.zeros((width, heads, columns // heads + 1), query.weight.dtype)
    weight[..., :-1] = query.weight.reshape(width, heads, -1)
    bias = np.full((heads, columns // heads + 1), one, np.float32)
    bias[:, :-1] = 0.0 if query.bias is None else query.bias.reshape(heads, -1)
    return replace(query, weight=weight.reshape(width, -1), bias=bias.reshape(-1))
