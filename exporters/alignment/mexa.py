"""MEXA: the share of sentences that are closer to their own translation than to any other (Kargaran et al. 2025).

For n sentence pairs with cosines c, `mu = 1/n * sum_i [c_ii > max_{j != i} c_ij and c_ii > max_{j != i} c_ji]`, both
strict. Source: arXiv 2410.05873 and the authors' code; n is the first 100 sentences there. They pool the scores of a
decoder's layers; an encoder is trained for its own embedding, which is the one that is compared here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from edgekit.core.errors import FailedError, UsageError
from exporters.alignment.cosine import Rows, cosines

SENTENCES = 100
FEWEST = 50
ALLOWED_DROP = 0.03
# Equal sentences have equal cosines, and the rounding of a matrix product (1e-15) must not prefer one of them.
_TIE = 1e-12


def mexa(english: Rows, other: Rows, *, sentences: int = SENTENCES) -> float:
    """The score of a language, 0 to 1.

    english, other: (n, d) embeddings of the same sentences; the first `sentences` of them count. Raises UsageError for
    fewer than 50, and for rows that do not fit together.
    """
    compared = cosines(english[:sentences], other[:sentences])
    count = len(compared)
    if count < FEWEST:
        raise UsageError(f"MEXA needs {FEWEST} sentences or more", reasons=[f"{count} are there"])
    own = compared.diagonal().copy()
    np.fill_diagonal(compared, -np.inf)
    rivals = np.maximum(compared.max(axis=0), compared.max(axis=1))
    return float(np.mean(own > rivals + _TIE))


@dataclass(frozen=True, slots=True)
class Change:
    """MEXA of a language before and after a model was made smaller."""

    language: str
    before: float
    after: float
    sentences: int

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
