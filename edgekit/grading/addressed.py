"""Sentences that speak to whoever grades, by what they are about: in words that no list has, in any language.

`injection.py` finds orders by their form. Here each sentence is read alone, so that what is left out of an answer does
not depend on what stands beside it: an answer scores as it would without the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from edgekit.grading.linear import pack_weights, packed_weights
from edgekit.grading.text_states import Floats

if TYPE_CHECKING:
    from edgekit.grading.texts import Texts

Span = tuple[int, int]
_PACKAGED = "addressed.json"
SCHEMA = "edgekit.addressed/1"
# Of 135 orders in 19 languages, each scored by weights that had not seen it, with questions of SciEntsBank and Beetle,
# 98 % are above; of right answers of these sets .09 %, of wrong ones 1.1 %, half of which ask for the answer.
_LEAST = -0.5
# A sentence that is like the question or like what is known of it speaks of that: orders have cosines of .08 (95 %
# below .25), right answers .59.
_MEAN_RELATED, _BY_RELATED = 0.2, 4.0
# Of a sentence that speaks to the grader a part is kept that is about the question for certain.
_LEAST_RELATED, _MOST_OF_PART = 0.4, -1.0
# `My teacher said`: what led to an order, unless it is about the question.
_LEAST_RELATED_REST = 0.4
# Parts are short: of them only what is nearly certain is left out alone.
_LEAST_OF_PART = 0.5
# What is neither of the question nor told for certain is read, and counts for nothing: of sentences of right answers of
# several of SciEntsBank and Beetle 2 % are above, most of them empty (`I agree with her`).
_LEAST_ASIDE, _LEAST_PART_ASIDE = -2.3, -1.0
_LEAST_LETTERS, _LEAST_LETTERS_OF_OTHERS = 8, 4
_LEAST_WORDS_OF_PART = 3
_LEAST_WORDS_ASIDE = 5
# The encoder reads 512 tokens; what comes after so many sentences is one.
_MOST_UNITS = 128
_SENTENCE = re.compile(r"[.!?;…]+[\"”»')\]]*(?=\s|$)|[\n。！？؟।]+")
_PART = re.compile(r",(?!\d)|:\s|\s[-–—]\s")


@dataclass(frozen=True, slots=True)
class Addressed:
    """The log odds that a sentence speaks to the grader: weights (d,) of its centred embedding, and a bias."""

    weights: Floats
    bias: float

    @classmethod
    def load(cls) -> Addressed:
        """The packaged one."""
        return _packaged()

    def encode(self) -> bytes:
        """As a file."""
        return pack_weights(self.weights, self.bias, SCHEMA)

    def speaking(
        self, text: str, related: Floats, texts: Texts, rests: Callable[[Span], bool] = lambda _: False
    ) -> tuple[Span, ...]:
        """The spans of text that speak to the grader, in order.

        related: (n, d) centred embeddings of the question and of all that is known to be right or wrong of it.
        rests: whether a span is what is left of a sentence of which an order was taken out.
        """
        units = sentences(text)
        parts = [[one for one in _units(text, [unit], _PART) if _words(text, one)] for unit in units]
        wanted = [text[slice(*one)] for unit, row in zip(units, parts, strict=True) for one in (unit, *row)]
        found: list[Span] = []
        texts.read([one for one in wanted if _is_read(one)])
        for unit, row in zip(units, parts, strict=True):
            if rests(unit):
                odds, near = self._score(text[slice(*unit)], related, texts)
                if near < _LEAST_RELATED_REST or odds > _MOST_OF_PART:
                    found.append(unit)
                continue
            scored = [(one, *self._score(text[slice(*one)], related, texts)) for one in row] if len(row) > 1 else []
            if self._score(text[slice(*unit)], related, texts)[0] > _LEAST:
                kept = [one for one, score, near in scored if near >= _LEAST_RELATED and score < _MOST_OF_PART]
                found += _without(unit, kept)
            else:
                found += [one for one, score, _ in scored if score > _LEAST_OF_PART]
        return tuple(found)

    def aside(self, text: str, related: Floats, texts: Texts) -> tuple[Span, ...]:
        """The sentences, and parts of them, that are beside the question and might speak to whoever grades; never all.

        Each is read alone, as in `speaking`. Where all are, the one that is least so is kept.
        """
        units = sentences(text)
        rows = [_parts(text, one) for one in units]
        if len(units) < 2 and len(rows[0] if rows else ()) < 2:
            return ()
        wanted = [text[slice(*one)] for unit, row in zip(units, rows, strict=True) for one in (unit, *row)]
        texts.read([one for one in wanted if _is_read(one)])
        scored: list[tuple[Span, float, float]] = []
        for unit, row in zip(units, rows, strict=True):
            odds = self._score(text[slice(*unit)], related, texts)[0]
            if len(row) < 2 or (len(units) > 1 and odds > _LEAST_ASIDE):
                scored.append((unit, odds, _LEAST_ASIDE))
            else:
                scored += [(one, self._score(text[slice(*one)], related, texts)[0], _LEAST_PART_ASIDE) for one in row]
        kept = min(odds for _, odds, _ in scored)
        return tuple(one for one, odds, least in scored if odds > least and odds > kept)

    def _score(self, text: str, related: Floats, texts: Texts) -> tuple[float, float]:
        """The log odds, less what being about the question takes off; how much it is about the question."""
        if not _is_read(text):
            return -np.inf, 0.0
        embedding = texts.centred(text)
        near = float((related @ embedding).max()) if len(related) else 0.0
        odds = float(embedding @ self.weights) + self.bias
        return odds - _BY_RELATED * (near - _MEAN_RELATED), near


def sentences(text: str) -> list[Span]:
    """The spans of a text's sentences, without spaces around them; what comes after many is one."""
    units = list(_units(text, [(0, len(text))], _SENTENCE))
    if len(units) > _MOST_UNITS:
        units[_MOST_UNITS - 1 :] = [(units[_MOST_UNITS - 1][0], units[-1][1])]
    return units


def _parts(text: str, unit: Span) -> list[Span]:
    """The parts of a sentence that are long enough to be read alone, each with what is too short behind it."""
    found: list[Span] = []
    for begin, end in _units(text, [unit], _PART):
        size = len(text[begin:end].split())
        if found and (size < _LEAST_WORDS_ASIDE or len(text[slice(*found[-1])].split()) < _LEAST_WORDS_OF_PART):
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    return found


def decode(data: bytes) -> Addressed:
    """From a file's bytes. Raises ValueError for what is none."""
    return Addressed(*packed_weights(data, SCHEMA))


@lru_cache(maxsize=1)
def _packaged() -> Addressed:
    return decode((files("edgekit.grading") / _PACKAGED).read_bytes())


def _units(text: str, spans: Sequence[Span], border: re.Pattern[str]) -> Iterator[Span]:
    """What is between borders, the border with what it ends, without spaces around it."""
    for begin, end in spans:
        for stop in [*(found.end() for found in border.finditer(text, begin, end)), end]:
            piece = text[begin:stop]
            first = begin + len(piece) - len(piece.lstrip())
            last = begin + len(piece.rstrip())
            if first < last:
                yield first, last
            begin = stop


def _words(text: str, span: Span) -> bool:
    piece = text[slice(*span)]
    return len(piece.split()) >= _LEAST_WORDS_OF_PART or not piece.isascii()


def _is_read(text: str) -> bool:
    """Too little says nothing: `1.`, `etc.`"""
    letters = sum(map(str.isalpha, text))
    return letters >= (_LEAST_LETTERS if text.isascii() else _LEAST_LETTERS_OF_OTHERS)


def _without(span: Span, kept: Sequence[Span]) -> Iterator[Span]:
    begin, end = span
    for first, last in kept:
        if begin < first:
            yield begin, first
        begin = last
    if begin < end:
        yield begin, end
