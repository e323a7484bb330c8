"""Right words without a sentence: a handful of them, or all of a wording in another order, told by the words alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from edgekit.glossary.words import keys
from edgekit.grading.addressed import sentences
from edgekit.grading.function_words import denying_words, function_words, known
from edgekit.grading.intake import matching_form
from edgekit.quiz.suggestion import Reason

_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?")
_COMMON = re.compile(r"[^\W_]+")
# Of 7,287 right answers of SciEntsBank, Beetle and SAF 10 are flagged (.14 %), by this 2 (`the path is not closed`); of
# wordings shuffled 95 %, of bags of four words or more of the first two 87 %.
_LEAST_SHUFFLED, _MOST_NEIGHBOURS = 4, 0.3
# Two telling words are an answer (`closed path`, `damaged battery`) unless another stands between them in the wording.
_LEAST_BARE, _MOST_BARE_NEIGHBOURS = 2, 0.5
# What hangs on a whole sentence: of right answers 4 (`The path was no longer closed`), of keywords behind a wrong
# answer 70 %.
_LEAST_PICKED, _MOST_PICKED_NEIGHBOURS, _MOST_SMALL, _LEAST_OF_SENTENCE = 3, 0.67, 0.5, 2
# Of a long wording a few words are anybody's: `Slow start and congestion avoidance are the phases`.
_LEAST_COVERED = 0.15
# A wording that is a list asks for one.
_LEAST_SMALL = 0.1
_MOST_READ = 4000


def find_bag(text: str, wordings: Sequence[str], languages: Sequence[str]) -> tuple[Reason, ...]:
    """`keyword_list`, at most once, with its span, for a sentence or a text that is a wording's words in disorder.

    Either every word is a wording's, and next to it hardly ever stands what stands next to it there; or there are only
    telling words, all of one wording that is a sentence, and they are no phrase of it; or words picked out of a wording
    stand beside a whole sentence of something else. languages: of the text; which
    words tell something is known of en, es, pt, de and fr.
    """
    text = text[:_MOST_READ]
    bases = known(languages)
    small = function_words(bases) | denying_words(bases)
    wanted = [_Wording(one, small, bases) for one in wordings]
    spans = sentences(text)
    full = [sum(word in small for word in _plain(text[begin:end])) >= _LEAST_OF_SENTENCE for begin, end in spans]
    for at, (begin, end) in enumerate(dict.fromkeys([*spans, (0, len(text))])):
        piece = text[begin:end]
        is_beside = at < len(spans) and sum(full) > full[at]
        is_bag = any(one.is_shuffled_in(piece) or (is_beside and one.is_picked(piece, small)) for one in wanted)
        if is_bag or (bases and _is_bare(piece, wanted, small, bases)):
            return (Reason("keyword_list", "words of a right answer, and no sentence", (begin, end)),)
    return ()


class _Wording:
    def __init__(self, text: str, small: frozenset[str], bases: Sequence[str]) -> None:
        words = _common(text)
        self.words, self.pairs = Counter(words), set(pairwise(words))
        said = list(_plain(text))
        telling = [word for word in said if word not in small]
        self.is_sentence = len(said) - len(telling) > _LEAST_SMALL * len(said)
        self.stems = [_stem(word, bases) for word in telling] if bases else []

    def is_shuffled_in(self, piece: str) -> bool:
        said = _common(piece)
        if len(said) < max(_LEAST_SHUFFLED, _LEAST_COVERED * self.words.total()) or Counter(said) - self.words:
            return False
        return self.neighbours(said) <= _MOST_NEIGHBOURS

    def is_picked(self, piece: str, small: frozenset[str]) -> bool:
        """Whether words were picked out of it: less that holds a sentence together, and other neighbours."""
        said = _common(piece)
        if len(said) < max(_LEAST_PICKED, _LEAST_COVERED * self.words.total()) or not all(map(str.isalpha, said)):
            return False
        if not self.is_sentence or Counter(said) - self.words:
            return False
        return sum(word in small for word in said) <= _MOST_SMALL * len(said) and (
            self.neighbours(said) <= _MOST_PICKED_NEIGHBOURS
        )

    def neighbours(self, said: Sequence[str]) -> float:
        """The share of pairs of neighbours that are neighbours in the wording."""
        pairs = list(pairwise(said))
        return sum(pair in self.pairs for pair in pairs) / max(1, len(pairs))

    def has_apart(self, first: str, second: str, *, turned: bool) -> bool:
        """Whether two stems stand with another between them, and, where turned, the second first."""
        ones = [at for at, stem in enumerate(self.stems) if stem == first]
        others = [at for at, stem in enumerate(self.stems) if stem == second]
        return all(one > other + 1 if turned else abs(one - other) > 1 for one in ones for other in others)


def _is_bare(piece: str, wanted: Sequence[_Wording], small: frozenset[str], bases: Sequence[str]) -> bool:
    """Whether telling words alone, all of one sentence, are no phrase of any."""
    said = list(_plain(piece))
    if len(said) < _LEAST_BARE or any(word in small or not word.isalpha() for word in said):
        return False
    stems = [_stem(word, bases) for word in said]
    found = [one for one in wanted if set(stems) <= set(one.stems)]
    if not found or not all(one.is_sentence for one in found):
        return False
    if len(stems) == _LEAST_BARE:
        return stems[0] != stems[1] and all(one.has_apart(*stems, turned="," not in piece) for one in found)
    if all(len(set(stems)) < _LEAST_COVERED * len(set(one.stems)) for one in found):
        return False
    return all(one.neighbours(_common(piece)) <= _MOST_BARE_NEIGHBOURS for one in found)


def _plain(text: str) -> Iterator[str]:
    return (found[0] for found in _WORD.finditer(matching_form(text)))


def _common(text: str) -> list[str]:
    return _COMMON.findall(matching_form(text))


def _stem(word: str, bases: Sequence[str]) -> str:
    return keys(word, bases[0])[-1]
