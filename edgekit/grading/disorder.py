"""Words without a sentence: the right ones, shuffled or listed, by what the encoder makes of their order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from edgekit.grading.addressed import sentences
from edgekit.grading.linear import pack_weights, packed_weights
from edgekit.grading.text_states import Floats, TextStates, stems
from edgekit.quiz.suggestion import Reason

if TYPE_CHECKING:
    from edgekit.grading.texts import Texts

_PACKAGED = "disorder.json"
SCHEMA = "edgekit.disorder/1"
# A mean of unit vectors is short: so it weighs as much as the embedding.
_OF_MEAN = 3.0
# The least log odds: more for each neighbour kept, and for what is short. Of right answers of SciEntsBank none is
# flagged, of Beetle's terse ones 1 %.
_LEAST, _BY_BESIDE, _IF_SHORT = 1.0, 4.0, 1.0
_SHORT = 5
_LEAST_WORDS, _LEAST_TAKEN = 3, 0.75
_TOKEN = re.compile(r"[^\W_]+|,")


@dataclass(frozen=True, slots=True)
class Disorder:
    """The log odds that a text is no sentence: weights of `pooled`, and a bias."""

    weights: Floats
    bias: float

    @classmethod
    def load(cls) -> Disorder:
        """The packaged one."""
        return _packaged()

    def odds(self, text: TextStates) -> float:
        """Of a text of a few words or more."""
        return float(pooled(text) @ self.weights) + self.bias

    def find(self, text: str, wordings: Sequence[str], language: str, texts: Texts) -> tuple[Reason, ...]:
        """`keyword_list`, at most once, for a sentence that has the words of a wording, but neither order nor its own.

        Right answers of Beetle are terse, and a tenth of them look out of order to the encoder: what counts is that no
        words stand beside each other as they do in a wording, either.
        """
        for begin, end in sentences(text):
            piece = text[begin:end]
            said = _TOKEN.findall(piece.casefold())
            count = sum(one != "," for one in said)
            if count < _LEAST_WORDS or _taken(piece, wordings, language) < _LEAST_TAKEN:
                continue
            least = _LEAST + _BY_BESIDE * _beside(said, wordings) + _IF_SHORT * (count < _SHORT)
            if self.odds(texts.of(piece, language)) > least:
                return (Reason("keyword_list", "words of a right answer, and no sentence", (begin, end)),)
        return ()

    def encode(self) -> bytes:
        """As a file."""
        return pack_weights(self.weights, self.bias, SCHEMA)


def pooled(text: TextStates) -> Floats:
    """(3 d,) the embedding, and mean and deviation of the states: what is out of order has other ones."""
    if not len(text.states):
        return np.zeros(3 * len(text.embedding), np.float32)
    mean, deviation = text.states.mean(axis=0), text.states.std(axis=0)
    return np.concatenate([text.embedding, _OF_MEAN * mean, _OF_MEAN * deviation]).astype(np.float32)


def _taken(text: str, wordings: Sequence[str], language: str) -> float:
    """The largest share of a text's telling stems that one wording has."""
    mine = [stem for stem, weight in stems(text, language).items() if weight]
    if not mine:
        return 0.0
    found = [stems(wording, language) for wording in wordings]
    return max((sum(stem in theirs for stem in mine) / len(mine) for theirs in found), default=0.0)


def _beside(said: Sequence[str], wordings: Sequence[str]) -> float:
    """The largest share of pairs of neighbours that are neighbours in one wording."""
    pairs = list(pairwise(said))
    found = [set(pairwise(_TOKEN.findall(wording.casefold()))) for wording in wordings]
    return max((sum(pair in theirs for pair in pairs) / max(1, len(pairs)) for theirs in found), default=0.0)


def decode(data: bytes) -> Disorder:
    """From a file's bytes. Raises ValueError for what is none."""
    return Disorder(*packed_weights(data, SCHEMA))


@lru_cache(maxsize=1)
def _packaged() -> Disorder:
    return decode((files("edgekit.grading") / _PACKAGED).read_bytes())
