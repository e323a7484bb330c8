"""What checks are given and what they agree on: segments, letters, words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol, TypeAlias

Span: TypeAlias = tuple[int, int]
Identify: TypeAlias = Callable[[str], str | None]
"""The language tag of a text, None where that is not known."""

# Marks that are no letters of their own (Arabic vowels, matras) belong to the word.
WORD = re.compile(
    r"[^\W\d_](?:[^\W_]|[\u0300-\u036f\u0591-\u05c7\u064b-\u0655\u0900-\u0dff\u0e31-\u0e4e\u200c\u200d’'-])*"
)


class Segment(Protocol):
    """A sentence that was translated: `edgekit.translate.translator.Segment` is one."""

    @property
    def source(self) -> Span:
        """Its span of the source."""
        ...

    @property
    def target(self) -> Span:
        """Its span of the translation."""
        ...

    @property
    def complete(self) -> bool:
        """Whether the model came to an end by itself."""
        ...


def letters(text: str) -> int:
    """How many characters of text are letters."""
    return sum(map(str.isalpha, text))


def words(text: str) -> list[str]:
    """The words of text, lower case, without numbers and signs."""
    return [found[0].casefold() for found in WORD.finditer(text)]
