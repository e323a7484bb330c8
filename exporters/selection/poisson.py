"""Poisson regression with a ridge, by Newton's method: expected counts from a token's features.

rate = exp(x w); maximises the sum of weight (y log rate - rate) less ridge/2 |w|^2 (the first feature, a constant, is
free). McCullagh and Nelder, Generalized Linear Models, chapter 6.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edgekit.core.cancelling import check_cancelled

Floats = NDArray[np.float64]

_ITERATIONS = 25
_CLOSE = 1e-2  # a step that moves no weight by more: 7 to 14 iterations
_LARGEST_STEP = 2.0
_ROWS_AT_ONCE = 8192


def fit(
    features: NDArray[np.float32], counts: Floats, weights: Floats, *, ridge: float, begin: Floats | None = None
) -> Floats:
    """The weights of the features.

    features: (n, d), the first column 1; others of about unit size.  counts, weights: (n,), not negative.
    begin: weights of a similar fit, which halves the iterations.
    """
    size = features.shape[1]
    penalty = np.full(size, ridge)
    penalty[0] = 1e-3
    if begin is None:
        w = np.zeros(size)
        w[0] = np.log((counts @ weights) / weights.sum() + 1e-12)
    else:
        w = begin.copy()
    for _ in range(_ITERATIONS):
        # Beyond e^6 a count is no token of running text, and a first step must not overflow.
        expected = np.exp(np.clip(features @ w.astype(np.float32), -40, 6)) * weights
        gradient = features.T @ (counts * weights - expected).astype(np.float32) - penalty * w
        curvature = np.diag(penalty)
        for at in range(0, len(features), _ROWS_AT_ONCE):
            check_cancelled()
            # A table times itself is symmetric: BLAS computes one half of it.
            roots = np.sqrt(expected[at : at + _ROWS_AT_ONCE, None]).astype(np.float32)
            rows = features[at : at + _ROWS_AT_ONCE] * roots
            curvature += rows.T @ rows
        step = np.linalg.solve(curvature, gradient)
        largest = float(np.abs(step).max())
        w += step * min(1.0, _LARGEST_STEP / max(largest, 1e-12))
        if largest < _CLOSE:
            break
    return w
