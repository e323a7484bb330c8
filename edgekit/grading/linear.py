"""A logistic regression whose weights keep their signs: what must not lower a mark cannot."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.confidence.fitting import newton
from edgekit.core.weights import Weights, number, own_document

_LARGEST = 30.0
Floats = NDArray[np.float64]


class Linear(Weights):
    """Log odds: intercept + sum of weight * (feature - mean) / scale."""

    __slots__ = ()

    def logits(self, features: Floats) -> Floats:
        """(n,) the log odds of (n, features); adds up in one order, so a row's does not depend on the others."""
        rows = (np.asarray(features, np.float64) - np.array(self.mean)) / np.array(self.scale)
        total = np.full(len(rows), self.intercept)
        for at, weight in enumerate(self.weight):
            total += weight * rows[:, at]
        return total


def packed_weights(data: bytes, schema: str) -> tuple[NDArray[np.float32], float]:
    """Weights (float16 in base64) and bias of a JSON file of ours. Raises ValueError for what is none."""
    document = own_document(data, schema)
    try:
        weights = np.frombuffer(base64.b64decode(document["weights"], validate=True), "<f2").astype(np.float32)
    except (KeyError, TypeError, binascii.Error):
        raise ValueError("it has no weights") from None
    if not np.isfinite(weights).all():
        raise ValueError("it has what is no number")
    return weights, number(document.get("bias"), "bias")


def pack_weights(weights: NDArray[Any], bias: float, schema: str, more: Mapping[str, Any] | None = None) -> bytes:
    """The file that `packed_weights` reads.  more: what else it has."""
    document = {
        "schema": schema,
        "weights": base64.b64encode(weights.astype("<f2").tobytes()).decode(),
        "bias": round(bias, 6),
        **(more or {}),
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def shares(logits: Floats) -> Floats:
    """Log odds to probabilities."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -_LARGEST, _LARGEST))), np.float64)


def fit_linear(
    features: Floats,
    right: Sequence[float] | Floats,
    *,
    signs: Sequence[int],
    ridge: float = 3.0,
    weights: Sequence[float] | Floats | None = None,
) -> Linear:
    """Newton's method for the penalised likelihood under sign constraints.

    signs: of each weight, 0 where it is free. A weight on the wrong side of 0 is held at 0, the worst first, until none
    is left. Raises ValueError where all are right or all wrong.
    """
    table, labels = np.asarray(features, np.float64), np.asarray(right, np.float64)
    if not len(labels) or labels.min() == labels.max():
        raise ValueError("a regression needs some that are right and some that are wrong")
    mean, scale = table.mean(axis=0), table.std(axis=0)
    scale[scale < 1e-6] = 1.0
    rows, wanted = (table - mean) / scale, np.array(signs, np.float64)
    share = None if weights is None else np.asarray(weights, np.float64)
    used = np.ones(rows.shape[1], bool)
    while True:
        intercept, found = newton(rows, labels, used=used, ridge=ridge, shares=share)
        wrong = np.where(found * wanted < 0, np.abs(found), 0)
        if not wrong.any():
            return Linear.rounded(mean, scale, found, intercept)
        used[int(wrong.argmax())] = False
