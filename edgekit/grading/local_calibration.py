"""How sure suggestions are in a variety that was never measured: from what a teacher marked of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from edgekit.grading.conformal import Conformal, fit_conformal


@dataclass(frozen=True, slots=True)
class Observed:
    """An answer's variety, 1 where a teacher said yes and 0 where no, and the probability of yes without that mark."""

    variety: str
    label: int
    probability: float


def with_own_varieties(shipped: Conformal, observed: Sequence[Observed]) -> Conformal:
    """The shipped sets, and those of varieties without any that a teacher has marked 50 answers or more of.

    The scorer's calibration stays: what its probabilities are worth there is what the sets are fitted to.
    """
    new = [one for one in observed if not shipped.is_known(one.variety)]
    if not new or shipped.labels != 2:
        return shipped
    table = np.array([[1 - one.probability, one.probability] for one in new])
    fitted = fit_conformal([one.variety for one in new], [one.label for one in new], table, alpha=shipped.alpha)
    return replace(shipped, thresholds={**shipped.thresholds, **fitted.thresholds})
