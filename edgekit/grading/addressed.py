"""Sentences that speak to whoever grades, by what they are about: in words that no list has, in any language.

`injection.py` finds orders by their form. Here each sentence is scored alone, and its words are read among the
sentences beside it: an order reads as one where an answer stands before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from edgekit.grading.function_words import LANGUAGES, denying_words, function_words
from edgekit.grading.intake import matching_form
from edgekit.grading.linear import pack_weights, packed_weights
from edgekit.grading.text_states import Floats
from edgekit.grading.turns import Pairs, Run, Turns, fitted, pieces_left, plain_form, with_repeated

if TYPE_CHECKING:
    from edgekit.grading.texts import Texts

Span = tuple[int, int]
_PACKAGED = "addressed.json"
SCHEMA = "edgekit.addressed/1"
# Of 135 orders in 19 languages, each scored by weights that had not seen it, with questions of SciEntsBank and Beetle,
# 98 % are above -.5, where .3 % of SciEntsBank's right answers and 2 % of SAF's paragraphs in English are as well;
# above 0 half as many. What is between is read and counts for nothing, as below.
_LEAST = 0.0
# A sentence that is like the question or like what is known of it speaks of that: orders have cosines of .08 (95 %
# below .25), right answers .59.
_MEAN_RELATED, _BY_RELATED = 0.2, 4.0
# Of a sentence that speaks to the grader a part is kept that is about the question for certain.
_LEAST_RELATED, _MOST_OF_PART = 0.4, -1.0
# `My teacher said`: what led to an order, unless it is about the question.
_LEAST_RELATED_REST = 0.4
# Parts are short: of them only what is nearly certain is left out alone, and what its words tell too. `People finish
# work and go home` is said of packets.
_LEAST_OF_PART = 0.5
# A sentence of a paragraph goes on with another that is about the question: of sentences of right answers of SAF the
# nearest such has a cosine of .50 (5 % below .12), of orders beside them .11 (95 % below .22). So much above that
# a cosine takes off as much as a cosine with the question does, and half as much again.
_MEAN_OWN, _BY_OWN = 0.2, 6.0
# What is neither of the question nor told for certain is read, and counts for nothing: of sentences of right answers of
# several of SciEntsBank and Beetle 2 % are above, most of them empty (`I agree with her`).
_LEAST_ASIDE, _LEAST_PART_ASIDE = -2.3, -1.0
_LEAST_LETTERS, _LEAST_LETTERS_OF_OTHERS = 8, 4
_LEAST_WORDS_OF_PART = 3
_LEAST_WORDS_ASIDE = 5
# Least odds of a run, and least of these with those of its words read alone. Of 2,176 orders of patterns that nothing
# was trained with 92 % are told; of 600 right answers of SciEntsBank and Beetle two, of 600 of SAF none.
_TOLD, _ASIDE = (2.0, 3.0), (0.5, -3.0)
_MOST_AGAIN = 2
# Of a sentence that is told as one, its words tell it too, or it is certain: `So I did the highest number` is neither.
# Of 304 orders of patterns kept out of training as many are told; of right answers of SAF 4, and 6 without.
_LEAST_UNSEEN = 1.0
# `I know this because the lines are closer together` is like no reference, and of the answer all the same. Of 288
# orders of patterns kept out of training 11 moved points where all such words went, 5 where more than these stay.
_MOST_WORDS_LEFT, _MOST_WORDS_LEFT_AT_ALL = 3, 6
# Odds of a run; see `_TOLD`.
_CERTAIN = 8.0
# Characters between an order that is listed and the words that it is part of.
_BESIDE = 2
# What comes after so many sentences is one.
_MOST_UNITS = 128
# Sentences whose words are read together: of 400 orders beside an answer, of patterns kept out of training, 87 % have
# odds above 2 so, and 79 % where each is read alone; of 488 right answers of several sentences none and six.
_MOST_BESIDE = 8
# Of a run in two sentences, which counts in each by how much of it is there.
_LEAST_SHARE = 0.5
_SENTENCE = re.compile(r"[.!?;…]+[\"”»')\]]*(?=\s|$)|[\n。！？؟।]+")
_PART = re.compile(r",(?!\d)|:\s|\s[-–—]\s")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, and all that is known to be right or wrong of it.

    related: (n, d) centred embeddings of these texts.  tokens: (m, d) centred states of their tokens, None where words
    are not looked at.  pairs: see `pairs_of`.
    """

    related: Floats
    tokens: Floats | None = None
    pairs: Pairs = frozenset()


@dataclass(frozen=True, slots=True)
class Addressed:
    """The log odds that a sentence speaks to the grader: weights (d,) of its centred embedding, and a bias.

    turns: what tells which words of a sentence do, in a file of its own.
    """

    weights: Floats
    bias: float
    turns: Turns | None = None

    @classmethod
    def load(cls) -> Addressed:
        """The packaged one."""
        return _packaged()

    def encode(self) -> bytes:
        """As a file."""
        return pack_weights(self.weights, self.bias, SCHEMA)

    def speaking(
        self, text: str, asked: Asked, texts: Texts, rests: Callable[[Span], bool] = lambda _: False
    ) -> tuple[Span, ...]:
        """The spans of text that speak to the grader, in order.

        rests: whether a span is what is left of a sentence of which an order was taken out.
        """
        text = plain_form(text)
        units = sentences(text)
        parts = [[one for one in _units(text, [unit], _PART) if _words(text, one)] for unit in units]
        found: list[Span] = []
        led: list[Span] = []
        for unit, row in zip(units, parts, strict=True):
            if rests(unit):
                odds, near = self._score(text[slice(*unit)], asked, texts)
                # Beside other sentences it may have led to the order without a word of an answer: `If you do not`.
                is_led = len(units) > 1 and not _tells(text[slice(*unit)])
                is_led = is_led or self.turns is None or self._is_seen(text, unit, asked, texts)
                if (near < _LEAST_RELATED_REST and is_led) or odds > _MOST_OF_PART:
                    led.append(unit)
                continue
            runs = self._turned(text, unit, asked, texts, _TOLD, is_alone=len(units) < 2)
            if runs:
                found += [unit] if len(units) > 1 and self._goes_with(text, unit, runs, asked, texts) else runs
                continue
            scored = [(one, *self._score(text[slice(*one)], asked, texts)) for one in row] if len(row) > 1 else []
            odds = self._score(text[slice(*unit)], asked, texts)[0]
            is_seen = odds > _LEAST_UNSEEN or self._is_seen(text, unit, asked, texts)
            if odds > _LEAST and is_seen:
                kept = [one for one, score, near in scored if near >= _LEAST_RELATED and score < _MOST_OF_PART]
                found += _without(unit, kept)
            else:
                likely = [one for one, score, _ in scored if score > _LEAST_OF_PART]
                found += [one for one in likely if self._is_seen(text, one, asked, texts)]
        if found:
            told = [*led, *found]
            beside = [one for one in units if not any(one[0] <= begin < one[1] for begin, _ in told)]
            found = [one for one in found if not self._goes_on(text, one, beside, asked, texts)]
        return tuple(sorted([*led, *found]))

    def _goes_on(self, text: str, span: Span, left: Sequence[Span], asked: Asked, texts: Texts) -> bool:
        """Whether a span is so near to another sentence, of which nothing is told and which is about the question, that
        it is of the answer; what is left of its own sentence may be the rest of an order.
        """
        sure = []
        for one in left:
            odds, near = self._score(text[slice(*one)], asked, texts)
            if odds <= _LEAST_ASIDE and near >= _MEAN_RELATED:
                sure.append(texts.centred(text[slice(*one)]))
        own = max((float(one @ texts.centred(text[slice(*span)])) for one in sure), default=0.0)
        return own > _MEAN_OWN and self._score(text[slice(*span)], asked, texts)[0] <= _BY_OWN * (own - _MEAN_OWN)

    def reach(self, text: str, span: Span, asked: Asked, texts: Texts) -> Span | None:
        """Where the words begin and end that an order in a sentence is part of, where the sentence or the text has
        others.
        """
        if self.turns is None:
            return None
        text = plain_form(text)
        units = sentences(text)
        unit = next((one for one in units if one[0] <= span[0] < one[1]), None)
        if unit is None:
            return None
        begin, end = span[0], min(span[1], unit[1])
        for run in self._runs(text, unit, asked, texts):
            if run.begin <= end + _BESIDE and begin <= run.end + _BESIDE:
                begin, end = min(begin, run.begin), max(end, run.end)
        begin, end = fitted(text, unit, (begin, end), asked.pairs)
        is_left = len(units) > 1 or bool(pieces_left(text, unit, [(begin, end)]))
        return (begin, max(end, span[1])) if is_left else None

    def _is_seen(self, text: str, span: Span, asked: Asked, texts: Texts) -> bool:
        """Whether words tell it too, where they are looked at."""
        return asked.tokens is None or bool(self._runs(text, span, asked, texts))

    def _runs(self, text: str, unit: Span, asked: Asked, texts: Texts) -> list[Run]:
        """Of a sentence or a part of one, in the text, as its words are read among the sentences beside it."""
        context = next((one for one in _contexts(text) if one[0] <= unit[0] < one[1]), unit)
        found = []
        for run in self._read(text, context, asked, texts):
            begin, end = max(run.begin, unit[0]), min(run.end, unit[1])
            # By signs: there are scripts without spaces between words.
            share = len(text[begin:end].strip()) / (run.end - run.begin) if begin < end else 0.0
            # A word or two of an answer at the edge of a run in the next sentence are the answer's: `terminal 6. Haben
            # Sie`.
            if share >= _LEAST_SHARE or (share and text[begin:end].strip() == text[slice(*unit)].strip()):
                found.append(Run(begin, end, run.odds * share, max(1, round(run.words * share))))
        return found

    def _read(self, text: str, span: Span, asked: Asked, texts: Texts) -> list[Run]:
        """In the text, as the words of a span are read alone."""
        piece = text[slice(*span)]
        if self.turns is None or asked.tokens is None or not _is_read(piece):
            return []
        return [
            replace(one, begin=one.begin + span[0], end=one.end + span[0])
            for one in texts.runs(piece, self.turns, asked.tokens)
        ]

    def _turned(
        self,
        text: str,
        unit: Span,
        asked: Asked,
        texts: Texts,
        least: tuple[float, float],
        *,
        is_alone: bool,
    ) -> list[Span]:
        """The runs of a sentence's words that speak to the grader, where one has more odds than least, as words of the
        sentence and with those of the words read alone.

        Where nothing else is left it is all of the sentence, or none where the sentence is all there is.
        """

        def is_one(run: Run, least: tuple[float, float]) -> bool:
            words = text[run.begin : run.end]
            # Half an order may be too short to be read alone.
            alone = self._score(words, asked, texts)[0] if run.odds > least[0] and _is_read(words) else 0.0
            return run.odds > least[0] and alone + run.odds > least[1]

        runs = self._runs(text, unit, asked, texts)
        if not any(is_one(one, least) for one in runs):
            return []
        found = [fitted(text, unit, (one.begin, one.end), asked.pairs) for one in runs if is_one(one, _ASIDE)]
        found = with_repeated(text, unit, found)
        # Without them another may be seen, or the rest of one.
        for _ in range(_MOST_AGAIN):
            left = pieces_left(text, unit, found)
            more = [
                fitted(text, unit, (run.begin, run.end), asked.pairs)
                for one in left
                for run in self._read(text, one, asked, texts)
                if is_one(run, _ASIDE)
            ]
            if not more:
                break
            found = sorted([*found, *more])
        return found if pieces_left(text, unit, found) else [] if is_alone else [unit]

    def _goes_with(self, text: str, unit: Span, runs: Sequence[Span], asked: Asked, texts: Texts) -> bool:
        """Whether what is left of a sentence without its runs is none of the answer's either."""
        left = [text[slice(*one)] for one in pieces_left(text, unit, runs)]
        told = sum(len(text[slice(*one)].split()) for one in runs)
        if sum(len(one.split()) for one in left) > min(max(_MOST_WORDS_LEFT, told), _MOST_WORDS_LEFT_AT_ALL):
            return False
        if max((self._score(one, asked, texts)[1] for one in left), default=0.0) >= _LEAST_RELATED:
            return False
        is_certain = max((one.odds for one in self._runs(text, unit, asked, texts)), default=0.0) > _CERTAIN
        return is_certain or self._score(text[slice(*unit)], asked, texts)[0] > _LEAST_ASIDE

    def aside(self, text: str, asked: Asked, texts: Texts) -> tuple[Span, ...]:
        """The sentences, and parts of them, that are beside the question and might speak to whoever grades; never all.

        Each is read alone, as in `speaking`. Where all are, the one that is least so is kept.
        """
        text = plain_form(text)
        return tuple(sorted(self._aside(text, sentences(text), asked, texts)))

    def words_aside(self, text: str, beside: Sequence[Span], asked: Asked, texts: Texts) -> tuple[Span, ...]:
        """The words of other sentences than those of which something is beside that might speak to whoever grades.

        Not those that deny: without them an answer says the contrary.
        """
        text = plain_form(text)
        units = sentences(text)
        found: list[Span] = []
        for unit in units:
            if not any(begin < unit[1] and unit[0] < end for begin, end in beside):
                found += self._turned(text, unit, asked, texts, _ASIDE, is_alone=len(units) < 2)
        return tuple(sorted(one for one in found if not _denies(text[slice(*one)])))

    def _aside(self, text: str, units: Sequence[Span], asked: Asked, texts: Texts) -> list[Span]:
        rows = [_parts(text, one) for one in units]
        if len(units) < 2 and len(rows[0] if rows else ()) < 2:
            return []
        # Their words are looked at next: what is read for one number alone is the first to go.
        texts.read([text[slice(*unit)] for unit in units if _is_read(text[slice(*unit)])])
        scored: list[tuple[Span, float, float]] = []
        for unit, row in zip(units, rows, strict=True):
            odds = self._score(text[slice(*unit)], asked, texts)[0]
            if len(row) < 2 or (len(units) > 1 and odds > _LEAST_ASIDE):
                scored.append((unit, odds, _LEAST_ASIDE))
            else:
                scored += [(one, self._score(text[slice(*one)], asked, texts)[0], _LEAST_PART_ASIDE) for one in row]
        kept = min(odds for _, odds, _ in scored)
        return [one for one, odds, least in scored if odds > least and odds > kept]

    def _score(self, text: str, asked: Asked, texts: Texts) -> tuple[float, float]:
        """The log odds, less what being about the question takes off; how much it is about the question."""
        if not _is_read(text):
            return -np.inf, 0.0
        embedding = texts.centred(text)
        near = float((asked.related @ embedding).max()) if len(asked.related) else 0.0
        odds = float(embedding @ self.weights) + self.bias
        return odds - _BY_RELATED * (near - _MEAN_RELATED), near


@lru_cache(maxsize=32)
def _contexts(text: str) -> tuple[Span, ...]:
    """What is read at once: some sentences."""
    units = sentences(text)
    rows = [units[at : at + _MOST_BESIDE] for at in range(0, len(units), _MOST_BESIDE)]
    return tuple((row[0][0], row[-1][1]) for row in rows)


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
    return replace(decode((files("edgekit.grading") / _PACKAGED).read_bytes()), turns=Turns.load())


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


def _tells(text: str) -> bool:
    """Whether a word is there that does not only hold a sentence together, in a language that is known."""
    small = function_words(LANGUAGES) | denying_words(LANGUAGES)
    return any(word not in small for word in re.findall(r"[^\W_]+", matching_form(text)))


def _denies(text: str) -> bool:
    return not denying_words(LANGUAGES).isdisjoint(re.findall(r"[^\W_]+", matching_form(text)))


def _without(span: Span, kept: Sequence[Span]) -> Iterator[Span]:
    begin, end = span
    for first, last in kept:
        if begin < first:
            yield begin, first
        begin = last
    if begin < end:
        yield begin, end
