"""MEXA: the share of sentences that are closer to their own translation than to any other (Kargaran et al. 2025).

For n sentence pairs with cosines c, `mu = 1/n * sum_i [c_ii > max_{j != i} c_ij and c_ii > max_{j != i} c_ji]`, both
strict; a model with several layers has one mu a layer, pooled by their mean or maximum. Source: arXiv 2410.05873 and
the authors' code; n is the first 100 sentences there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import FailedError, UsageError
from exporters.alignment.cosine import Rows, cosines

SENTENCES = 100
FEWEST = 50
ALLOWED_DROP = 0.03
# Equal sentences have equal cosines, and the rounding of a matrix product (1e-15) must not prefer one of them.
_TIE = 1e-12


def weighted_mean(states: NDArray[Any]) -> NDArray[np.float64]:
    """(d,) the mean of a sentence's token states (S, d), begin mark included, weighted by position from 1 on."""
    weights = np.arange(1, len(states) + 1, dtype=np.float64)
    return np.asarray(weights @ np.asarray(states, np.float64) / weights.sum(), np.float64)


def last_token(states: NDArray[Any]) -> NDArray[np.float64]:
    """(d,) the state of a sentence's last token, of (S, d)."""
    return np.asarray(states[-1], np.float64)


def mexa(english: Rows, other: Rows, *, sentences: int = SENTENCES) -> float:
    """The score of one layer, 0 to 1.

    english, other: (n, d) embeddings of the same sentences: pooled token states, or an encoder's own; the first
    `sentences` of them count. Raises UsageError for fewer than 50, and for rows that do not fit together.
    """
    compared = cosines(english[:sentences], other[:sentences])
    count = len(compared)
    if count < FEWEST:
        raise UsageError(f"MEXA needs {FEWEST} sentences or more", reasons=[f"{count} are there"])
    own = compared.diagonal().copy()
    np.fill_diagonal(compared, -np.inf)
    rivals = np.maximum(compared.max(axis=0), compared.max(axis=1))
    return float(np.mean(own > rivals + _TIE))


def mexa_of_layers(
    english: Sequence[Rows],
    other: Sequence[Rows],
    *,
    pool: Literal["mean", "max"] = "mean",
    sentences: int = SENTENCES,
) -> float:
    """The score of a model with several layers, hidden state 0 (the embeddings) included; see `mexa`."""
    if len(english) != len(other) or not english:
        raise UsageError("MEXA needs the same layers of both languages", reasons=[f"{len(english)} and {len(other)}"])
    scores = [mexa(one, two, sentences=sentences) for one, two in zip(english, other, strict=True)]
    return max(scores) if pool == "max" else sum(scores) / len(scores)


@dataclass(frozen=True, slots=True)
class Change:
    """MEXA of a language before and after a model was made smaller.  layers: `last` for an encoder's own embedding."""

    language: str
    before: float
    after: float
    sentences: int
    layers: str = "last"

    @property
    def drop(self) -> float:
        """How much was lost; negative where the score rose."""
        return self.before - self.after


def compare(
    before: Mapping[str, Rows], after: Mapping[str, Rows], *, english: str = "en", sentences: int = SENTENCES
) -> dict[str, Change]:
    """The change of every language but English.

    before, after: language -> (n, d) embeddings of the same sentences by the model and by the smaller one.
    Raises UsageError where a language is in one of them only, or English in none.
    """
    if before.keys() != after.keys() or english not in before:
        raise UsageError(
            "MEXA needs the same languages before and after, English among them",
            reasons=[f"before: {', '.join(sorted(before))}", f"after: {', '.join(sorted(after))}"],
        )
    return {
        language: Change(
            language,
            mexa(before[english], before[language], sentences=sentences),
            mexa(after[english], after[language], sentences=sentences),
            min(sentences, len(rows)),
        )
        for language, rows in before.items()
        if language != english
    }


def require_alignment(changes: Mapping[str, Change], keep: Sequence[str], *, allowed: float = ALLOWED_DROP) -> None:
    """Nothing where every language in keep has lost at most `allowed`.

    Raises FailedError that names each that lost more with its figures, UsageError for one that was not measured.
    """
    missing = [language for language in keep if language not in changes]
    if missing:
        raise UsageError("no lines are there for languages that should stay", reasons=[f"`{one}`" for one in missing])
    # Scores are hundredths where 100 sentences count, so a drop of just .03 must not fail by its last bit.
    lost = [changes[language] for language in keep if changes[language].drop > allowed + 1e-9]
    if lost:
        raise FailedError(
            "the smaller model aligns a language worse that should stay",
            reasons=[
                f"`{one.language}`: MEXA fell from {one.before:.2f} to {one.after:.2f}, "
                f"by {one.drop:.2f} where {allowed:.2f} is allowed ({one.sentences} sentences)"
                for one in lost
            ],
            hint="keep more tokens, give more text of it with `--corpus`, or add `--allow-loss`",
        )
