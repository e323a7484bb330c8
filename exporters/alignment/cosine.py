"""Cosines between the rows of two languages, in float64."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import UsageError

Rows = NDArray[Any]
Matrix = NDArray[np.float64]


def cosines(english: Rows, other: Rows) -> Matrix:
    """(n, n) cosine of each English row with each of the other language; a row of zeros has 0 with every row.

    english, other: (n, d), row i of both the same sentence. Raises UsageError for other shapes and for numbers that are
    not finite.
    """
    if english.ndim != 2 or english.shape != other.shape or not english.size:
        raise UsageError("alignment needs as many rows of one width", reasons=[f"{english.shape} and {other.shape}"])
    return np.asarray(_unit(english) @ _unit(other).T, np.float64)


def _unit(rows: Rows) -> Matrix:
    exact = np.asarray(rows, np.float64)
    largest = np.abs(exact).max(axis=1, keepdims=True)
    if not np.isfinite(largest).all():
        raise UsageError("an embedding holds a number that is not finite")
    # Without the first step, squares of very large or small numbers leave the range of float64.
    exact = exact / np.where(largest > 0, largest, 1)
    length = np.linalg.norm(exact, axis=1, keepdims=True)
    return np.asarray(exact / np.where(length > 0, length, 1), np.float64)
