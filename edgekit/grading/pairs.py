"""What a small network, trained on answers with marks, says of a wording's tokens and an answer's beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from edgekit.grading.linear import pack_weights, packed_weights

if TYPE_CHECKING:
    from edgekit.grading.text_states import TextStates

Floats = NDArray[np.float32]
SCHEMA = "edgekit.pairs/1"
_PACKAGED = "pairs.json"
# Tokens are compared in the directions in which the training text's are most spread; the network sees fewer.
BASIS, INNER, HIDDEN = 128, 32, 32
# Projected tokens of length 1 are small numbers; importance goes up to 8.
SCALE, MOST_WEIGHT, LEAST_NEW = 5.0, 4.0, 0.02
_TOLD = 3 * INNER + 3
# Missing, met, contradicted: as `edgekit.grading.scorer.STATES`.
SHAPES: tuple[tuple[int, ...], ...] = (
    (BASIS, INNER),
    (INNER,),
    (_TOLD, HIDDEN),
    (HIDDEN,),
    (_TOLD, HIDDEN),
    (HIDDEN,),
    (4 * HIDDEN, 3),
    (3,),
)


@dataclass(frozen=True, slots=True)
class Pairs:
    """basis (d, BASIS): see above.  layers: of `SHAPES`.  sharpness: how much a token picks the one that is like it.

    Each token, the weighted mean of the other text's tokens that are like it, their product, distance and difference
    go through a layer; mean and greatest of these, of the wording's and of the answer's, through another.
    """

    basis: Floats
    layers: tuple[Floats, ...]
    sharpness: float

    @classmethod
    def load(cls) -> Pairs:
        """The packaged one."""
        return _packaged()

    def read(self, answer: TextStates, wording: TextStates, question: TextStates) -> tuple[float, float]:
        """The log odds that the answer says what the wording says; where it does not, that it says the opposite."""
        if not len(answer.states) or not len(wording.states):
            return 0.0, 0.0
        mine, theirs, asked = (one.states @ self.basis for one in (answer, wording, question))
        project, bias, *layers = self.layers
        seen = [np.asarray(SCALE * (one @ project + bias), np.float32) for one in (theirs, mine)]
        alike = theirs @ mine.T
        pooled = [
            *_pooled(seen[0], seen[1], alike, wording.weights, theirs @ asked.T, layers[0:2], self.sharpness),
            *_pooled(seen[1], seen[0], alike.T, answer.weights, mine @ asked.T, layers[2:4], self.sharpness),
        ]
        missing, met, against = (np.concatenate(pooled) @ layers[4] + layers[5]).astype(np.float64)
        return float(met - np.logaddexp(missing, against)), float(against - missing)

    def encode(self, provenance: Mapping[str, Any]) -> bytes:
        """As a file."""
        flat = np.concatenate([one.ravel() for one in (self.basis, *self.layers)])
        return pack_weights(flat, self.sharpness, SCHEMA, {"provenance": dict(provenance)})


def decode_pairs(data: bytes) -> Pairs:
    """From a file's bytes. Raises ValueError for what is none."""
    weights, sharpness = packed_weights(data, SCHEMA)
    sizes = [int(np.prod(shape)) for shape in SHAPES]
    width, rest = divmod(len(weights) - sum(sizes), BASIS)
    if rest or width < 1:
        raise ValueError("it has not as many weights as its layers")
    edges = np.cumsum([width * BASIS, *sizes])
    basis, *layers = np.split(weights, edges[:-1])
    shaped = tuple(one.reshape(shape) for one, shape in zip(layers, SHAPES, strict=True))
    return Pairs(basis.reshape(width, BASIS), shaped, sharpness)


@lru_cache(maxsize=1)
def _packaged() -> Pairs:
    return decode_pairs((files("edgekit.grading") / _PACKAGED).read_bytes())


def _pooled(
    ones: Floats,
    others: Floats,
    alike: Floats,
    weights: Floats,
    asked: Floats,
    layer: Sequence[Floats],
    sharpness: float,
) -> tuple[Floats, Floats]:
    """(HIDDEN,) twice: the mean by how much a token says that the question does not, and the greatest."""
    best = alike.max(axis=1)
    shares = np.exp(sharpness * (alike - best[:, None]))
    found = (shares / shares.sum(axis=1, keepdims=True)) @ others
    known = np.maximum(asked.max(axis=1), 0) if asked.shape[1] else np.zeros(len(ones), np.float32)
    told = np.stack([np.maximum(best, -1), known, weights / MOST_WEIGHT], axis=1)
    rows = np.concatenate([ones * found, np.abs(ones - found), found - ones, told], axis=1) @ layer[0] + layer[1]
    # SiLU; beyond 60 the exponential is of no consequence.
    rows = rows / (1 + np.exp(-np.clip(rows, -60, 60)))
    new = weights * np.clip(1 - known, LEAST_NEW, 1)
    return np.asarray(new @ rows / new.sum(), np.float32), np.asarray(rows.max(axis=0), np.float32)
