"""Whether answers to one question say the same in every language (arXiv 2310.13132, its measure of consistency)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Said:
    """One answer; text None or blank: the one who answered did not know."""

    question: str
    language: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Consistency:
    """Two languages.  words, pairs: Jaccard index of words and of pairs of words, mean over the questions answered in
    both, of pairs where one of the two has any; across languages it says little, which is why cosine, of a multilingual
    encoder's vectors, stands beside it.

    unknown: questions that one of the two does not answer; they are counted, never dropped.
    """

    first: str
    second: str
    count: int
    unknown: int
    words: float | None
    pairs: float | None
    cosine: float | None


def consistency(
    answers: Sequence[Said], embed: Callable[[Sequence[str]], NDArray[np.float32]] | None = None
) -> list[Consistency]:
    """Every two languages; of two answers to a question in one language the last counts.

    embed: texts -> (n, d), rows of length 1.
    """
    by_language: dict[str, dict[str, str | None]] = defaultdict(dict)
    for one in answers:
        by_language[one.language][one.question] = one.text if one.text and one.text.strip() else None
    texts = sorted({text for found in by_language.values() for text in found.values() if text})
    vectors = dict(zip(texts, embed(texts), strict=True)) if embed is not None and texts else {}
    rows = []
    for first, second in combinations(by_language, 2):
        shared = [question for question in by_language[first] if question in by_language[second]]
        both = [(by_language[first][question], by_language[second][question]) for question in shared]
        known = [(one, other) for one, other in both if one is not None and other is not None]
        rows.append(
            Consistency(
                first,
                second,
                len(shared),
                len(both) - len(known),
                _shared(known, 1),
                _shared(known, 2),
                _mean([float(vectors[one] @ vectors[other]) for one, other in known]) if vectors else None,
            )
        )
    return rows


def jaccard(one: str, other: str, length: int) -> float | None:
    """Share of runs of so many words that both have, of all that either has; None where neither has any."""
    first, second = (_runs(text, length) for text in (one, other))
    whole = first | second
    return len(first & second) / len(whole) if whole else None


def _shared(both: Sequence[tuple[str, str]], length: int) -> float | None:
    return _mean([share for one, other in both if (share := jaccard(one, other, length)) is not None])


def _runs(text: str, length: int) -> set[tuple[str, ...]]:
    words = [word.casefold() for word in _WORD.findall(text)]
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
