"""Signals to a probability: a calibration of one direction, read, written and applied."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import exp
from pathlib import Path
from typing import Any

from edgekit.confidence.signals import FEATURES, Signals
from edgekit.core.errors import InputError
from edgekit.core.languages import Direction, base_language, normalise_tag
from edgekit.core.weights import Weights, number, own_document

SCHEMA = "edgekit.confidence/2"
_PACKAGED = "calibrations.json"
_MOST_BYTES = 1 << 20
# Beyond it a float64 knows no more.
_LARGEST_ODDS = 30.0
# Deviations beyond which a feature says no more: a text of two letters may have a token for each, no fitted line has.
FURTHEST = 3.0


class Regression(Weights):
    """A logistic regression over `FEATURES`."""

    __slots__ = ()

    def probability(self, features: Sequence[float]) -> float:
        """0 to 1."""
        odds = self.intercept + sum(
            weight * max(-FURTHEST, min(FURTHEST, (value - mean) / scale))
            for value, mean, scale, weight in zip(features, self.mean, self.scale, self.weight, strict=True)
        )
        return 1 / (1 + exp(-max(-_LARGEST_ODDS, min(_LARGEST_ODDS, odds))))


@dataclass(frozen=True, slots=True)
class Confidence:
    """How likely a translation of one direction is right: as near to a person's as another person's usually is.

    margin: right is what has a chrF against a person's translation of at most so much below the middle line of its
        text. On another text the number holds as far as the model is as good there as where it was fitted: people who
        translate more freely lower all lines alike, and a model that is worse on a whole text does so too; references
        cannot tell these apart. For text with mistakes in it the number falls by less than the quality does.
    model: id of the model that was calibrated.  plain, with_round_trip: without and with the back translation's chrF.
    provenance: text, number of lines, and what was measured on lines that the fit had not seen.
    """

    direction: Direction
    model: str
    margin: float
    plain: Regression
    with_round_trip: Regression | None
    provenance: Mapping[str, Any]

    def of(self, signals: Signals | None) -> float | None:
        """The probability, 0 to 1; None without signals."""
        if signals is None:
            return None
        if signals.round_trip is not None and self.with_round_trip is not None:
            return self.with_round_trip.probability(signals.features())
        return self.plain.probability(signals.features()[: len(FEATURES)])

    def to_json(self) -> dict[str, Any]:
        """As a calibration is stored."""
        return {
            "from": self.direction.source,
            "to": self.direction.target,
            "model": self.model,
            "margin": self.margin,
            "features": list(FEATURES),
            "plain": self.plain.to_json(),
            "with_round_trip": None if self.with_round_trip is None else self.with_round_trip.to_json(),
            "provenance": dict(self.provenance),
        }


def load_confidence(direction: Direction, model: str | None = None) -> Confidence | None:
    """The calibration of a direction, the user's own before the packaged one; None where there is none.

    model: id of the model that translates; a calibration of another model says nothing about it. Tags are compared
    exactly first, then by language (`pt-BR` takes that of `pt`). Raises InputError where the user's own is damaged.
    """
    known = [*([own] if (own := _read_own(direction)) is not None else []), *_packaged()]
    for same in (lambda one: one, base_language):
        for one in known:
            theirs = (same(one.direction.source), same(one.direction.target))
            if theirs == (same(direction.source), same(direction.target)) and model in (None, one.model):
                return one
    return None


def own_file(direction: Direction) -> Path:
    """Where the user's own calibration of a direction is kept. Raises UsageError where a side is no language tag."""
    from edgekit.core.paths import data_folder

    name = f"{normalise_tag(direction.source)}-{normalise_tag(direction.target)}.json"
    return data_folder() / "confidence" / name


def save_confidence(confidence: Confidence) -> Path:
    """Write the user's own calibration of a direction, all or nothing; gives the file."""
    from edgekit.core.atomic import write_bytes

    path = own_file(confidence.direction)
    write_bytes(path, encode([confidence]))
    return path


def encode(calibrations: Sequence[Confidence]) -> bytes:
    """A file of calibrations."""
    document = {"schema": SCHEMA, "calibrations": [one.to_json() for one in calibrations]}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _read_own(direction: Direction) -> Confidence | None:
    path = own_file(direction)
    try:
        with path.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except OSError:
        return None
    hint = f"remove it, or run `edgekit eval confidence --fit` again for {direction}"
    try:
        found = decode(data)
    except ValueError as problem:
        raise InputError(f"`{path}` is no calibration: {problem}", hint=hint) from None
    if len(found) != 1 or found[0].direction != direction:
        raise InputError(f"`{path}` is not the calibration of {direction}", hint=hint)
    return found[0]


@lru_cache(maxsize=1)
def _packaged() -> tuple[Confidence, ...]:
    return tuple(decode((files("edgekit.confidence") / _PACKAGED).read_bytes()))


def decode(data: bytes) -> list[Confidence]:
    """Calibrations from a file's bytes. Raises ValueError with the first thing that is wrong."""
    if len(data) > _MOST_BYTES:
        raise ValueError(f"it has more than {_MOST_BYTES:,} bytes")
    document = own_document(data, SCHEMA)
    listed = document.get("calibrations")
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise ValueError("`calibrations` is no list of tables")
    return [_confidence(one) for one in listed]


def _confidence(table: Mapping[str, Any]) -> Confidence:
    if table.get("features") != list(FEATURES):
        raise ValueError("it weighs other features than this version of edgekit")
    tags = (table.get("from"), table.get("to"), table.get("model"))
    provenance, margin, second = table.get("provenance"), table.get("margin"), table.get("with_round_trip")
    if not all(isinstance(one, str) for one in tags) or not isinstance(provenance, dict):
        raise ValueError("`from`, `to` and `model` are texts, `provenance` is a table")
    return Confidence(
        Direction(str(tags[0]), str(tags[1])),
        str(tags[2]),
        number(margin, "margin"),
        Regression.from_json(table.get("plain"), len(FEATURES)),
        None if second is None else Regression.from_json(second, len(FEATURES) + 1),
        provenance,
    )
