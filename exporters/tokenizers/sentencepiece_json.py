"""A `tokenizer.json` made from a SentencePiece model, for folders that hold nothing else: Llama, Gemma, T5.

What transformers does with such a folder (`convert_slow_tokenizer.py`: `LlamaConverter`, `GemmaConverter`,
`T5Converter`), from the model's own settings: a space before the text, the character map, spaces that are merged, bytes
for what is unknown. Merges are every way to join two pieces into one, the best score first. Source of the format:
`sentencepiece_model.proto`.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edgekit.core.errors import ModelFormatError, UnsupportedModelError
from edgekit.tokenizer.sentencepiece import CONTROL, NORMAL, UNKNOWN, USER_DEFINED
from edgekit.tokenizer.unigram import SPACE
from exporters.tokenizers.protobuf import BYTES, FIXED32, VARINT, WireError, fields
from exporters.tokenizers.sentencepiece import MOST_PIECE_BYTES, MOST_PIECES

MODELS = {
    "tokenizer.model": ("llama", "mistral", "gemma", "gemma2", "gemma3_text", "gemma3"),
    "spiece.model": ("t5", "mt5"),
}
"""File -> the `model_type`s whose ids are those of its pieces; fairseq's (XLM-R, NLLB) are others."""

_UNIGRAM, _BPE = 1, 2
_MOST_EXTRA = 1_000  # `<extra_id_0>`; T5 has 100
_FLAGS = ("lstrip", "rstrip", "single_word", "normalized")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Spec:
    """pieces: text, score, kind, by id.  settings: of the trainer and of the normaliser, by number."""

    pieces: list[tuple[str, float, int]]
    trainer: Mapping[int, int | bytes]
    normalizer: Mapping[int, int | bytes]

    def setting(self, part: Mapping[int, int | bytes], number: int, default: int) -> int:
        value = part.get(number, default)
        return value if isinstance(value, int) else default


def json_from_sentencepiece(data: bytes, name: str, model_type: str, beside: Mapping[str, Mapping[str, Any]]) -> bytes:
    """The `tokenizer.json` of a SentencePiece model, UTF-8.

    name: the model's file.  model_type: of the checkpoint, one of MODELS.  beside: `tokenizer_config.json`,
    `added_tokens.json`, as far as they are there.

    Raises ModelFormatError for a damaged model, or tokens beside it that contradict it; UnsupportedModelError for one
    that is neither BPE nor Unigram.
    """
    try:
        spec = _read(data)
    except (WireError, UnicodeDecodeError) as problem:
        raise ModelFormatError(f"`{name}` is no SentencePiece model", reasons=[str(problem)]) from problem
    kind = spec.setting(spec.trainer, 3, _UNIGRAM)
    if kind not in (_UNIGRAM, _BPE):
        raise UnsupportedModelError(f"`{name}` cannot be read", reasons=["it is neither a BPE nor a Unigram model"])
    config = beside.get("tokenizer_config.json", {})
    bpe = kind == _BPE
    names = [piece for piece, _, _ in spec.pieces]
    if model_type in ("t5", "mt5"):
        names += _extra(config, names, model_type)
    added = _added(spec, names, beside, name)
    prefix = _flag(config, "add_prefix_space", bool(spec.setting(spec.normalizer, 3, 1)))
    model = _bpe(spec, names) if bpe else _unigram(spec, names)
    normalizer, pre_tokenizer = _steps(spec, prefix=prefix, bpe=bpe)
    document = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added,
        "normalizer": normalizer,
        "pre_tokenizer": pre_tokenizer,
        "post_processor": _around(spec, config, names, model_type),
        "decoder": None,
        "model": model,
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _read(data: bytes) -> _Spec:
    pieces: list[tuple[str, float, int]] = []
    parts: dict[int, dict[int, int | bytes]] = {2: {}, 3: {}}
    for number, kind, value in fields(memoryview(data)):
        if number == 1 and kind == BYTES and not isinstance(value, int):
            pieces.append(_piece(value))
            if len(pieces) > MOST_PIECES:
                raise WireError(f"it holds more than {MOST_PIECES:,} pieces")
        elif number in parts and kind == BYTES and not isinstance(value, int):
            for inner, _, what in fields(value):
                parts[number][inner] = what if isinstance(what, int) else bytes(what)
    if len({text for text, _, _ in pieces}) != len(pieces):
        raise WireError("two of its pieces are equal")
    if sum(kind == UNKNOWN for _, _, kind in pieces) != 1:
        raise WireError("it has not exactly one unknown piece")
    return _Spec(pieces, parts[2], parts[3])


def _piece(data: memoryview) -> tuple[str, float, int]:
    text, score, kind = b"", 0.0, NORMAL
    for number, wire, value in fields(data):
        if number == 1 and wire == BYTES and not isinstance(value, int):
            text = bytes(value)
        elif number == 2 and wire == FIXED32 and not isinstance(value, int):
            (score,) = struct.unpack("<f", value)
        elif number == 3 and wire == VARINT and isinstance(value, int):
            kind = value
    if not text or len(text) > MOST_PIECE_BYTES or not abs(score) < 1e30:
        raise WireError("a piece is empty, too long, or has no sound score")
    return text.decode("utf-8"), score, kind


def _bpe(spec: _Spec, names: list[str]) -> Json:
    vocab = {name: at for at, name in enumerate(names)}
    joined = {text: score for text, score, kind in spec.pieces if kind == NORMAL}
    ways = [
        (-score, at, len(text) - at, text[:at], text[at:])
        for text, score in joined.items()
        for at in range(1, len(text))
        if text[:at] in vocab and text[at:] in vocab
    ]
    # Of equal scores the shortest left part comes last, as transformers sorts them: backwards by score and lengths.
    ways.sort(key=lambda way: (way[0], -way[1], -way[2]))
    return {
        "type": "BPE",
        "dropout": None,
        "unk_token": next(text for text, _, kind in spec.pieces if kind == UNKNOWN),
        "continuing_subword_prefix": None,
        "end_of_word_suffix": None,
        "fuse_unk": True,
        "byte_fallback": bool(spec.setting(spec.trainer, 35, 0)),
        "ignore_merges": False,
        "vocab": vocab,
        "merges": [[left, right] for _, _, _, left, right in ways],
    }


def _unigram(spec: _Spec, names: list[str]) -> Json:
    scores = [score for _, score, _ in spec.pieces]
    return {
        "type": "Unigram",
        "unk_id": next(at for at, (_, _, kind) in enumerate(spec.pieces) if kind == UNKNOWN),
        "vocab": [[name, score] for name, score in zip(names, [*scores, *[0.0] * len(names)], strict=False)],
        "byte_fallback": bool(spec.setting(spec.trainer, 35, 0)),
    }


def _steps(spec: _Spec, *, prefix: bool, bpe: bool) -> tuple[Json | None, Json | None]:
    steps: list[Json] = []
    blob = spec.normalizer.get(2, b"")
    if isinstance(blob, bytes) and blob:
        steps.append({"type": "Precompiled", "precompiled_charsmap": base64.b64encode(blob).decode("ascii")})
    if spec.setting(spec.normalizer, 4, 1):
        steps.append({"type": "Strip", "strip_left": True, "strip_right": True})
        steps.append({"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "})
    if not bpe:
        scheme = "always" if prefix else "never"
        space = {"type": "Metaspace", "replacement": SPACE, "prepend_scheme": scheme, "split": True}
        return ({"type": "Sequence", "normalizers": steps} if steps else None), space
    if prefix:
        steps.append({"type": "Prepend", "prepend": SPACE})
    steps.append({"type": "Replace", "pattern": {"String": " "}, "content": SPACE})
    return {"type": "Sequence", "normalizers": steps}, None


def _extra(config: Mapping[str, Any], names: list[str], model_type: str) -> list[str]:
    """T5's sentinels, which stand behind the pieces, the last first; mT5 has them among its pieces."""
    value = config.get("extra_ids", 0 if model_type == "mt5" else 100)
    count = value if type(value) is int and 0 <= value <= _MOST_EXTRA else 0
    return [f"<extra_id_{at}>" for at in reversed(range(count)) if f"<extra_id_{at}>" not in names]


def _added(spec: _Spec, names: list[str], beside: Mapping[str, Mapping[str, Any]], file: str) -> list[Json]:
    """Tokens that are found before a text is cut: control and user-defined pieces, and those that lie beside the model.

    names grows by those that have ids of their own behind the pieces.
    """
    found: dict[int, Json] = {}
    for at, (text, _, kind) in enumerate(spec.pieces):
        if kind in (CONTROL, UNKNOWN, USER_DEFINED):
            found[at] = _token(at, text, special=kind != USER_DEFINED)
    for at in range(len(spec.pieces), len(names)):
        found[at] = _token(at, names[at], special=True)
    ids = {name: at for at, name in enumerate(names)}
    reasons = []
    for at, token in sorted(_listed(beside).items()):
        text = token["content"]
        there = names[at] if at < len(names) else ids.get(text)
        if there not in (None, text, at):
            reasons.append(f"`{text[:40]}` has the id {at:,} beside `{file}`, and another one in it")
        elif at > len(names) + _MOST_EXTRA:
            reasons.append(f"`{text[:40]}` has the id {at:,}, and there are {len(names):,} pieces")
        else:
            found[at] = token
    if reasons:
        raise ModelFormatError(f"`{file}` and the tokens beside it do not agree", reasons=reasons[:10])
    return [found[at] for at in sorted(found)]


def _listed(beside: Mapping[str, Mapping[str, Any]]) -> dict[int, Json]:
    """Tokens of `added_tokens.json` and `tokenizer_config.json`, by id; the latter says what they are like."""
    found: dict[int, Json] = {}
    for text, at in beside.get("added_tokens.json", {}).items():
        if type(at) is int and at >= 0 and text:
            found[at] = _token(at, str(text), special=False)
    decoder = beside.get("tokenizer_config.json", {}).get("added_tokens_decoder")
    for key, value in decoder.items() if isinstance(decoder, dict) else ():
        content = value.get("content") if isinstance(value, dict) else None
        if isinstance(content, str) and content and str(key).isdecimal() and len(str(key)) < 9:
            token = _token(int(key), content, special=value.get("special") is True)
            found[int(key)] = token | {flag: value.get(flag) is True for flag in _FLAGS}
    return found


def _token(at: int, text: str, *, special: bool) -> Json:
    return {"id": at, "content": text, **dict.fromkeys(_FLAGS, False), "special": special}


def _around(spec: _Spec, config: Mapping[str, Any], names: list[str], model_type: str) -> Json | None:
    """The marks before and after a text: Llama and Gemma begin with one, T5 ends with one."""
    encoder = model_type in ("t5", "mt5")
    marks = (spec.setting(spec.trainer, 41, 1), spec.setting(spec.trainer, 42, 2))
    wanted = (_flag(config, "add_bos_token", not encoder), _flag(config, "add_eos_token", encoder))
    ids = [at if there and 0 <= at < len(names) else None for at, there in zip(marks, wanted, strict=True)]
    if ids == [None, None]:
        return None
    before, after = ([] if at is None else [{"SpecialToken": {"id": names[at], "type_id": 0}}] for at in ids)
    text: list[Json] = [{"Sequence": {"id": "A", "type_id": 0}}]
    there = [at for at in ids if at is not None]
    return {
        "type": "TemplateProcessing",
        "single": [*before, *text, *after],
        "pair": [*before, *text, *after, *before, {"Sequence": {"id": "B", "type_id": 1}}, *after],
        "special_tokens": {names[at]: {"id": names[at], "ids": [at], "tokens": [names[at]]} for at in there},
    }


def _flag(config: Mapping[str, Any], key: str, default: bool) -> bool:
    value = config.get(key)
    return value if isinstance(value, bool) else default
