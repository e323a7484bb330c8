"""Trims a GGUF in place: rows of its tables are taken as they are stored, everything else stays byte by byte.

A row of an embedding is a whole number of quantisation blocks whatever its type, so nothing is dequantised.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgekit.core.atomic import replacing
from edgekit.core.errors import ModelFormatError, UnsupportedModelError, UsageError
from edgekit.core.events import Progress, Reporter, silent
from exporters.containers.gguf import Gguf, Kind, Place, Strings, Value
from exporters.containers.gguf_writer import Output, write_gguf
from exporters.trim.spm_bpe import closure

TOKENS = "tokenizer.ggml.tokens"
SCORES = "tokenizer.ggml.scores"
TYPES = "tokenizer.ggml.token_type"
MODEL = "tokenizer.ggml.model"
ARCHITECTURE = "general.architecture"
# One entry a token, beside the tokens themselves.
_BESIDE = (SCORES, TYPES)
# One row a token: `output` is the head of a model that is not tied, the third the table that Gemma 3n has a layer.
_TABLES = ("token_embd.weight", "output.weight", "per_layer_token_embd.weight")
_ROWS_AT_ONCE = 4096


class TokenType(IntEnum):
    """`llama_token_type`."""

    NORMAL = 1
    UNKNOWN = 2
    CONTROL = 3
    USER_DEFINED = 4
    UNUSED = 5
    BYTE = 6


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a file.  tokens: (V,) text; scores: (V,) float32; types: (V,) TokenType."""

    tokens: list[str]
    scores: NDArray[np.float32]
    types: NDArray[np.int32]


def read_vocabulary(file: Gguf) -> Vocabulary:
    """The vocabulary of a SentencePiece BPE model (`llama`: Gemma, Llama 2, Mistral).

    Raises UnsupportedModelError for another kind of tokenizer, ModelFormatError where its arrays do not fit together.
    """
    kind = file.metadata.get(MODEL)
    if kind is None or kind.value != b"llama":
        name = "none" if kind is None else repr(kind.value)
        raise UnsupportedModelError(
            "the vocabulary cannot be trimmed", reasons=[f"its tokenizer is {name}, not `llama`"]
        )
    reasons = []
    for key, items in ((TOKENS, Kind.STRING), (SCORES, Kind.FLOAT32), (TYPES, Kind.INT32)):
        value = file.metadata.get(key)
        if value is None or value.kind != Kind.ARRAY or value.items != items:
            reasons.append(f"`{key}` is missing or of a wrong kind")
    if reasons:
        raise ModelFormatError("the vocabulary is damaged", reasons=reasons)
    words: Strings = file.metadata[TOKENS].value
    scores, types = file.metadata[SCORES].value, file.metadata[TYPES].value
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


def closed_ids(vocabulary: Vocabulary, wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """The ids to keep, ascending: wanted, all that each of them needs, and every token that is no ordinary word.

    Bytes, controls, user-defined and unknown tokens stay; unused ones go unless they are wanted.
    """
    if len(wanted) and not 0 <= wanted.min() <= wanted.max() < len(vocabulary.tokens):
        raise UsageError(f"ids {wanted.min():,} to {wanted.max():,} of {len(vocabulary.tokens):,} tokens are wanted")
    normal = vocabulary.types == TokenType.NORMAL
    ids = {vocabulary.tokens[at]: at for at in np.flatnonzero(normal).tolist()}
    scores = {token: float(vocabulary.scores[at]) for token, at in ids.items()}
    chosen = set(wanted.tolist())
    kept = closure((vocabulary.tokens[at] for at in chosen if normal[at]), scores)
    always = np.flatnonzero(~normal & (vocabulary.types != TokenType.UNUSED))
    return np.array(sorted(chosen | {ids[token] for token in kept} | set(always.tolist())), np.int64)


def trim(file: Gguf, kept: NDArray[np.int64]) -> tuple[dict[str, Value], list[Output]]:
    """What to write of a file when only these tokens stay; kept: ids, ascending; their order becomes the new ids.

    Raises ModelFormatError where a table has no row for each token, UsageError where a special token would go.
    """
    count = len(file.metadata[TOKENS].value)
    metadata = _trimmed_metadata(file, kept, count)
    outputs = []
    reasons = []
    for place in file.tensors.values():
        if place.name not in _TABLES:
            outputs.append(Output(place.name, place.shape, place.type, [_bytes_of(file, place)]))
        elif len(place.shape) != 2 or place.shape[0] != count:
            reasons.append(f"`{place.name}` has shape {place.shape}, the vocabulary {count:,} tokens")
        else:
            shape = (len(kept), place.shape[1])
            outputs.append(Output(place.name, shape, place.type, _gathered(file.rows(place.name), kept)))
    if reasons:
        raise ModelFormatError("the tables do not fit the vocabulary", reasons=reasons)
    return metadata, outputs


def write_trimmed(file: Gguf, kept: NDArray[np.int64], target: Path, *, report: Reporter = silent) -> None:
    """Write the trimmed file, all or nothing; reports the step `trim` in bytes."""
    metadata, outputs = trim(file, kept)
    total = sum(output.size for output in outputs)
    with replacing(target) as stream:
        for written in write_gguf(stream, metadata, outputs, version=file.version):
            report(Progress("trim", min(written, total), total, "bytes"))


def _trimmed_metadata(file: Gguf, kept: NDArray[np.int64], count: int) -> dict[str, Value]:
    new = np.full(count, -1, np.int64)
    new[kept] = np.arange(len(kept))
    architecture = file.metadata.get(ARCHITECTURE)
    sizes = set()
    if architecture is not None and architecture.kind == Kind.STRING:
        sizes.add(f"{architecture.value.decode('utf-8', 'replace')}.vocab_size")
    metadata = dict(file.metadata)
    reasons = []
    for key, value in file.metadata.items():
        if key == TOKENS:
            metadata[key] = Value(value.kind, value.value.take(kept), value.items)
        elif key in _BESIDE:
            metadata[key] = Value(value.kind, value.value[kept], value.items)
        elif key in sizes:
            metadata[key] = Value(value.kind, len(kept))
        elif key.startswith("tokenizer.") and key.endswith("_token_id"):
            if not isinstance(value.value, int):
                raise ModelFormatError("the vocabulary is damaged", reasons=[f"`{key}` is a {value.kind.name.lower()}"])
            # -1, or 2^32 - 1, says that there is none.
            if not 0 <= value.value < count:
                continue
            if new[value.value] < 0:
                reasons.append(f"`{key}` is token {value.value:,}, which is not kept")
            metadata[key] = Value(value.kind, int(new[value.value]))
        elif key.startswith("tokenizer.") and value.kind == Kind.ARRAY and len(value.value) == count:
            reasons.append(f"`{key}` has an entry for each token, and nobody knows what it means")
    if reasons:
        raise UsageError("the vocabulary cannot be trimmed to these tokens", reasons=reasons)
    return metadata


def _gathered(rows: NDArray[np.uint8], kept: NDArray[np.int64]) -> Iterator[memoryview]:
    for begin in range(0, len(kept), _ROWS_AT_ONCE):
        yield rows[kept[begin : begin + _ROWS_AT_ONCE]].reshape(-1).data


def _bytes_of(file: Gguf, place: Place) -> memoryview:
    return file.data[place.begin : place.begin + place.size]
