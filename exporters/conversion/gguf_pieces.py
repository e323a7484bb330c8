"""A tokenizer.json as one of llama.cpp's four kinds: `llama` (SentencePiece BPE), `gpt2`, `t5` (Unigram), `bert`.

What llama.cpp cannot do is refused, step by step. Source: `llama-vocab.cpp`; `exporters.trim.gguf_tokenizers` goes the
other way.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporters.conversion.checkpoint import Checkpoint
from exporters.conversion.gguf_values import Metadata, flag, octets
from exporters.conversion.pre_tokenizer_names import KNOWN, pre_tokenizer_name
from exporters.conversion.sentencepiece_scores import scores_of
from exporters.tokenizers.charsmap import CharsmapError, read_charsmap
from exporters.trim.tokenizer_json.document import kind_of
from exporters.trim.tokenizer_json.kinds import byte_tokens
from exporters.trim.vocabulary import TokenType

SPACE = "\u2581"
_SPACES = {"type": "Replace", "pattern": {"String": " "}, "content": SPACE}
_RUNS = {"type": "Replace", "pattern": {"Regex": " {2,}"}}
_PREFIX = "tokenizer.ggml."


@dataclass(frozen=True)
class Pieces:
    """The tokens as llama.cpp wants them.

    model, pre: its names.  tokens, types: (V,).  scores: (V,), None where the kind has none.  merges: `left right`.
    flags: more of `tokenizer.ggml.*`.
    """

    model: str
    pre: str
    tokens: list[str]
    types: NDArray[np.int32]
    scores: NDArray[np.float32] | None = None
    merges: list[str] | None = None
    flags: Metadata = field(default_factory=dict)


def read_pieces(checkpoint: Checkpoint, reasons: list[str]) -> Pieces:
    """The tokens of a checkpoint; everything that cannot be carried over goes to reasons."""
    raw = checkpoint.tokenizer
    types = _types(checkpoint)
    match kind_of(raw["model"]):
        case "BPE" if any(step.get("type") == "ByteLevel" for step in steps_of(raw.get("pre_tokenizer"))):
            pieces = _byte_level(checkpoint, types, reasons)
        case "BPE":
            pieces = _sentencepiece(checkpoint, types, reasons)
        case "Unigram":
            pieces = _unigram(checkpoint, types, reasons)
        case _:
            pieces = _wordpiece(checkpoint, types, reasons)
    return pieces


def steps_of(part: object) -> list[dict[str, Any]]:
    """The steps of a normalizer or a pre-tokenizer, those of a sequence one by one."""
    if not isinstance(part, dict):
        return []
    for key in ("normalizers", "pretokenizers"):
        if part.get("type") == "Sequence" and isinstance(part.get(key), list):
            return [step for step in part[key][:16] if isinstance(step, dict)]
    return [part]


def _types(checkpoint: Checkpoint) -> NDArray[np.int32]:
    types = np.full(len(checkpoint.words.names), TokenType.NORMAL, np.int32)
    types[[not name for name in checkpoint.words.names]] = TokenType.UNUSED
    for token in checkpoint.tokenizer.get("added_tokens") or []:
        types[token["id"]] = TokenType.CONTROL if token["special"] else TokenType.USER_DEFINED
    return types


def _named(checkpoint: Checkpoint) -> list[str]:
    """The tokens; an id without one gets a name that llama.cpp's converter would give it."""
    return [name or f"[PAD{at}]" for at, name in enumerate(checkpoint.words.names)]


def _unknown(part: str, step: Mapping[str, Any]) -> str:
    return (
        f"the {part} `{str(step.get('type'))[:40]}` of `tokenizer.json`, as it is set, is nothing that llama.cpp does"
    )


def _byte_level(checkpoint: Checkpoint, types: NDArray[np.int32], reasons: list[str]) -> Pieces:
    raw = checkpoint.tokenizer
    # Qwen composes characters (NFC) first; llama.cpp takes a text as it comes, which is composed nearly always.
    normalizers = [step for step in steps_of(raw.get("normalizer")) if step.get("type") != "NFC"]
    reasons += [_unknown("normalizer", step) for step in normalizers]
    name, found = pre_tokenizer_name(raw.get("pre_tokenizer"), ignore_merges=raw["model"].get("ignore_merges") is True)
    if name is None:
        reasons.append(f"llama.cpp has no name for the pre-tokenizer {found}; known are {', '.join(KNOWN)}")
    merges = [f"{left} {right}" for left, right in checkpoint.words.merges]
    return Pieces("gpt2", name or "default", _named(checkpoint), types, merges=merges)


def _sentencepiece(checkpoint: Checkpoint, types: NDArray[np.int32], reasons: list[str]) -> Pieces:
    raw, model = checkpoint.tokenizer, checkpoint.tokenizer["model"]
    prefix, marked = False, False
    for step in steps_of(raw.get("normalizer")):
        if step == {"type": "Prepend", "prepend": SPACE}:
            prefix = True
        elif step == _SPACES:
            marked = True
        else:
            reasons.append(_unknown("normalizer", step))
    for step in steps_of(raw.get("pre_tokenizer")):
        if step.get("type") == "Metaspace" and step.get("replacement") == SPACE and step.get("split") is False:
            marked, prefix = True, prefix or step.get("prepend_scheme") != "never"
        # Where spaces are gone already, nothing is cut at them: Gemma's.
        elif not (marked and step.get("type") == "Split" and step.get("pattern") == {"String": " "}):
            reasons.append(_unknown("pre-tokenizer", step))
    if not marked:
        reasons.append(f"its BPE is neither of bytes nor has `{SPACE}` for a space")
    if model.get("ignore_merges"):
        reasons.append("`ignore_merges` is set, and llama.cpp joins by scores alone")
    single = byte_tokens(checkpoint.words.names) if model.get("byte_fallback") else {}
    if len(single) < 256:
        reasons.append(f"it has {len(single)} of the 256 tokens of bytes, without which llama.cpp stops")
    types[list(single.values())] = TokenType.BYTE
    unknown = checkpoint.words.ids.get(model.get("unk_token") or "<unk>")
    if unknown is not None:
        types[unknown] = TokenType.UNKNOWN
    tokens = [
        token.replace(SPACE, " ") if types[at] == TokenType.USER_DEFINED else token
        for at, token in enumerate(_named(checkpoint))
    ]
    scores = scores_of(checkpoint, types, reasons)
    return Pieces("llama", "default", tokens, types, scores, flags={f"{_PREFIX}add_space_prefix": flag(prefix)})


def _unigram(checkpoint: Checkpoint, types: NDArray[np.int32], reasons: list[str]) -> Pieces:
    raw, model = checkpoint.tokenizer, checkpoint.tokenizer["model"]
    charsmap, merged, prefix, marked = b"", False, False, False
    for step in steps_of(raw.get("normalizer")):
        if step.get("type") == "Precompiled" and not charsmap:
            charsmap = _charsmap(step, reasons)
        elif {key: step.get(key) for key in _RUNS} == _RUNS:
            merged = True
        elif step.get("type") != "Strip":
            reasons.append(_unknown("normalizer", step))
    for step in steps_of(raw.get("pre_tokenizer")):
        if step.get("type") == "WhitespaceSplit":
            merged = True
        elif step.get("type") == "Metaspace" and step.get("replacement") == SPACE:
            marked, prefix = True, step.get("prepend_scheme", "always") != "never"
        else:
            reasons.append(_unknown("pre-tokenizer", step))
    if not marked:
        reasons.append(f"its Unigram has no `{SPACE}` for a space")
    if model.get("byte_fallback"):
        reasons.append("it spells what it does not know in bytes, and llama.cpp's Unigram does not")
    unknown = model.get("unk_id")
    if not isinstance(unknown, int) or not 0 <= unknown < len(types):
        reasons.append("it has no unknown token")
    else:
        types[unknown] = TokenType.UNKNOWN
    listed = np.array([score for _, score in model["vocab"]], np.float64)
    if len(listed) and not np.abs(listed).max() < np.finfo(np.float32).max:
        reasons.append("a score is no number that float32 has")
        listed[:] = 0
    scores = np.zeros(len(types), np.float32)
    scores[: len(listed)] = listed
    flags: Metadata = {
        f"{_PREFIX}add_space_prefix": flag(prefix),
        f"{_PREFIX}remove_extra_whitespaces": flag(merged),
    }
    if charsmap:
        flags[f"{_PREFIX}precompiled_charsmap"] = octets(charsmap)
    return Pieces("t5", "default", _named(checkpoint), types, scores, flags=flags)


def _charsmap(step: Mapping[str, Any], reasons: list[str]) -> bytes:
    try:
        blob = base64.b64decode(str(step.get("precompiled_charsmap")), validate=True)
        if blob:
            read_charsmap(blob)
    except (binascii.Error, CharsmapError, ValueError) as problem:
        reasons.append(f"the character map of `tokenizer.json` is damaged: {problem}")
        return b""
    return blob


def _wordpiece(checkpoint: Checkpoint, types: NDArray[np.int32], reasons: list[str]) -> Pieces:
    raw, model = checkpoint.tokenizer, checkpoint.tokenizer["model"]
    lowercase = strip = False
    normalizers = steps_of(raw.get("normalizer"))
    for step in normalizers:
        kept = step.get("type") == "BertNormalizer" and step.get("clean_text") and step.get("handle_chinese_chars")
        if not kept or len(normalizers) > 1:
            reasons.append(_unknown("normalizer", step))
        lowercase = step.get("lowercase") is True
        strip = lowercase if step.get("strip_accents") is None else step.get("strip_accents") is True
    if not normalizers:
        reasons.append("it has no `BertNormalizer`, and llama.cpp always cleans a text as that does")
    if [step.get("type") for step in steps_of(raw.get("pre_tokenizer"))] != ["BertPreTokenizer"]:
        reasons.append("its pre-tokenizer is not `BertPreTokenizer`, the one that llama.cpp has for WordPiece")
    if model.get("continuing_subword_prefix") != "##":
        reasons.append("its pieces inside of words do not begin with `##`")
    unknown = checkpoint.words.ids.get(model.get("unk_token") or "")
    if unknown is None:
        reasons.append("it has no unknown token")
    tokens = []
    for at, token in enumerate(_named(checkpoint)):
        if types[at] != TokenType.NORMAL:
            tokens.append(token)
        else:
            tokens.append(token[2:] if token.startswith("##") else SPACE + token)
    if unknown is not None:
        tokens[unknown] = checkpoint.words.names[unknown]
        types[unknown] = TokenType.UNKNOWN
    flags: Metadata = {
        f"{_PREFIX}normalizer.lowercase": flag(lowercase),
        f"{_PREFIX}normalizer.strip_accents": flag(strip),
    }
    return Pieces("bert", "default", tokens, types, flags=flags)
