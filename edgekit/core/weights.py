"""Weights of a logistic regression as files of edgekit hold them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, TypeVar

_COLUMNS = ("mean", "scale", "weight")
_LARGEST = 1e9
_DIGITS = 6
_Own = TypeVar("_Own", bound="Weights")


@dataclass(frozen=True, slots=True)
class Weights:
    """Of each feature its mean and deviation, by which it is standardised, and its weight."""

    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weight: tuple[float, ...]
    intercept: float

    def to_json(self) -> dict[str, Any]:
        """As they are stored."""
        return {**{name: list(getattr(self, name)) for name in _COLUMNS}, "intercept": self.intercept}

    @classmethod
    def from_json(cls: type[_Own], table: object, count: int) -> _Own:
        """Those of `count` features. Raises ValueError with the first thing that is wrong."""
        if not isinstance(table, Mapping):
            raise ValueError("weights are a table")
        columns = []
        for name in _COLUMNS:
            values = table.get(name)
            if not isinstance(values, list) or len(values) != count:
                raise ValueError(f"`{name}` has not {count} numbers")
            columns.append(tuple(number(value, name) for value in values))
        if min(columns[1], default=1.0) <= 0:
            raise ValueError("`scale` has a number that is not above 0")
        return cls(columns[0], columns[1], columns[2], number(table.get("intercept"), "intercept"))

    @classmethod
    def rounded(
        cls: type[_Own], mean: Iterable[float], scale: Iterable[float], weight: Iterable[float], intercept: float
    ) -> _Own:
        """Those that were fitted, to the six digits that are stored."""
        columns = [tuple(round(float(value), _DIGITS) for value in values) for values in (mean, scale, weight)]
        return cls(columns[0], columns[1], columns[2], round(float(intercept), _DIGITS))


def number(value: object, name: str) -> float:
    """Raises ValueError for what is no finite number of a sensible size."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value) or abs(value) > _LARGEST:
        raise ValueError(f"`{name}` has what is no number")
    return float(value)


def own_document(data: bytes, schema: str) -> dict[str, Any]:
    """The JSON object of a file of ours. Raises ValueError for no JSON and for another schema."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise ValueError("it is no JSON") from None
    if not isinstance(document, dict) or document.get("schema") != schema:
        raise ValueError(f"its schema is not `{schema}`")
    return document
