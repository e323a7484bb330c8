"""One decoder step of a student as a graph of fixed shape, for processors that know no `Loop`.

    x        [B, D]          float32  the last tokens' embeddings plus the positions; zeros instead of them at first
    mask     [B, 1, 1, S]    float32  0 for a source token, MASKED for padding
    keys_i   [B, H, D/H, S], values_i [B, H, S, D/H]  float32  as `fixed_encoder` gives them
    cell_i   [B, D]          float32  zeros at first
  out:
    next_cell_i [B, D], scores [B, V] of every token of the vocabulary, attention [B, H, 1, S] of the last layer

The head has the whole vocabulary: its weights are then constants, which these processors keep where they compute; a
shortlist's would be 200 kB of input a step and row. Who calls looks at the scores of the candidates alone, so the
unknown token has its real bias: one score of -1e9 would leave the others no grid.
"""

from __future__ import annotations

import math

import numpy as np
import onnx

from edgekit.core.errors import UsageError
from exporters.families.marian.arithmetic import Arithmetic, layer_norm
from exporters.families.marian.network import POSITIONS
from exporters.families.marian.student import Linear, Student
from exporters.onnx_graph import Graph, without_microsoft


def fixed_step(student: Student, length: int, rows: int, *, arithmetic: Arithmetic) -> onnx.ModelProto:
    """The graph for `rows` sentences of at most `length` tokens, end mark included; standard operators only.

    Raises UsageError with every shape that cannot be.
    """
    reasons = []
    if not 1 <= length <= POSITIONS:
        reasons.append(f"sources of {length} tokens: not 1 to {POSITIONS}")
    if rows < 1:
        reasons.append(f"{rows} rows: not at least 1")
    if reasons:
        raise UsageError("a decoder step cannot be built", reasons=reasons)
    width, heads = student.width, student.heads
    depth = width // heads
    g = Graph()
    x = g.input("x", np.float32, [rows, width])
    mask = g.input("mask", np.float32, [rows, 1, 1, length])
    weights = ""
    for at, layer in enumerate(student.decoder):
        cell = g.input(f"cell_{at}", np.float32, [rows, width])
        keys = g.input(f"keys_{at}", np.float32, [rows, heads, depth, length])
        values = g.input(f"values_{at}", np.float32, [rows, heads, length, depth])
        recurrence, context = layer.recurrence, layer.context
        candidate, forget = arithmetic.linear(g, x, [(recurrence.candidate, 1.0), (recurrence.forget, 1.0)])
        after = g("Add", candidate, g("Mul", g("Sigmoid", forget), g("Sub", cell, candidate)))
        g.output(f"next_cell_{at}", after, np.float32, [rows, width])
        x = layer_norm(g, g("Relu", after), x, recurrence.norm)
        query = arithmetic.linear(g, x, [(context.query, 1 / math.sqrt(depth))])[0]
        query = g("Reshape", query, g.constant([rows, heads, 1, depth]))
        weights = g("Softmax", g("Add", g("MatMul", query, keys), mask), axis=-1)
        joined = g("Reshape", g("MatMul", weights, values), g.constant([rows, width]))
        x = layer_norm(g, arithmetic.linear(g, joined, [(context.output, 1.0)])[0], x, context.norm)
        x = layer_norm(g, arithmetic.feed_forward(g, x, layer.feed_forward), x, layer.feed_forward.norm)
    output = student.output
    head = Linear(output.weight.T, student.output_bias, output.scale, student.output_activation)
    scores = arithmetic.linear(g, x, [(head, 1.0)])[0]
    g.output("scores", scores, np.float32, [rows, len(output.weight)])
    g.output("attention", weights, np.float32, [rows, heads, 1, length])
    return without_microsoft(g.model("step", {"family": "marian"}, __doc__ or ""))
