"""Metadata of a GGUF, by kind."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from exporters.containers.gguf import Kind, Strings, Value

Metadata = dict[str, Value]


def text(value: str) -> Value:
    """A string."""
    return Value(Kind.STRING, value.encode("utf-8"))


def texts(values: Iterable[str]) -> Value:
    """An array of strings."""
    return Value(Kind.ARRAY, Strings.of(one.encode("utf-8") for one in values), Kind.STRING)


def number(value: int) -> Value:
    """A whole number of 32 bits."""
    return Value(Kind.UINT32, value)


def real(value: float) -> Value:
    """A float32."""
    return Value(Kind.FLOAT32, value)


def flag(value: bool) -> Value:
    """True or false."""
    return Value(Kind.BOOL, value)


def reals(values: NDArray[np.float32]) -> Value:
    """An array of float32."""
    return Value(Kind.ARRAY, values.astype(np.float32), Kind.FLOAT32)


def numbers(values: NDArray[np.int32]) -> Value:
    """An array of whole numbers of 32 bits, signed."""
    return Value(Kind.ARRAY, values.astype(np.int32), Kind.INT32)


def octets(data: bytes) -> Value:
    """An array of bytes."""
    return Value(Kind.ARRAY, np.frombuffer(data, np.uint8), Kind.UINT8)
