"""The scorer: features of an answer and a wording to what a teacher would say; shipped as a few kB of JSON."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import InputError
from edgekit.core.weights import number, own_document
from edgekit.grading.across import Across, packaged_across
from edgekit.grading.calibration import MOST_BRIEF, Calibration, spread_by_length
from edgekit.grading.conformal import Conformal
from edgekit.grading.features import FEATURES, Flags, pair_features
from edgekit.grading.linear import Linear, shares
from edgekit.grading.pairs import Pairs
from edgekit.grading.text_states import Space, StatesEncoder, TextStates, read_texts

SCHEMA = "edgekit.scorer/1"
STATES = ("missing", "met", "contradicted")
"""What `Scorer.states` gives the shares of, in this order."""
_PACKAGED = "scorer.json"
_MOST_BYTES = 1 << 20
_MOST_WIDTH = 1 << 14
_VECTORS = ("embedding_mean", "state_mean", "importance", "agreement")
_HEAD = ("prior", "base", "near", "words")
_LENGTH = FEATURES.index("length")
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scorer:
    """met: of the features, the log odds that a teacher says yes.  contradicted: where they say no, that the answer
    says the opposite.  lean: what its odds are multiplied by when one of the three is named, for the rarest.
    head: how a teacher's marks of the same question are weighed, see `edgekit.grading.local_marks`.
    brief: how much more is said against a short answer, see `edgekit.grading.calibration.spread_by_length`.
    sure: the least probability at which 85 of 100 suggestions were right, on questions that were held out.
    across: what answers in another language than the wording are given back, in a file of its own.
    """

    space: Space
    met: Linear
    contradicted: Linear
    lean: float
    head: Linear
    calibration: Calibration
    conformal: Conformal
    sure: float
    provenance: Mapping[str, Any] = field(default_factory=dict)
    across: Across = field(default_factory=Across)
    brief: float = 0.0

    @classmethod
    def load(cls, path: Path | None = None) -> Scorer:
        """The packaged one, or that of a file. Raises InputError for a file that holds none."""
        if path is None:
            return _packaged()
        try:
            with path.open("rb") as stream:
                return decode(stream.read(_MOST_BYTES + 1))
        except OSError as problem:
            raise InputError(f"`{path}` cannot be read: {problem.strerror}") from None
        except ValueError as problem:
            raise InputError(f"`{path}` is no scorer: {problem}") from None

    def read(self, encoder: StatesEncoder, texts: Sequence[str], language: str) -> list[TextStates]:
        """See `edgekit.grading.text_states.read_texts`."""
        return read_texts(encoder, self.space, texts, language)

    def features(
        self,
        answer: TextStates,
        wordings: Sequence[TextStates],
        question: TextStates,
        mismatch: Flags | None = None,
        shares: Mapping[str, float] | None = None,
        language: str = "",
    ) -> tuple[int, Floats]:
        """The wording that counts, the one that speaks most for the answer, and (len(FEATURES),) of it.

        shares, language: see `logits`.
        """
        table = pair_features(self.space, answer, wordings, question, mismatch)
        best = int(self.logits(table, shares, language).argmax())
        return best, table[best]

    def logits(self, features: Floats, shares: Mapping[str, float] | None = None, language: str = "") -> Floats:
        """(n,) the log odds that each is met, not calibrated.

        shares: of the answer's words, by base language, where it may be in another than `language`, the wordings'.
        """
        own = self.met.logits(features)
        odds = self.across.logits(own, features, shares, language) if shares else own
        return spread_by_length(odds, np.asarray(features, np.float64)[:, _LENGTH], self.brief)

    def probabilities(self, features: Floats, variety: str = "") -> Floats:
        """(n,) of (n, len(FEATURES)): that a teacher calls it met, by the calibration of a variety."""
        return self.calibration.of(variety).probabilities(self.logits(features))

    def at_length(self, probability: float, features: Floats, variety: str = "") -> float:
        """What a probability that does not look at an answer's length is by it; features: (len(FEATURES),) of it.

        A mark that is decided by this moves with the probabilities, and so not at all.
        """
        platt = self.calibration.of(variety)
        odds = (np.log(probability / (1 - probability)) - platt.intercept) / platt.slope
        there = spread_by_length(np.array([odds]), np.asarray(features, np.float64)[None, _LENGTH], self.brief)
        return float(platt.probabilities(there)[0])

    def states(self, features: Floats, met: Floats) -> Floats:
        """(n, 3) the shares of `STATES`, from the features and from what is said of met."""
        against = shares(self.contradicted.logits(features))
        return np.stack([(1 - met) * (1 - against), met, (1 - met) * against], axis=1)

    def named(self, states: Floats) -> NDArray[np.int64]:
        """(n,) the place in `STATES` of the one that each is called."""
        return np.asarray((states * np.array([1.0, 1.0, self.lean])).argmax(axis=1), np.int64)

    def encode(self) -> bytes:
        """As a file."""
        vectors = {name: _packed(getattr(self.space, name)) for name in _VECTORS}
        biases = {name: round(getattr(self.space, name), 6) for name in ("importance_bias", "agreement_bias")}
        document = {
            "schema": SCHEMA,
            "features": list(FEATURES),
            "space": {"width": len(self.space.importance), **vectors, **biases},
            "met": self.met.to_json(),
            "contradicted": self.contradicted.to_json(),
            "lean": self.lean,
            "head": self.head.to_json(),
            "calibration": self.calibration.to_json(),
            "conformal": self.conformal.to_json(),
            "brief": self.brief,
            "sure": self.sure,
            "provenance": dict(self.provenance),
        }
        return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def decode(data: bytes) -> Scorer:
    """A scorer from a file's bytes. Raises ValueError with the first thing that is wrong."""
    if len(data) > _MOST_BYTES:
        raise ValueError(f"it has more than {_MOST_BYTES:,} bytes")
    document = own_document(data, SCHEMA)
    if document.get("features") != list(FEATURES):
        raise ValueError("it weighs other features than this version of edgekit")
    if not isinstance(document.get("provenance"), dict):
        raise ValueError("`provenance` is no table")
    brief = number(document.get("brief"), "brief")
    if not 0 <= brief <= MOST_BRIEF:
        raise ValueError(f"`brief` is between 0 and {MOST_BRIEF}")
    return Scorer(
        space=_space(document.get("space")),
        met=Linear.from_json(document.get("met"), len(FEATURES)),
        contradicted=Linear.from_json(document.get("contradicted"), len(FEATURES)),
        lean=number(document.get("lean"), "lean"),
        head=Linear.from_json(document.get("head"), len(_HEAD)),
        calibration=Calibration.from_json(document.get("calibration")),
        conformal=Conformal.from_json(document.get("conformal")),
        sure=number(document.get("sure"), "sure"),
        provenance=document["provenance"],
        brief=brief,
    )


@lru_cache(maxsize=1)
def _packaged() -> Scorer:
    found = decode((files("edgekit.grading") / _PACKAGED).read_bytes())
    return replace(found, space=replace(found.space, pairs=Pairs.load()), across=packaged_across())


def _space(table: object) -> Space:
    width = table.get("width") if isinstance(table, Mapping) else None
    if not isinstance(table, Mapping) or not isinstance(width, int) or not 1 <= width <= _MOST_WIDTH:
        raise ValueError("`space` has no sensible `width`")
    vectors = [_unpacked(table.get(name), name, width) for name in _VECTORS]
    biases = [number(table.get(name), name) for name in ("importance_bias", "agreement_bias")]
    return Space(vectors[0], vectors[1], vectors[2], biases[0], vectors[3], biases[1])


def _packed(vector: NDArray[np.float32]) -> str:
    return base64.b64encode(vector.astype("<f2").tobytes()).decode()


def _unpacked(text: object, name: str, width: int) -> NDArray[np.float32]:
    try:
        data = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except binascii.Error:
        data = b""
    if len(data) != 2 * width:
        raise ValueError(f"`{name}` has not {width} numbers")
    vector = np.frombuffer(data, "<f2").astype(np.float32)
    if not np.isfinite(vector).all():
        raise ValueError(f"`{name}` has what is no number")
    return vector
