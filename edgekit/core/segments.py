"""A translation of a text, sentence by sentence: what translators give and whoever looks at it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]
"""First character and the one after the last, as Python slices count."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One decoded sentence, or part of a long one.

    source, target: spans of Translation.source and Translation.text, in code points.
    complete: False when the length bound of the engine ended it.
    log_probabilities: natural logarithm for each target token and the end mark, or None.
    alignment: (source span, target span) for each word of the translation that has one, or None.
    """

    source: Span
    target: Span
    complete: bool = True
    log_probabilities: tuple[float, ...] | None = None
    alignment: tuple[tuple[Span, Span], ...] | None = None


@dataclass(frozen=True, slots=True)
class Translation:
    """A text and its translation.

    score: mean log-probability per target token, end marks included; None when not asked for or nothing was translated.
    segments: what was translated, in order; line breaks, outer white space and texts without a letter are in none.
    complete: False when any segment is not.
    """

    text: str
    source: str
    score: float | None = None
    segments: tuple[Segment, ...] = ()
    complete: bool = True
