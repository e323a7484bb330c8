"""The head of a decoder's step: each row's best token, and how likely it was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exporters.families.onnx.weights import Float, Matrix, Weights, split_rows
from exporters.onnx_graph import Graph


@dataclass(frozen=True, slots=True)
class Head:
    """name: of the table's constants.  table: (V, D).  factor: of what comes in.  bias: (V,) or None."""

    name: str
    table: Matrix
    factor: float
    bias: Float | None


def best_tokens(g: Graph, weights: Weights, head: Head, x: str) -> tuple[str, str]:
    """x [B, D] -> the token of the highest score, [B, 1] int64, the lowest of equals; its log-probability [B, 1].

    The scores of a large table come in parts, of which only the best is kept: see `exporters.families.onnx.weights`.
    """
    if head.factor != 1.0:
        x = g("Mul", x, g.constant(head.factor))
    parts = weights.scores(g, x, head.name, head.table)
    if head.bias is not None:
        bias = g.constant(head.bias, name="head.bias")
        biases = [bias] if len(parts) == 1 else split_rows(g, bias, len(parts))
        parts = [g("Add", part, one) for part, one in zip(parts, biases, strict=True)]
    found = [g.several("TopK", part, g.constant([1]), outputs=2, axis=-1) for part in parts]
    sums = [_sum_of_shares(g, part, best) for part, (best, _) in zip(parts, found, strict=True)]
    if len(parts) == 1:
        ((best, chosen),) = found
        return chosen, _log_probability(g, best, best, sums[0])
    bests, places = (g("Concat", *some, axis=1) for some in zip(*found, strict=True))
    best, which = g.several("TopK", bests, g.constant([1]), outputs=2, axis=-1)
    before = g("Mul", which, g("Shape", parts[0], start=1, end=2))
    return g("Add", g("GatherElements", places, which, axis=1), before), _log_probability(
        g, best, bests, g("Concat", *sums, axis=1)
    )


def _sum_of_shares(g: Graph, scores: str, best: str) -> str:
    """The exponentials of what scores [B, V] lack to their best, summed, [B, 1]; zeros where no details are wanted.

    Over 58,101 tokens the exponentials take longer than a layer: so they are in a branch.
    """
    wanted, unwanted = g.subgraph(), g.subgraph()
    shares = wanted("Exp", wanted("Sub", scores, best))
    wanted.result(wanted("ReduceSum", shares, wanted.constant([-1]), keepdims=1), np.float32, (None, 1))
    unwanted.result(unwanted("Mul", best, unwanted.constant(0.0)), np.float32, (None, 1))
    return g("If", "details", then_branch=wanted.proto("shares"), else_branch=unwanted.proto("no_shares"))


def _log_probability(g: Graph, best: str, bests: str, sums: str) -> str:
    """Natural logarithm of the best token's share of the softmax over all, [B, 1]; zeros where no details are wanted.

    bests, sums [B, n]: each part's best score, and its `_sum_of_shares`.
    """
    wanted, unwanted = g.subgraph(), g.subgraph()
    terms = sums if bests == best else wanted("Mul", sums, wanted("Exp", wanted("Sub", bests, best)))
    above = terms if bests == best else wanted("ReduceSum", terms, wanted.constant([-1]), keepdims=1)
    wanted.result(wanted("Neg", wanted("Log", above)), np.float32, (None, 1))
    unwanted.result(unwanted("Mul", best, unwanted.constant(0.0)), np.float32, (None, 1))
    return g("If", "details", then_branch=wanted.proto("share"), else_branch=unwanted.proto("no_share"))
