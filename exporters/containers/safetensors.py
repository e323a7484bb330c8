"""Safetensors: names, shapes and places of tensors, read from a mapped file, and files written tensor by tensor.

Layout: u64 little-endian length of the header, the header as JSON (name -> dtype, shape, data_offsets; strings under
`__metadata__`), the data without gaps. Source: https://huggingface.co/docs/safetensors/index#format.

Why not the library: without torch, safetensors 0.8.0 hands out numpy arrays, and numpy has no bfloat16, no 8-bit float
and nothing smaller, so it raises on exactly those; its slices take no list of rows; and it writes a path of its own
from tensors that are all in memory. Trimming needs bytes of rows and nothing else. The library reads what is written
here, and the tests hold the two against each other.
"""

from __future__ import annotations

import json
import mmap
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, TypeAlias

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import ModelFormatError, UnsupportedModelError

Buffer: TypeAlias = bytes | memoryview
METADATA = "__metadata__"
ALIGNMENT = 8  # the library pads the header with spaces, so that the data begins at a multiple
# 20,000 tensors, a large mixture of experts in one file, take 3 MB. The library stops at 100 MB, which as Python
# objects could be gigabytes.
MOST_HEADER = 8 << 20
MOST_RANK = 8
MOST_NAME = 1_024
_PIECE = 8 << 20

# Bits of a value, as in `Dtype::bitsize` of the library.
BITS: Mapping[str, int] = {
    "F4": 4,
    "F6_E2M3": 6,
    "F6_E3M2": 6,
    "BOOL": 8,
    "U8": 8,
    "I8": 8,
    "F8_E5M2": 8,
    "F8_E4M3": 8,
    "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8,
    "F8_E5M2FNUZ": 8,
    "I16": 16,
    "U16": 16,
    "F16": 16,
    "BF16": 16,
    "I32": 32,
    "U32": 32,
    "F32": 32,
    "I64": 64,
    "U64": 64,
    "F64": 64,
    "C64": 64,
}


@dataclass(frozen=True, slots=True)
class Place:
    """A tensor: shape with the slowest axis first, dtype as the header names it, and where its bytes are."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    begin: int
    size: int


@dataclass(frozen=True, slots=True)
class Safetensors:
    """A file's description, tensors in the order of their bytes; `data` is the whole file, mapped."""

    metadata: Mapping[str, str]
    tensors: Mapping[str, Place]
    data: memoryview

    def bytes_of(self, name: str) -> memoryview:
        """A tensor's bytes, a view of the file."""
        place = self.tensors[name]
        return self.data[place.begin : place.begin + place.size]

    def pieces(self, name: str) -> Iterator[memoryview]:
        """A tensor's bytes in pieces, whose memory is given back one after the other."""
        place = self.tensors[name]
        end = place.begin + place.size
        for begin in range(place.begin, end, _PIECE):
            yield self.data[begin : min(begin + _PIECE, end)]
            self.release(begin, min(begin + _PIECE, end))

    def gathered(self, name: str, rows: NDArray[np.int64]) -> Iterator[memoryview]:
        """Some rows of a tensor as they are stored, in pieces as above; rows: ascending."""
        table = self.rows(name)
        width, start = table.shape[1], self.tensors[name].begin
        count = max(1, _PIECE // max(1, width))
        for at in range(0, len(rows), count):
            some = rows[at : at + count]
            yield table[some].reshape(-1).data
            self.release(start + int(some[0]) * width, start + (int(some[-1]) + 1) * width)

    def release(self, begin: int, end: int) -> None:
        """Let go of pages that were read; they stay in the system's cache and are read again when they are wanted.

        Else all of a file ends up in the process: 534 MB more where it is 3 MB, for one of 605 MB.
        """
        mapped = self.data.obj
        if isinstance(mapped, mmap.mmap) and hasattr(mapped, "madvise") and end > begin:
            first = begin // mmap.PAGESIZE * mmap.PAGESIZE
            mapped.madvise(mmap.MADV_DONTNEED, first, end - first)

    def rows(self, name: str) -> NDArray[np.uint8]:
        """A tensor's bytes as (length of the first axis, bytes for each), a view of the file.

        Raises ModelFormatError where a row is no whole number of bytes.
        """
        place = self.tensors[name]
        if not place.shape or place.shape[0] < 1 or place.size % place.shape[0]:
            raise ModelFormatError(f"`{name}` has no rows of whole bytes", reasons=[f"{place.dtype} {place.shape}"])
        raw = np.frombuffer(self.data, np.uint8, place.size, place.begin)
        return raw.reshape(place.shape[0], -1)


@dataclass(frozen=True, slots=True)
class Output:
    """A tensor to write: its bytes in pieces, so that none is held whole."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    pieces: Iterable[Buffer]

    @property
    def size(self) -> int:
        """Bytes of the tensor."""
        return prod(self.shape) * BITS[self.dtype] // 8


def read_safetensors(path: Path) -> Safetensors:
    """Map a file and read its description; tensors are read when they are used.

    Raises ModelFormatError where a length, a name, a shape or an offset is impossible, UnsupportedModelError for a
    dtype that this reader does not know.
    """
    try:
        with path.open("rb") as stream:
            if len(stream.read(8)) < 8:
                _fail(path.name, "it is shorter than 8 bytes")
            data = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
    except OSError as error:
        raise ModelFormatError(f"`{path.name}` cannot be read", reasons=[error.strerror or str(error)]) from error
    length = int(struct.unpack_from("<Q", data)[0])
    if length > len(data) - 8:
        _fail(path.name, f"its header has {length:,} bytes, the file {len(data):,}")
    if length > MOST_HEADER:
        _fail(path.name, f"its header has {length:,} bytes, more than {MOST_HEADER:,}")
    header = _header(path.name, bytes(data[8 : 8 + length]))
    metadata = header.pop(METADATA, {})
    if not isinstance(metadata, dict) or not all(map(_is_text, [*metadata, *metadata.values()])):
        _fail(path.name, f"`{METADATA}` holds something else than strings")
    return Safetensors(metadata, _places(path.name, header, 8 + length, len(data)), data)


def _header(file: str, raw: bytes) -> dict[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in pairs:
            if name in found:
                _fail(file, f"`{name[:MOST_NAME]}` is there twice")
            found[name] = value
        return found

    try:
        header = json.loads(raw.decode("utf-8"), object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        _fail(file, f"its header is no JSON: {error}")
    if not isinstance(header, dict):
        _fail(file, "its header is no JSON object")
    return header


def _places(file: str, header: Mapping[str, Any], begin: int, end: int) -> dict[str, Place]:
    listed = []
    unknown = []
    for name, entry in header.items():
        if not 1 <= len(name) <= MOST_NAME or not name.isprintable():
            _fail(file, f"a tensor's name is damaged: {name[:40]!r}")
        if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
            _fail(file, f"`{name}` is not described by dtype, shape and data_offsets")
        shape, offsets = _numbers(entry["shape"]), _numbers(entry["data_offsets"])
        if shape is None or len(shape) > MOST_RANK:
            _fail(file, f"`{name}` has an impossible shape")
        if offsets is None or len(offsets) != 2 or offsets[0] > offsets[1]:
            _fail(file, f"`{name}` has impossible offsets")
        if not isinstance(entry["dtype"], str) or entry["dtype"] not in BITS:
            unknown.append(f"`{name}` has dtype {str(entry['dtype'])[:40]}")
            continue
        bits = prod(shape) * BITS[entry["dtype"]]
        if bits % 8 or bits // 8 != offsets[1] - offsets[0]:
            _fail(file, f"`{name}` takes {bits / 8:,.0f} bytes and its offsets span {offsets[1] - offsets[0]:,}")
        listed.append(Place(name, entry["dtype"], shape, begin + offsets[0], offsets[1] - offsets[0]))
    if unknown:
        raise UnsupportedModelError(f"`{file}` holds tensors of an unknown type", reasons=unknown[:5])
    listed.sort(key=lambda place: (place.begin, place.size))
    at = begin
    for place in listed:
        # Neither gaps, in which something could hide, nor overlaps, through which a small file becomes a large model.
        if place.begin != at:
            _fail(file, f"`{place.name}` begins at byte {place.begin:,}, the tensor before it ends at {at:,}")
        at += place.size
    if at != end:
        _fail(file, f"its tensors end at byte {at:,} of {end:,}")
    return {place.name: place for place in listed}


def _is_text(value: object) -> bool:
    """Whether this is a string that UTF-8 can write: JSON's escapes can spell half a surrogate pair."""
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)


def _numbers(value: object) -> tuple[int, ...] | None:
    """A list of whole numbers below 2^63; a bool is none."""
    if isinstance(value, list) and all(type(one) is int and 0 <= one < 1 << 63 for one in value):
        return tuple(value)
    return None


def write_safetensors(stream: BinaryIO, metadata: Mapping[str, str], tensors: Sequence[Output]) -> Iterator[int]:
    """Write a file; yields the bytes written so far, at least once a tensor.

    Tensors lie in the order of their values' sizes, the largest first, as the library orders them, so that each begins
    where its dtype may. Raises ValueError where a tensor's pieces are not of its size.
    """
    written = stream.write(_head(metadata, tensors))
    for tensor in _ordered(tensors):
        before = written
        for piece in tensor.pieces:
            written += stream.write(piece)
            yield written
        if written - before != tensor.size:
            raise ValueError(f"{tensor.name}: {written - before} bytes instead of {tensor.size}")
        yield written


def measure_safetensors(metadata: Mapping[str, str], tensors: Sequence[Output]) -> int:
    """Size of the file that `write_safetensors` would write; no piece is read."""
    return len(_head(metadata, tensors)) + sum(tensor.size for tensor in tensors)


def _ordered(tensors: Sequence[Output]) -> list[Output]:
    return sorted(tensors, key=lambda tensor: -BITS[tensor.dtype])


def _head(metadata: Mapping[str, str], tensors: Sequence[Output]) -> bytes:
    header: dict[str, Any] = {METADATA: dict(metadata)} if metadata else {}
    at = 0
    for tensor in _ordered(tensors):
        offsets = [at, at + tensor.size]
        header[tensor.name] = {"dtype": tensor.dtype, "shape": list(tensor.shape), "data_offsets": offsets}
        at += tensor.size
    raw = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    raw += b" " * (-len(raw) % ALIGNMENT)
    return struct.pack("<Q", len(raw)) + raw


def _fail(file: str, reason: str) -> NoReturn:
    raise ModelFormatError(f"`{file}` is not a sound safetensors file", reasons=[reason])
