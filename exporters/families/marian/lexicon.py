"""The binary lexical shortlist `lex.*.bin`: for each source piece, the target pieces that may translate it.

Layout, little-endian: u64 magic, u64 checksum, u64 first, u64 best, u64 number of offsets, u64 number of words,
the offsets (u64), the words (u32). Source: browsermt/marian-dev `src/data/shortlist.{h,cpp}`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import ModelFormatError

MAGIC = 0xF11A48D5013417F5
_HEADER = struct.Struct("<6Q")
_CHUNK = 65_536  # words a chunk: 2 MB of Python integers at a time instead of 18 MB for a real file


@dataclass(frozen=True, slots=True)
class Lexicon:
    """words[offsets[s]:offsets[s + 1]] are the target ids that source id s may become.

    first: the target ids 0..first-1 are always candidates.
    best: how many words a list was cut to when it was made.
    offsets: uint64 (V_s + 1,); words: uint32.
    """

    first: int
    best: int
    offsets: NDArray[np.uint64]
    words: NDArray[np.uint32]


def read_lexicon(path: Path, source_vocabulary: int, target_vocabulary: int) -> Lexicon:
    """Read and check a shortlist against the sizes of its model's vocabularies.

    Arrays are views of one read of the file. Raises ModelFormatError with everything that is wrong.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelFormatError(f"`{path.name}` cannot be read", reasons=[error.strerror or str(error)]) from error
    if len(data) < _HEADER.size:
        _fail(path.name, f"it has {len(data):,} bytes, fewer than its header")
    magic, checksum, first, best, offset_count, word_count = _HEADER.unpack_from(data)
    if magic != MAGIC:
        _fail(path.name, f"it starts with {magic:#x}, not {MAGIC:#x}")
    expected = _HEADER.size + 8 * offset_count + 4 * word_count
    if expected != len(data):
        _fail(path.name, f"its header promises {expected:,} bytes, it has {len(data):,}")
    if checksum != lexicon_checksum(data):
        _fail(path.name, "its checksum does not match its content")
    reasons = []
    if offset_count != source_vocabulary + 1:
        reasons.append(f"it covers {offset_count - 1:,} source pieces, the model has {source_vocabulary:,}")
    if not 0 < first <= target_vocabulary:
        reasons.append(f"it always takes {first:,} target pieces, the model has {target_vocabulary:,}")
    offsets = np.frombuffer(data, "<u8", offset_count, _HEADER.size)
    words = np.frombuffer(data, "<u4", word_count, _HEADER.size + 8 * offset_count)
    if not offset_count or offsets[0] or offsets[-1] != word_count or (offsets[1:] < offsets[:-1]).any():
        reasons.append(f"its offsets do not rise from 0 to {word_count:,}")
    if word_count and int(words.max()) >= target_vocabulary:
        reasons.append(f"it names target id {int(words.max()):,}, the model has {target_vocabulary:,} pieces")
    if reasons:
        raise ModelFormatError(f"`{path.name}` is not the shortlist of this model", reasons=reasons)
    return Lexicon(first, best, offsets, words)


def lexicon_bytes(lexicon: Lexicon) -> bytes:
    """The file of a shortlist."""
    counts = (lexicon.first, lexicon.best, len(lexicon.offsets), len(lexicon.words))
    data = bytearray(_HEADER.pack(MAGIC, 0, *counts))
    data += lexicon.offsets.astype("<u8").tobytes() + lexicon.words.astype("<u4").tobytes()
    struct.pack_into("<Q", data, 8, lexicon_checksum(data))
    return bytes(data)


def take_lexicon(lexicon: Lexicon, source: NDArray[np.int64], target: NDArray[np.int64], rows: int) -> Lexicon:
    """The shortlist of a trimmed model: lists of the source ids, in them and always the target ids that stay.

    source, target: kept ids, ascending.  rows: length of the trimmed source table, whose padding has empty lists.
    """
    new = np.full(max(int(target[-1]) + 1, lexicon.first, int(lexicon.words.max(initial=0)) + 1), -1, np.int64)
    new[target] = np.arange(len(target))
    begins = lexicon.offsets[source].astype(np.int64)
    lengths = lexicon.offsets[source + 1].astype(np.int64) - begins
    ends = np.cumsum(lengths)
    places = np.arange(ends[-1]) + np.repeat(begins - (ends - lengths), lengths)
    words = new[lexicon.words[places]]
    stay = words >= 0
    left = np.concatenate([[0], np.cumsum(stay)])[np.concatenate([[0], ends])]
    offsets = np.concatenate([left, np.full(rows - len(source), left[-1])]).astype(np.uint64)
    first = int(np.searchsorted(target, lexicon.first))
    return Lexicon(first, lexicon.best, offsets, words[stay].astype(np.uint32))


def lexicon_checksum(data: bytes | bytearray) -> int:
    """Marian's checksum on 64-bit machines, over the u64 words after the checksum itself.

    h ^= v + 0x9e3779b9 + (h << 6) + (h >> 2), modulo 2^64. Each step needs the one before, so it is a plain loop:
    559,000 words (a 4.4 MB file) take 0.15 s.
    """
    values = np.frombuffer(data, "<u8", (len(data) - 16) // 8, 16)
    state = 0
    for start in range(0, len(values), _CHUNK):
        for value in values[start : start + _CHUNK].tolist():
            state ^= (value + 0x9E3779B9 + (state << 6) + (state >> 2)) & 0xFFFFFFFFFFFFFFFF
    return state


def _fail(file: str, reason: str) -> NoReturn:
    raise ModelFormatError(f"`{file}` is not a sound shortlist", reasons=[reason])
