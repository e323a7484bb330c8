"""A Hugging Face folder, opened to be converted: its configuration, its tensors where they lie, its tokenizer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.core.errors import ModelFormatError
from exporters.containers.safetensors import Place, Safetensors
from exporters.tokenizers.opus import OPUS_FILES
from exporters.trim.hf.folder import Folder, read_folder
from exporters.trim.hf.json_file import read_object
from exporters.trim.hf.tokenizer_files import CONFIG as TOKENIZER_CONFIG
from exporters.trim.hf.tokenizer_source import is_opus, tokenizer_bytes
from exporters.trim.hf.weights import Weights, read_weights
from exporters.trim.hf.words import Words, vocabulary_words, words_of
from exporters.trim.tokenizer_json.document import read_document

# What numpy has of safetensors' types; bfloat16 it has not, so those are handed out as the 16 bits that they are.
_DTYPES: Mapping[str, str] = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": "<u2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "i1",
    "U64": "<u8",
    "U32": "<u4",
    "U16": "<u2",
    "U8": "u1",
    "BOOL": "?",
}
FLOATS = ("F32", "F16", "BF16")
"""Types of tensors that are numbers and that conversions read."""
_ALL = slice(None)


def named_type(config: Mapping[str, Any]) -> str:
    """What a configuration calls its architecture, `?` where it does not say."""
    value = config.get("model_type")
    return value[:80] if isinstance(value, str) and value.isprintable() else "?"


def named_classes(config: Mapping[str, Any]) -> Sequence[str]:
    """The classes of transformers that a configuration names."""
    listed = config.get("architectures")
    return [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A folder, opened; nothing of it is ever run, and no tensor is read before it is asked for.

    name: what people call it.  config: `config.json`.  tokenizer: `tokenizer.json`, sound as far as its kind is known;
    empty for OPUS-MT, which has two models and `vocab.json` instead.  tokenizer_config: the file of that name, empty
    where there is none.  words: tokens, ids and merges of tokenizer.json.
    """

    folder: Folder
    name: str
    config: Mapping[str, Any]
    tokenizer: Mapping[str, Any]
    tokenizer_config: Mapping[str, Any]
    words: Words
    weights: Weights

    @property
    def path(self) -> Path:
        """The folder."""
        return self.folder.path

    @property
    def model_type(self) -> str:
        """What the model calls its architecture, `?` where it does not say."""
        return named_type(self.config)

    @property
    def architectures(self) -> Sequence[str]:
        """The classes of transformers that saved it."""
        return named_classes(self.config)

    def prefix(self, name: str, prefixes: Sequence[str]) -> str:
        """What stands before the name of a tensor, by the class that saved it; the first where none does."""
        return next((prefix for prefix in prefixes if prefix + name in self.tensors), prefixes[0])

    @cached_property
    def tensors(self) -> Mapping[str, Place]:
        """Every tensor by its name: dtype as safetensors names it, shape with the slowest axis first."""
        return {place.name: place for place in self.weights.places}

    def array(self, name: str) -> NDArray[Any]:
        """A tensor, a read-only view of the file in its own shape and type; bfloat16 as uint16, its bits.

        Raises ModelFormatError for a type that numpy cannot hold.
        """
        place, file = self.tensors[name], self._holder(name)
        dtype = _DTYPES.get(place.dtype)
        if dtype is None:
            raise ModelFormatError(f"`{name}` cannot be read", reasons=[f"its type is {place.dtype}"])
        return np.frombuffer(file.bytes_of(name), dtype).reshape(place.shape)

    def floats(self, name: str, rows: slice | NDArray[np.int64] = _ALL) -> NDArray[np.float32]:
        """A tensor as float32, by default all of it: a copy, except of F32 that is taken in a slice.

        rows: of the first axis.  Raises ModelFormatError for a type that is none of FLOATS.
        """
        dtype = self.tensors[name].dtype
        if dtype not in FLOATS:
            raise ModelFormatError(f"`{name}` cannot be read", reasons=[f"its type is {dtype}"])
        some = self.array(name)[rows]
        if dtype == "BF16":  # the upper half of a float32
            return (some.astype(np.uint32) << 16).view(np.float32)
        return some.astype(np.float32, copy=False)

    def release(self, name: str, begin: int, end: int) -> None:
        """Let go of the memory of the rows begin to end, which were read; they can be read again."""
        place = self.tensors[name]
        width = place.size // max(1, place.shape[0])
        self._holder(name).release(place.begin + begin * width, place.begin + end * width)

    def _holder(self, name: str) -> Safetensors:
        return self._files[name]

    @cached_property
    def _files(self) -> dict[str, Safetensors]:
        return {name: file for file in self.weights.files.values() for name in file.tensors}


def open_checkpoint(path: Path, *, name: str | None = None) -> Checkpoint:
    """Open a folder to convert it.

    name: what the model is called, by default as the folder is.

    Raises ModelFormatError where files are damaged or do not fit together; UnsupportedModelError, with the way out, for
    pickled weights, an adapter, a model that brings code of its own, a folder without a tokenizer that can be read, a
    tokenizer of an unknown kind.
    """
    folder = read_folder(path)
    config = read_object(path / "config.json")
    called = name or path.resolve().name
    has_config = (path / TOKENIZER_CONFIG).is_file()
    tokenizer_config = read_object(path / TOKENIZER_CONFIG) if has_config else {}
    if is_opus(path):
        words = vocabulary_words(read_object(path / OPUS_FILES[-1]))
        return Checkpoint(folder, called, config, {}, tokenizer_config, words, read_weights(path))
    document = read_document(tokenizer_bytes(path, config))
    words = words_of(document.raw)
    return Checkpoint(folder, called, config, document.raw, tokenizer_config, words, read_weights(path))
