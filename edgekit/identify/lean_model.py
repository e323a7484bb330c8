"""py3langid's model in its unpacked file: of its 66 MB only what a text needs is read."""

from __future__ import annotations

import contextlib
import io
import lzma
import os
import shutil
import struct
import tempfile
import threading
import weakref
import zipfile
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier  # type: ignore[import-untyped]  # it has no types

# Local file header of the ZIP format (APPNOTE 4.3.7): the lengths of name and extra field are its last two numbers.
_HEADER = 30
# Steps of 100 bytes each, rows of 400: 8 MB at most. The words of a class come up again and again.
_MOST_KEPT = 1 << 14
_ROWS_AT_ONCE = 1 << 12
T = TypeVar("T")


def open_lean_model(path: Path) -> LanguageIdentifier:
    """The identifier of a model file, which may be used from any thread.

    The library makes lists and arrays of the whole file: 75 MB. Where the file is mapped, the system maps 64 kB around
    every number that is read, of 50 texts 45 MB; read by themselves, these numbers take 4.
    Raises OSError where it cannot be read, ValueError or KeyError where its layout is another.
    """
    from py3langid.langid import LanguageIdentifier

    unpacked = _unpacked(path)
    file = _File(unpacked)
    tables = {name: _Table(file, *place) for name, place in _places(unpacked).items()}
    if len(tables["nextmove"].shape) != 1 or len(tables["ptc"].shape) != 2:
        raise ValueError("its tables have other dimensions")
    model = LanguageIdentifier(
        tables["ptc"],
        tables["pc"].whole(),
        tables["classes"].whole().tolist(),
        _Kept(tables["nextmove"].item),
        tables["out_feat"].whole().data,
        tk_row=(),
    )
    # The library makes a list of it: of 104,583 numbers 4 MB, of which these are 0.4.
    model._rowbase = array("I", (tables["nextmove_row"].whole().astype("I") << 8).tobytes())
    return model


def _unpacked(path: Path) -> IO[bytes]:
    """The 66 MB of it in a temporary file, or in memory where the disk is full or nobody may write to it."""
    with contextlib.suppress(OSError):
        unpacked = tempfile.TemporaryFile(suffix=".npz", buffering=0)  # noqa: SIM115  `_File` closes it
        try:
            return _copied(path, unpacked)
        except OSError:
            unpacked.close()
    return _copied(path, io.BytesIO())


def _copied(path: Path, unpacked: IO[bytes]) -> IO[bytes]:
    with lzma.open(path) as packed:
        shutil.copyfileobj(packed, unpacked, 1 << 20)
    return unpacked


class _File:
    """Closed with the last table in it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        weakref.finalize(self, stream.close)

    def read(self, begin: int, size: int) -> bytes:
        if hasattr(os, "pread") and not isinstance(self._stream, io.BytesIO):
            return os.pread(self._stream.fileno(), size, begin)
        with self._lock:
            self._stream.seek(begin)
            return self._stream.read(size)


class _Kept(dict[int, T]):
    """What was read, by its place, for as long as there is room."""

    def __init__(self, read: Callable[[int], T]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, at: int) -> T:
        if len(self) >= _MOST_KEPT:
            self.clear()
        found = self[at] = self._read(at)
        return found


class _Table:
    """An array in a file, of which rows are read.  begin: in the file."""

    def __init__(self, file: _File, begin: int, kind: Any, shape: tuple[int, ...]) -> None:
        self.shape = shape
        self._file, self._begin, self._kind = file, begin, kind
        self._width = kind.itemsize * int(np.prod(shape[1:]))
        self._rows: _Kept[NDArray[Any]] = _Kept(lambda at: self._read(at, 1)[0])

    def __getitem__(self, key: Any) -> NDArray[Any]:
        """(n, columns) of some rows, or of all rows some columns: `[rows]`, `[:, columns]`."""
        if isinstance(key, tuple):
            begins = range(0, self.shape[0], _ROWS_AT_ONCE)
            return np.concatenate([self._read(at, _ROWS_AT_ONCE)[key] for at in begins])
        return np.stack([self._rows[at] for at in key.tolist()])

    def item(self, at: int) -> int:
        """One number of a row of numbers."""
        return int(self._read(at, 1)[0])

    def whole(self) -> NDArray[Any]:
        """All of it."""
        return self._read(0, self.shape[0])

    def _read(self, first: int, count: int) -> NDArray[Any]:
        count = max(0, min(count, self.shape[0] - first))
        data = self._file.read(self._begin + first * self._width, count * self._width)
        return np.frombuffer(data, self._kind).reshape(count, *self.shape[1:])


def _places(unpacked: IO[bytes]) -> dict[str, tuple[int, Any, tuple[int, ...]]]:
    """Name -> begin in the file, type and shape of each array of an uncompressed npz."""
    found = {}
    with zipfile.ZipFile(unpacked) as archive:
        for entry in archive.infolist():
            if entry.compress_type != zipfile.ZIP_STORED:
                raise ValueError(f"`{entry.filename}` is compressed")
            unpacked.seek(entry.header_offset + _HEADER - 4)
            unpacked.seek(sum(struct.unpack("<HH", unpacked.read(4))), 1)
            version = np.lib.format.read_magic(unpacked)
            if version != (1, 0):
                raise ValueError(f"`{entry.filename}` is of version {version}")
            shape, by_column, kind = np.lib.format.read_array_header_1_0(unpacked)
            if by_column or kind.hasobject:
                raise ValueError(f"`{entry.filename}` is no plain table")
            found[entry.filename.removesuffix(".npy")] = (unpacked.tell(), kind, shape)
    return found
