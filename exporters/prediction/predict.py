"""The size and the memory of what would become of a model: for any vocabulary, in any types, without building it."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from exporters.containers.gguf import BLOCKS, Gguf
from exporters.conversion.trimmed import ConvertedModel
from exporters.conversion.trimmed_gguf import ConvertedGguf
from exporters.opening import Source
from exporters.prediction.memory import Memory, Running, gguf_memory, onnx_memory
from exporters.prediction.tensor_types import tensor_types
from exporters.quantize.onnx_sizes import onnx_in_type
from exporters.quantize.sizes import QuantisedSizes, with_types
from exporters.quantize.types import NUMBERS
from exporters.trim.base import Ids, TrimmableModel
from exporters.trim.gguf import TABLES, GgufModel
from exporters.trim.onnx import OnnxModel

_ENCODER_TASKS = ("embed", "grade")
# What the part of a model is called that its engine does not map: a file's name, or that of what will become one.
_WORDS = ("tokenizer.json", "tokenizer")


@dataclass(frozen=True, slots=True)
class Recipe:
    """quant, embedding: as of ExportRequest; None keeps the types that are there."""

    quant: str | None = None
    embedding: str | None = None

    def __str__(self) -> str:
        if self.quant is None:
            return "as it is"
        return self.quant if self.embedding is None else f"{self.quant}, words {self.embedding}"


@dataclass(frozen=True, slots=True)
class Prediction:
    """What an artifact would be.

    size_bytes: of the model's own files, which is all but the map of tokens, the receipt and the page.  tensor_bytes:
    of a GGUF's tensors, else None.  memory: None where no engine of edgekit runs the format.
    """

    tokens: int
    size_bytes: int
    tensor_bytes: int | None
    memory: Memory | None

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        memory = None if self.memory is None else {**dataclasses.asdict(self.memory), "total": self.memory.total}
        return {
            "tokens": self.tokens,
            "size_bytes": self.size_bytes,
            "tensor_bytes": self.tensor_bytes,
            "memory": memory,
        }


class Predictor:
    """Predicts what becomes of one model by one recipe.

    Raises KeyError for a recipe that there is none of; `exporters.quantized.check_quant` tells people.
    """

    def __init__(self, source: Source, recipe: Recipe, running: Running | None = None) -> None:
        self.source = source
        self.recipe = recipe
        self._running = running or Running()
        self._types: Mapping[str, int] = {}
        self.model = self._sized(source.model)

    @property
    def file(self) -> Gguf | None:
        """The GGUF that this is about, as it is before quantising; None for another format."""
        return _file_of(self.model)

    @property
    def tensor_types(self) -> Mapping[str, str]:
        """The type of each tensor of a GGUF; empty for another format."""
        return {name: BLOCKS[kind][0] for name, kind in self._types.items()}

    @property
    def types(self) -> Mapping[str, int]:
        """How many tensors of a GGUF have which type, the most frequent first."""
        return dict(Counter(self.tensor_types.values()).most_common())

    def predict(self, kept: Ids) -> Prediction:
        """With these tokens."""
        return self.at(len(kept), self.model.size_bytes(kept))

    def whole(self) -> Prediction:
        """With every token; what stays in its types and its format keeps its files."""
        model = self.source.model
        if self.recipe.quant is None and not isinstance(model, ConvertedModel):
            return self.at(model.tokenizer.size, sum(part.size_bytes for part in model.parts))
        return self.predict(np.arange(model.tokenizer.size))

    def at(self, tokens: int, size_bytes: int) -> Prediction:
        """With as many tokens, and files of this size, as `model.size_bytes` tells."""
        file = self.file
        if file is not None:
            tensors = tensor_bytes(file, self._types, self.source.model.tokenizer.size, tokens)
            memory = gguf_memory(file, tokens, tensors, self._running, encoder=self.source.task in _ENCODER_TASKS)
            return Prediction(tokens, size_bytes, tensors, memory)
        return Prediction(tokens, size_bytes, None, self._onnx(tokens, size_bytes))

    def _sized(self, model: TrimmableModel) -> TrimmableModel:
        quant, embedding = self.recipe.quant, self.recipe.embedding
        if isinstance(model, ConvertedModel):
            model, quant = model.stored(quant, embedding)
        if isinstance(model, OnnxModel) and quant is not None:
            return onnx_in_type(model, quant)
        file = _file_of(model)
        if file is None:
            return model
        self._types = (
            {name: place.type for name, place in file.tensors.items()}
            if quant is None
            else {name: NUMBERS[kind] for name, kind in tensor_types(file, quant, embedding).items()}
        )
        if quant is None:
            return model
        if isinstance(model, ConvertedGguf):
            return _requantised(model, self._types)
        assert isinstance(model, GgufModel)  # noqa: S101 - nothing else is quantised
        return with_types(model, self._types)

    def _onnx(self, tokens: int, size_bytes: int) -> Memory | None:
        model = self.source.model
        if model.container != "onnx":
            return None
        words = next((part.bytes_per_token for part in model.parts if part.name in _WORDS), 0.0)
        width = None
        if self.source.task in _ENCODER_TASKS and model.vectors is not None:
            width = int(model.vectors(np.arange(1)).shape[1])
        return onnx_memory(max(0, round(size_bytes - words * tokens)), tokens, width, self.recipe.quant)


def _requantised(model: ConvertedGguf, types: Mapping[str, int]) -> QuantisedSizes:
    """A checkpoint that is converted and then quantised, with sizes within 1 %."""
    file, size = model.file, model.tokenizer.size
    own = {name: place.type for name, place in file.tensors.items()}

    def size_of(kept: Ids) -> int:
        before, after = (tensor_bytes(file, one, size, len(kept)) for one in (own, types))
        return model.size_bytes(kept) + after - before

    return QuantisedSizes(model, types, size_of)


def _file_of(model: TrimmableModel) -> Gguf | None:
    if isinstance(model, QuantisedSizes):
        return _file_of(model.model)
    return model.file if isinstance(model, GgufModel | ConvertedGguf) else None


def tensor_bytes(file: Gguf, types: Mapping[str, int], size: int, tokens: int) -> int:
    """Bytes of file's tensors in these types with tokens instead of size rows in each table of words."""
    total = 0
    for name, place in file.tensors.items():
        _, values, block = BLOCKS[types[name]]
        rows = prod(place.shape[:-1])
        if name in TABLES:
            rows = rows * tokens // size
        total += rows * (place.shape[-1] // values) * block
    return total


def largest(fits: Callable[[int], bool], least: int, most: int) -> int | None:
    """The largest number of tokens that fits, None where least does not.  fits: true up to some number, false above."""
    if not fits(least):
        return None
    low, high = least, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low
