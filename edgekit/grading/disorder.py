"""Words without a sentence, by what the encoder makes of their order, and what tells that they are a wording's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np

from edgekit.core.weights import own_document
from edgekit.grading.linear import Linear, pack_weights, packed_weights
from edgekit.grading.text_states import Floats, TextStates

_PACKAGED = "disorder.json"
SCHEMA = "edgekit.disorder/2"
# A mean of unit vectors is short: so it weighs as much as the embedding.
_OF_MEAN = 3.0
FEATURES = ("few", "small", "taken", "beside", "order", "covered", "odds", "odds_beside")
"""Of a text against a wording: one over its words; the share of its words that hold a sentence together, that are the
wording's, of its neighbours that are neighbours there, that follow each other closely there; the share of the wording's
telling words that it has; the log odds that it is no sentence, and these times the share of neighbours."""


@dataclass(frozen=True, slots=True)
class Disorder:
    """The log odds that a text is no sentence: weights of `pooled`, and a bias.

    listed: with them, and with what it shares with a wording, the log odds that it is a bag of the wording's words.
    """

    weights: Floats
    bias: float
    listed: Linear

    @classmethod
    def load(cls) -> Disorder:
        """The packaged one."""
        return _packaged()

    def odds(self, text: TextStates) -> float:
        """Of a text of a few words or more."""
        return float(pooled(text) @ self.weights) + self.bias

    def encode(self) -> bytes:
        """As a file."""
        return pack_weights(self.weights, self.bias, SCHEMA, {"listed": self.listed.to_json()})


def pooled(text: TextStates) -> Floats:
    """(3 d,) the embedding, and mean and deviation of the states: what is out of order has other ones."""
    if not len(text.states):
        return np.zeros(3 * len(text.embedding), np.float32)
    mean, deviation = text.states.mean(axis=0), text.states.std(axis=0)
    return np.concatenate([text.embedding, _OF_MEAN * mean, _OF_MEAN * deviation]).astype(np.float32)


def decode(data: bytes) -> Disorder:
    """From a file's bytes. Raises ValueError for what is none."""
    weights, bias = packed_weights(data, SCHEMA)
    return Disorder(weights, bias, Linear.from_json(own_document(data, SCHEMA).get("listed"), len(FEATURES)))


@lru_cache(maxsize=1)
def _packaged() -> Disorder:
    return decode((files("edgekit.grading") / _PACKAGED).read_bytes())
