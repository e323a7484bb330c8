"""A SentencePiece model that loses pieces, where it is certain which id of the model each piece has.

Source: `sentencepiece_model.proto`: pieces are field 1 (text 1, score 2, type 3), the trainer's settings field 2 (size
4, ids of the unknown, begin, end and padding piece 40 to 43), the self test field 4.
"""

from __future__ import annotations

import numpy as np

from exporters.tokenizers.protobuf import BYTES, VARINT, WireError, fields
from exporters.trim.base import Ids
from exporters.trim.hf.words import Words

_PIECE, _TRAINER, _SELF_TEST = 1, 2, 4
_SIZE, _IDS = 4, range(40, 44)
# fairseq put its own four first and moved everything after SentencePiece's three up by one: XLM-R, mBART, NLLB.
_FAIRSEQ = ["<s>", "<pad>", "</s>", "<unk>"]
_THEIRS = ["<unk>", "<s>", "</s>"]


class StaleError(ValueError):
    """A file that cannot be brought into step with the trimmed tokenizer; says why."""


def trim_sentencepiece(data: bytes, words: Words, kept: Ids) -> bytes:
    """The model with the pieces of the kept ids; words: the whole tokenizer's.

    What its reader puts behind the pieces (`<mask>`, language codes, `<extra_id_0>`) gets its id by counting, so all of
    that must stay. Scores are not touched. Raises StaleError.
    """
    try:
        parts = list(fields(memoryview(data)))
        pieces = [value for number, kind, value in parts if number == _PIECE and kind == BYTES]
        texts = [_text(piece) for piece in pieces if not isinstance(piece, int)]
        offset = _offset(texts, words.names)
        rows = _rows(len(texts), offset, len(words.names), kept)
        out = bytearray()
        for row in rows:
            piece = pieces[row]
            out += _field(_PIECE, piece)
        new = {row: at for at, row in enumerate(rows)}
        for number, kind, value in parts:
            if number == _TRAINER and kind == BYTES and not isinstance(value, int):
                out += _field(number, _trainer(value, new))
            elif number not in (_PIECE, _SELF_TEST):
                out += _field(number, value, kind)
    except (WireError, UnicodeDecodeError) as error:
        raise StaleError(f"it is no SentencePiece model: {error}") from error
    return bytes(out)


def pieces_bytes(data: bytes) -> int:
    """How many bytes of a model are pieces; the rest is mostly the table of its normaliser. Raises StaleError."""
    try:
        return sum(
            len(_field(number, value))
            for number, kind, value in fields(memoryview(data))
            if number == _PIECE and kind == BYTES
        )
    except WireError as error:
        raise StaleError(f"it is no SentencePiece model: {error}") from error


def _offset(texts: list[str], names: list[str]) -> int:
    """How far the ids of the model lie above the numbers of the pieces."""
    if texts and names[: len(texts)] == texts:
        return 0
    if texts[:3] == _THEIRS and names[:4] == _FAIRSEQ and names[4 : len(texts) + 1] == texts[3:]:
        return 1
    raise StaleError("its pieces are not the tokens of `tokenizer.json` in the same order")


def _rows(pieces: int, offset: int, size: int, kept: Ids) -> list[int]:
    """Numbers of the pieces that stay."""
    end = pieces + offset
    after = np.setdiff1d(np.arange(end, size), kept)
    if len(after):
        raise StaleError(f"{len(after):,} of the tokens behind its pieces are gone, and its reader counts them")
    if not offset:
        return [at for at in kept.tolist() if at < end]
    first = np.setdiff1d(np.arange(len(_FAIRSEQ)), kept)
    if len(first):
        raise StaleError("one of its first four tokens is gone, and its reader counts them")
    return [0, 1, 2, *(at - offset for at in kept.tolist() if len(_FAIRSEQ) <= at < end)]


def _text(piece: memoryview) -> str:
    found = b""
    for number, kind, value in fields(piece):
        if number == 1 and kind == BYTES and not isinstance(value, int):
            found = bytes(value)
    return found.decode("utf-8")


def _trainer(message: memoryview, new: dict[int, int]) -> bytes:
    out = bytearray()
    for number, kind, value in fields(message):
        if number == _SIZE and kind == VARINT:
            value = len(new)
        elif number in _IDS and isinstance(value, int) and value < 1 << 31:  # above: -1, there is none
            if value not in new:
                raise StaleError(f"piece {value:,}, which it needs, is gone")
            value = new[value]
        out += _field(number, value, kind)
    return bytes(out)


def _field(number: int, value: int | bytes | memoryview, kind: int = BYTES) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3 | VARINT) + _varint(value)
    head = _varint(number << 3 | kind)
    return head + (_varint(len(value)) if kind == BYTES else b"") + bytes(value)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
