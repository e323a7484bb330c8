"""The next token out of a row of logits."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import EngineError
from edgekit.engine.llama.request import Sampling

Row = NDArray[np.float32]
Ids = NDArray[np.int64]


def require_numbers(row: Row) -> None:
    """Raise EngineError where the model gave no numbers: damaged weights, or an overflow on the way."""
    # The maximum of a row with a NaN is NaN; one of minus infinities has no token at all.
    if not np.isfinite(row.max()):
        raise EngineError(
            "the model's output is no number", reasons=["its logits are NaN or infinite: the weights may be damaged"]
        )


def choose(row: Row, sampling: Sampling, chooser: np.random.Generator) -> int:
    """A token's id. row: (V,) logits, minus infinity where a token is not allowed, finite for one at least."""
    if sampling.temperature == 0:
        return int(row.argmax())
    ids = most_probable(row, sampling.top_k or len(row))
    logits = row[ids].astype(np.float64)
    known = np.isfinite(logits)
    ids, logits = ids[known], logits[known]
    logits -= logits[0]
    if sampling.top_p < 1:
        sums = np.cumsum(np.exp(logits))
        count = int(np.searchsorted(sums, sampling.top_p * sums[-1])) + 1
        ids, logits = ids[:count], logits[:count]
    if sampling.min_p > 0:
        count = int(np.count_nonzero(logits >= math.log(sampling.min_p)))
        ids, logits = ids[:count], logits[:count]
    sums = np.cumsum(np.exp(logits / sampling.temperature))
    drawn = int(np.searchsorted(sums, chooser.random() * sums[-1], side="right"))
    return int(ids[min(drawn, len(ids) - 1)])


def most_probable(row: Row, count: int) -> Ids:
    """Ids of the count highest logits, the highest first, of equal ones the lower id."""
    if count < len(row):
        least = np.partition(row, len(row) - count)[len(row) - count]
        # All that are as high as the last: which of the equal ones a partition takes is nobody's choice.
        candidates = np.flatnonzero(row >= least)
    else:
        candidates = np.arange(len(row))
    return candidates[np.argsort(-row[candidates], kind="stable")][:count]


def log_total(row: Row) -> float:
    """ln of the sum of exp(logits): what is taken from a logit to have its log-probability."""
    top = float(row.max())
    return top + math.log(float(np.exp(row - np.float32(top)).sum(dtype=np.float64)))
