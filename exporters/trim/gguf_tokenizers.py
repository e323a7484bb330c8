"""The tokenizers of GGUF files: `llama` (SentencePiece BPE), `gpt2` (byte-level BPE), `t5` (Unigram), `bert`.

The arrays of the last three become a `tokenizer.json` in memory, which is opened like any other. Tokens keep their ids;
those that no text is cut into (control, unknown, unused, byte) get names there that no text can hold. Source:
`llama-vocab.cpp`, whose way of cutting a text is followed where it differs from the original tokenizer's.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from edgekit.core.errors import ModelFormatError, UnsupportedModelError
from edgekit.tokenizer.unigram import SPACE
from exporters.containers.gguf import Gguf, Kind, Strings
from exporters.tokenizers.charsmap import CharsmapError, read_charsmap
from exporters.trim.base import Ids, Tokenizer
from exporters.trim.gguf_pre_tokenizers import PRE_TOKENIZERS
from exporters.trim.spares import is_spare
from exporters.trim.spm_bpe import SpmBpe
from exporters.trim.tokenizer_json import JsonTokenizer
from exporters.trim.tokenizer_json.document import Document, read_document
from exporters.trim.vocabulary import TokenType, Vocabulary

PREFIX = "tokenizer.ggml."
MODEL = PREFIX + "model"
TOKENS = PREFIX + "tokens"
SCORES = PREFIX + "scores"
TYPES = PREFIX + "token_type"
MERGES = PREFIX + "merges"
PRE = PREFIX + "pre"
CHARSMAP = PREFIX + "precompiled_charsmap"
# What llama.cpp takes where the file does not say: other tokens stand there once rows are gone.
DEFAULT_IDS: Mapping[str, Mapping[str, int]] = {
    "llama": {"bos": 1, "eos": 2, "unknown": 0},
    "gpt2": {"bos": 11, "eos": 11},
    "t5": {"eos": 1, "unknown": 2, "padding": 0},
    "bert": {"bos": 101, "unknown": 100, "seperator": 102, "padding": 0, "mask": 103},
}
# llama.cpp looks for pieces in words of any length; the library's time goes with the square of it.
_LONGEST_WORD = 1_000


def kind_of(file: Gguf) -> str:
    """`tokenizer.ggml.model`. Raises UnsupportedModelError for one that is none of these four."""
    value = file.metadata.get(MODEL)
    name: str = "" if value is None or value.kind != Kind.STRING else value.value.decode("utf-8", "replace")
    if name not in DEFAULT_IDS:
        listed = ", ".join(f"`{one}`" for one in DEFAULT_IDS)
        it_is = f"its tokenizer is `{name[:40]}`" if name else "it names no tokenizer"
        raise UnsupportedModelError("the vocabulary cannot be trimmed", reasons=[f"{it_is}; known are {listed}"])
    return name


def special_ids(file: Gguf) -> dict[str, int]:
    """Metadata key -> the token that it names or, where the file says nothing, that llama.cpp takes.

    Raises ModelFormatError for an id that is no integer.
    """
    count = len(file.metadata[TOKENS].value)
    found = {f"{PREFIX}{name}_token_id": at for name, at in DEFAULT_IDS[kind_of(file)].items()}
    for key, value in file.metadata.items():
        if key.startswith("tokenizer.") and key.endswith("_token_id"):
            if not isinstance(value.value, int):
                raise ModelFormatError("the vocabulary is damaged", reasons=[f"`{key}` is a {value.kind.name.lower()}"])
            # -1, or 2^32 - 1, says that there is none; llama.cpp then goes on with its default.
            if 0 <= value.value < count:
                found[key] = value.value
    return {key: at for key, at in found.items() if at < count}


def read_vocabulary(file: Gguf) -> Vocabulary:
    """Tokens, scores and types; scores and types of `gpt2` and `bert` files may be missing, all are 0 and normal then.

    Raises UnsupportedModelError for an unknown kind, ModelFormatError where the arrays do not fit together.
    """
    kind = kind_of(file)
    optional = () if kind in ("llama", "t5") else (SCORES, TYPES)
    reasons = []
    for key, items in ((TOKENS, Kind.STRING), (SCORES, Kind.FLOAT32), (TYPES, Kind.INT32)):
        value = file.metadata.get(key)
        if value is None and key in optional:
            continue
        if value is None or value.kind != Kind.ARRAY or value.items != items:
            reasons.append(f"`{key}` is missing or of a wrong kind")
    if reasons:
        raise ModelFormatError("the vocabulary is damaged", reasons=reasons)
    words: Strings = file.metadata[TOKENS].value
    scores = file.metadata[SCORES].value if SCORES in file.metadata else np.zeros(len(words), np.float32)
    types = file.metadata[TYPES].value if TYPES in file.metadata else np.full(len(words), TokenType.NORMAL, np.int32)
    if not len(words) == len(scores) == len(types):
        reasons.append(f"it has {len(words):,} tokens, {len(scores):,} scores and {len(types):,} types")
    try:
        tokens = [word.decode("utf-8") for word in words]
    except UnicodeDecodeError as problem:
        raise ModelFormatError(
            "the vocabulary is damaged", reasons=[f"a token is not UTF-8: {problem.object!r}"]
        ) from None
    if len(set(tokens)) != len(tokens):
        reasons.append(f"{len(tokens) - len(set(tokens)):,} tokens are there twice")
    if not np.isfinite(scores).all():
        reasons.append("a score is not finite")
    if reasons:
        raise ModelFormatError("the vocabulary is damaged", reasons=reasons)
    return Vocabulary(tokens, scores, types)


def open_tokenizer(file: Gguf) -> Tokenizer:
    """The tokenizer of a file.

    Raises UnsupportedModelError for a kind or a pre-tokenizer that is not known, ModelFormatError for damaged arrays.
    """
    kind = kind_of(file)
    vocabulary = read_vocabulary(file)
    if kind == "llama":
        # llama.cpp puts a space before the text where the file does not say that it should not.
        return SpmBpe(vocabulary, space_prefix=_flag(file, "add_space_prefix", missing=True))
    build = {"gpt2": _byte_level_bpe, "t5": _unigram, "bert": _wordpiece}[kind]
    types = vocabulary.types
    named = set(special_ids(file).values())
    silent = frozenset(np.flatnonzero((types != TokenType.NORMAL) & (types != TokenType.USER_DEFINED)).tolist())
    keep = named | {at for at in silent if types[at] != TokenType.UNUSED and not is_spare(vocabulary.tokens[at])}
    data = json.dumps(build(file, vocabulary, silent), ensure_ascii=False).encode("utf-8")
    try:
        document = read_document(data)
    except ModelFormatError as problem:
        raise ModelFormatError("the vocabulary is damaged", reasons=problem.reasons) from problem
    return GgufTokenizer(document, size=len(types), keep=keep, silent=silent)


class GgufTokenizer(JsonTokenizer):
    """See `exporters.trim.base.Tokenizer`; silent: ids that no text is cut into."""

    def __init__(self, document: Document, *, size: int, keep: Collection[int], silent: frozenset[int]) -> None:
        super().__init__(document, size=size, keep=keep)
        self._silent = silent

    @cached_property
    def texts(self) -> Sequence[str]:
        """See `exporters.trim.base.Tokenizer.texts`."""
        return ["" if at in self._silent else text for at, text in enumerate(super().texts)]

    def parts(self, token: int) -> tuple[int, ...]:
        """See `exporters.trim.base.Tokenizer.parts`."""
        return () if token in self._silent else super().parts(token)

    def closed(self, wanted: Ids) -> Ids:
        """See `exporters.trim.base.Tokenizer.closed`; a control token stays where it is wanted."""
        silent = np.isin(wanted, sorted(self._silent))
        return np.union1d(super().closed(wanted[~silent]), wanted[silent])

    def trimmed(self, kept: Ids) -> GgufTokenizer:
        """See `exporters.trim.base.Tokenizer.trimmed`."""
        new = {at: place for place, at in enumerate(kept.tolist())}
        base = super().trimmed(kept)
        return GgufTokenizer(
            base._document,
            size=len(kept),
            keep=[new[at] for at in self._keep if at in new],
            silent=frozenset(new[at] for at in self._silent if at in new),
        )


def merge_sides(merge: bytes) -> tuple[bytes, bytes]:
    """`a b` as a and b; a side may begin with a space, so the first byte is never the one between them."""
    at = merge.find(b" ", 1)
    return (merge, b"") if at < 0 else (merge[:at], merge[at + 1 :])


def read_merges(file: Gguf) -> list[tuple[str, str]]:
    """`tokenizer.ggml.merges`, in order. Raises ModelFormatError where they are missing or damaged."""
    value = file.metadata.get(MERGES)
    if value is None or value.kind != Kind.ARRAY or value.items != Kind.STRING:
        raise ModelFormatError("the vocabulary is damaged", reasons=[f"`{MERGES}` is missing or of a wrong kind"])
    try:
        sides = [merge_sides(merge) for merge in value.value]
        return [(left.decode("utf-8"), right.decode("utf-8")) for left, right in sides]
    except UnicodeDecodeError:
        raise ModelFormatError("the vocabulary is damaged", reasons=["a merge is not UTF-8"]) from None


def _flag(file: Gguf, name: str, *, missing: bool) -> bool:
    value = file.metadata.get(PREFIX + name)
    return missing if value is None else bool(value.value)


def _document(model: dict[str, Any], own: list[tuple[int, str]], **steps: Any) -> dict[str, Any]:
    """own: tokens that are found in a text before everything else."""
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False}
    added = [{"id": at, "content": token, **flags} for at, token in own]
    empty = dict.fromkeys(("truncation", "padding", "normalizer", "pre_tokenizer", "post_processor", "decoder"))
    return {"version": "1.0", **empty, **steps, "added_tokens": added, "model": model}


def _own(vocabulary: Vocabulary) -> list[tuple[int, str]]:
    at_type = np.flatnonzero(vocabulary.types == TokenType.USER_DEFINED).tolist()
    return [(at, vocabulary.tokens[at]) for at in at_type]


def _byte_level_bpe(file: Gguf, vocabulary: Vocabulary, silent: frozenset[int]) -> dict[str, Any]:
    value = file.metadata.get(PRE)
    name = "default" if value is None else str(value.value, "utf-8", "replace") if value.kind == Kind.STRING else ""
    known = PRE_TOKENIZERS.get(name)
    if known is None:
        raise UnsupportedModelError(
            "the vocabulary cannot be trimmed",
            reasons=[f"its pre-tokenizer is `{name[:40]}`; known are {', '.join(sorted(PRE_TOKENIZERS))}"],
        )
    steps: list[dict[str, Any]] = [
        {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}
        for pattern in known.patterns
    ]
    steps.append({"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False})
    # A part of a text is spelled in the byte alphabet, which has no space.
    names = [f" {token}" if at in silent else token for at, token in enumerate(vocabulary.tokens)]
    model = {
        "type": "BPE",
        "dropout": None,
        "unk_token": None,
        "fuse_unk": False,
        "byte_fallback": False,
        "ignore_merges": known.ignore_merges,
        "vocab": {token: at for at, token in enumerate(names)},
        "merges": [list(sides) for sides in read_merges(file)],
    }
    return _document(model, _own(vocabulary), pre_tokenizer={"type": "Sequence", "pretokenizers": steps})


def _unigram(file: Gguf, vocabulary: Vocabulary, silent: frozenset[int]) -> dict[str, Any]:
    merge_spaces = _flag(file, "remove_extra_whitespaces", missing=False)
    steps: list[dict[str, Any]] = []
    if CHARSMAP in file.metadata:
        blob = _charsmap(file)
        steps.append({"type": "Precompiled", "precompiled_charsmap": base64.b64encode(blob).decode("ascii")})
    if merge_spaces:
        steps.append({"type": "Replace", "pattern": {"Regex": r"\A +| +\z"}, "content": ""})
        steps.append({"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "})
    if merge_spaces or _flag(file, "add_space_prefix", missing=False):
        steps.append({"type": "Prepend", "prepend": " "})
    normal = vocabulary.types == TokenType.NORMAL
    if not normal.any():
        raise ModelFormatError("the vocabulary is damaged", reasons=["it has no normal token"])
    # The unknown token costs 10 more than the rarest one: the -10,000 of padding tokens is none of a text's.
    least = float(vocabulary.scores[normal].min())
    scores = np.where(normal, vocabulary.scores, np.maximum(vocabulary.scores, least)).astype(np.float64)
    names = [f" {token}" if at in silent else token for at, token in enumerate(vocabulary.tokens)]
    unknown = special_ids(file).get(f"{PREFIX}unknown_token_id")
    if unknown is None:
        raise ModelFormatError("the vocabulary is damaged", reasons=["it has no unknown token"])
    inside = any(SPACE in token[1:] for at, token in enumerate(vocabulary.tokens) if normal[at])
    model = {
        "type": "Unigram",
        "unk_id": unknown,
        "vocab": [[name, score] for name, score in zip(names, scores.tolist(), strict=True)],
        "byte_fallback": False,
    }
    metaspace = {"type": "Metaspace", "replacement": SPACE, "prepend_scheme": "never", "split": not inside}
    return _document(
        model,
        _own(vocabulary),
        normalizer={"type": "Sequence", "normalizers": steps} if steps else None,
        pre_tokenizer=metaspace,
    )


def _charsmap(file: Gguf) -> bytes:
    value = file.metadata[CHARSMAP]
    if value.kind != Kind.ARRAY or value.items not in (Kind.INT8, Kind.UINT8):
        raise ModelFormatError("the vocabulary is damaged", reasons=[f"`{CHARSMAP}` is no array of bytes"])
    blob: bytes = value.value.tobytes()
    try:
        read_charsmap(blob)
    except CharsmapError as problem:
        raise ModelFormatError("the vocabulary is damaged", reasons=[f"its character map: {problem}"]) from problem
    return blob


def _wordpiece(file: Gguf, vocabulary: Vocabulary, silent: frozenset[int]) -> dict[str, Any]:
    lowercase = _flag(file, "normalizer.lowercase", missing=True)
    unknown = special_ids(file).get(f"{PREFIX}unknown_token_id")
    if unknown is None:
        raise ModelFormatError("the vocabulary is damaged", reasons=["it has no unknown token"])
    # A word's first piece is stored with U+2581 before it, the others without the `##` that the library wants.
    names = [
        f" {token}"
        if at in silent or at == unknown
        else token[1:]
        if token.startswith(SPACE) and len(token) > 1
        else f"##{token}"
        for at, token in enumerate(vocabulary.tokens)
    ]
    for at, token in _own(vocabulary):
        names[at] = token
    vocab = {name: at for at, name in enumerate(names)}
    if len(vocab) != len(names):
        raise ModelFormatError("the vocabulary is damaged", reasons=["tokens are there twice, with and without `##`"])
    model = {
        "type": "WordPiece",
        "unk_token": names[unknown],
        "continuing_subword_prefix": "##",
        "max_input_chars_per_word": _LONGEST_WORD,
        "vocab": vocab,
    }
    steps: list[dict[str, Any]] = []
    if _flag(file, "normalizer.strip_accents", missing=lowercase):
        # All marks, where the library's own way spares those that take room (`Mc`, the vowels of Malayalam).
        steps += [{"type": "NFD"}, {"type": "Replace", "pattern": {"Regex": r"\p{M}"}, "content": ""}]
    elif lowercase:
        # The one letter whose small form is two characters; llama.cpp makes a single one of each.
        steps.append({"type": "Replace", "pattern": {"String": "\u0130"}, "content": "i"})
    cleaning = {"clean_text": True, "handle_chinese_chars": True, "strip_accents": False, "lowercase": lowercase}
    steps.append({"type": "BertNormalizer", **cleaning})
    normalizer = {"type": "Sequence", "normalizers": steps}
    return _document(model, _own(vocabulary), normalizer=normalizer, pre_tokenizer={"type": "BertPreTokenizer"})
