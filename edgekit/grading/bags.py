"""Right words without a sentence: listed, shuffled or picked out of a wording, alone or behind something else."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from edgekit.glossary.words import keys
from edgekit.grading.addressed import Span, sentences
from edgekit.grading.disorder import Disorder
from edgekit.grading.function_words import denying_words, function_words, known
from edgekit.grading.intake import matching_form
from edgekit.grading.text_states import Floats
from edgekit.quiz.suggestion import Reason

# The log odds from which a bag is told, and from which where nothing else would keep it from marks. Of right answers
# of the training splits, each with weights that had not seen its question, .1 % of SciEntsBank and .2 % of Beetle are
# above the first before `_LESS`, .2 % above the second; of references shuffled 99 % and 93 %, and 99 % and 98 %
# (`benchmarks/train_disorder.py`).
_SURE, _DECIDING = 3.0, 1.5
_LEAST_TAKEN = 0.6
# Of a long wording a few words are anybody's: `Slow start and congestion avoidance are the phases`.
_LEAST_COVERED = 0.15
# A wording that is a list asks for one.
_LEAST_SMALL = 0.1
# Sentences are none, whatever is between: `Books became cheaper. More people read.`
_LEAST_SENTENCE = 3
_PARTED = re.compile(r"[,;/|\n]")
# Words alone between signs, where no wording has any: these more.
_ENUMERATED = 6.0
# `p * p * p` is a formula.
_LEAST_WRITTEN = 0.6
# Two telling words are an answer (`closed path`, `damaged battery`) unless another stands between them in the wording.
_PAIR = 2
# Fewer words that tell something are what most terse answers have (`the path is open`): these log odds less.
_FEW, _LESS = 3, 3.0
# Words picked out of a wording behind a whole sentence of something else: these more.
_LEAST_OF_SENTENCE, _MOST_PICKED, _MORE = 2, 0.5, 3.0
# Where no small words are known all tell something, and few words are an answer.
_LEAST_UNKNOWN = 4
# A wording of which a few words are other ones, and all the rest stand where they stood, is in order, whatever the
# encoder makes of it: of two languages in one sentence it knows little.
_LEAST_LONG, _LEAST_BESIDE, _LEAST_ORDER = 8, 0.75, 0.95
# Words that follow each other in a wording with at most two between them stand in its order.
_NEAR = 3
# A whole text is looked at as well where its sentences are short: `Heat. Vapour. Air.`
_SHORT_TEXT, _SHORT_SENTENCE = 16, 4
_ODDS = (-6.0, 8.0)
_MOST_READ = 4000
_TOKEN = re.compile(r"[^\W_]+")
_APOSTROPHES = str.maketrans("", "", "'’")


def find_bag(
    text: str,
    wordings: Sequence[str],
    languages: Sequence[str],
    odds: Callable[[str], float] = lambda _: 0.0,
    *,
    decides: bool = False,
) -> tuple[Reason, ...]:
    """`keyword_list`, at most once, with its span, for a sentence or a text that is a wording's words in disorder.

    languages: of the text; which words hold a sentence together is known of en, es, pt, de and fr.  odds: the log odds
    that a text is no sentence, of `Disorder`; without an encoder as likely as not.  decides: whether nothing else keeps
    the answer from a mark, so that less has to tell against it.
    """
    text = text[:_MOST_READ]
    least = _DECIDING if decides else _SURE
    small = _small(_bases(languages))
    found = pieces(text)
    held = [sum(word in small for word in _words(text[slice(*one)])) >= _LEAST_OF_SENTENCE for one in found]
    for at, (begin, end) in enumerate(found):
        is_beside = (begin, end) != (found[0][0], found[-1][1]) and sum(held) > held[at]
        if score(text[begin:end], wordings, languages, odds, is_beside=is_beside) > least:
            return (Reason("keyword_list", "words of a right answer, and no sentence", (begin, end)),)
    return ()


def pieces(text: str) -> list[Span]:
    """What of a text may be a bag: its sentences, and all of it where they are short."""
    found = sentences(text)
    count = len(text.split())
    if len(found) > 1 and (count < _SHORT_TEXT or count < _SHORT_SENTENCE * len(found)):
        found.append((found[0][0], found[-1][1]))
    return found


def score(
    text: str,
    wordings: Sequence[str],
    languages: Sequence[str],
    odds: Callable[[str], float],
    *,
    is_beside: bool = False,
) -> float:
    """The largest log odds that a text is a bag of one of the wordings; minus infinity where it cannot be.

    is_beside: whether a whole sentence stands beside it.
    """
    rows = evidence(text, wordings, languages)
    if not len(rows):
        return -np.inf
    words, small = _words(text), _small(_bases(languages))
    found = Disorder.load().listed.logits(features(rows, odds(text)))
    if is_beside:
        found += _MORE * ((rows[:, 2] == 1.0) & (rows[:, 1] <= _MOST_PICKED))
    if len(words) > _PAIR and len({word for word in words if word not in small}) < _FEW:
        found -= _LESS
    is_enumerated = _is_enumerated(text)
    if is_enumerated and not any(map(_PARTED.search, wordings)):
        found += _ENUMERATED
    if len(words) >= _LEAST_LONG and not is_enumerated:
        found[(rows[:, 3] >= _LEAST_BESIDE) & (rows[:, 4] >= _LEAST_ORDER)] = -np.inf
    return float(found.max())


def features(rows: Floats, odds: float) -> NDArray[np.float64]:
    """(n, `disorder.FEATURES`): each row of evidence with the odds, and these times the share of neighbours."""
    held = np.full(len(rows), min(max(odds, _ODDS[0]), _ODDS[1]))
    return np.column_stack([rows, held, held * rows[:, 3]]).astype(np.float64)


def evidence(text: str, wordings: Sequence[str], languages: Sequence[str]) -> Floats:
    """(n, 6) for each wording that a text may be a bag of, the columns the first of `disorder.FEATURES`."""
    bases, words = _bases(languages), _words(text)
    count = len(words)
    if count < (_PAIR if known(languages) else _LEAST_UNKNOWN) or _written(words) < _LEAST_WRITTEN * count:
        return np.zeros((0, 6), np.float32)
    small = _small(bases)
    stems = [_stem(word, bases) for word in words]
    telling = [stem for word, stem in zip(words, stems, strict=True) if word not in small]
    rows = []
    for one in (_wording(wording, bases) for wording in wordings):
        taken = sum(stem in one.telling for stem in telling)
        covered = len(one.telling.intersection(telling)) / max(1, len(one.telling))
        if not one.is_sentence or not telling or taken < _LEAST_TAKEN * len(telling) or covered < _LEAST_COVERED:
            continue
        if count == _PAIR and (len(telling) < _PAIR or not one.has_apart(*telling, turned="," not in text)):
            continue
        beside = list(pairwise(stems))
        rows.append(
            (
                1 / count,
                1 - len(telling) / count,
                (Counter(stems) & one.stems).total() / count,
                sum(pair in one.pairs for pair in beside) / max(1, len(beside)),
                one.order(beside),
                covered,
            )
        )
    return np.array(rows, np.float32).reshape(-1, 6)


class _Wording:
    def __init__(self, text: str, bases: tuple[str, ...]) -> None:
        words, small = _words(text), _small(bases)
        stems = [_stem(word, bases) for word in words]
        listed = [stem for word, stem in zip(words, stems, strict=True) if word not in small]
        self.is_sentence = len(words) - len(listed) > _LEAST_SMALL * len(words) or _has_sentences(text)
        self.stems, self.pairs, self.telling = Counter(stems), frozenset(pairwise(stems)), frozenset(listed)
        self._places: dict[str, list[int]] = defaultdict(list)
        for at, stem in enumerate(stems):
            self._places[stem].append(at)
        self._listed = listed

    def order(self, beside: Sequence[tuple[str, str]]) -> float:
        """The share of pairs of its words that follow each other closely in it; a half where there are none."""
        kept = [
            any(0 < other - one <= _NEAR for one in self._places[first] for other in self._places[second])
            for first, second in beside
            if first != second and first in self._places and second in self._places
        ]
        return sum(kept) / len(kept) if kept else 0.5

    def has_apart(self, first: str, second: str, *, turned: bool) -> bool:
        """Whether two telling stems stand with another between them, and, where turned, the second first."""
        ones = [at for at, stem in enumerate(self._listed) if stem == first]
        others = [at for at, stem in enumerate(self._listed) if stem == second]
        return first != second and all(
            one > other + 1 if turned else abs(one - other) > 1 for one in ones for other in others
        )


def _has_sentences(text: str) -> bool:
    return sum(len(text[slice(*one)].split()) >= _LEAST_SENTENCE for one in sentences(text)) > 1


def _is_enumerated(text: str) -> bool:
    """Whether most words stand alone between signs."""
    return 2 * sum(len(part.split()) == 1 for part in _PARTED.split(text)) > len(text.split())


def _bases(languages: Sequence[str]) -> tuple[str, ...]:
    """Those whose small words are known, else the first."""
    return known(languages) or tuple(languages[:1]) or ("en",)


@lru_cache(maxsize=256)
def _wording(text: str, bases: tuple[str, ...]) -> _Wording:
    return _Wording(text, bases)


@lru_cache(maxsize=32)
def _small(bases: tuple[str, ...]) -> frozenset[str]:
    languages = known(bases)
    return frozenset(word.translate(_APOSTROPHES) for word in function_words(languages) | denying_words(languages))


def _words(text: str) -> list[str]:
    return _TOKEN.findall(matching_form(text).translate(_APOSTROPHES))


def _written(words: Sequence[str]) -> int:
    """How many are words, not numbers or names of variables."""
    return sum(len(word) > 1 and word.isalpha() for word in words)


def _stem(word: str, bases: Sequence[str]) -> str:
    return keys(word, bases[0])[-1]
