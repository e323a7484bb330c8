"""A Hugging Face folder that is trimmed and then converted: to an export it is a model of the other format."""

from __future__ import annotations

import abc
import dataclasses
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from edgekit.core.events import Reporter, silent
from exporters.base import Built
from exporters.conversion.base import Conversion
from exporters.conversion.checkpoint import Checkpoint, open_checkpoint
from exporters.trim.base import Ids, Part
from exporters.trim.hf.model import FolderTokenizer, HfModel

_FLOATS = ("f32", "f16", "bf16")
# A licence goes with the model whatever file holds it.
LICENCES = re.compile(r"(LICEN[CS]E|NOTICE|USE_POLICY)(\..{1,8})?")


@dataclass(frozen=True)
class ConvertedModel(abc.ABC):
    """See `exporters.trim.base.TrimmableModel`.  dtype: what the matrices are stored as."""

    source: HfModel
    checkpoint: Checkpoint
    conversion: Conversion
    dtype: str

    container: ClassVar[str]

    @property
    def is_quantised(self) -> bool:
        """Whether matrices are stored with less than 16 bits a weight."""
        return self.dtype not in _FLOATS

    def in_floats(self) -> ConvertedModel:
        """The same model with nothing lost."""
        return dataclasses.replace(self, dtype="f32")

    @property
    def tokenizer(self) -> FolderTokenizer:
        """That of the folder; the converted model cuts a text in the same way."""
        return self.source.tokenizer

    @property
    def prompts(self) -> Sequence[str]:
        """See `exporters.trim.base.TrimmableModel.prompts`."""
        return self.source.prompts

    @property
    def vectors(self) -> Callable[[Ids], NDArray[np.float32]] | None:
        """See `exporters.trim.base.TrimmableModel.vectors`."""
        return self.source.vectors

    @property
    @abc.abstractmethod
    def task(self) -> str:
        """One of `edgekit.catalogue.entries.TASKS`."""

    @property
    @abc.abstractmethod
    def parts(self) -> Sequence[Part]:
        """As those of a model of the other format."""

    @abc.abstractmethod
    def size_bytes(self, kept: Ids) -> int:
        """Size of the trimmed files, within 1 %."""

    @abc.abstractmethod
    def stored(self, quant: str | None, embedding: str | None) -> tuple[ConvertedModel, str | None]:
        """The model in the types that are asked for, and what is left for another program to quantise to."""

    def write(self, kept: Ids, out: Path, *, report: Reporter = silent) -> Built:
        """Write the trimmed folder aside and convert it; licences stay beside what comes of it."""
        aside = out / "trimmed"
        aside.mkdir()
        trimmed = self.source.write(kept, aside, report=report)
        checkpoint = open_checkpoint(aside, name=self.checkpoint.name)
        converted = self.conversion.convert(checkpoint, out, dtype=self.dtype, report=report)
        for path in sorted(aside.iterdir()):
            if LICENCES.fullmatch(path.name):
                path.replace(out / path.name)
        shutil.rmtree(aside)
        engine: dict[str, Any] = {**converted.engine}
        if fingerprint := trimmed.engine.get("vocab_fingerprint"):
            engine["vocab_fingerprint"] = fingerprint
        return Built(engine, (*trimmed.steps, *converted.steps), converted.tools)
