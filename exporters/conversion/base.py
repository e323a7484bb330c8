"""What a conversion is: the checkpoint of one architecture in, the file of one format out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from edgekit.core.errors import UnsupportedModelError
from edgekit.core.events import Reporter
from exporters.base import Built
from exporters.conversion.checkpoint import Checkpoint


class Conversion(Protocol):
    """Converts the checkpoints of one `model_type` to one format."""

    @property
    def dtypes(self) -> Sequence[str]:
        """What the matrices may be stored as, the usual one first: `f16`, `f32`, `bf16`, `q8_0`, ..."""
        ...

    def check(self, checkpoint: Checkpoint) -> list[str]:
        """Every reason why the checkpoint cannot be converted, empty where it can; reads no weights and writes nothing.

        A setting that is not carried over, a tensor that is missing, unknown or of a wrong shape, a vocabulary that is
        not the tokenizer's.
        """
        ...

    def size_bytes(self, checkpoint: Checkpoint, *, dtype: str) -> int:
        """Size of the files that `convert` writes; exact for GGUF. The checkpoint has passed `check`."""
        ...

    def convert(self, checkpoint: Checkpoint, out: Path, *, dtype: str, report: Reporter) -> Built:
        """Write the files into the existing folder out, each all or nothing; reports the step `convert`.

        Memory is bounded by the largest piece of a tensor, not by the model, wherever the format allows it.
        Raises UnsupportedModelError with everything that `check` says, before anything is written.
        """
        ...


def refuse(checkpoint: Checkpoint, reasons: Sequence[str], target: str) -> None:
    """Raise UnsupportedModelError with all reasons, where there are any. target: the format, as people write it."""
    if reasons:
        raise UnsupportedModelError(f"`{checkpoint.name}` cannot be converted to {target}", reasons=reasons)
