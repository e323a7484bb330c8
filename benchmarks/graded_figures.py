"""What the probabilities of a scorer are worth against teachers' marks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.grading.calibration import calibration_error
from edgekit.grading.conformal import Conformal

Floats = NDArray[np.float64]


def area(odds: Floats, right: Floats) -> float:
    """Under the ROC curve."""
    _, places, counts = np.unique(odds, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    ones = right.sum()
    return float((ranks[right == 1].sum() - ones * (ones + 1) / 2) / (ones * (len(right) - ones)))


def macro_f1(right: Floats, said: Floats) -> float:
    """Mean F1 of both labels."""
    return float(np.mean([_f1(right, said, label) for label in (0, 1)]))


def weighted_f1(right: NDArray[np.int64], said: NDArray[np.int64]) -> float:
    """F1 of each label by its share."""
    return float(sum((right == label).mean() * _f1(right, said, label) for label in sorted(set(right.tolist()))))


def _f1(right: NDArray[Any], said: NDArray[Any], label: int) -> float:
    hits = ((right == label) & (said == label)).sum()
    every = (right == label).sum() + (said == label).sum()
    return float(2 * hits / every) if every else 0.0


def figures(probabilities: Floats, right: Floats) -> str:
    """In a line: what probabilities are worth against a teacher's yes."""
    said = (probabilities > 0.5).astype(float)
    error = calibration_error(probabilities.tolist(), (right > 0.5).tolist())
    return (
        f"AUC {area(probabilities, right):.4f}, macro-F1 {macro_f1(right, said):.4f}, ECE {error:.3f} ({len(right):,})"
    )


def suggested(probabilities: Floats, right: Floats, sure: float, conformal: Conformal) -> str:
    """In a line: how many are suggested, how many of these are right, and how many sets hold what a teacher says."""
    confident = np.maximum(probabilities, 1 - probabilities) >= sure
    hit = (probabilities > 0.5) == (right > 0.5)
    held = np.array(
        [int(yes) in conformal.possible("en", (1 - one, one)) for one, yes in zip(probabilities, right, strict=True)]
    )
    return (
        f"from {sure:.3f} on {confident.mean():.3f} of them, {hit[confident].mean():.3f} right; coverage "
        f"{held[right < 0.5].mean():.3f} where a teacher says no, {held[right > 0.5].mean():.3f} where yes"
    )


def sure_at(probabilities: Floats, right: Floats, *, accuracy: float) -> float:
    """The least confidence from which on that share was right."""
    confidence = np.maximum(probabilities, 1 - probabilities)
    hit = ((probabilities > 0.5) == (right > 0.5)).astype(float)
    order = np.argsort(-confidence, kind="stable")
    means = np.cumsum(hit[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(means >= accuracy)
    return float(confidence[order][good[-1]]) if len(good) else 1.0
