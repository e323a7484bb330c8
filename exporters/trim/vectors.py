"""Rows of an embedding as numbers, whatever they are stored as."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporters.trim.base import Ids


def finite(values: NDArray[Any]) -> NDArray[np.float32]:
    """As float32, with 0 for what is no number: rows of damaged files may hold anything."""
    return np.nan_to_num(values.astype(np.float32, copy=False), nan=0.0, posinf=0.0, neginf=0.0)


def ggml_vectors(rows: NDArray[np.uint8], kind: int) -> Callable[[Ids], NDArray[np.float32]] | None:
    """A reader of rows of ggml's blocks; None for a type that the library `gguf` cannot read.

    rows: (V, bytes a row).  kind: ggml's number of the type.
    """
    import gguf

    def read(ids: Ids) -> NDArray[np.float32]:
        # Scales of damaged files may be anything.
        with np.errstate(over="ignore", invalid="ignore"):
            values = gguf.quants.dequantize(rows[ids], gguf.GGMLQuantizationType(kind))
        return finite(values)

    try:
        read(np.zeros(1, np.int64))
    except (NotImplementedError, ValueError):
        return None
    return read


def safetensors_vectors(rows: NDArray[np.uint8], dtype: str) -> Callable[[Ids], NDArray[np.float32]] | None:
    """A reader of rows as safetensors store them; None for a type that is no float.  rows: (V, bytes a row)."""
    if dtype not in ("F32", "F16", "BF16"):
        return None

    def read(ids: Ids) -> NDArray[np.float32]:
        raw = rows[ids]
        if dtype == "BF16":  # the upper half of a float32
            values = (raw.view("<u2").astype(np.uint32) << 16).view(np.float32)
        else:
            values = raw.view("<f4" if dtype == "F32" else "<f2").astype(np.float32)
        return finite(values)

    return read
