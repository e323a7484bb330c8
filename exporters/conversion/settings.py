"""A configuration from elsewhere, read with checks that collect everything that is wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

MOST = 1 << 24
"""No size of a model in use comes near; 16,777,216."""
MOST_PARTS = 1_024
"""Layers, heads, values in a head: the largest models in use have 126, 128 and 512."""


class Settings:
    """A part of `config.json`; what is wrong with the values that are asked for gathers in `reasons`.

    A value that is wrong or missing reads as 1 (numbers) or as its default, so that one pass finds every reason.
    None, which transformers writes for what is not set, is as good as missing.
    """

    def __init__(self, values: Mapping[str, Any], reasons: list[str] | None = None, inside: str = "") -> None:
        self._values = values
        self._inside = inside
        self.reasons: list[str] = [] if reasons is None else reasons

    def has(self, key: str) -> bool:
        """Whether the key is set."""
        return self._values.get(key) is not None

    def count(self, key: str, default: int | None = None, *, least: int = 1, most: int = MOST) -> int:
        """A whole number from least to most; of what is made one by one (layers, heads) most is MOST_PARTS."""
        value = self._values.get(key)
        if value is None and default is not None:
            return default
        if type(value) is not int or not least <= value <= most:
            self._wrong(key, value, f"a whole number from {least} to {most:,}")
            return default or max(least, 1)
        return value

    def real(self, key: str, default: float | None = None) -> float:
        """A finite number above 0."""
        value: Any = self._values.get(key)
        if value is None and default is not None:
            return default
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or not 0 < value < 1e30:
            self._wrong(key, value, "a number above 0")
            return 1.0
        return float(value)

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self._values.get(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self._wrong(key, value, "true or false")
            return default
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """A short text."""
        value = self._values.get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or len(value) > 200:
            self._wrong(key, value, "a text")
            return default or ""
        return value

    def must_be(self, key: str, allowed: Sequence[Any], default: Any) -> Any:
        """One of the values that are carried over; default: what transformers takes where nothing is set."""
        value = self._values.get(key)
        if value is None:
            return default
        if not any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in allowed):
            shown = " or ".join(repr(one) for one in allowed)
            self.reasons.append(f"`{self._inside}{key}` is {str(value)[:80]!r}, and only {shown} is carried over")
            return default
        return value

    def listed(self, key: str) -> list[Any] | None:
        """A list, None where it is not set."""
        value = self._values.get(key)
        if value is not None and not isinstance(value, list):
            self._wrong(key, value, "a list")
            return None
        return value

    def part(self, key: str) -> Settings:
        """A part that is an object, an empty one where it is not set; its reasons gather here too."""
        value = self._values.get(key)
        if value is not None and not isinstance(value, dict):
            self._wrong(key, value, "an object")
        inner = value if isinstance(value, dict) else {}
        return Settings(inner, self.reasons, f"{self._inside}{key}.")

    def _wrong(self, key: str, value: object, expected: str) -> None:
        said = "is missing" if value is None else f"is {str(value)[:80]!r}"
        self.reasons.append(f"`{self._inside}{key}` {said}, and {expected} is needed")
