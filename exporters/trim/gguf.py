"""Trims a GGUF in place: rows of its tables are taken as they are stored, everything else stays byte by byte.

A row of an embedding is a whole number of quantisation blocks whatever its type, so nothing is dequantised.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgekit.core.atomic import replacing
from edgekit.core.errors import ModelFormatError, UnsupportedModelError, UsageError
from edgekit.core.events import Progress, Reporter, silent
from exporters.base import Built
from exporters.containers.gguf import BLOCKS, Gguf, Kind, Place, Strings, Value, read_gguf
from exporters.containers.gguf_writer import Output, measure_gguf, write_gguf
from exporters.trim.base import Ids, Part, Tokenizer
from exporters.trim.spm_bpe import SpmBpe
from exporters.trim.vocabulary import Vocabulary

TOKENS = "tokenizer.ggml.tokens"
SCORES = "tokenizer.ggml.scores"
TYPES = "tokenizer.ggml.token_type"
MODEL = "tokenizer.ggml.model"
ARCHITECTURE = "general.architecture"
# One entry a token, beside the tokens themselves.
_BESIDE = (SCORES, TYPES)
# One row a token: `output` is the head of a model that is not tied, the third the table that Gemma 3n has a layer.
TABLES = ("token_embd.weight", "output.weight", "per_layer_token_embd.weight")
_ROWS_AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class GgufModel:
    """A GGUF file, opened for trimming; see `exporters.trim.base.TrimmableModel`."""

    path: Path
    file: Gguf
    tokenizer: Tokenizer

    container = "gguf"

    @property
    def prompts(self) -> Sequence[str]:
        """The chat template, whose literal text is part of every prompt."""
        template = self.file.metadata.get("tokenizer.chat_template")
        if template is None or template.kind != Kind.STRING:
            return []
        return [template.value.decode("utf-8", "replace")]

    @property
    def parts(self) -> Sequence[Part]:
        """The tables of words, the words themselves, and everything else."""
        count = self.tokenizer.size
        tables = [place for place in self.file.tensors.values() if place.name in TABLES]
        words = sum(_bytes_a_token(value) for key, value in self.file.metadata.items() if key in (TOKENS, *_BESIDE))
        rest = len(self.file.data) - sum(place.size for place in tables) - words
        return [
            *(Part(f"{place.name} ({BLOCKS[place.type][0]})", place.size, place.row_bytes) for place in tables),
            Part("words and scores", words, words / count),
            Part("everything else", rest, 0),
        ]

    def size_bytes(self, kept: Ids) -> int:
        """Size of the trimmed file, exact."""
        metadata, outputs = trim(self.file, kept)
        return measure_gguf(metadata, outputs)

    def write(self, kept: Ids, out: Path, *, report: Reporter = silent) -> Built:
        """Write the trimmed file under its own name into out."""
        write_trimmed(self.file, kept, out / self.path.name, report=report)
        step = {"name": "trim", "container": self.container, "tokens": self.tokenizer.size, "kept": len(kept)}
        return Built({"kind": "gguf", "file": self.path.name}, (step,))


def open_gguf(path: Path) -> GgufModel:
    """Open a file for trimming. Raises UnsupportedModelError for a tokenizer of another kind, ModelFormatError."""
    file = read_gguf(path)
    prefix = file.metadata.get("tokenizer.ggml.add_space_prefix")
    # llama.cpp puts a space before the text where the file does not say that it should not.
    return GgufModel(path, file, SpmBpe(read_vocabulary(file), space_prefix=prefix is None or bool(prefix.value)))


def _bytes_a_token(value: Value) -> int:
    return len(value.value.blob) if value.items == Kind.STRING else value.value.nbytes


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


def trim(file: Gguf, kept: NDArray[np.int64]) -> tuple[dict[str, Value], list[Output]]:
    """What to write of a file when only these tokens stay; kept: ids, ascending; their order becomes the new ids.

    Raises ModelFormatError where a table has no row for each token, UsageError where a special token would go.
    """
    count = len(file.metadata[TOKENS].value)
    metadata = _trimmed_metadata(file, kept, count)
    outputs = []
    reasons = []
    for place in file.tensors.values():
        if place.name not in TABLES:
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
