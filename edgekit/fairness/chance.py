"""What chance alone makes of a figure: what a grader without its fault would show of as many answers, and how few tell.

A calibration error and a gap are never below zero, so that few answers show some of both where there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from edgekit.grading.calibration import calibration_error

Floats: TypeAlias = NDArray[np.float64]
ROUNDS = 500
# What is as far off as one in twenty without the fault is not told apart from it.
_LEVEL = 0.95
_MOST_ANSWERS = 20_000


@dataclass(frozen=True, slots=True)
class Chance:
    """mean: of the figure, without its fault.  edge: what nineteen of twenty such graders do not exceed.

    enough: answers of each variety from which on the edge is within the limit; 0 where it is already.
    """

    mean: float
    edge: float
    enough: int = 0


def chance_of_calibration(probabilities: Sequence[float], limit: float, *, rounds: int = ROUNDS) -> Chance:
    """Of probabilities that are exactly right: each answer is right as often as its own says. Needs one or more."""
    shown = np.asarray(probabilities, np.float64)

    def errors(count: int) -> Floats:
        draw = np.random.default_rng(0)
        mine = shown if count == len(shown) else np.resize(draw.permutation(shown), count)
        return np.array([calibration_error(mine, draw.random(count) < mine) for _ in range(rounds)])

    return _chance(errors, len(shown), limit)


def chance_of_gap(accepted: Sequence[Sequence[bool]], limit: float, *, rounds: int = ROUNDS) -> Chance:
    """Of most less least, where all varieties are treated alike.

    accepted: of each variety, at least one answer. Where all have as many, the first of each are versions of one
    content, and so on: what became of them is dealt to the varieties anew. Else each has its share by the toss of all.
    """
    sizes = np.array([len(one) for one in accepted])
    is_paired = len(set(sizes.tolist())) == 1
    table = np.array(accepted, np.float64).T if is_paired else np.zeros((0, len(sizes)))
    share = sum(map(sum, accepted)) / sizes.sum()

    def gaps(count: int) -> Floats:
        draw = np.random.default_rng(0)
        if is_paired:
            mine = np.resize(table, (count, len(sizes)))
            shares = np.array([draw.permuted(mine, axis=1).mean(axis=0) for _ in range(rounds)])
        else:
            many = np.ceil(sizes * (count / sizes.min())).astype(int)
            shares = draw.binomial(many, share, (rounds, len(many))) / many
        return np.asarray(shares.max(axis=1) - shares.min(axis=1))

    return _chance(gaps, int(sizes.min()), limit)


def chance_of_coverage(count: int, promised: float, limit: float) -> Chance:
    """Of sets that hold the due mark as often as was promised, above the limit. The edge is a lower one."""
    draw = np.random.default_rng(0)

    def shortfalls(of: int) -> Floats:
        return promised - draw.binomial(of, promised, 4 * ROUNDS) / of

    found = _chance(shortfalls, count, promised - limit)
    return Chance(promised, promised - found.edge, found.enough)


def _chance(drawn: Callable[[int], Floats], count: int, limit: float) -> Chance:
    """drawn: figures without the fault, of so many answers. What chance makes of them falls with the root of these."""
    found = drawn(count)
    edge = float(np.quantile(found, _LEVEL))
    enough, needed = count, edge
    while needed > limit > 0 and enough < _MOST_ANSWERS:
        enough = min(_MOST_ANSWERS, max(enough + 10, _tens(enough * (needed / limit) ** 2)))
        needed = float(np.quantile(drawn(enough), _LEVEL))
    return Chance(float(found.mean()), edge, 0 if edge <= limit else enough)


def _tens(count: float) -> int:
    return 10 * ceil(count / 10)
