"""GGUF, versions 2 and 3: metadata and the places of tensors, read from a mapped file.

Layout, little-endian: `GGUF`, u32 version, u64 tensors, u64 metadata entries; an entry is its key (u64 length, bytes),
u32 kind, value; an array is u32 kind, u64 count, items; a string is u64 length, bytes. Then for each tensor its name,
u32 rank, u64 sizes (the fastest axis first), u32 type, u64 offset; padding to `general.alignment` (32 where it is not
said), and the data, each tensor at a multiple of the alignment. Source: ggml's `docs/gguf.md`.

A table of words is hundreds of thousands of strings, and an object for each of them is what makes other readers slow
(10 to 14 s for 262,144 tokens): here an array of strings is its bytes as they lie in the file, and where each begins.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from math import prod
from pathlib import Path
from typing import Any, NoReturn, overload

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import ModelFormatError, UnavailableError, UnsupportedModelError

MAGIC = b"GGUF"
VERSIONS = (2, 3)
ALIGNMENT_KEY = "general.alignment"
ALIGNMENT = 32
MOST_RANK = 4  # GGML_MAX_DIMS
# llama.cpp's own largest models have 2,000 to 3,000 tensors and fewer than 100 entries.
MOST_TENSORS = 65_536
MOST_ENTRIES = 4_096
MOST_NAME = 1_024


class Kind(IntEnum):
    """What a metadata value is."""

    UINT8 = 0
    INT8 = 1
    UINT16 = 2
    INT16 = 3
    UINT32 = 4
    INT32 = 5
    FLOAT32 = 6
    BOOL = 7
    STRING = 8
    ARRAY = 9
    UINT64 = 10
    INT64 = 11
    FLOAT64 = 12


DTYPES = {
    Kind.UINT8: "<u1",
    Kind.INT8: "<i1",
    Kind.UINT16: "<u2",
    Kind.INT16: "<i2",
    Kind.UINT32: "<u4",
    Kind.INT32: "<i4",
    Kind.FLOAT32: "<f4",
    Kind.BOOL: "<u1",
    Kind.UINT64: "<u8",
    Kind.INT64: "<i8",
    Kind.FLOAT64: "<f8",
}

# ggml's tensor types: name, values in a block, bytes of a block (`ggml-common.h`, `GGML_QUANT_SIZES` of gguf-py).
BLOCKS: Mapping[int, tuple[str, int, int]] = {
    0: ("F32", 1, 4),
    1: ("F16", 1, 2),
    2: ("Q4_0", 32, 18),
    3: ("Q4_1", 32, 20),
    6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24),
    8: ("Q8_0", 32, 34),
    9: ("Q8_1", 32, 40),
    10: ("Q2_K", 256, 84),
    11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144),
    13: ("Q5_K", 256, 176),
    14: ("Q6_K", 256, 210),
    15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66),
    17: ("IQ2_XS", 256, 74),
    18: ("IQ3_XXS", 256, 98),
    19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18),
    21: ("IQ3_S", 256, 110),
    22: ("IQ2_S", 256, 82),
    23: ("IQ4_XS", 256, 136),
    24: ("I8", 1, 1),
    25: ("I16", 1, 2),
    26: ("I32", 1, 4),
    27: ("I64", 1, 8),
    28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56),
    30: ("BF16", 1, 2),
    34: ("TQ1_0", 256, 54),
    35: ("TQ2_0", 256, 66),
    39: ("MXFP4", 32, 17),
}


class Strings(Sequence[bytes]):
    """Strings as they lie in a file.

    blob: the file's form of all of them.  begins, lengths: (n,) int64, where the bytes of each are in it.
    """

    def __init__(self, blob: bytes | memoryview, begins: NDArray[np.int64], lengths: NDArray[np.int64]) -> None:
        self.blob = blob
        self.begins = begins
        self.lengths = lengths

    @classmethod
    def of(cls, strings: Iterable[bytes]) -> Strings:
        """The file's form of strings."""
        listed = list(strings)
        lengths = np.array([len(one) for one in listed], np.int64)
        begins = 8 * np.arange(1, len(listed) + 1) + np.concatenate([[0], np.cumsum(lengths)])[: len(listed)]
        blob = b"".join(part for one in listed for part in (struct.pack("<Q", len(one)), one))
        return cls(blob, begins.astype(np.int64), lengths)

    def __len__(self) -> int:
        return len(self.begins)

    @overload
    def __getitem__(self, at: int) -> bytes: ...

    @overload
    def __getitem__(self, at: slice) -> list[bytes]: ...

    def __getitem__(self, at: int | slice) -> bytes | list[bytes]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        begin = int(self.begins[at])
        return bytes(self.blob[begin : begin + int(self.lengths[at])])

    def take(self, rows: NDArray[np.int64]) -> Strings:
        """The strings of these rows, in this order."""
        return Strings.of(self[int(row)] for row in rows)


@dataclass(frozen=True, slots=True)
class Value:
    """A metadata entry: a number, a bool, bytes of a string, an array of numbers or Strings.

    items: the kind of an array's items.
    """

    kind: Kind
    value: Any
    items: Kind | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A tensor: shape with the slowest axis first, ggml's type, and where its bytes are in the file."""

    name: str
    shape: tuple[int, ...]
    type: int
    begin: int
    size: int

    @property
    def row_bytes(self) -> int:
        """Bytes along the fastest axis; rows are whole quantisation blocks."""
        return self.size // prod(self.shape[:-1])


@dataclass(frozen=True, slots=True)
class Gguf:
    """A file's description; `data` is the whole file, mapped."""

    version: int
    metadata: Mapping[str, Value]
    tensors: Mapping[str, Place]
    data: memoryview

    @property
    def alignment(self) -> int:
        """Where tensors may begin."""
        return alignment_of(self.metadata)

    def rows(self, name: str) -> NDArray[np.uint8]:
        """A tensor's bytes as (rows, bytes a row), a view of the file."""
        place = self.tensors[name]
        raw = np.frombuffer(self.data, np.uint8, place.size, place.begin)
        return raw.reshape(-1, place.row_bytes)


def alignment_of(metadata: Mapping[str, Value]) -> int:
    """`general.alignment`, or 32."""
    value = metadata.get(ALIGNMENT_KEY)
    return ALIGNMENT if value is None else int(value.value)


def read_gguf(path: Path) -> Gguf:
    """Map a file and read its description; tensors are read when they are used.

    Raises ModelFormatError where a length, a count or an offset is impossible, UnsupportedModelError for a version or a
    tensor type that this reader does not know, UnavailableError where there is no such file.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(8)
            if head[:4] != MAGIC or len(head) < 8:
                _fail(path.name, "it does not start like a GGUF file")
            data = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
    except FileNotFoundError:
        raise UnavailableError(f"there is no file `{path}`") from None
    except OSError as error:
        raise ModelFormatError(f"`{path.name}` cannot be read", reasons=[error.strerror or str(error)]) from error
    return _Reader(path.name, data).read()


class _Reader:
    """A position in the bytes of a file; Python integers cannot overflow, and every step is checked against the end."""

    def __init__(self, file: str, data: memoryview) -> None:
        self.file = file
        self.data = data
        self.at = len(MAGIC)

    def read(self) -> Gguf:
        version = self._number("<I")
        if version not in VERSIONS:
            swapped = int.from_bytes(version.to_bytes(4, "little"), "big")
            raise UnsupportedModelError(
                f"`{self.file}` is GGUF "
                + (f"version {swapped} in big-endian order" if swapped in VERSIONS else f"version {version:,}"),
                reasons=["known are versions 2 and 3, little-endian"],
            )
        tensors, entries = self._number("<Q"), self._number("<Q")
        if tensors > MOST_TENSORS or entries > MOST_ENTRIES:
            self._fail(f"it says that it holds {tensors:,} tensors and {entries:,} metadata entries")
        metadata: dict[str, Value] = {}
        for _ in range(entries):
            key = self._name("a metadata key")
            if key in metadata:
                self._fail(f"`{key}` is there twice")
            metadata[key] = self._value(key, self._kind(key))
        places = self._places(tensors, self._alignment(metadata))
        return Gguf(version, metadata, places, self.data)

    def _alignment(self, metadata: Mapping[str, Value]) -> int:
        value = metadata.get(ALIGNMENT_KEY)
        if value is not None and (value.kind != Kind.UINT32 or value.value not in (8, 16, 32, 64, 128, 256, 512, 4096)):
            self._fail(f"`{ALIGNMENT_KEY}` is {value.value}")
        return alignment_of(metadata)

    def _places(self, count: int, alignment: int) -> dict[str, Place]:
        listed: list[tuple[str, tuple[int, ...], int, int, int]] = []
        unknown: list[str] = []
        for _ in range(count):
            name = self._name("a tensor's name")
            rank = self._number("<I")
            if not 1 <= rank <= MOST_RANK:
                self._fail(f"`{name}` has {rank:,} dimensions")
            sizes = [self._number("<Q") for _ in range(rank)]
            kind, offset = self._number("<I"), self._number("<Q")
            if min(sizes) < 1:
                self._fail(f"`{name}` has shape {sizes}")
            if kind not in BLOCKS:
                unknown.append(f"`{name}` has tensor type {kind}")
                continue
            _, values, size = BLOCKS[kind]
            if sizes[0] % values or offset % alignment:
                self._fail(f"`{name}` has rows of {sizes[0]:,} values and begins at {offset:,}, which its type forbids")
            listed.append((name, tuple(reversed(sizes)), kind, offset, prod(sizes) // values * size))
        if unknown:
            raise UnsupportedModelError(f"`{self.file}` holds tensors of an unknown type", reasons=unknown[:5])
        begin = aligned(self.at, alignment)
        places: dict[str, Place] = {}
        end = 0
        for name, shape, kind, offset, size in sorted(listed, key=lambda one: one[3]):
            if name in places:
                self._fail(f"`{name}` is there twice")
            if offset < end:
                self._fail(f"`{name}` begins inside another tensor")
            end = offset + size
            if begin + end > len(self.data):
                self._fail(f"`{name}` ends at byte {begin + end:,} of a file of {len(self.data):,}")
            places[name] = Place(name, shape, kind, begin + offset, size)
        return {name: places[name] for name, *_ in listed}

    def _value(self, key: str, kind: Kind) -> Value:
        if kind == Kind.STRING:
            return Value(kind, self._string(key))
        if kind != Kind.ARRAY:
            raw = self._bytes(np.dtype(DTYPES[kind]).itemsize, key)
            number = np.frombuffer(raw, DTYPES[kind])[0].item()
            if kind == Kind.BOOL and number > 1:
                self._fail(f"`{key}` is a bool of {number}")
            return Value(kind, bool(number) if kind == Kind.BOOL else number)
        items, count = self._kind(key), self._number("<Q")
        if items == Kind.ARRAY:
            self._fail(f"`{key}` is an array of arrays")
        if items == Kind.STRING:
            return Value(kind, self._strings(key, count), items)
        dtype = np.dtype(DTYPES[items])
        return Value(kind, np.frombuffer(self._bytes(count * dtype.itemsize, key), dtype), items)

    def _strings(self, key: str, count: int) -> Strings:
        start, data, end = self.at, self.data, len(self.data)
        if count > (end - start) // 8:
            self._fail(f"`{key}` says that it holds {count:,} strings")
        begins, lengths = np.empty(count, np.int64), np.empty(count, np.int64)
        unpack, at = struct.Struct("<Q").unpack_from, start
        for index in range(count):
            if at + 8 > end:
                self._fail(f"it ends inside `{key}`")
            (length,) = unpack(data, at)
            at += 8
            if length > end - at:
                self._fail(f"a string of `{key}` says that it has {length:,} bytes")
            begins[index], lengths[index] = at - start, length
            at += length
        self.at = at
        return Strings(data[start:at], begins, lengths)

    def _kind(self, key: str) -> Kind:
        number = self._number("<I")
        if number > max(Kind):
            self._fail(f"`{key}` is of kind {number:,}")
        return Kind(number)

    def _name(self, what: str) -> str:
        raw = self._string(what)
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            self._fail(f"{what} is damaged: {raw[:40]!r}")
        if not 1 <= len(raw) <= MOST_NAME or not name.isprintable():
            self._fail(f"{what} is damaged: {raw[:40]!r}")
        return name

    def _string(self, what: str) -> bytes:
        return bytes(self._bytes(self._number("<Q"), what))

    def _number(self, layout: str) -> int:
        size = struct.calcsize(layout)
        return int(struct.unpack(layout, self._bytes(size, "its description"))[0])

    def _bytes(self, count: int, what: str) -> memoryview:
        if count > len(self.data) - self.at:
            self._fail(f"it ends at byte {len(self.data):,}, inside {what}")
        self.at += count
        return self.data[self.at - count : self.at]

    def _fail(self, reason: str) -> NoReturn:
        _fail(self.file, reason)


def aligned(position: int, alignment: int) -> int:
    """The next multiple of alignment."""
    return -(-position // alignment) * alignment


def _fail(file: str, reason: str) -> NoReturn:
    raise ModelFormatError(f"`{file}` is not a sound GGUF file", reasons=[reason])
