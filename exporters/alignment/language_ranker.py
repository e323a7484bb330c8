"""Language Ranker: how close a language's hidden states are to English's (Li et al. 2025).

`s = 1/|C| * sum_{l in C} 1/N * sum_i cos(h_l(last token of x_i), h_l(last token of its English))` with C = {5, 10, 15,
20, 25} of 32 layers. Source: arXiv 2404.11553. Here C is one: the embedding that an encoder gives a sentence.
Cosines of unrelated sentences are far from 0 (.76 on average for multilingual-e5), so their mean stands beside a score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from edgekit.core.errors import UsageError
from exporters.alignment.cosine import Rows, cosines


@dataclass(frozen=True, slots=True)
class Rank:
    """score: mean cosine of translations.  baseline: mean cosine of sentences that are none.  pairs: how many."""

    language: str
    score: float
    baseline: float
    pairs: int


def rank(languages: Mapping[str, Rows], *, english: str = "en") -> list[Rank]:
    """The languages by score, the highest first, English at 1 among them.

    languages: language -> (n, d) embeddings, row i of all of them the same sentence.
    Raises UsageError where English is missing.
    """
    if english not in languages:
        raise UsageError("Language Ranker needs English", reasons=[f"it has {', '.join(sorted(languages))}"])
    ranks = []
    for language, rows in languages.items():
        compared = cosines(languages[english], rows)
        pairs = len(compared)
        baseline = (compared.sum() - compared.trace()) / max(1, pairs * (pairs - 1))
        ranks.append(Rank(language, float(compared.diagonal().mean()), float(baseline), pairs))
    return sorted(ranks, key=lambda one: (-one.score, one.language))
