"""What is asked of a selection, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from exporters.trim.base import Ids

if TYPE_CHECKING:
    from exporters.selection.choose import Ranking


@dataclass(frozen=True, slots=True)
class Target:
    """How far to trim; at most one is set, and where none is, the default protects (see `exporters.selection`).

    vocab: tokens, met exactly where a closed set of that size exists.  coverage: 0 to 1, the share of the tokens of
    held-out text that stays, in every language.  max_size_bytes: of the artifact's files.
    """

    vocab: int | None = None
    coverage: float | None = None
    max_size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What a language pays, over its held-out text.

    coverage: share of its tokens that stay.  fertility: tokens a word.  fallback: share of tokens that are unknown or
    bytes.  expected_loss: estimated relative growth of the bits that its text takes (0.015 is 1.5 %).
    bits_per_byte: of the original and the trimmed model, where an engine measured them.
    """

    language: str
    coverage: float
    fertility_before: float
    fertility_after: float
    fallback_before: float
    fallback_after: float
    expected_loss: float
    bits_per_byte: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One vocabulary size and what it costs."""

    tokens: int
    size_bytes: int
    costs: tuple[Cost, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """kept: a closed set, ascending.  chosen: its point.  curve: points by size, the full model last.

    sources: share of the estimate that each source of evidence has, by language (`text`, `words`, `model`).
    notes: what a person should know, a line each.  tried: a set of the same size, chosen without the held-out tenth of
    the text, whose costs those of `chosen` are; None where there is no such text.  ranking: what it was chosen by, for
    another choice by the same.
    """

    kept: Ids
    chosen: Point
    curve: Sequence[Point]
    sources: Mapping[str, Mapping[str, float]]
    notes: Sequence[str] = field(default=())
    tried: Ids | None = None
    ranking: Ranking | None = None


class LanguageModel(Protocol):
    """A model that runs, as selection and verification need it; who runs it, is handed in."""

    def logits(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """(n + 1, V) after a begin mark and the first 0 to n of n ids."""
        ...

    def greedy(self, ids: Sequence[int], count: int) -> list[int]:
        """The count most probable ids after a begin mark and ids, one at a time; shorter where the model ends."""
        ...

    def close(self) -> None: ...
