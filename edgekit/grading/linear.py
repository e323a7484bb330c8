"""A logistic regression whose weights keep their signs: what must not lower a mark cannot."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ROUNDS = 60
_LARGEST = 30.0
_DIGITS = 6
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Linear:
    """Log odds: intercept + sum of weight * (feature - mean) / scale."""

    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weight: tuple[float, ...]
    intercept: float

    def logits(self, features: Floats) -> Floats:
        """(n,) the log odds of (n, features); adds up in one order, so a row's does not depend on the others."""
        rows = (np.asarray(features, np.float64) - np.array(self.mean)) / np.array(self.scale)
        total = np.full(len(rows), self.intercept)
        for at, weight in enumerate(self.weight):
            total += weight * rows[:, at]
        return total

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        columns = {name: list(getattr(self, name)) for name in ("mean", "scale", "weight")}
        return {**columns, "intercept": self.intercept}

    @classmethod
    def from_json(cls, table: object, count: int) -> Linear:
        """Raises ValueError with the first thing that is wrong."""
        if not isinstance(table, Mapping):
            raise ValueError("weights are a table")
        columns = []
        for name in ("mean", "scale", "weight"):
            values = table.get(name)
            if not isinstance(values, list) or len(values) != count:
                raise ValueError(f"`{name}` has not {count} numbers")
            columns.append(tuple(number(value, name) for value in values))
        if min(columns[1], default=1.0) <= 0:
            raise ValueError("`scale` has a number that is not above 0")
        return cls(columns[0], columns[1], columns[2], number(table.get("intercept"), "intercept"))


def number(value: object, name: str) -> float:
    """Raises ValueError for what is no finite number of a sensible size."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value) or abs(value) > 1e9:
        raise ValueError(f"`{name}` has what is no number")
    return float(value)


def packed_weights(data: bytes, schema: str) -> tuple[NDArray[np.float32], float]:
    """Weights (float16 in base64) and bias of a JSON file of ours. Raises ValueError for what is none."""
    document = json.loads(data)
    if not isinstance(document, dict) or document.get("schema") != schema:
        raise ValueError(f"its schema is not `{schema}`")
    try:
        weights = np.frombuffer(base64.b64decode(document["weights"], validate=True), "<f2").astype(np.float32)
        bias = float(document["bias"])
    except (KeyError, TypeError, binascii.Error):
        raise ValueError("it has no weights") from None
    if not np.isfinite(weights).all() or not np.isfinite(bias):
        raise ValueError("it has what is no number")
    return weights, bias


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
    share = np.ones(len(labels)) if weights is None else np.asarray(weights, np.float64)
    mean, scale = table.mean(axis=0), table.std(axis=0)
    scale[scale < 1e-6] = 1.0
    rows = np.hstack([np.ones((len(table), 1)), (table - mean) / scale])
    wanted = np.array([0, *signs], np.float64)
    free = np.ones(rows.shape[1], bool)
    while True:
        found = _newton(rows, labels, share, free, ridge)
        wrong = np.where(found * wanted < 0, np.abs(found), 0)
        if not wrong.any():
            break
        free[int(wrong.argmax())] = False
    return Linear(_rounded(mean), _rounded(scale), _rounded(found[1:]), round(float(found[0]), _DIGITS))


def _newton(rows: Floats, labels: Floats, share: Floats, free: NDArray[np.bool_], ridge: float) -> Floats:
    found = np.zeros(rows.shape[1])
    used = rows[:, free]
    penalty = np.diag(np.where(np.arange(rows.shape[1]) == 0, 1e-6, ridge)[free])
    for _ in range(_ROUNDS):
        probability = shares(rows @ found)
        slope = used.T @ (share * (labels - probability)) - penalty @ found[free]
        curvature = (used * (share * probability * (1 - probability))[:, None]).T @ used + penalty
        step = np.linalg.solve(curvature, slope)
        # Lines that a plane tells apart would send an unbounded step on its way.
        found[free] += np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-9:
            break
    return found


def _rounded(values: Floats) -> tuple[float, ...]:
    return tuple(round(float(value), _DIGITS) for value in values)
