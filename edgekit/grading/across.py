"""Answers in another language than a wording: what the same content loses by looking less alike is given back.

No marks of answers in the languages themselves are needed: weights are of answers to SciEntsBank and Beetle that were
translated by machine, and a line for each pair of languages of sentences of FLORES that say the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.core.languages import base_language
from edgekit.core.weights import number, own_document
from edgekit.grading.calibration import Platt
from edgekit.grading.conformal import ALPHA, Conformal
from edgekit.grading.features import FEATURES
from edgekit.grading.linear import Linear

SCHEMA = "edgekit.across/1"
_PACKAGED = "across.json"
_MOST_LINES = 10_000
_ROMANISED = "-Latn"
_RECALL, _PRECISION = FEATURES.index("recall"), FEATURES.index("precision")
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Across:
    """weights: of the features, the log odds of yes where answer and wording are in two languages.

    lines: `es>en`, the answer's base language and the wording's -> slope and intercept of these odds; where both are
    one language (`es>es`), of the odds of the scorer's own weights. All slopes are above 0, all weights keep their
    signs: more of what speaks for an answer never lowers its odds.
    measured: those of the lines for which answers with marks showed that the widest sets hold what they promise.
    thresholds: of the sets of translated answers, see `edgekit.grading.conformal.Conformal`.
    whole: name of a line -> how much `in_both` most halves of a content have, and what each unit more is worth, above
    0: a sentence that has all of the wording and nothing else gets what it gets in the wording's own language.
    same: log odds that it gets there, above which nothing is lifted.
    """

    weights: Linear | None = None
    lines: Mapping[str, Platt] = field(default_factory=dict)
    measured: frozenset[str] = frozenset()
    thresholds: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    whole: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    same: float = 0.0

    def logits(self, own: Floats, features: Floats, shares: Mapping[str, float], language: str) -> Floats:
        """(n,) log odds by the shares of the answer's words in each language; own: by the scorer's own weights.

        language: of the wordings. What is all in the wording's language, or in one without a line, keeps its own.
        """
        lines = {tag: self.lines.get(f"{tag}>{base_language(language)}") for tag in shares}
        if not any(lines.values()):
            return own
        other = self.weights.logits(features) if self.weights is not None else own
        total = np.zeros(len(own))
        for tag in sorted(shares):
            line = lines[tag]
            if line is None:
                found = own
            else:
                found = line.slope * (own if tag == base_language(language) else other) + line.intercept
                found = self._of_whole(f"{tag}>{base_language(language)}", found, features)
            total += shares[tag] * found
        return total

    def _of_whole(self, name: str, odds: Floats, features: Floats) -> Floats:
        if name not in self.whole:
            return odds
        least, worth = self.whole[name]
        lifted = odds + worth * np.maximum(0.0, in_both(features) - least)
        return np.maximum(odds, np.minimum(lifted, self.same))

    def covers(self, variety: str, language: str) -> bool:
        """Whether each language of a variety that the wordings are not in has a line that was measured."""
        here = base_language(language)
        if variety.endswith(_ROMANISED):
            return False
        tags = {base_language(tag) for tag in variety.split("+")} - {here}
        return bool(tags) and all(f"{tag}>{here}" in self.measured for tag in tags)

    def widened(self, sets: Conformal) -> Conformal:
        """With the sets of translated answers among those of which a variety without its own takes the widest."""
        return replace(sets, thresholds={**self.thresholds, **sets.thresholds})

    def encode(self) -> bytes:
        """As a file."""
        document = {"schema": SCHEMA, "features": list(FEATURES), **self.to_json()}
        return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "weights": None if self.weights is None else self.weights.to_json(),
            "lines": {name: [one.slope, one.intercept] for name, one in sorted(self.lines.items())},
            "whole": {name: list(values) for name, values in sorted(self.whole.items())},
            "same": self.same,
            "measured": sorted(self.measured),
            "conformal": {name: list(values) for name, values in sorted(self.thresholds.items())},
            "provenance": dict(self.provenance),
        }


def in_both(features: Floats) -> Floats:
    """(n,) how much of the wording is in the answer and of the answer in the wording, whichever is less."""
    table = np.asarray(features, np.float64)
    return np.minimum(table[:, _RECALL], table[:, _PRECISION])


def spoken(variety: str, shares: Mapping[str, float]) -> dict[str, float]:
    """The shares of the languages that a variety names, by base language; the sum is 1, or there is none.

    variety, shares: of an `edgekit.grading.variety.Variety`. A language in Latin letters that has others is none.
    """
    if variety.endswith(_ROMANISED):
        return {}
    tags = {base_language(tag) for tag in variety.split("+")}
    named = {tag: shares[tag] for tag in sorted(tags) if shares.get(tag, 0.0) > 0}
    total = sum(named.values())
    return {tag: share / total for tag, share in named.items()} if len(named) != 1 else dict.fromkeys(named, 1.0)


def decode_across(data: bytes) -> Across:
    """From a file's bytes. Raises ValueError with the first thing that is wrong."""
    document = own_document(data, SCHEMA)
    if document.get("features") != list(FEATURES):
        raise ValueError("it weighs other features than this version of edgekit")
    lines = document.get("lines")
    if not isinstance(lines, dict) or len(lines) > _MOST_LINES or not isinstance(document.get("provenance"), dict):
        raise ValueError("`lines` and `provenance` are tables")
    measured = document.get("measured")
    if not isinstance(measured, list) or not all(isinstance(name, str) and name in lines for name in measured):
        raise ValueError("`measured` names what is no line")
    whole = document.get("whole")
    if not isinstance(whole, dict) or not all(name in lines for name in whole):
        raise ValueError("`whole` names what is no line")
    return Across(
        Linear.from_json(document.get("weights"), len(FEATURES)),
        {name: _line(name, values) for name, values in lines.items()},
        frozenset(measured),
        Conformal.from_json({"alpha": ALPHA, "labels": 2, "thresholds": document.get("conformal")}).thresholds,
        document["provenance"],
        {name: _worth(name, values) for name, values in whole.items()},
        number(document.get("same"), "same"),
    )


@lru_cache(maxsize=1)
def packaged_across() -> Across:
    """The one that edgekit brings."""
    return decode_across((files("edgekit.grading") / _PACKAGED).read_bytes())


def _line(name: str, values: object) -> Platt:
    if not isinstance(values, list) or len(values) != 2:
        raise ValueError(f"`{name[:40]}` is no slope and intercept")
    slope, intercept = number(values[0], "lines"), number(values[1], "lines")
    if slope <= 0:
        raise ValueError(f"the slope of `{name[:40]}` is not above 0")
    return Platt(slope, intercept)


def _worth(name: str, values: object) -> tuple[float, float]:
    if not isinstance(values, list) or len(values) != 2:
        raise ValueError(f"`{name[:40]}` has not what is least and what more is worth")
    least, worth = number(values[0], "whole"), number(values[1], "whole")
    if worth <= 0:
        raise ValueError(f"what more of `{name[:40]}` is worth is not above 0")
    return least, worth
