"""What is found to be wrong, or may be, with a translation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

FindingKind: TypeAlias = Literal[
    "capitals",  # a text in capitals whose translation is not, or the other way round
    "incomplete",  # the model came to no end
    "keep",  # something protected is missing, doubled or changed
    "language",  # the source is not, or the translation is not, in the language that it should be in
    "number",  # a number vanished or has another value
    "repetition",  # the model ran away
    "sentence",  # a sentence of the source has no translation
    "term",  # a term of the glossary was not honoured
    "untranslated",  # the source came back
]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a person should look at.

    detail: one sentence, names the thing, literals in backticks, no full stop.
    source, target: where, as spans in code points, where that is known.
    """

    kind: FindingKind
    detail: str
    source: tuple[int, int] | None = None
    target: tuple[int, int] | None = None
