"""What the model runner and its parent say to each other: a header, then arrays as they lie in memory.

A frame is u32 length of the header, little-endian, the header (JSON: `say`, a name; `values`, numbers and text;
`arrays`, dtype and shape of each), and the bytes of the arrays. Nothing is pickled.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
_LENGTH = struct.Struct("<I")
# The longest header is an error with a dozen lines; more is something else on the pipe.
_MOST_HEADER = 1 << 20
_MOST_BYTES = 1 << 32
_DTYPES = ("<i4", "<f4", "<f8", "|u1")


@dataclass(frozen=True, slots=True)
class Frame:
    """say: the request, or `ok`, `usage` or `failed`.  values: JSON values.  arrays: int32, float32, float64, bytes."""

    say: str
    values: Mapping[str, Any] = field(default_factory=dict)
    arrays: Sequence[Array] = ()


def send(stream: IO[bytes], frame: Frame) -> None:
    """Write a frame. Raises OSError where the other side is gone."""
    arrays = [np.ascontiguousarray(array, array.dtype.newbyteorder("<")) for array in frame.arrays]
    described = [(array.dtype.str, array.shape) for array in arrays]
    header = json.dumps({"say": frame.say, "values": dict(frame.values), "arrays": described}).encode("ascii")
    stream.write(_LENGTH.pack(len(header)) + header)
    for array in arrays:
        stream.write(array.reshape(-1).view(np.uint8).data)
    stream.flush()


def receive(stream: IO[bytes]) -> Frame | None:
    """Read a frame; None where the other side closed the pipe, in the middle of one too.

    Raises ValueError for anything that is no frame.
    """
    prefix = stream.read(_LENGTH.size)
    if len(prefix) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(prefix)
    if length > _MOST_HEADER:
        raise ValueError(f"a header of {length:,} bytes")
    raw = stream.read(length)
    if len(raw) < length:
        return None
    header = json.loads(raw)
    arrays: list[Array] = []
    for dtype, shape in header["arrays"]:
        size = math.prod(shape) * np.dtype(dtype).itemsize
        if dtype not in _DTYPES or min(shape, default=0) < 0 or size > _MOST_BYTES:
            raise ValueError(f"an array of {dtype!r} and shape {shape}")
        data = stream.read(size)
        if len(data) < size:
            return None
        arrays.append(np.frombuffer(data, dtype).reshape(shape))
    return Frame(header["say"], header["values"], arrays)


def packed(lines: Sequence[Sequence[int]]) -> list[Array]:
    """Lists of ids as two arrays: all ids, and the length of each list."""
    flat = np.fromiter((at for line in lines for at in line), np.int32)
    return [flat, np.array([len(line) for line in lines], np.int32)]


def unpacked(flat: Array, lengths: Array) -> list[Array]:
    """The other way: a view of flat for each length."""
    return np.split(flat, np.cumsum(lengths)[:-1]) if len(lengths) else []
