"""Tensors of an ONNX file as they are stored, inside it or in data files beside it: checked, and cut along one axis.

Layout: row-major, little-endian, 4-bit values two a byte with the first in the low half. A tensor in a data file has
the keys `location`, `offset` and `length`. Source: onnx `onnx.proto`, `docs/ExternalData.md`.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, numpy_helper

from edgekit.catalogue.names import why_unsafe_path
from edgekit.core.errors import ModelFormatError, UnsupportedModelError
from exporters.tokenizers.protobuf import BYTES, WireError, fields
from exporters.trim.base import Ids

MOST_RANK = 16
_AT_ONCE = 16 << 20  # bytes copied at a time
_BITS: dict[int, int] = {
    **dict.fromkeys((TensorProto.BOOL, TensorProto.UINT8, TensorProto.INT8), 8),
    **dict.fromkeys((TensorProto.FLOAT8E4M3FN, TensorProto.FLOAT8E4M3FNUZ), 8),
    **dict.fromkeys((TensorProto.FLOAT8E5M2, TensorProto.FLOAT8E5M2FNUZ), 8),
    **dict.fromkeys((TensorProto.UINT16, TensorProto.INT16, TensorProto.FLOAT16, TensorProto.BFLOAT16), 16),
    **dict.fromkeys((TensorProto.UINT32, TensorProto.INT32, TensorProto.FLOAT), 32),
    **dict.fromkeys((TensorProto.UINT64, TensorProto.INT64, TensorProto.DOUBLE), 64),
    **dict.fromkeys((TensorProto.UINT4, TensorProto.INT4), 4),
}


@dataclass(frozen=True, slots=True)
class Cut:
    """One axis of a tensor has an entry for each token, or a group of them (`dims[axis] // rows`); not negative."""

    axis: int
    rows: int


@dataclass(frozen=True, slots=True)
class Form:
    """A tensor's dimensions, and the bits of one value."""

    dims: tuple[int, ...]
    bits: int

    @property
    def size_bytes(self) -> int:
        """What it takes, rounded up to whole bytes."""
        return -(-prod(self.dims) * self.bits // 8)

    def cut(self, cut: Cut, count: int) -> Form:
        """The form when only count tokens stay."""
        dims = list(self.dims)
        dims[cut.axis] = dims[cut.axis] // cut.rows * count
        return Form(tuple(dims), self.bits)


@dataclass(frozen=True, slots=True)
class External:
    """A tensor's place in a data file of the same folder."""

    location: str
    offset: int
    length: int


@dataclass(slots=True)
class DataFiles:
    """The data files of one folder, mapped when they are first asked for."""

    folder: Path
    _maps: dict[str, memoryview] = field(default_factory=dict)

    def map(self, location: str) -> memoryview:
        """The bytes of a file. Raises ModelFormatError where it is none of this folder."""
        if location not in self._maps:
            why = why_unsafe_path(location)
            path = self.folder / location
            if why is None and not path.is_file():
                why = "it is not there"
            elif why is None and not path.resolve().is_relative_to(self.folder.resolve()):
                why = "it lies outside the model's folder"
            if why is not None:
                raise ModelFormatError(f"the data file `{location[:80]}` cannot be read", reasons=[why])
            self._maps[location] = _mapped(path)
        return self._maps[location]

    def map_graph(self, name: str) -> memoryview:
        """The bytes of a graph, which no file names but its opener, and which may be a link (the hub's cache)."""
        return _mapped(self.folder / name)


def _mapped(path: Path) -> memoryview:
    with path.open("rb") as stream:
        empty = not path.stat().st_size
        return memoryview(b"" if empty else mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))


def external_of(tensor: TensorProto, files: DataFiles) -> External | None:
    """Where a tensor's data lies when it is not inside the file. Raises ModelFormatError."""
    if tensor.data_location != TensorProto.EXTERNAL:
        return None
    keys = {entry.key: entry.value for entry in tensor.external_data}
    reasons = []
    numbers = {}
    for key in ("offset", "length"):
        text = keys.get(key, "0" if key == "offset" else None)
        if text is not None and not (text.isascii() and text.isdecimal() and len(text) < 20):
            reasons.append(f"`{tensor.name}` has the {key} `{text[:40]}`")
        elif text is not None:
            numbers[key] = int(text)
    if "location" not in keys:
        reasons.append(f"`{tensor.name}` does not say in which file it is")
    if reasons:
        raise ModelFormatError("a tensor's place is damaged", reasons=reasons)
    size = len(files.map(keys["location"]))
    place = External(keys["location"], numbers["offset"], numbers.get("length", form_of(tensor).size_bytes))
    if place.offset + place.length > size:
        reasons.append(f"`{tensor.name}` ends at byte {place.offset + place.length:,} of `{place.location}` ({size:,})")
    if place.length != form_of(tensor).size_bytes:
        reasons.append(f"`{tensor.name}` needs {form_of(tensor).size_bytes:,} bytes and says it has {place.length:,}")
    if reasons:
        raise ModelFormatError("a tensor's place is damaged", reasons=reasons)
    return place


def form_of(tensor: TensorProto) -> Form:
    """A tensor's form. Raises ModelFormatError for impossible dimensions, UnsupportedModelError for other types."""
    bits = _BITS.get(tensor.data_type)
    if bits is None:
        name = TensorProto.DataType.Name(tensor.data_type) if tensor.data_type in TensorProto.DataType.values() else "?"
        raise UnsupportedModelError(
            f"`{tensor.name}` cannot be read", reasons=[f"its type is {name} ({tensor.data_type})"]
        )
    if len(tensor.dims) > MOST_RANK or any(size < 0 for size in tensor.dims):
        raise ModelFormatError(f"`{tensor.name}` has the dimensions {list(tensor.dims)[:MOST_RANK]}")
    return Form(tuple(tensor.dims), bits)


def bytes_of(tensor: TensorProto, files: DataFiles) -> memoryview:
    """A tensor's data as raw bytes. Raises ModelFormatError where there are more or fewer than its shape takes."""
    size = form_of(tensor).size_bytes
    place = external_of(tensor, files)
    if place is not None:
        return files.map(place.location)[place.offset : place.offset + place.length]
    if tensor.HasField("raw_data"):
        data = tensor.raw_data
    elif _BITS[tensor.data_type] == 4:
        raise UnsupportedModelError(f"`{tensor.name}` holds 4-bit values in another form than raw bytes")
    else:
        try:
            data = numpy_helper.to_array(tensor).tobytes()
        except (ValueError, TypeError) as error:
            raise ModelFormatError(f"`{tensor.name}` is damaged", reasons=[str(error)[:200]]) from error
    if len(data) != size:
        raise ModelFormatError(f"`{tensor.name}` needs {size:,} bytes and has {len(data):,}")
    return memoryview(data)


def raw_data_of(file: memoryview) -> dict[str, memoryview]:
    """Raw data of the main graph's constants by name, as slices of an ONNX file; none where they cannot be told.

    Field numbers: onnx `onnx.proto`.
    """
    found: dict[str, memoryview] = {}
    try:
        for graph in _messages(file, 7):
            for tensor in _messages(graph, 5):
                parts = {number: value for number, kind, value in fields(tensor) if kind == BYTES and number in (8, 9)}
                name, data = parts.get(8), parts.get(9)
                if isinstance(name, memoryview) and isinstance(data, memoryview):
                    found[bytes(name).decode("utf-8")] = data
    except (WireError, UnicodeDecodeError):
        return {}
    return found


def _messages(data: memoryview, wanted: int) -> Iterator[memoryview]:
    for number, _, value in fields(data):
        if number == wanted and isinstance(value, memoryview):
            yield value


def cut_bytes(form: Form, cut: Cut, kept: Ids, data: memoryview) -> Iterator[memoryview]:
    """The data of the kept tokens, in order, a part at a time."""
    outer, group = prod(form.dims[: cut.axis]), form.dims[cut.axis] // cut.rows
    bits = group * prod(form.dims[cut.axis + 1 :]) * form.bits
    stored = np.frombuffer(data, np.uint8)
    if bits % 8:
        # Rows that end inside a byte: 4-bit values whose last axis is the one that is cut.
        yield _packed(_unpacked(stored, outer * cut.rows * bits // 4).reshape(outer, cut.rows, -1)[:, kept])
        return
    rows = stored.reshape(outer, cut.rows, bits // 8)
    at_once = max(1, _AT_ONCE // max(1, bits // 8))
    if len(kept) > at_once:
        for row in range(outer):
            for begin in range(0, len(kept), at_once):
                yield rows[row, kept[begin : begin + at_once]].reshape(-1).data
    else:
        many = max(1, at_once // max(1, len(kept)))
        for begin in range(0, outer, many):
            yield rows[begin : begin + many, kept].reshape(-1).data


def _unpacked(stored: NDArray[np.uint8], count: int) -> NDArray[np.uint8]:
    return np.stack([stored & 15, stored >> 4], axis=1).reshape(-1)[:count]


def _packed(values: NDArray[np.uint8]) -> memoryview:
    flat = values.reshape(-1)
    if len(flat) % 2:
        flat = np.append(flat, np.uint8(0))
    return (flat[::2] | flat[1::2] << 4).astype(np.uint8).data


def tensors_of(model: onnx.ModelProto) -> Iterator[TensorProto]:
    """Every tensor of a model, those inside nodes, subgraphs and functions included."""
    graphs = [model.graph]
    nodes = [node for function in model.functions for node in function.node]
    while graphs or nodes:
        if graphs:
            graph = graphs.pop()
            yield from graph.initializer
            for sparse in graph.sparse_initializer:
                yield sparse.values
                yield sparse.indices
            nodes.extend(graph.node)
            continue
        node = nodes.pop()
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t
            yield from attribute.tensors
            if attribute.HasField("g"):
                graphs.append(attribute.g)
            graphs.extend(attribute.graphs)
