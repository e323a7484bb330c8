"""Language Ranker: how close a language's hidden states are to English's (Li et al. 2025).

`s = 1/|C| * sum_{l in C} 1/N * sum_i cos(h_l(last token of x_i), h_l(last token of its English))` with C = {5, 10, 15,
20, 25} of 32 layers. Source: arXiv 2404.11553. For another depth L, C is `round(L * {5, 10, 15, 20, 25} / 32)`: our
rule.
Cosines of unrelated sentences are far from 0 (.76 on average for multilingual-e5), so their mean stands beside a score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import UsageError
from exporters.alignment.cosine import Rows, cosines

_DEPTHS = (5, 10, 15, 20, 25)
_OF = 32


@dataclass(frozen=True, slots=True)
class Rank:
    """score: mean cosine of translations.  baseline: mean cosine of sentences that are none.  pairs: how many."""

    language: str
    score: float
    baseline: float
    pairs: int
    layers: tuple[int, ...]


def ranked_layers(count: int) -> tuple[int, ...]:
    """The hidden states that count in a model of `count` layers, ascending; 0 would be the embeddings."""
    if count < 1:
        raise UsageError(f"a model of {count} layers cannot be ranked")
    return tuple(sorted({max(1, round(count * depth / _OF)) for depth in _DEPTHS}))


def last_tokens(states: NDArray[Any], mask: NDArray[Any]) -> NDArray[Any]:
    """(n, d) the state of each sentence's last token.

    states: (n, S, d).  mask: (n, S), 1 for tokens and 0 for padding, on whichever side it is.
    Raises UsageError for a sentence without tokens.
    """
    there = np.asarray(mask) != 0
    if states.ndim != 3 or there.shape != states.shape[:2] or not there.any(axis=1).all():
        raise UsageError(
            "a sentence has no tokens, or the mask does not fit", reasons=[f"{states.shape}, {there.shape}"]
        )
    last = there.shape[1] - 1 - there[:, ::-1].argmax(axis=1)
    return np.asarray(states[np.arange(len(states)), last])


def rank(languages: Mapping[str, Mapping[int, Rows]], *, english: str = "en") -> list[Rank]:
    """The languages by score, the highest first, English at 1 among them.

    languages: language -> layer -> (n, d) states of the last token of each sentence, row i of all the same sentence.
    The layers are those of `ranked_layers`, or one, for a model that gives only its last.
    Raises UsageError where a language lacks a layer that English has, or English is missing.
    """
    if english not in languages or not languages[english]:
        raise UsageError("Language Ranker needs English", reasons=[f"it has {', '.join(sorted(languages))}"])
    reference = languages[english]
    ranks = []
    for language, states in languages.items():
        if states.keys() != reference.keys():
            raise UsageError(f"`{language}` has other layers than English", reasons=[f"{[*states]}, {[*reference]}"])
        compared = [cosines(reference[layer], states[layer]) for layer in reference]
        pairs = len(compared[0])
        score = float(np.mean([matrix.diagonal().mean() for matrix in compared]))
        others = max(1, pairs * (pairs - 1))
        baseline = float(np.mean([(matrix.sum() - matrix.trace()) / others for matrix in compared]))
        ranks.append(Rank(language, score, baseline, pairs, tuple(sorted(reference))))
    return sorted(ranks, key=lambda one: (-one.score, one.language))
