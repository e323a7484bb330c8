"""py3langid's model as it lies in its unpacked file: of its 66 MB only what a text needs is read."""

from __future__ import annotations

import lzma
import mmap
import shutil
import struct
import tempfile
import zipfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier  # type: ignore[import-untyped]

# Local file header of the ZIP format (APPNOTE 4.3.7): the lengths of name and extra field are its last two numbers.
_HEADER = 30


def map_model(path: Path) -> tuple[LanguageIdentifier, mmap.mmap]:
    """The identifier of a model file, and the file that its tables lie in.

    The library makes lists and arrays of the whole file: 75 MB, of which one class touches 10.
    Raises OSError where it cannot be unpacked, ValueError or KeyError where its layout is another.
    """
    from py3langid.langid import LanguageIdentifier

    with tempfile.TemporaryFile(suffix=".npz") as unpacked:
        with lzma.open(path) as packed:
            shutil.copyfileobj(packed, unpacked, 1 << 20)
        unpacked.flush()
        places = _places(unpacked)
        mapped = mmap.mmap(unpacked.fileno(), 0, access=mmap.ACCESS_READ)
    arrays = {name: _array(mapped, *place) for name, place in places.items()}
    next_moves = arrays["nextmove"]
    kind: Any = next_moves.dtype.char
    moves = memoryview(mapped)[places["nextmove"][0] :][: next_moves.nbytes].cast(kind)
    model = LanguageIdentifier(
        arrays["ptc"],
        np.array(arrays["pc"]),
        arrays["classes"].tolist(),
        moves,
        np.array(arrays["out_feat"]).data,
        tk_row=arrays["nextmove_row"].tolist(),
    )
    model.tk_row = ()
    return model, mapped


def forget(mapped: mmap.mmap) -> None:
    """Let the system take the pages back that were read, until they are read again."""
    if hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)


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


def _array(mapped: mmap.mmap, begin: int, kind: Any, shape: tuple[int, ...]) -> NDArray[Any]:
    return np.ndarray(shape, kind, mapped, begin)
