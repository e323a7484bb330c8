"""Writes GGUF files tensor by tensor; the layout stands in `exporters.containers.gguf`."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import BinaryIO, TypeAlias

import numpy as np

from exporters.containers.gguf import BLOCKS, DTYPES, MAGIC, Kind, Strings, Value, aligned, alignment_of

Buffer: TypeAlias = bytes | memoryview


@dataclass(frozen=True, slots=True)
class Output:
    """A tensor to write: shape with the slowest axis first, and its bytes in pieces, so that none is held whole."""

    name: str
    shape: tuple[int, ...]
    type: int
    pieces: Iterable[Buffer]

    @property
    def size(self) -> int:
        """Bytes of the tensor."""
        _, values, size = BLOCKS[self.type]
        return prod(self.shape) // values * size


def write_gguf(
    stream: BinaryIO, metadata: Mapping[str, Value], tensors: Sequence[Output], *, version: int = 3
) -> Iterator[int]:
    """Write a file, in the order of metadata and tensors; yields the bytes written so far, at least once a tensor.

    What was read and is written unchanged gives the same bytes, where the file's own tensors lie in order without gaps.
    Raises ValueError where a tensor's pieces are not of its size.
    """
    alignment = alignment_of(metadata)
    written = sum(stream.write(part) for part in _description(metadata, tensors, version))
    for tensor in tensors:
        written += stream.write(bytes(aligned(written, alignment) - written))
        begin = written
        for piece in tensor.pieces:
            written += stream.write(piece)
            yield written
        if written - begin != tensor.size:
            raise ValueError(f"`{tensor.name}` has {written - begin:,} bytes instead of {tensor.size:,}")
    written += stream.write(bytes(aligned(written, alignment) - written))
    yield written


def measure_gguf(metadata: Mapping[str, Value], tensors: Sequence[Output]) -> int:
    """Bytes of the file that `write_gguf` writes."""
    alignment = alignment_of(metadata)
    size = aligned(sum(map(len, _description(metadata, tensors, 3))), alignment)
    return size + sum(aligned(tensor.size, alignment) for tensor in tensors)


def _description(metadata: Mapping[str, Value], tensors: Sequence[Output], version: int) -> list[bytes]:
    alignment = alignment_of(metadata)
    parts: list[bytes] = [MAGIC, struct.pack("<IQQ", version, len(tensors), len(metadata))]
    for key, value in metadata.items():
        parts += [_packed(key.encode("utf-8")), struct.pack("<I", value.kind), *_value_parts(value)]
    offset = 0
    for tensor in tensors:
        sizes = tensor.shape[::-1]
        parts += [_packed(tensor.name.encode("utf-8")), struct.pack(f"<I{len(sizes)}Q", len(sizes), *sizes)]
        parts.append(struct.pack("<IQ", tensor.type, offset))
        offset = aligned(offset + tensor.size, alignment)
    return parts


def _value_parts(value: Value) -> list[bytes]:
    if value.kind == Kind.STRING:
        return [_packed(value.value)]
    if value.kind != Kind.ARRAY:
        return [np.array(value.value, DTYPES[value.kind]).tobytes()]
    head = struct.pack("<IQ", _items(value), len(value.value))
    if isinstance(value.value, Strings):
        return [head, bytes(value.value.blob)]
    return [head, np.ascontiguousarray(value.value, DTYPES[_items(value)]).tobytes()]


def _items(value: Value) -> Kind:
    if value.items is None:
        raise ValueError("an array needs the kind of its items")
    return value.items


def _packed(raw: bytes) -> bytes:
    return struct.pack("<Q", len(raw)) + raw
