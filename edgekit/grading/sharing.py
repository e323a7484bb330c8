"""Whose evidence the words of an answer are, where a question has several criteria: one clause is hardly two of them.

A scorer that sees one criterion takes `The heart works like a pump` for `Arteries carry the blood away` as well: both
are about the same. What no part of an answer is more like than like another criterion counts for less.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from edgekit.core.languages import base_language
from edgekit.grading.function_words import LANGUAGES, function_words, known
from edgekit.grading.statements import clause_places, plain_words
from edgekit.grading.text_states import Floats, meanings
from edgekit.grading.texts import Texts

# A criterion that claims less of an answer than this gets so many log odds less for each unit that is missing. Of 677
# pairs of an answer and one of four to six criteria, written for it in English, Spanish, Portuguese and mixed, the
# scorer alone calls 241 met that are not, and 16 not met that are; with this 63 and 27. Of 676 with one of two or
# three, half of them written to pass wrongly, 165 and 27, then 126 and 45.
_LEAST_CLAIM, _LESS = 0.1, 4.0
# Who says half of the words that only this criterion has, `carbon dioxide`, is not told that it is missing.
_LEAST_NAMED = 0.5
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


class OwnWords:
    """Words that the wordings of one criterion have, and neither those of another nor what is asked.

    criteria: id -> (language, text) of its wordings.  asked: texts of the question.
    """

    def __init__(self, criteria: Mapping[str, Sequence[tuple[str, str]]], asked: Sequence[str]) -> None:
        self._own: dict[str, list[tuple[str, frozenset[str]]]] = {name: [] for name in criteria}
        tags = dict.fromkeys(tag for wordings in criteria.values() for tag, _ in wordings)
        for tag in tags if len(criteria) > 1 else ():
            rows = {name: [(one, _stems(text, tag)) for one, text in wordings] for name, wordings in criteria.items()}
            had = Counter(stem for row in rows.values() for stem in _every(found for _, found in row))
            common = _every(_stems(text, tag) for text in asked).union(one for one, count in had.items() if count > 1)
            for name, row in rows.items():
                self._own[name] += [(tag, found - common) for language, found in row if language == tag]

    def named(self, name: str, said: str) -> bool:
        """Whether said has half of them, of one wording."""
        return any(own and len(own & _stems(said, tag)) >= _LEAST_NAMED * len(own) for tag, own in self._own[name])


def _every(stems: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset[str]().union(*stems)


def _stems(text: str, language: str) -> frozenset[str]:
    """Without numbers and the small words of any language: answers mix them."""
    words = plain_words(text, 0, len(text), (base_language(language),))
    small = function_words(LANGUAGES)
    return frozenset(one.stem for one in words if one.plain not in small and not one.plain.isdecimal())


def shared(logit: float, claim: float | None) -> float:
    """The log odds that a criterion is met where others may claim the same words."""
    return logit if claim is None else logit - _LESS * max(0.0, _LEAST_CLAIM - claim)
