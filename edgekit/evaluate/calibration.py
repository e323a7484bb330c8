"""How far confidences can be trusted: calibration error, the curve, and how well they tell right from wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BINS = 10
_SAMPLES = 1000
_SEED = 12345


@dataclass(frozen=True, slots=True)
class Bin:
    """Lines of about the same confidence: how many, their mean confidence, and the share that is right, with the 95 %
    interval of Wilson (1927)."""

    lines: int
    confidence: float
    right: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """Of lines with a confidence each.

    error: expected calibration error, over bins of as many lines each (Naeini et al. 2015; equal mass: Nguyen and
    O'Connor 2015), with the 95 % interval of bootstrap samples, which is above the error itself: resampling adds noise.
    chance: the error that confidences which are exactly right would have on as many lines, on average.
    auc: how likely a right line has more confidence than a wrong one.  aurc: area under the risk-coverage curve
    (Geifman and El-Yaniv 2017): the share of wrong lines among the most confident ones, over all shares of lines.
    """

    lines: int
    right: float
    error: float
    low: float
    high: float
    chance: float
    auc: float | None
    aurc: float
    curve: tuple[Bin, ...]

    def to_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "lines": self.lines,
            "right": self.right,
            "expected_calibration_error": self.error,
            "low": self.low,
            "high": self.high,
            "chance": self.chance,
            "auc": self.auc,
            "aurc": self.aurc,
            "curve": [
                {"lines": one.lines, "confidence": one.confidence, "right": one.right, "low": one.low, "high": one.high}
                for one in self.curve
            ],
        }


def reliability(confidences: Sequence[float], right: Sequence[bool], *, bins: int = BINS) -> Reliability:
    """Compare confidences, 0 to 1, with what was right. Raises ValueError without a line or with unequal lengths."""
    if len(confidences) != len(right) or not right:
        raise ValueError(f"{len(confidences)} confidences, {len(right)} labels")
    told, labels = np.asarray(confidences, np.float64), np.asarray(right, np.float64)
    random = np.random.default_rng(_SEED)
    drawn = random.integers(0, len(told), (_SAMPLES, len(told)))
    errors = [_error(told[one], labels[one], bins) for one in drawn]
    chance = [_error(told, (random.random(len(told)) < told).astype(np.float64), bins) for _ in range(_SAMPLES // 4)]
    low, high = np.quantile(errors, [0.025, 0.975])
    return Reliability(
        len(told),
        float(labels.mean()),
        _error(told, labels, bins),
        float(low),
        float(high),
        float(np.mean(chance)),
        _auc(told, labels),
        _aurc(told, labels),
        tuple(_bin(told[part], labels[part]) for part in _parts(told, bins)),
    )


def _parts(told: NDArray[np.float64], bins: int) -> list[NDArray[np.intp]]:
    order = np.argsort(told, kind="stable")
    return [part for part in np.array_split(order, min(bins, len(order))) if len(part)]


def _error(told: NDArray[np.float64], labels: NDArray[np.float64], bins: int) -> float:
    gaps = [(len(part), abs(told[part].mean() - labels[part].mean())) for part in _parts(told, bins)]
    return float(sum(count * gap for count, gap in gaps) / len(told))


def _bin(told: NDArray[np.float64], labels: NDArray[np.float64]) -> Bin:
    count, share, z = len(told), float(labels.mean()), 1.959964
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    reach = z * np.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return Bin(count, float(told.mean()), share, float(max(0.0, middle - reach)), float(min(1.0, middle + reach)))


def _auc(told: NDArray[np.float64], labels: NDArray[np.float64]) -> float | None:
    """By ranks (Mann and Whitney 1947), ties counted half; None where all lines are right or all wrong."""
    yes = int(labels.sum())
    no = len(labels) - yes
    if not yes or not no:
        return None
    _, inverse, counts = np.unique(told, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return float((ranks[labels > 0].sum() - yes * (yes + 1) / 2) / (yes * no))


def _aurc(told: NDArray[np.float64], labels: NDArray[np.float64]) -> float:
    order = np.argsort(-told, kind="stable")
    wrong = np.cumsum(1 - labels[order])
    return float((wrong / np.arange(1, len(wrong) + 1)).mean())
