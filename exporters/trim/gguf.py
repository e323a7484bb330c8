"""Trims a GGUF in place: rows of its tables are taken as they are stored, everything else stays byte by byte.

A row of an embedding is a whole number of quantisation blocks whatever its type, so nothing is dequantised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgekit.core.atomic import replacing
from edgekit.core.errors import ModelFormatError, UsageError
from edgekit.core.events import Progress, Reporter, silent
from exporters.base import Built
from exporters.containers.gguf import BLOCKS, Gguf, Kind, Place, Value, read_gguf
from exporters.containers.gguf_writer import Output, measure_gguf, write_gguf
from exporters.trim.base import Ids, Part, Tokenizer
from exporters.trim.gguf_tokenizers import (
    CHARSMAP,
    MERGES,
    PREFIX,
    SCORES,
    TOKENS,
    TYPES,
    merge_sides,
    open_tokenizer,
    special_ids,
)
from exporters.trim.vectors import ggml_vectors

ARCHITECTURE = "general.architecture"
TEMPLATE = "tokenizer.chat_template"
# Ids that are never to be generated.
_SUPPRESSED = PREFIX + "suppress_tokens"
# A whole tokenizer.json with the old ids, which llama.cpp does not read.
_STALE = "tokenizer.huggingface.json"
# One entry a token, beside the tokens themselves.
_BESIDE = (SCORES, TYPES)
# One row a token: `output` is the head of a model that is not tied, the third the table that Gemma 3n has a layer.
TABLES = ("token_embd.weight", "output.weight", "per_layer_token_embd.weight")
_ROWS_AT_ONCE = 4096
_POOLINGS = (1, 2, 3)  # mean, first, last: `llama_pooling_type`; 0 is none and 4 a score for ranking


def gives_embeddings(file: Gguf) -> bool:
    """Whether a file is of an encoder: its metadata says how the states of a text become one vector."""
    architecture = file.metadata.get(ARCHITECTURE)
    if architecture is None or architecture.kind != Kind.STRING:
        return False
    pooling = file.metadata.get(f"{architecture.value.decode('utf-8', 'replace')}.pooling_type")
    return pooling is not None and pooling.kind == Kind.UINT32 and pooling.value in _POOLINGS


@dataclass(frozen=True, slots=True)
class GgufModel:
    """A GGUF file, opened for trimming; see `exporters.trim.base.TrimmableModel`."""

    path: Path
    file: Gguf
    tokenizer: Tokenizer

    container = "gguf"

    @property
    def prompts(self) -> Sequence[str]:
        """The chat templates, whose literal text is part of every prompt."""
        return [
            value.value.decode("utf-8", "replace")
            for key, value in self.file.metadata.items()
            if (key == TEMPLATE or key.startswith(TEMPLATE + ".")) and value.kind == Kind.STRING
        ]

    @property
    def gives_embeddings(self) -> bool:
        """See the function of the same name."""
        return gives_embeddings(self.file)

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

    @property
    def vectors(self) -> Callable[[Ids], NDArray[np.float32]] | None:
        """Rows of `token_embd` as numbers."""
        place = self.file.tensors.get(TABLES[0])
        if place is None or len(place.shape) != 2 or place.shape[0] != self.tokenizer.size:
            return None
        return ggml_vectors(self.file.rows(place.name), place.type)

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
    """Open a file for trimming. Raises UnsupportedModelError for an unknown kind of tokenizer, ModelFormatError."""
    file = read_gguf(path)
    return GgufModel(path, file, open_tokenizer(file))


def _bytes_a_token(value: Value) -> int:
    return len(value.value.blob) if value.items == Kind.STRING else value.value.nbytes


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
    special = special_ids(file)
    metadata = {}
    reasons = []
    for key, value in file.metadata.items():
        if key == TOKENS:
            metadata[key] = Value(value.kind, value.value.take(kept), value.items)
        elif key in _BESIDE:
            metadata[key] = Value(value.kind, value.value[kept], value.items)
        elif key == MERGES:
            metadata[key] = _trimmed_merges(value, {file.metadata[TOKENS].value[at] for at in kept.tolist()})
        elif key in sizes:
            metadata[key] = Value(value.kind, len(kept))
        elif key == _SUPPRESSED:
            metadata[key] = _renamed(key, value, new)
        elif key in special:
            metadata[key] = Value(value.kind, int(new[special[key]]))
        elif key != _STALE:
            metadata[key] = value
            if _is_a_token_each(key, value, count):
                reasons.append(f"`{key}` has an entry for each token, and nobody knows what it means")
    for key, at in special.items():
        if new[at] < 0:
            reasons.append(f"`{key}` is token {at:,}, which is not kept")
        metadata.setdefault(key, Value(Kind.UINT32, int(new[at])))
    if reasons:
        raise UsageError("the vocabulary cannot be trimmed to these tokens", reasons=reasons)
    return metadata


def _is_a_token_each(key: str, value: Value, count: int) -> bool:
    return key.startswith("tokenizer.") and key != CHARSMAP and value.kind == Kind.ARRAY and len(value.value) == count


def _trimmed_merges(value: Value, words: set[bytes]) -> Value:
    """Those whose two sides and whose result stay, as they are written and in their order."""
    if value.kind != Kind.ARRAY or value.items != Kind.STRING:
        raise ModelFormatError("the vocabulary is damaged", reasons=[f"`{MERGES}` is of a wrong kind"])
    stay = []
    for row, merge in enumerate(value.value):
        left, right = merge_sides(merge)
        if left in words and right in words and left + right in words:
            stay.append(row)
    return Value(value.kind, value.value.take(np.array(stay, np.int64)), value.items)


def _renamed(key: str, value: Value, new: NDArray[np.int64]) -> Value:
    if value.kind != Kind.ARRAY or value.items not in (Kind.INT32, Kind.UINT32):
        raise ModelFormatError("the vocabulary is damaged", reasons=[f"`{key}` is of a wrong kind"])
    ids = value.value.astype(np.int64)
    ids = new[ids[(ids >= 0) & (ids < len(new))]]
    return Value(value.kind, ids[ids >= 0].astype(value.value.dtype), value.items)


def _gathered(rows: NDArray[np.uint8], kept: NDArray[np.int64]) -> Iterator[memoryview]:
    for begin in range(0, len(kept), _ROWS_AT_ONCE):
        yield rows[kept[begin : begin + _ROWS_AT_ONCE]].reshape(-1).data


def _bytes_of(file: Gguf, place: Place) -> memoryview:
    return file.data[place.begin : place.begin + place.size]
