"""SentencePiece vocabularies with fewer pieces, in each of the two forms that edgekit has them in."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.core.cancelling import check_cancelled
from edgekit.core.errors import ModelFormatError
from edgekit.tokenizer.sentencepiece import CONTROL, FORMAT, NORMAL, UNKNOWN, UNUSED
from exporters.tokenizers.charsmap import Charsmap, CharsmapError, read_charsmap
from exporters.tokenizers.protobuf import VARINT, field_bytes, fields
from exporters.tokenizers.sentencepiece import MOST_PIECE_BYTES, MOST_PIECES, SentencePieceModel, check_pieces

# Fields of `ModelProto` and of its `TrainerSpec`, as in sentencepiece_model.proto.
_PIECE, _TRAINER, _SELF_TEST = 1, 2, 4
_VOCABULARY_SIZE = 4


def take_pieces(model: SentencePieceModel, kept: NDArray[np.int64]) -> SentencePieceModel:
    """The model with these pieces, in this order; scores stay as they are."""
    check_cancelled()
    ids = kept.tolist()
    return SentencePieceModel(
        pieces=tuple(model.pieces[at] for at in ids),
        scores=tuple(model.scores[at] for at in ids),
        kinds=tuple(model.kinds[at] for at in ids),
        charsmap_bytes=model.charsmap_bytes,
        charsmap=model.charsmap,
        add_dummy_prefix=model.add_dummy_prefix,
        remove_extra_whitespaces=model.remove_extra_whitespaces,
        byte_fallback=model.byte_fallback,
        unknown_surface=model.unknown_surface,
    )


def trim_spm(data: bytes, kept: NDArray[np.int64]) -> bytes:
    """A sound `.spm` with these pieces (ascending ids) and its stated size; everything else stays byte by byte.

    Where pieces go, the self test goes too: SentencePiece refuses a model whose examples come out otherwise.
    """
    wanted = set(kept.tolist())
    written = []
    pieces = 0
    whole = sum(1 for number, _, _ in fields(memoryview(data)) if number == _PIECE) == len(wanted)
    for number, kind, value in fields(memoryview(data)):
        if number == _PIECE:
            pieces += 1
            if pieces - 1 not in wanted:
                continue
        elif number == _SELF_TEST and not whole:
            continue
        elif number == _TRAINER and not isinstance(value, int):
            sized = (
                field_bytes(name, inner, len(wanted) if name == _VOCABULARY_SIZE and inner == VARINT else part)
                for name, inner, part in fields(value)
            )
            written.append(field_bytes(number, kind, b"".join(sized)))
            continue
        written.append(field_bytes(number, kind, value))
    return b"".join(written)


def read_tokenizer_json(path: Path) -> SentencePieceModel:
    """Read what `tokenizer_json` wrote. Raises ModelFormatError for anything else."""
    return read_tokenizer_json_rows(path)[0]


def read_tokenizer_json_rows(path: Path) -> tuple[SentencePieceModel, int]:
    """As `read_tokenizer_json`, with how many of the pieces have a row; the others stand for the unknown one."""
    try:
        data = json.loads(path.read_bytes())
        check_cancelled()
        model = _parse(data)
        rows = data["model"]["sentencepiece"].get("rows", len(model.pieces))
        if type(rows) is not int or not model.kinds.index(UNKNOWN) < rows <= len(model.pieces):
            raise ValueError("the unknown piece has no row")
    except OSError as error:
        raise ModelFormatError(f"`{path.name}` cannot be read", reasons=[error.strerror or str(error)]) from error
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        reason = f"{type(error).__name__}: {str(error)[:200]}"
        raise ModelFormatError(f"`{path.name}` is no vocabulary that edgekit wrote", reasons=[reason]) from error
    check_cancelled()
    check_pieces(path.name, model)
    return model, rows


def _parse(data: Mapping[str, Any]) -> SentencePieceModel:
    model = data["model"]
    own = model["sentencepiece"]
    if model["type"] != "Unigram" or own["format"] != FORMAT:
        raise ValueError("not a unigram vocabulary of a format that this version reads")
    entries = model["vocab"]
    if not 1 < len(entries) <= MOST_PIECES:
        raise ValueError(f"{len(entries):,} pieces")
    kinds = [NORMAL] * len(entries)
    for at, kind in own["kinds"].items():
        if not 0 <= int(at) < len(kinds):
            raise ValueError(f"the kind of a piece {at[:20]}")
        kinds[int(at)] = int(kind)
    hidden = (CONTROL, UNKNOWN, UNUSED)
    pieces, scores = [], []
    check_cancelled()
    for (piece, score), kind in zip(entries, kinds, strict=True):
        if not isinstance(piece, str) or not isinstance(score, int | float) or isinstance(score, bool):
            raise TypeError("a piece that is no text with a score")
        if kind in hidden and piece[:1] != " ":
            raise ValueError(f"the hidden piece {piece[:20]!r}")
        piece = piece[1:] if kind in hidden else piece
        if not 0 < len(piece.encode("utf-8")) <= MOST_PIECE_BYTES:
            raise ValueError(f"a piece of {len(piece):,} characters")
        pieces.append(piece)
        scores.append(float(score))
    if UNKNOWN not in kinds or model["unk_id"] != kinds.index(UNKNOWN):
        raise ValueError("the unknown piece is not marked as one")
    check_cancelled()
    blob = b""
    for step in data["normalizer"]["normalizers"] if data["normalizer"] else ():
        if step["type"] == "Precompiled":
            blob = base64.b64decode(step["precompiled_charsmap"], validate=True)
    try:
        charsmap = read_charsmap(blob) if blob else Charsmap({}, "")
    except CharsmapError as error:
        raise ValueError(f"a damaged character map: {error}") from error
    return SentencePieceModel(
        pieces=tuple(pieces),
        scores=tuple(scores),
        kinds=tuple(kinds),
        charsmap_bytes=blob,
        charsmap=charsmap,
        add_dummy_prefix=bool(own["add_dummy_prefix"]),
        remove_extra_whitespaces=bool(own["remove_extra_whitespaces"]),
        byte_fallback=bool(model["byte_fallback"]),
        unknown_surface=str(own["unknown_surface"]),
    )
