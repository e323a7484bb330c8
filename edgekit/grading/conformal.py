"""Sets of marks that hold the teacher's at the level asked for, within each variety and for each mark.

Split conformal prediction, label-conditional and Mondrian: Vovk, Gammerman and Shafer 2005, chapter 4. The promise
holds for answers that are exchangeable with those it was calibrated on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.core.weights import number

LEAST_ANSWERS = 50
ALPHA = 0.1
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Conformal:
    """alpha: the share of sets that may miss the teacher's mark.  labels: how many marks there are.

    thresholds: variety -> for each mark the largest `1 - its probability` at which the set holds it.
    """

    alpha: float
    labels: int
    thresholds: Mapping[str, tuple[float, ...]]

    def is_known(self, variety: str) -> bool:
        """Whether the variety has been calibrated by itself."""
        return variety in self.thresholds

    def threshold(self, variety: str) -> tuple[float, ...]:
        """The variety's own; the widest of all for one that has none, never the pooled."""
        own = self.thresholds.get(variety)
        if own is not None:
            return own
        return tuple(max((one[at] for one in self.thresholds.values()), default=1.0) for at in range(self.labels))

    def possible(self, variety: str, probabilities: Sequence[float]) -> tuple[int, ...]:
        """The marks in the set, ascending; with the most likely one always among them.

        What is no probability gives all of them. Raises ValueError for another number of marks.
        """
        if len(probabilities) != self.labels:
            raise ValueError(f"{len(probabilities)} probabilities for {self.labels} marks")
        if not all(isfinite(one) for one in probabilities):
            return tuple(range(self.labels))
        best = max(range(self.labels), key=lambda at: (probabilities[at], -at))
        most = self.threshold(variety)
        return tuple(at for at in range(self.labels) if at == best or 1 - probabilities[at] <= most[at])

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        own = {name: list(values) for name, values in sorted(self.thresholds.items())}
        return {"alpha": self.alpha, "labels": self.labels, "thresholds": own}

    @classmethod
    def from_json(cls, table: object) -> Conformal:
        """Raises ValueError with the first thing that is wrong."""
        if not isinstance(table, Mapping) or not isinstance(table.get("thresholds"), Mapping):
            raise ValueError("conformal sets have `alpha`, `labels` and `thresholds`")
        alpha, labels = number(table.get("alpha"), "alpha"), table.get("labels")
        if not isinstance(labels, int) or not 2 <= labels <= 100 or not 0 < alpha < 1:
            raise ValueError("`alpha` is between 0 and 1, `labels` at least 2")
        own = {}
        for name, values in table["thresholds"].items():
            if not isinstance(values, list) or len(values) != labels:
                raise ValueError(f"`{str(name)[:40]}` has not {labels} thresholds")
            own[str(name)] = tuple(number(value, "thresholds") for value in values)
        return cls(alpha, labels, own)


def fit_conformal(
    varieties: Sequence[str], marks: Sequence[int], probabilities: Floats, *, alpha: float = ALPHA
) -> Conformal:
    """From answers that the scorer had not seen: variety, the teacher's mark, (n, labels) probabilities.

    A variety needs 50 answers, and a mark within it as many as alpha can be told from: with fewer its threshold is 1,
    which holds it always.
    """
    groups, labels = np.asarray(varieties), np.asarray(marks)
    table = np.asarray(probabilities, np.float64)
    thresholds = {}
    for name in sorted(set(varieties)):
        mine = groups == name
        if mine.sum() < LEAST_ANSWERS:
            continue
        thresholds[name] = tuple(
            _threshold(1 - table[mine & (labels == label), label], alpha) for label in range(table.shape[1])
        )
    return Conformal(alpha, table.shape[1], thresholds)


def _threshold(scores: Floats, alpha: float) -> float:
    """The ceil((n + 1)(1 - alpha))-th smallest score; 1 where n is too small for there to be one."""
    rank = ceil((len(scores) + 1) * (1 - alpha))
    # Rounded up, so that what is stored never holds less than what was measured.
    return 1.0 if rank > len(scores) else min(1.0, ceil(float(np.sort(scores)[rank - 1]) * 1e6) / 1e6)
