"""Words without a sentence: the right ones, shuffled or listed, by what the encoder makes of their order."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np

from edgekit.grading.text_states import Floats, TextStates

_PACKAGED = "disorder.json"
SCHEMA = "edgekit.disorder/1"
# A mean of unit vectors is short: so it weighs as much as the embedding.
_OF_MEAN = 3.0


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
        """Of a text of four words or more; fewer are in no order."""
        return float(pooled(text) @ self.weights) + self.bias

    def encode(self) -> bytes:
        """As a file."""
        packed = base64.b64encode(self.weights.astype("<f2").tobytes()).decode()
        return (json.dumps({"schema": SCHEMA, "weights": packed, "bias": round(self.bias, 6)}, indent=1) + "\n").encode()


def pooled(text: TextStates) -> Floats:
    """(3 d,) the embedding, and mean and deviation of the states: what is out of order has other ones."""
    if not len(text.states):
        return np.zeros(3 * len(text.embedding), np.float32)
    mean, deviation = text.states.mean(axis=0), text.states.std(axis=0)
    return np.concatenate([text.embedding, _OF_MEAN * mean, _OF_MEAN * deviation]).astype(np.float32)


def decode(data: bytes) -> Disorder:
    """From a file's bytes. Raises ValueError for what is none."""
    document = json.loads(data)
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise ValueError(f"its schema is not `{SCHEMA}`")
    try:
        weights = np.frombuffer(base64.b64decode(document["weights"], validate=True), "<f2").astype(np.float32)
        bias = float(document["bias"])
    except (KeyError, TypeError, binascii.Error):
        raise ValueError("it has no weights") from None
    if not np.isfinite(weights).all() or not np.isfinite(bias):
        raise ValueError("it has what is no number")
    return Disorder(weights, bias)


@lru_cache(maxsize=1)
def _packaged() -> Disorder:
    return decode((files("edgekit.grading") / _PACKAGED).read_bytes())
