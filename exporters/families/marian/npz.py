"""Marian's `.npz`: float32 arrays and the settings as int8 text, in a zip file.

numpy's own reader allocates what a header asks for before it looks at the bytes, so the members are read here, each
bounded by the size of the file.
"""

from __future__ import annotations

import ast
import struct
import zipfile
import zlib
from math import prod
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import ModelFormatError
from exporters.families.marian.reader import MOST_NAME, MOST_RANK, MOST_TENSORS, SETTINGS_NAME, Tensor, decode_settings

MOST_DIRECTORY = 512 * 1024  # bytes of the zip's table of contents; 4,096 members of 100 bytes
MOST_HEADER = 1024
_CHUNK = 1 << 20
_DAMAGED = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, EOFError, NotImplementedError, ValueError,
    OverflowError, IndexError,
)  # fmt: skip


def read_npz(path: Path) -> tuple[dict[str, Tensor], str]:
    """The tensors of the archive and the text of its settings; OSError passes through. Raises ModelFormatError."""
    _check_directory(path)
    tensors: dict[str, Tensor] = {}
    text: str | None = None
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_members(path, members)
            for member in members:
                name = member.filename.removesuffix(".npy")
                values = _read_member(path.name, archive, member)
                if name != SETTINGS_NAME:
                    if values.dtype != np.float32:
                        _fail(path.name, f"`{name}` is {values.dtype}, not float32")
                    tensors[name] = Tensor(values.astype(np.float32, copy=False), None)
                elif values.dtype.itemsize == 1:
                    text = decode_settings(path.name, values.tobytes())
    except _DAMAGED as error:
        raise ModelFormatError(f"`{path.name}` is not a sound `.npz`", reasons=[str(error)[:200]]) from error
    if text is None:
        _fail(path.name, f"`{SETTINGS_NAME}` is missing")
    return tensors, text


def _check_directory(path: Path) -> None:
    """Bound the table of contents before zipfile turns each of its entries into an object of 600 bytes."""
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - 42))
        tail = stream.read(42)
    if tail[-22:-18] != b"PK\x05\x06" or tail[-42:-38] == b"PK\x06\x07":
        _fail(path.name, "it does not end like a zip file that numpy or Marian writes")
    (length,) = struct.unpack_from("<I", tail, len(tail) - 22 + 12)
    if length > min(MOST_DIRECTORY, size):
        _fail(path.name, f"its table of contents has {length:,} bytes, more than {MOST_DIRECTORY:,}")


def _check_members(path: Path, members: list[zipfile.ZipInfo]) -> None:
    size = path.stat().st_size
    names = [member.filename for member in members]
    if not 0 < len(names) <= MOST_TENSORS:
        _fail(path.name, f"it holds {len(names):,} arrays, more than {MOST_TENSORS:,} or none")
    if len(set(names)) != len(names):
        _fail(path.name, "two of its arrays have one name")
    for member in members:
        if len(member.filename) > MOST_NAME or not member.filename.endswith(".npy"):
            _fail(path.name, f"`{member.filename[:40]}` is not an array's name")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or member.flag_bits & 0x1:
            _fail(path.name, f"`{member.filename}` is encrypted or compressed in a way that numpy does not write")
    # Weights hardly compress; a zip that grows more than 1.5 times is not one of weights.
    total = sum(member.file_size for member in members)
    if total > size * 3 // 2 + _CHUNK:
        _fail(path.name, f"its arrays unpack to {total:,} bytes from a file of {size:,}")


def _read_member(file: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> NDArray[Any]:
    with archive.open(member) as stream:
        prefix = stream.read(8)
        if prefix[:6] != b"\x93NUMPY" or len(prefix) < 8 or prefix[6] not in (1, 2, 3):
            _fail(file, f"`{member.filename}` is not an array")
        width = 2 if prefix[6] == 1 else 4
        length = int.from_bytes(stream.read(width), "little")
        if length > min(MOST_HEADER, member.file_size):
            _fail(file, f"`{member.filename}` has a header of {length:,} bytes")
        dtype, shape = _parse_header(file, member.filename, stream.read(length))
        size = prod(shape) * dtype.itemsize
        if size != member.file_size - 8 - width - length:
            _fail(file, f"`{member.filename}` says it has {size:,} bytes of data, which it has not")
        values = np.empty(size, np.uint8)
        done = 0
        while done < size:
            part = stream.read(min(_CHUNK, size - done))
            if not part:
                _fail(file, f"`{member.filename}` is cut off")
            values.data[done : done + len(part)] = part
            done += len(part)
        stream.read(1)  # zipfile compares the checksum when it reaches the end
    return values.view(dtype).reshape(shape)


def _parse_header(file: str, name: str, raw: bytes) -> tuple[np.dtype[Any], tuple[int, ...]]:
    """numpy's header is a Python literal: {'descr': '<f4', 'fortran_order': False, 'shape': (1, 256), }."""
    try:
        header = ast.literal_eval(raw.decode("latin-1").strip())
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        header = None
    if not isinstance(header, dict) or set(header) != {"descr", "fortran_order", "shape"}:
        _fail(file, f"`{name}` has a header that numpy does not write")
    descr, shape = header["descr"], header["shape"]
    if descr not in ("<f4", "|i1", "|u1", "<i1", "<u1"):
        _fail(file, f"`{name}` is {str(descr)[:20]}, not float32")
    if (
        header["fortran_order"] is not False
        or not isinstance(shape, tuple)
        or not 1 <= len(shape) <= MOST_RANK
        or not all(type(size) is int and 0 < size < 2**31 for size in shape)
    ):
        _fail(file, f"`{name}` has shape {str(shape)[:40]} in an order that Marian does not write")
    return np.dtype(descr), shape


def _fail(file: str, reason: str) -> NoReturn:
    raise ModelFormatError(f"`{file}` is not a sound Marian `.npz`", reasons=[reason])
