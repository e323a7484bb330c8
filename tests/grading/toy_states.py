"""An encoder whose words are their own vectors, the same for words of one meaning, and a scorer by hand for it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from edgekit.engine.encoder import Adapter, TokenStates
from edgekit.grading.calibration import Calibration, Platt
from edgekit.grading.conformal import Conformal
from edgekit.grading.features import FEATURES
from edgekit.grading.linear import Linear
from edgekit.grading.scorer import Scorer
from edgekit.grading.text_states import Space

WIDTH = 64
_SAME = {
    "semilla": "seed", "semillas": "seed", "seeds": "seed", "agua": "water", "hincha": "swell", "swells": "swell",
    "crece": "grow", "grows": "grow", "luz": "light", "necesita": "need", "needs": "need", "la": "the", "el": "the",
    "hinchar": "swell", "hace": "makes", "con": "with", "para": "to", "crecer": "grow",
}  # fmt: skip


class ToyEncoder:
    """Pieces are words."""

    width = WIDTH

    def __init__(self) -> None:
        self.read: list[str] = []

    def token_states(
        self, texts: Sequence[str], *, prefix: str | None = None, adapter: Adapter | None = None
    ) -> list[TokenStates]:
        self.read += texts
        return [_states(text) for text in texts]

    def close(self) -> None:
        pass


def _states(text: str) -> TokenStates:
    pieces = text.split()[:512]
    rows = np.array([_vector(piece) for piece in pieces], np.float32).reshape(-1, WIDTH)
    total = rows.sum(axis=0) if len(rows) else np.zeros(WIDTH, np.float32)
    length = float(np.linalg.norm(total)) or 1.0
    return TokenStates(tuple(f"▁{piece}" for piece in pieces), rows, np.asarray(total / length, np.float32))


def _vector(piece: str) -> np.ndarray:
    word = "".join(one for one in piece.lower() if one.isalnum())
    word = _SAME.get(word, word)
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
    vector = np.random.default_rng(seed).normal(size=WIDTH)
    weight = 0.3 if word in ("the", "a", "it", "is", "and") else 1.0
    return np.asarray(weight * vector / np.linalg.norm(vector), np.float32)


def toy_scorer(*varieties: str, sure: float = 0.0) -> Scorer:
    """Cosine and recall tell; every variety that is named has a calibration and a threshold of its own."""
    weights = dict.fromkeys(FEATURES, 0.0) | {"cosine": 4.0, "recall": 4.0, "clause": 4.0}
    means = dict.fromkeys(FEATURES, 0.0) | {"cosine": 0.55, "recall": 0.55, "clause": 0.55}
    zeros, ones = (0.0,) * len(FEATURES), (1.0,) * len(FEATURES)
    nothing = np.zeros(WIDTH, np.float32)
    known = varieties or ("en", "es", "en+es")
    return Scorer(
        Space(nothing, nothing, nothing, 1.0, nothing, 0.0),
        Linear(tuple(means.values()), ones, tuple(weights.values()), 0.0),
        Linear(zeros, ones, zeros, -2.0),
        1.0,
        Linear((0.0,) * 4, (1.0,) * 4, (1.0, 0.5, 4.0, 4.0), 0.0),
        Calibration(Platt(), {one: Platt() for one in known}),
        Conformal(0.1, 2, dict.fromkeys(known, (0.6, 0.6))),
        sure,
    )
