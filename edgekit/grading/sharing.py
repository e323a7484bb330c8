"""Whose evidence the words of an answer are, where a question has several criteria: one clause is hardly two of them.

A scorer that sees one criterion takes `The heart works like a pump` for `Arteries carry the blood away` as well: both
are about the same. What no part of an answer is more like than like another criterion counts for less.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from edgekit.grading.function_words import known
from edgekit.grading.statements import clause_places
from edgekit.grading.text_states import Floats, meanings
from edgekit.grading.texts import Texts

# A criterion that claims less of an answer than this gets so many log odds less for each unit that is missing. Of 677
# pairs of an answer and one of four to six criteria, written for it in English, Spanish, Portuguese and mixed, the
# scorer alone calls 241 met that are not, and 16 not met that are; with this 63 and 27. Of 676 with one of two or
# three, half of them written to pass wrongly, 165 and 27, then 126 and 45.
_LEAST_CLAIM, _LESS = 0.1, 4.0
# Wordings nearer to each other than this are the same to the encoder.
_LEAST_APART = 0.1


class Sharing:
    """criteria: (language, text) of the wordings of each."""

    def __init__(self, criteria: Sequence[Sequence[tuple[str, str]]], texts: Texts) -> None:
        self._texts = texts
        self._wordings = [
            np.concatenate([meanings(texts.of(text, tag), [(0, len(text))]) for tag, text in wordings])
            for wordings in criteria
        ]
        self._apart: list[float] = []
        for at, mine in enumerate(self._wordings if len(criteria) > 1 else ()):
            nearest = np.concatenate([mine @ one.T for one in self._others(at)], axis=1).max(axis=1)
            self._apart.append(max(float(1 - nearest.min()), _LEAST_APART))

    def claims(self, views: Sequence[tuple[str, str]]) -> tuple[float | None, ...]:
        """For each criterion how much more a part of an answer is like it than like each other one.

        About 1 where a part is a wording itself, at most 0 where each part is more like another criterion; None where
        there is only one.  views: (language, text) of the answer's; a language is a tag or a mix.
        """
        if not self._apart:
            return (None,) * len(self._wordings)
        parts = np.concatenate([self._parts(*one) for one in views])
        alike = np.stack([(parts @ one.T).max(axis=1) for one in self._wordings], axis=1)
        return tuple(
            float((alike[:, at] - np.delete(alike, at, axis=1).max(axis=1)).max()) / apart
            for at, apart in enumerate(self._apart)
        )

    def _parts(self, language: str, text: str) -> Floats:
        """The whole text is one of them."""
        read = self._texts.of(text, language)
        return meanings(read, [(0, len(text)), *read.clauses, *clause_places(text, known([language]))])

    def _others(self, at: int) -> list[Floats]:
        return [one for other, one in enumerate(self._wordings) if other != at]


def shared(logit: float, claim: float | None) -> float:
    """The log odds that a criterion is met where others may claim the same words."""
    return logit if claim is None else logit - _LESS * max(0.0, _LEAST_CLAIM - claim)
