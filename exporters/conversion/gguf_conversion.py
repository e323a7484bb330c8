"""The steps that every architecture shares on its way to a GGUF: settings and tensors checked, then one file written.

Written by our own `gguf_writer`, not by the one of the library `gguf`: that one takes each tensor as a whole array (or
keeps all of them in a temporary file) and opens a path of its own, where this one takes pieces, 16 MB of float32 at a
time, into a file that is renamed when it is complete. Keys and types are the library's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from edgekit.core.atomic import replacing
from edgekit.core.errors import ModelFormatError, UnsupportedModelError
from edgekit.core.events import Note, Progress, Reporter, StepFinished, StepStarted
from edgekit.core.units import bytes_in_words
from exporters.base import Built
from exporters.containers.gguf import Gguf, Place
from exporters.containers.gguf_writer import measure_gguf, write_gguf
from exporters.conversion.base import refuse
from exporters.conversion.checkpoint import Checkpoint
from exporters.conversion.gguf_tensors import DTYPES, Tensor, check_tensors, fallen_back, outputs, stored_types
from exporters.conversion.gguf_values import Metadata, number, text
from exporters.conversion.gguf_vocabulary import vocabulary_metadata
from exporters.conversion.model_card import card_metadata, read_card
from exporters.conversion.settings import Settings

FILE = "model.gguf"
_FILE_TYPES = {"f32": 0, "f16": 1, "q8_0": 7, "bf16": 32}  # `LlamaFileType` of the library
_QUANTIZATION_VERSION = 2  # `GGML_QNT_VERSION`
# A table may have rows that are no token: padding to a multiple, room for later. Qwen's 151,936 have 267 of them.
_MOST_SPARE = 1 / 8
_LEAST_SPARE = 64


@dataclass(frozen=True)
class Plan:
    """What a family makes of a checkpoint.

    metadata: keys of the architecture.  tensors: all of the GGUF, in their order.  ignored: patterns of tensors of the
    checkpoint that are not carried over.  rows: of the table of words.  notes: what a person should know of it.
    """

    metadata: Metadata
    tensors: Sequence[Tensor]
    ignored: Sequence[str]
    rows: int
    notes: Sequence[str] = field(default=())


class Family(Protocol):
    """What is particular to an architecture."""

    @property
    def architecture(self) -> str:
        """What llama.cpp calls it."""
        ...

    @property
    def tokenizers(self) -> Sequence[str]:
        """Which of `llama`, `gpt2`, `t5`, `bert` llama.cpp can run it with."""
        ...

    def plan(self, checkpoint: Checkpoint, settings: Settings) -> Plan:
        """Metadata and tensors by the configuration; what cannot be carried over goes to the reasons of settings."""
        ...


@dataclass(frozen=True, slots=True)
class GgufConversion:
    """See `exporters.conversion.base.Conversion`."""

    family: Family
    dtypes: Sequence[str] = DTYPES

    def check(self, checkpoint: Checkpoint) -> list[str]:
        """See `exporters.conversion.base.Conversion.check`."""
        _, _, reasons = self._planned(checkpoint)
        return reasons

    def size_bytes(self, checkpoint: Checkpoint, *, dtype: str) -> int:
        """See `exporters.conversion.base.Conversion.size_bytes`; exact."""
        plan, metadata, reasons = self._planned(checkpoint)
        refuse(checkpoint, reasons, "GGUF")
        return measure_gguf(metadata | _types_metadata(dtype), outputs(checkpoint, plan.tensors, dtype))

    def describe(self, checkpoint: Checkpoint, *, dtype: str) -> Gguf:
        """What `convert` would write, without its data. The checkpoint has passed `check`."""
        plan, metadata, _ = self._planned(checkpoint)
        made = outputs(checkpoint, plan.tensors, dtype)
        places = {one.name: Place(one.name, one.shape, one.type, 0, one.size) for one in made}
        return Gguf(3, metadata | _types_metadata(dtype), places, memoryview(b""))

    def convert(self, checkpoint: Checkpoint, out: Path, *, dtype: str, report: Reporter) -> Built:
        """See `exporters.conversion.base.Conversion.convert`; the file is `model.gguf`."""
        report(StepStarted("convert", f"{checkpoint.name} to GGUF, {dtype}"))
        if dtype not in self.dtypes:
            raise UnsupportedModelError(
                f"GGUF matrices cannot be `{dtype}`", reasons=[f"known are {', '.join(self.dtypes)}"]
            )
        plan, metadata, reasons = self._planned(checkpoint)
        refuse(checkpoint, reasons, "GGUF")
        other = fallen_back(plan.tensors, dtype)
        notes = list(plan.notes)
        if other:
            notes.append(f"{len(other):,} matrices are f16, as their rows are no whole blocks of {dtype}: {other[0]}")
        for note in notes:
            report(Note(note))
        made = outputs(checkpoint, plan.tensors, dtype)
        total = sum(one.size for one in made)
        with replacing(out / FILE) as stream:
            for written in write_gguf(stream, metadata | _types_metadata(dtype), made):
                report(Progress("convert", min(written, total), total, "bytes"))
        report(StepFinished("convert", bytes_in_words((out / FILE).stat().st_size)))
        step = {
            "name": "convert",
            "from": checkpoint.model_type,
            "to": "gguf",
            "dtype": dtype,
            "tensors": stored_types(plan.tensors, dtype),
            **({"notes": notes} if notes else {}),
        }
        return Built({"kind": "gguf", "file": FILE}, (step,))

    def _planned(self, checkpoint: Checkpoint) -> tuple[Plan, Metadata, list[str]]:
        """What to write, and everything that is against it."""
        settings = Settings(checkpoint.config)
        plan = self.family.plan(checkpoint, settings)
        reasons = list(settings.reasons)
        rows = tokens = len(checkpoint.words.names)
        if not reasons:  # else shapes would be compared with sizes that are none
            reasons = check_tensors(checkpoint, plan.tensors, plan.ignored)
            if tokens > plan.rows:
                reasons.append(f"the tokenizer has {tokens:,} tokens and the table of words {plan.rows:,} rows")
            elif plan.rows - tokens > max(_LEAST_SPARE, plan.rows * _MOST_SPARE):
                reasons.append(f"the tokenizer has only {tokens:,} tokens for the table's {plan.rows:,} rows")
            else:
                rows = plan.rows
        words: Metadata = {}
        try:
            words = vocabulary_metadata(checkpoint, rows, self.family.tokenizers)
        except (ModelFormatError, UnsupportedModelError) as problem:
            reasons += problem.reasons or [problem.message]
        general: Metadata = {
            "general.architecture": text(self.family.architecture),
            "general.type": text("model"),
            **card_metadata(read_card(checkpoint.path), checkpoint.name),
        }
        return plan, {**general, **plan.metadata, **words}, reasons


def _types_metadata(dtype: str) -> Metadata:
    return {
        "general.file_type": number(_FILE_TYPES[dtype]),
        "general.quantization_version": number(_QUANTIZATION_VERSION),
    }
