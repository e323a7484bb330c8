"""SentencePiece vocabularies on the device: text to token ids and back, equal to the sentencepiece library's.

The file is a `tokenizers` JSON, which that library opens too. It is read here without it, for two measured reasons: on
equal or nearly equal segmentations (runs like `aaaa`) the library's float64 sums choose other pieces than
SentencePiece's float32 ones, and it takes 150 to 250 ms for 1,000 lines where a table of words takes 10 to 20.
"""

from __future__ import annotations

import base64
import json
import math
import re
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edgekit.core.cancelling import check_cancelled
from edgekit.core.errors import EngineError
from edgekit.tokenizer.character_map import CharacterMap
from edgekit.tokenizer.packed_pieces import MANY, PackedPieces
from edgekit.tokenizer.unigram import SPACE, Unigram

FORMAT = 1

# `SentencePiece.Type` of sentencepiece_model.proto.
NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6
_NO_CHARSMAP = b"\4\0\0\0" + bytes(4)  # a trie of one unit without children
_DAMAGED = (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError)
_SURROGATE = re.compile("[\ud800-\udfff]")


class SentencePieceTokenizer:
    """A unigram vocabulary with SentencePiece's normalisation; one object may be used from any thread.

    A lone surrogate is read as U+FFFD. Text of any form is accepted; `</s>` in it is four characters, no end mark.
    unigram: cuts normalised text.
    """

    def __init__(self, data: dict[str, Any]) -> None:
        """data: the parsed `tokenizers` JSON. Raises KeyError, TypeError, ValueError where it is damaged."""
        model = data["model"]
        own = model["sentencepiece"]
        if model["type"] != "Unigram" or own["format"] != FORMAT:
            raise ValueError("not a unigram vocabulary of a format that this version reads")
        self._kinds = {int(index): int(kind) for index, kind in own["kinds"].items()}
        unknown = int(model["unk_id"])
        if self._kinds.get(unknown) != UNKNOWN or min(self._kinds) < 0:
            raise ValueError("the unknown piece is not marked as one")
        check_cancelled()
        hidden = {index for index, kind in self._kinds.items() if kind in (CONTROL, UNKNOWN, UNUSED)}
        pieces: Sequence[str] = [
            str(piece)[1:] if index in hidden else str(piece) for index, (piece, _) in enumerate(model["vocab"])
        ]
        scores = array("d", (score for _, score in model["vocab"]))
        check_cancelled()
        # 250,002 lists of two take 40 MB, which the tables that are made next would come on top of.
        model["vocab"] = []
        if len(pieces) >= MANY:
            pieces = PackedPieces(pieces)
        unspoken = hidden | {index for index, kind in self._kinds.items() if kind == BYTE}
        normal = [score for index, score in enumerate(scores) if index not in self._kinds]
        if not all(map(math.isfinite, scores)) or not normal:
            raise ValueError("a score is not a finite number")
        check_cancelled()
        user_defined = [pieces[index] for index, kind in self._kinds.items() if kind == USER_DEFINED]
        self._byte_of = {index: int(pieces[index][3:5], 16) for index, kind in self._kinds.items() if kind == BYTE}
        byte_ids = {byte: index for index, byte in self._byte_of.items()}
        self.unigram = Unigram(
            {piece: index for index, piece in enumerate(pieces) if index not in unspoken},
            scores,
            unknown=unknown,
            least=min(normal),
            most=max(normal),
            user_defined=user_defined,
            bytes_of=[byte_ids[byte] for byte in range(256)] if model["byte_fallback"] else None,
        )
        self._pieces = pieces
        self._map = CharacterMap(_charsmap(data), dict(own["single"]), str(own["joining"]), user_defined)
        self._prefix = SPACE if own["add_dummy_prefix"] else ""
        self._trim = bool(own["remove_extra_whitespaces"])
        self._odd_surfaces = {index: "" for index, kind in self._kinds.items() if kind == CONTROL}
        self._odd_surfaces[unknown] = str(own["unknown_surface"])
        # Pieces behind the model's rows cut texts as they were cut in training, and the model knows none of them.
        self._rows = int(own.get("rows", len(self._pieces)))
        self._unknown = unknown
        if not unknown < self._rows <= len(self._pieces):
            raise ValueError("the unknown piece has no row")

    @classmethod
    def open(cls, path: Path) -> SentencePieceTokenizer:
        """Read a vocabulary that an exporter wrote. Raises EngineError."""
        try:
            return cls(json.loads(path.read_bytes()))
        except _DAMAGED as error:
            raise _unreadable(path.name, error) from error

    @classmethod
    def read(cls, data: dict[str, Any], name: str) -> SentencePieceTokenizer:
        """From a file that was parsed; its vocabulary is taken out of data. Raises EngineError."""
        try:
            return cls(data)
        except _DAMAGED as error:
            raise _unreadable(name, error) from error

    def __len__(self) -> int:
        return self._rows

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text, without the end mark; of a text that is all spaces, none."""
        encode, normalise = self.unigram.encode, self._normalise
        found = []
        for text in texts:
            check_cancelled()
            found.append(encode(normalise(text)))
        if self._rows == len(self._pieces):
            return found
        return [[token if token < self._rows else self._unknown for token in ids] for ids in found]

    def decode(self, token_ids: Sequence[Sequence[int]]) -> list[str]:
        """The text of each list of token ids; control pieces are silent."""
        return [self._decode(ids) for ids in token_ids]

    def pieces(self, token_ids: Sequence[int]) -> list[str]:
        """The surface form of each token; `▁` stands for a space before it."""
        return [self._pieces[token] for token in token_ids]

    def _normalise(self, text: str) -> str:
        if not text.isascii():
            text = _SURROGATE.sub("\ufffd", text)
        text = self._map(text)
        if not text:
            return ""
        if not self._trim:
            return self._prefix + text.replace(" ", SPACE)
        if "  " in text or text[0] == " ":
            text = " ".join(filter(None, text.split(" ")))
        # SentencePiece cuts marks off the end after it has turned spaces into them, so a `▁` of the text goes too.
        return (self._prefix + text.replace(" ", SPACE)).rstrip(SPACE)

    def _decode(self, ids: Sequence[int]) -> str:
        if self._byte_of and not self._byte_of.keys().isdisjoint(ids):
            parts = self._parts_with_bytes(ids)
        else:
            parts = [self._surface(token) for token in ids]
        if not (self._trim or self._prefix):
            return "".join(parts)
        # The space before the first word is none of the text; with trimming, every piece until there is text loses it.
        for index, token in enumerate(ids):
            if parts[index].startswith(" ") and self._kinds.get(token) not in (CONTROL, UNKNOWN, BYTE):
                parts[index] = parts[index][1:]
                if not self._trim:
                    break
            if parts[index]:
                break
        return "".join(parts)

    def _surface(self, token: int) -> str:
        odd = self._odd_surfaces.get(token)
        return self._pieces[token].replace(SPACE, " ") if odd is None else odd

    def _parts_with_bytes(self, ids: Sequence[int]) -> list[str]:
        """The text of each token; that of a run of byte pieces stands at its first."""
        parts = ["" if token in self._byte_of else self._surface(token) for token in ids]
        start = 0
        while start < len(ids):
            end = start
            while end < len(ids) and ids[end] in self._byte_of:
                end += 1
            if end > start:
                parts[start] = _decode_bytes(bytes(self._byte_of[token] for token in ids[start:end]))
            start = end + 1
        return parts


def _unreadable(name: str, error: Exception) -> EngineError:
    return EngineError(
        f"`{name}` is not a vocabulary that this version reads",
        reasons=[f"{type(error).__name__}: {str(error)[:200]}"],
        hint="build the model again with `edgekit pull --force`",
    )


def _charsmap(data: dict[str, Any]) -> bytes:
    normalizer = data["normalizer"]
    for step in normalizer["normalizers"] if normalizer else ():
        if step["type"] == "Precompiled":
            return base64.b64decode(step["precompiled_charsmap"], validate=True)
    return _NO_CHARSMAP


def _decode_bytes(data: bytes) -> str:
    """UTF-8 with one U+FFFD for each byte that is not part of a character, as SentencePiece decodes."""
    text, position = "", 0
    while position < len(data):
        for length in (1, 2, 3, 4):
            try:
                text += data[position : position + length].decode("utf-8")
            except UnicodeDecodeError:
                continue
            break
        else:
            text, length = text + "\ufffd", 1
        position += length
    return text
