"""Log odds to probabilities that mean what they say, for each variety by itself where there are enough marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.core.weights import number
from edgekit.grading.linear import fit_linear, shares

# With fewer, a variety takes the pooled one: the slope of 50 answers has a standard error of a third of itself.
LEAST_ANSWERS = 50
_RIDGE = 0.01
# By the logarithm of an answer's tokens and one: 13 tokens, and the range in which training has nine of ten answers.
_MIDDLE, _SHORTEST, _LONGEST = 2.6, 1.4, 3.6
MOST_BRIEF = 0.9
_BRIEFS = [round(0.005 * step, 3) for step in range(round(MOST_BRIEF / 0.005) + 1)]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Platt:
    """Platt (1999): the probability is the logistic function of slope * log odds + intercept; slope is above 0."""

    slope: float = 1.0
    intercept: float = 0.0

    def probabilities(self, logits: Floats) -> Floats:
        """(n,) of (n,)."""
        return shares(self.slope * np.asarray(logits, np.float64) + self.intercept)


@dataclass(frozen=True, slots=True)
class Calibration:
    """pooled: of all varieties.  groups: variety -> its own."""

    pooled: Platt = Platt()
    groups: Mapping[str, Platt] = field(default_factory=dict)

    def of(self, variety: str) -> Platt:
        """The variety's own, else the pooled one."""
        return self.groups.get(variety, self.pooled)

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        own = {name: [one.slope, one.intercept] for name, one in sorted(self.groups.items())}
        return {"pooled": [self.pooled.slope, self.pooled.intercept], "groups": own}

    @classmethod
    def from_json(cls, table: object) -> Calibration:
        """Raises ValueError with the first thing that is wrong."""
        if not isinstance(table, Mapping) or not isinstance(table.get("groups"), Mapping):
            raise ValueError("a calibration has `pooled` and `groups`")
        return cls(_platt(table.get("pooled")), {str(name): _platt(one) for name, one in table["groups"].items()})


def brevity(lengths: Floats) -> Floats:
    """(n,) how short answers are, from -1 to 1.2, of the scorer's feature `length`."""
    return np.asarray(_MIDDLE - np.clip(lengths, _SHORTEST, _LONGEST), np.float64)


def spread_by_length(odds: Floats, lengths: Floats, brief: float) -> Floats:
    """(n,) odds of which those below 0 are stretched where the answer is short and shrunk where it is long.

    A short answer without what the wording says does not say it; a long one may, in other words. What is above 0, the
    signs and so the points stay.  brief: 0 to `MOST_BRIEF`, for each unit of `brevity`.
    """
    return np.asarray(np.where(odds < 0, odds * (1 + brief * brevity(lengths)), odds), np.float64)


def fit_brief(odds: Floats, lengths: Floats, right: Floats, platt: Platt) -> float:
    """The `brief` of `spread_by_length`, from log odds that the scorer gave for answers it had not seen.

    The likeliest in steps of 0.005, with the calibration as it was fitted without: so no mark moves.
    """
    losses = []
    for brief in _BRIEFS:
        said = np.clip(platt.probabilities(spread_by_length(odds, lengths, brief)), 1e-9, 1 - 1e-9)
        losses.append(float(-np.log(np.where(right > 0.5, said, 1 - said)).sum()))
    return float(_BRIEFS[int(np.argmin(losses))])


def fit_calibration(logits: Sequence[float], right: Sequence[bool], varieties: Sequence[str]) -> Calibration:
    """From log odds that the scorer gave for answers it had not seen, and a teacher's yes or no.

    A variety has its own from 50 answers on, some right and some wrong. Raises ValueError where all are one.
    """
    odds, labels, groups = np.asarray(logits, np.float64), np.asarray(right, np.float64), np.asarray(varieties)
    if len(labels) < LEAST_ANSWERS or labels.min() == labels.max():
        raise ValueError(f"a calibration needs {LEAST_ANSWERS} answers or more, some of them right and some wrong")
    own = {}
    for name in sorted(set(varieties)):
        mine = groups == name
        if mine.sum() >= LEAST_ANSWERS and labels[mine].min() < labels[mine].max():
            own[name] = _fit(odds[mine], labels[mine])
    return Calibration(_fit(odds, labels), own)


def calibration_error(
    probabilities: Sequence[float] | Floats, right: Sequence[bool] | NDArray[np.bool_], *, bins: int = 10
) -> float:
    """Expected calibration error: over bins of equal width, |mean probability - share right| by their answers.

    Guo et al. 2017, arXiv 1706.04599, equation 5. 0 without an answer. Raises ValueError for what is no probability.
    """
    shown, labels = np.asarray(probabilities, np.float64), np.asarray(right, np.float64)
    if not ((shown >= 0) & (shown <= 1)).all():
        raise ValueError("a probability is between 0 and 1")
    places = np.minimum((shown * bins).astype(int), bins - 1)
    gaps = [abs(shown[places == at].sum() - labels[places == at].sum()) for at in range(bins)]
    return float(sum(gaps) / max(1, len(labels)))


def _fit(odds: Floats, labels: Floats) -> Platt:
    found = fit_linear(odds[:, None], labels, signs=[1], ridge=_RIDGE)
    slope = found.weight[0] / found.scale[0]
    # A variety whose marks fall where the odds rise has nothing to calibrate: all get its share.
    return Platt(round(max(slope, 1e-6), 6), round(found.intercept - slope * found.mean[0], 6))


def _platt(values: object) -> Platt:
    if not isinstance(values, list) or len(values) != 2:
        raise ValueError("a calibration is a slope and an intercept")
    slope, intercept = number(values[0], "slope"), number(values[1], "intercept")
    if slope <= 0:
        raise ValueError("a slope is not above 0")
    return Platt(slope, intercept)
