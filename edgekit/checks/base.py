"""What checks are given and what they agree on: letters, words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

Identify: TypeAlias = Callable[[str], str | None]
"""The language tag of a text, None where that is not known."""

# Marks that are no letters of their own (Arabic vowels, matras) belong to the word, the danda ends a sentence.
WORD = re.compile(
    r"[^\W\d_](?:[^\W_]|[\u0300-\u036f\u0591-\u05c7\u064b-\u0655\u0900-\u0963\u0966-\u0dff\u0e31-\u0e4e\u200c\u200d’'-])*"
)

APOSTROPHES = str.maketrans(dict.fromkeys("’ʼ`´", "'"))
"""As they are typed, for the one that is written."""


def letters(text: str) -> int:
    """How many characters of text are letters."""
    return sum(map(str.isalpha, text))


def words(text: str) -> list[str]:
    """The words of text, lower case, without numbers and signs."""
    return [found[0].casefold() for found in WORD.finditer(text)]
