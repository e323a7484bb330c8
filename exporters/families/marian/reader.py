"""Marian's two containers, `.bin` (version 1) and `.npz`, read into named tensors.

Layout of `.bin`, little-endian: u64 version (1), u64 n, then n x (u64 name length with its NUL, u64 type, u64 rank,
u64 data length), the names, the shapes (i32), u64 padding, the padding, the data back to back in header order.
An intgemm8 tensor is its int8 values, then one float32 `qB` (the real weight is int8 / qB); every matrix but an
embedding is stored transposed. Source: marian-dev `src/common/binary.cpp`, `src/common/io_item.h` and `src/graph/`
(browsermt fork).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import ModelFormatError, UnsupportedModelError

SETTINGS_NAME = "special:model.yml"
MOST_TENSORS = 4096  # 64 + 64 layers of the deepest student that settings allow have fewer
MOST_NAME = 256
MOST_RANK = 4

INT8, FLOAT32, INTGEMM8 = 0x0101, 0x0404, 0x4101
_OTHER_TYPES = {
    0x0102: "int16",
    0x0104: "int32",
    0x0402: "float16",
    0x0408: "float64",
    0x0802: "packed16 (fbgemm)",
    0x1801: "packed8avx2 (fbgemm)",
    0x2801: "packed8avx512 (fbgemm)",
    0x4102: "intgemm16",
}


@dataclass(frozen=True, slots=True)
class Tensor:
    """values in the declared shape, int8 or float32; the real ones are `values / scale`, or values without a scale."""

    values: NDArray[np.int8] | NDArray[np.float32]
    scale: float | None


@dataclass(frozen=True, slots=True)
class Item:
    """A tensor's place in a file; size has the padding that follows it."""

    name: str
    type: int
    shape: tuple[int, ...]
    start: int
    size: int


def read_tensors(path: Path) -> tuple[Mapping[str, Tensor], str]:
    """The tensors of a model file by name, and the text of its settings.

    Arrays are views of one read of the file, so memory is the file's size, whatever the file says.
    Raises ModelFormatError where a length, a count or a value is impossible, UnsupportedModelError for a storage type
    that is not intgemm8 or float32.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(8)
            if head[:4] == b"PK\x03\x04":
                from exporters.families.marian.npz import read_npz

                return _checked(path.name, *read_npz(path))
            if head[:2] == b"\x1f\x8b":
                _fail(path.name, "it is compressed with gzip; unpack it first")
            if head != struct.pack("<Q", 1):
                _fail(path.name, "it starts neither like a Marian `.bin` of version 1 nor like a `.npz`")
        data = path.read_bytes()  # one buffer of the right size; a buffered stream would join two
    except OSError as error:
        raise ModelFormatError(f"`{path.name}` cannot be read", reasons=[error.strerror or str(error)]) from error
    return _checked(path.name, *_read_bin(path.name, data))


def _read_bin(file: str, data: bytes) -> tuple[dict[str, Tensor], str]:
    tensors: dict[str, Tensor] = {}
    text: str | None = None
    unsupported: list[str] = []
    for item in read_items(file, data):
        if item.name in tensors or (item.name == SETTINGS_NAME and text is not None):
            _fail(file, f"`{item.name}` is there twice")
        if item.name == SETTINGS_NAME:
            if item.type != INT8:
                _fail(file, f"`{item.name}` is not text")
            text = decode_settings(file, data[item.start : item.start + prod(item.shape)])
        elif item.type in (FLOAT32, INTGEMM8):
            tensors[item.name] = read_tensor(file, data, item)
        elif item.type in _OTHER_TYPES or item.type == INT8:
            unsupported.append(f"`{item.name}` is stored as {_OTHER_TYPES.get(item.type, 'int8')}")
        else:
            _fail(file, f"`{item.name}` has type {item.type:#x}, which Marian does not have")
    if unsupported:
        left = len(unsupported) - 5
        raise UnsupportedModelError(
            f"`{file}` holds weights that are neither intgemm8 nor float32",
            reasons=[*unsupported[:5], *([f"and {left:,} more"] if left > 0 else [])],
            hint="convert the original model with `marian-conv --gemm-type intgemm8` or `float32`",
        )
    if text is None:
        _fail(file, f"`{SETTINGS_NAME}` is missing")
    return tensors, text


def read_items(file: str, data: bytes) -> list[Item]:
    """The header, every length checked against the bytes that are there; Python integers cannot overflow."""
    (count,) = _unpack(file, "<Q", data, 8)
    if not 0 < count <= MOST_TENSORS:
        _fail(file, f"it says that it holds {count:,} tensors, more than {MOST_TENSORS:,} or none")
    position = 16 + 32 * count
    headers = [_unpack(file, "<4Q", data, 16 + 32 * index) for index in range(count)]
    names = []
    for length, _, rank, _ in headers:
        if not 2 <= length <= MOST_NAME or not 1 <= rank <= MOST_RANK:
            _fail(file, f"a tensor has a name of {length:,} bytes and {rank:,} dimensions")
        raw = data[position : position + length]
        position += length
        if len(raw) != length or raw[-1] or 0 in raw[:-1] or not raw[:-1].isascii():
            _fail(file, f"a tensor's name is damaged: {raw[:40]!r}")
        names.append(raw[:-1].decode("ascii"))
    shapes = []
    for name, (_, _, rank, _) in zip(names, headers, strict=True):
        shape = _unpack(file, f"<{rank}i", data, position)
        position += 4 * rank
        if min(shape) < 1:
            _fail(file, f"`{name}` has shape {shape}")
        shapes.append(shape)
    (padding,) = _unpack(file, "<Q", data, position)
    position += 8 + padding
    items = []
    for name, shape, (_, kind, _, size) in zip(names, shapes, headers, strict=True):
        width = 4 if kind == FLOAT32 else 1
        needed = prod(shape) * width + (4 if kind == INTGEMM8 else 0)
        if kind in (INT8, FLOAT32, INTGEMM8) and size < needed:
            _fail(file, f"`{name}` needs {needed:,} bytes and says it has {size:,}")
        if position + size > len(data):
            _fail(file, f"`{name}` ends at byte {position + size:,} of a file of {len(data):,}")
        items.append(Item(name, kind, shape, position, size))
        position += size
    if position != len(data):
        _fail(file, f"{len(data) - position:,} bytes follow the last tensor")
    return items


def read_tensor(file: str, data: bytes, item: Item) -> Tensor:
    """One tensor of float32 or intgemm8, its values a view of data."""
    count = prod(item.shape)
    if item.type == FLOAT32:
        return Tensor(np.frombuffer(data, "<f4", count, item.start).reshape(item.shape), None)
    values = np.frombuffer(data, np.int8, count, item.start)
    (scale,) = _unpack(file, "<f", data, item.start + count)
    if len(item.shape) == 2 and "Wemb" not in item.name:
        return Tensor(values.reshape(item.shape[::-1]).T, scale)
    return Tensor(values.reshape(item.shape), scale)


def decode_settings(file: str, raw: bytes) -> str:
    """The text of `special:model.yml`, without its closing NUL."""
    try:
        return raw.rstrip(b"\0").decode("utf-8")
    except UnicodeDecodeError:
        _fail(file, f"`{SETTINGS_NAME}` is not UTF-8 text")


def _checked(file: str, tensors: Mapping[str, Tensor], text: str) -> tuple[Mapping[str, Tensor], str]:
    reasons = []
    for name, tensor in tensors.items():
        if tensor.scale is not None and not (np.isfinite(tensor.scale) and tensor.scale > 0):
            reasons.append(f"`{name}` has the scale {tensor.scale}, not a positive number")
        # The sum is not finite where a value is not: no copy the size of the table. An overflow of float32 sums
        # would need weights near 1e33, which are as useless.
        if tensor.values.dtype == np.float32:
            with np.errstate(over="ignore", invalid="ignore"):
                total = np.sum(tensor.values, dtype=np.float32)
            if not np.isfinite(total):
                reasons.append(f"`{name}` holds a value that is not finite")
    if reasons:
        raise ModelFormatError(f"`{file}` holds numbers that no model has", reasons=reasons[:20])
    return tensors, text


def _unpack(file: str, layout: str, data: bytes, position: int) -> tuple[int, ...]:
    if position + struct.calcsize(layout) > len(data):
        _fail(file, f"it ends at byte {len(data):,}, inside its own description")
    return struct.unpack_from(layout, data, position)


def _fail(file: str, reason: str) -> NoReturn:
    raise ModelFormatError(f"`{file}` is not a sound Marian model", reasons=[reason])
