"""A Hugging Face folder that is trimmed and then converted to GGUF."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from exporters.containers.gguf import BLOCKS, Gguf
from exporters.conversion.base import refuse
from exporters.conversion.checkpoint import open_checkpoint
from exporters.conversion.gguf_conversion import GgufConversion
from exporters.conversion.gguf_tensors import DTYPES
from exporters.conversion.registry import conversion_of
from exporters.conversion.trimmed import ConvertedModel
from exporters.trim.base import Ids, Part
from exporters.trim.gguf import TABLES, gives_embeddings
from exporters.trim.hf.model import HfModel

# In a GGUF: the length of a string, a type, a score.
_BESIDE_WORD = 8 + 4 + 4
_BESIDE_MERGE = 8 + 1


@dataclass(frozen=True)
class ConvertedGguf(ConvertedModel):
    """See `exporters.conversion.trimmed.ConvertedModel`."""

    conversion: GgufConversion

    container = "gguf"

    @property
    def task(self) -> str:
        """`embed` of an encoder, else `generate`."""
        return "embed" if gives_embeddings(self.file) else "generate"

    @cached_property
    def file(self) -> Gguf:
        """What the GGUF of the whole model would be, without its data."""
        return self.conversion.describe(self.checkpoint, dtype=self.dtype)

    @property
    def parts(self) -> Sequence[Part]:
        """As those of a GGUF."""
        tables = [place for name, place in self.file.tensors.items() if name in TABLES]
        words = int(self._words.sum())
        rest = self._whole - sum(place.size for place in tables) - words
        return [
            *(Part(f"{place.name} ({BLOCKS[place.type][0]})", place.size, place.row_bytes) for place in tables),
            Part("words and scores", words, words / len(self._words)),
            Part("everything else", rest, 0),
        ]

    def size_bytes(self, kept: Ids) -> int:
        """Size of the trimmed GGUF, within 1 %."""
        gone = self.source.tables.rows - self.source.tables.rows_after(len(kept))
        tables = sum(place.row_bytes for name, place in self.file.tensors.items() if name in TABLES)
        return self._whole - gone * tables - int(self._words.sum() - self._words[kept].sum())

    def stored(self, quant: str | None, embedding: str | None) -> tuple[ConvertedModel, str | None]:
        """The model in the types that are asked for, and what is left for llama.cpp's quantiser to do.

        What it is to quantise gets the types of the checkpoint, of which nothing is lost.
        """
        if quant is None or (quant in DTYPES and embedding is None):
            return dataclasses.replace(self, dtype=quant or DTYPES[0]), None
        types = {place.dtype for place in self.checkpoint.tensors.values()}
        exact = {"F16": "f16", "BF16": "bf16"}.get(types.pop(), "f32") if len(types) == 1 else "f32"
        return dataclasses.replace(self, dtype=exact), quant

    @cached_property
    def _whole(self) -> int:
        return self.conversion.size_bytes(self.checkpoint, dtype=self.dtype)

    @cached_property
    def _words(self) -> NDArray[np.int64]:
        """(V,) bytes that each token takes beside its rows, with the merges that make it."""
        words = self.source.words
        sizes = np.full(self.source.tokenizer.size, _BESIDE_WORD, np.int64)
        for at, name in enumerate(words.names):
            sizes[at] += len(name.encode("utf-8", "surrogatepass"))
        for left, right in words.merges:
            made = words.model.get(left + right)
            if made is not None:
                sizes[made] += _BESIDE_MERGE + len((left + right).encode("utf-8", "surrogatepass"))
        return sizes


def converted_to_gguf(model: HfModel) -> ConvertedGguf:
    """The model as a GGUF. Raises UnsupportedModelError with every reason why it cannot become one."""
    checkpoint = open_checkpoint(model.folder.path)
    conversion = conversion_of(checkpoint, "gguf")
    refuse(checkpoint, conversion.check(checkpoint), "GGUF")
    assert isinstance(conversion, GgufConversion)  # noqa: S101 - all that convert to GGUF are
    return ConvertedGguf(model, checkpoint, conversion, DTYPES[0])
