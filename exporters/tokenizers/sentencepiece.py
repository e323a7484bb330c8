"""SentencePiece unigram models (`.spm`) as a `tokenizers` JSON.

The JSON is one that `tokenizers.Tokenizer.from_file` opens. Its `model` holds one more key, `sentencepiece`, with what
the library's own form cannot say; edgekit reads that and gives exactly SentencePiece's ids. Sources: sentencepiece
`src/sentencepiece_model.proto`, `src/normalizer.cc`, `src/unigram_model.cc`.
"""

from __future__ import annotations

import base64
import json
import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from edgekit.core.cancelling import check_cancelled
from edgekit.core.errors import ModelFormatError, UnsupportedModelError
from edgekit.tokenizer.sentencepiece import BYTE, CONTROL, FORMAT, NORMAL, UNKNOWN, UNUSED, USER_DEFINED
from edgekit.tokenizer.unigram import MOST_SQUARES, SPACE
from exporters.tokenizers.charsmap import Charsmap, CharsmapError, read_charsmap
from exporters.tokenizers.protobuf import BYTES, FIXED32, VARINT, WireError, fields

MOST_PIECES = 300_000  # the largest vocabularies in use have 256,000
MOST_PIECE_BYTES = 1024

_MODEL_TYPES = {1: "unigram", 2: "BPE", 3: "word", 4: "character"}


@dataclass(frozen=True, slots=True)
class SentencePieceModel:
    """The parts of an `.spm` that decide about ids and text; pieces, scores and kinds are by id."""

    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    kinds: tuple[int, ...]
    charsmap_bytes: bytes
    charsmap: Charsmap
    add_dummy_prefix: bool
    remove_extra_whitespaces: bool
    byte_fallback: bool
    unknown_surface: str


def read_sentencepiece(path: Path, *, any_ids: bool = False) -> SentencePieceModel:
    """Read a unigram model with Marian's ids: 0 the end mark, 1 the unknown piece.

    any_ids: where something else gives the pieces their ids.
    Raises ModelFormatError for a damaged file, UnsupportedModelError for a model of another kind; both say everything
    that is wrong.
    """
    try:
        data = memoryview(path.read_bytes())
    except OSError as error:
        raise ModelFormatError(f"`{path.name}` cannot be read", reasons=[error.strerror or str(error)]) from error
    try:
        return _Reader(path.name, any_ids=any_ids).read(data)
    except WireError as error:
        _fail(path.name, str(error))
    except UnicodeDecodeError:
        _fail(path.name, "a piece is not UTF-8")
    except CharsmapError as error:
        _fail(path.name, f"its character map is damaged: {error}")


def tokenizer_json(model: SentencePieceModel, *, rows: int | None = None) -> bytes:
    """The `tokenizers` JSON of model, UTF-8.  rows: pieces from there on stand for the unknown one; all when None.

    A control or unknown piece is stored with a space before its name: normalised text holds no space, so the letters
    `</s>` in a text never become the end mark, whichever reader opens the file.
    """
    check_cancelled()
    hidden = (CONTROL, UNKNOWN, UNUSED)
    vocabulary = [
        [f" {piece}" if kind in hidden else piece, score]
        for piece, score, kind in zip(model.pieces, model.scores, model.kinds, strict=True)
    ]
    normalizers: list[dict[str, Any]] = []
    if model.charsmap_bytes:
        encoded = base64.b64encode(model.charsmap_bytes).decode("ascii")
        normalizers.append({"type": "Precompiled", "precompiled_charsmap": encoded})
    if model.remove_extra_whitespaces:
        normalizers.append({"type": "Strip", "strip_left": True, "strip_right": True})
        normalizers.append({"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "})
    metaspace = {
        "type": "Metaspace",
        "replacement": SPACE,
        "prepend_scheme": "always" if model.add_dummy_prefix else "never",
        "split": not any(SPACE in piece[1:] for piece in model.pieces),
    }
    tokenizer: dict[str, Any] = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": {"type": "Sequence", "normalizers": normalizers} if normalizers else None,
        "pre_tokenizer": metaspace,
        "post_processor": None,
        "decoder": metaspace,
        "model": {
            "type": "Unigram",
            "unk_id": model.kinds.index(UNKNOWN),
            "vocab": vocabulary,
            "byte_fallback": model.byte_fallback,
            "sentencepiece": {
                "format": FORMAT,
                "kinds": {str(index): kind for index, kind in enumerate(model.kinds) if kind != NORMAL},
                "single": list(model.charsmap.single.items()),
                "joining": model.charsmap.joining,
                "add_dummy_prefix": model.add_dummy_prefix,
                "remove_extra_whitespaces": model.remove_extra_whitespaces,
                "unknown_surface": model.unknown_surface,
                **({} if rows is None else {"rows": rows}),
            },
        },
    }
    check_cancelled()
    return json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


class _Reader:
    def __init__(self, file: str, *, any_ids: bool) -> None:
        self._file = file
        self._any_ids = any_ids
        self._pieces: list[str] = []
        self._scores: list[float] = []
        self._kinds: list[int] = []
        self._trainer: dict[int, int | bytes] = {}
        self._normalizer: dict[int, int | bytes] = {}
        self._denormalizer: dict[int, int | bytes] = {}
        # Message -> where its fields go, and which of them are read; numbers as in sentencepiece_model.proto.
        self._specs = {
            2: (self._trainer, frozenset({3, 24, 35, 44})),
            3: (self._normalizer, frozenset({2, 3, 4, 5})),
            5: (self._denormalizer, frozenset({2})),
        }

    def read(self, data: memoryview) -> SentencePieceModel:
        for number, kind, value in fields(data):
            if number > 5 or number == 4:
                continue  # the self test, and what later versions may add
            if kind != BYTES or isinstance(value, int):
                _fail(self._file, f"field {number} is not a message")
            if number == 1:
                self._piece(value)
            else:
                target, read = self._specs[number]
                for name, _, inner in fields(value):
                    if name in read:
                        target[name] = inner if isinstance(inner, int) else bytes(inner)
        if not self._pieces:
            _fail(self._file, "it holds no pieces")
        self._refuse_unsupported()
        blob = self._normalizer.get(2, b"")
        if isinstance(blob, int):
            _fail(self._file, "its character map is a number")
        surface = self._trainer.get(44, " \u2047 ".encode())
        model = SentencePieceModel(
            pieces=tuple(self._pieces),
            scores=tuple(self._scores),
            kinds=tuple(self._kinds),
            charsmap_bytes=blob,
            charsmap=read_charsmap(blob) if blob else Charsmap({}, ""),
            add_dummy_prefix=bool(self._normalizer.get(3, 1)),
            remove_extra_whitespaces=bool(self._normalizer.get(4, 1)),
            byte_fallback=bool(self._trainer.get(35, 0)),
            unknown_surface=surface.decode("utf-8") if isinstance(surface, bytes) else "",
        )
        check_pieces(self._file, model)
        return model

    def _piece(self, data: memoryview) -> None:
        piece, score, kind = b"", 0.0, NORMAL
        for number, wire, value in fields(data):
            if number == 1 and wire == BYTES and not isinstance(value, int):
                if len(value) > MOST_PIECE_BYTES:
                    _fail(self._file, f"a piece has {len(value):,} bytes, more than {MOST_PIECE_BYTES:,}")
                piece = bytes(value)
            elif number == 2 and wire == FIXED32 and not isinstance(value, int):
                (score,) = struct.unpack("<f", value)
            elif number == 3 and wire == VARINT and isinstance(value, int):
                kind = value
        if not piece:
            _fail(self._file, "a piece is empty")
        self._pieces.append(piece.decode("utf-8"))
        self._scores.append(score)
        self._kinds.append(kind)
        if len(self._pieces) > MOST_PIECES:
            _fail(self._file, f"it holds more than {MOST_PIECES:,} pieces")

    def _refuse_unsupported(self) -> None:
        reasons = []
        kind = self._trainer.get(3, 1)
        if kind != 1:
            name = _MODEL_TYPES.get(kind, str(kind)) if isinstance(kind, int) else "damaged"
            reasons.append(f"it is a {name} model; only unigram models are built")
        if not self._any_ids and (self._kinds[0] != CONTROL or self._kinds[1:2] != [UNKNOWN]):
            reasons.append("its pieces 0 and 1 are not the end mark and the unknown piece")
        if self._trainer.get(24, 0):
            reasons.append("`treat_whitespace_as_suffix` is set")
        if not self._normalizer.get(5, 1):
            reasons.append("`escape_whitespaces` is not set")
        if self._denormalizer.get(2):
            reasons.append("it has a denormalizer")
        if reasons:
            raise UnsupportedModelError(
                f"`{self._file}` is not a SentencePiece model of the kind that Marian uses",
                reasons=reasons,
                hint=None
                if self._any_ids
                else "Marian trains with --model_type=unigram --bos_id=-1 --eos_id=0 --unk_id=1",
            )


def check_pieces(file: str, model: SentencePieceModel) -> None:
    """Raise ModelFormatError with everything that no SentencePiece model has."""
    reasons = []
    if len(set(model.pieces)) != len(model.pieces):
        reasons.append("two of its pieces are equal")
    if any("\0" in piece or " " in piece for piece in model.pieces):
        reasons.append("a piece holds a space or NUL")
    squares = sum(len(piece) ** 2 for piece in model.pieces)
    if squares > MOST_SQUARES:
        reasons.append(f"its pieces are too long: the squares of their lengths sum to {squares:,}")
    if not all(map(math.isfinite, model.scores)):
        reasons.append("a score is not a finite number")
    if NORMAL not in model.kinds:
        reasons.append("it holds no normal piece")
    if model.kinds.count(UNKNOWN) != 1:
        reasons.append("it has more than one unknown piece")
    if not set(model.kinds) <= {NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE}:
        reasons.append("a piece is of a kind that SentencePiece does not have")
    bytes_there = {piece for piece, kind in zip(model.pieces, model.kinds, strict=True) if kind == BYTE}
    wanted = {f"<0x{byte:02X}>" for byte in range(256)}
    if model.byte_fallback and bytes_there != wanted:
        reasons.append(f"`byte_fallback` is set and {len(wanted - bytes_there)} byte pieces are missing")
    elif not bytes_there <= wanted:
        reasons.append("a byte piece is not named `<0x00>` to `<0xFF>`")
    if reasons:
        raise ModelFormatError(f"`{file}` is not a sound SentencePiece model", reasons=reasons)


def _fail(file: str, reason: str) -> NoReturn:
    raise ModelFormatError(f"`{file}` is not a sound SentencePiece model", reasons=[reason])
