"""How large a model will be once it is trimmed and quantised; of a GGUF llama.cpp says which types its tensors get."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgekit.core.events import Reporter, silent
from exporters.base import Built
from exporters.containers.gguf import Gguf, Kind, Value
from exporters.containers.gguf_writer import measure_gguf
from exporters.quantize.gguf import dry_run
from exporters.quantize.types import NUMBERS
from exporters.trim.base import Ids, Part, Tokenizer, TrimmableModel
from exporters.trim.gguf import GgufModel, trim

# What the quantiser writes besides, each a u32.
_WRITTEN = ("general.quantization_version", "general.file_type")


@dataclass(frozen=True, slots=True)
class QuantisedSizes:
    """A model whose sizes are those after quantising; all else is its own, see `exporters.trim.base.TrimmableModel`.

    types: the type that each tensor of a GGUF will have, by name.  size_of: bytes of the files once the model is
    trimmed to these tokens and quantised.
    """

    model: TrimmableModel
    types: Mapping[str, int]
    size_of: Callable[[Ids], int]

    @property
    def container(self) -> str:
        """The model's own."""
        return self.model.container

    @property
    def tokenizer(self) -> Tokenizer:
        """The model's own."""
        return self.model.tokenizer

    @property
    def prompts(self) -> Sequence[str]:
        """The model's own."""
        return self.model.prompts

    @property
    def parts(self) -> Sequence[Part]:
        """The model's as it is: what an export begins with."""
        return self.model.parts

    @property
    def vectors(self) -> Callable[[Ids], NDArray[np.float32]] | None:
        """The model's own."""
        return self.model.vectors

    def size_bytes(self, kept: Ids) -> int:
        """Size of the file once it is trimmed to these tokens and quantised."""
        return self.size_of(kept)

    def write(self, kept: Ids, out: Path, *, report: Reporter = silent) -> Built:
        """The trimmed file, not quantised yet."""
        return self.model.write(kept, out, report=report)


def with_quantised_sizes(
    model: GgufModel, quant: str, *, embedding: str | None = None, output: str | None = None, importance: bool = False
) -> QuantisedSizes | None:
    """The model with the sizes of a recipe; None where llama.cpp does not tell each tensor's type.

    A tensor's type does not depend on how many rows it has, so the file as it is answers for every vocabulary.
    Raises as `exporters.quantize.gguf.requantize` does.
    """
    said = dry_run(model.path, quant, embedding=embedding, output=output, importance=importance)
    if said.keys() != model.file.tensors.keys() or not set(said.values()) <= NUMBERS.keys():
        return None
    return with_types(model, {name: NUMBERS[kind] for name, kind in said.items()})


def with_types(model: GgufModel, types: Mapping[str, int]) -> QuantisedSizes:
    """The model with the sizes of tensors of these types, exact."""
    return QuantisedSizes(model, types, lambda kept: size_with_types(model.file, kept, types))


def size_with_types(file: Gguf, kept: Ids, types: Mapping[str, int]) -> int:
    """Bytes of file with these tokens and with tensors of these types, as llama.cpp's quantiser writes it."""
    metadata, outputs = trim(file, kept)
    metadata |= {key: Value(Kind.UINT32, 0) for key in _WRITTEN}
    return measure_gguf(metadata, [dataclasses.replace(one, type=types[one.name]) for one in outputs])
