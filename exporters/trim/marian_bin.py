"""Rows of a Marian `.bin` taken as they are stored: int8 stays int8 with its scale, nothing is computed anew.

The rows are padded to a multiple of 8, which is what intgemm's product needs of a head's columns. Layout: see
`exporters.families.marian.reader`.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import ModelFormatError, UnsupportedModelError
from exporters.families.marian.reader import FLOAT32, INTGEMM8, SETTINGS_NAME, Item, read_items, read_tensor
from exporters.trim.base import Ids

# Name -> the axis of the declared shape that has an entry for each token.
_AXES: Mapping[str, int] = {
    "Wemb": 0,
    "encoder_Wemb": 0,
    "decoder_Wemb": 0,
    "decoder_ff_logit_out_Wt": 0,
    "decoder_ff_logit_out_W": 1,
    "decoder_ff_logit_out_b": 1,
}
_EMBEDDINGS = ("Wemb", "encoder_Wemb")
_BIAS = "decoder_ff_logit_out_b"
_ROWS_MULTIPLE = 8
_ALIGNMENT = 256
# A padding row is all zeros, and its score is its bias alone. Real ones lie between -20 and 10; far below them and,
# times an alpha and a scale (8.8 x 154 in tiny11), still far from the end of an int32.
_NEVER = -10_000.0


@dataclass(frozen=True, slots=True)
class MarianBin:
    """A `.bin`, read as places in its bytes.  items: every tensor; tables: those of them that lose rows."""

    data: bytes
    items: list[Item]

    @property
    def tables(self) -> list[Item]:
        """The tensors with an entry for each token."""
        return [item for item in self.items if item.name in _AXES]

    @property
    def rows(self) -> int:
        """Length of the tables, padding included."""
        return max(item.shape[_AXES[item.name]] for item in self.tables)

    def vectors(self, ids: Ids) -> NDArray[np.float32]:
        """(n, width) rows of the table of the source's tokens, as numbers."""
        item = next(item for item in self.items if item.name in _EMBEDDINGS)
        table = read_tensor("weights", self.data, item)
        rows = table.values[ids].astype(np.float32)
        return rows if table.scale is None else rows / np.float32(table.scale)

    def size(self, kept: int) -> int:
        """Bytes of the file with so many tokens, exact."""
        rows = padded_rows(kept)
        return len(self.data) - sum(item.size - _size(item, rows) for item in self.tables)


def read_bin(path: Path) -> MarianBin:
    """Open a `.bin` whose model was found sound. Raises ModelFormatError, UnsupportedModelError for a `.npz`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelFormatError(f"`{path.name}` cannot be read", reasons=[error.strerror or str(error)]) from error
    if data[:2] == b"PK":
        raise UnsupportedModelError(
            f"`{path.name}` is a `.npz`, which is not trimmed in place",
            hint="convert it with `marian-conv --gemm-type intgemm8` or `float32`",
        )
    file = MarianBin(data, read_items(path.name, data))
    sizes = {item.name: item.shape[_AXES[item.name]] for item in file.tables}
    if len(set(sizes.values())) != 1:
        reasons = [f"`{name}` has {rows:,}" for name, rows in sizes.items()]
        raise UnsupportedModelError(f"the tables of `{path.name}` do not have the same rows", reasons=reasons)
    return file


def padded_rows(kept: int) -> int:
    """Rows of the tables of so many tokens."""
    return -(-kept // _ROWS_MULTIPLE) * _ROWS_MULTIPLE


def write_bin(stream: BinaryIO, file: MarianBin, kept: Ids) -> Iterator[int]:
    """Write the file with the kept tokens; yields the bytes written so far."""
    rows = padded_rows(len(kept))
    bodies: list[bytes | memoryview] = []
    heads, shapes = [], []
    for item in file.items:
        body: bytes | memoryview = memoryview(file.data)[item.start : item.start + item.size]
        shape = item.shape
        if item.name in _AXES:
            body = _taken(file.data, item, kept, rows)
            shape = tuple(rows if axis == _AXES[item.name] else size for axis, size in enumerate(item.shape))
        elif item.name == SETTINGS_NAME:
            body = _settings(bytes(body), file.rows, rows)
            shape = item.shape if len(body) == item.size else (len(body),)
        bodies.append(body)
        heads.append(struct.pack("<4Q", len(item.name) + 1, item.type, len(shape), len(body)))
        shapes.append(struct.pack(f"<{len(shape)}i", *shape))
    names = b"".join(item.name.encode("ascii") + b"\0" for item in file.items)
    head = b"".join([struct.pack("<2Q", 1, len(file.items)), *heads, names, *shapes])
    padding = file.items[0].start - len(head) - 8
    done = 0
    for part in (head, struct.pack("<Q", padding), bytes(padding), *bodies):
        stream.write(part)
        done += len(part)
        yield done


def _size(item: Item, rows: int) -> int:
    """Bytes of a table of so many rows; it is padded as it was."""
    count = prod(item.shape) // item.shape[_AXES[item.name]]
    width, scale = (4, 0) if item.type == FLOAT32 else (1, 4)
    old, new = prod(item.shape) * width + scale, rows * count * width + scale
    if item.size == -(-old // _ALIGNMENT) * _ALIGNMENT:
        return -(-new // _ALIGNMENT) * _ALIGNMENT
    return new + item.size - old


def _taken(data: bytes, item: Item, kept: Ids, rows: int) -> bytes:
    axis = _AXES[item.name]
    shape = item.shape
    if item.type == INTGEMM8 and "Wemb" not in item.name:
        # Stored transposed.
        shape, axis = shape[::-1], len(shape) - 1 - axis
    dtype = "<f4" if item.type == FLOAT32 else "<i1"
    values: NDArray[np.generic] = np.frombuffer(data, dtype, prod(shape), item.start).reshape(shape)
    taken = np.full(
        [rows if at == axis else size for at, size in enumerate(shape)], _NEVER if item.name == _BIAS else 0, dtype
    )
    np.take(values, kept, axis, out=taken[: len(kept)] if axis == 0 else taken[:, : len(kept)])
    scale = data[item.start + values.nbytes :][:4] if item.type == INTGEMM8 else b""
    body = taken.tobytes() + scale
    return body + bytes(_size(item, rows) - len(body))


def _settings(text: bytes, old: int, new: int) -> bytes:
    """The settings with the new `dim-vocabs`, as long as they were: the tensors that follow stay where they are."""
    found = re.search(rb"^dim-vocabs:(?:[ \t\[,\n-]*\d+)+", text, re.MULTILINE)
    if found is None:
        return text
    sizes = re.sub(rb"\d+", lambda one: b"%d" % new if int(one[0]) == old else one[0], found[0])
    changed = text[: found.start()] + sizes + text[found.end() :]
    ends = changed.rstrip(b"\0")
    return ends + b"\n" * (len(text) - len(changed)) + changed[len(ends) :]
