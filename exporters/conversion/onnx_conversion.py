"""What the conversions to ONNX have in common beside the contract of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from edgekit.catalogue.entries import Languages
from exporters.conversion.base import Conversion
from exporters.conversion.checkpoint import Checkpoint
from exporters.families.onnx.files import Draft
from exporters.families.onnx.weights import PRECISIONS

QUANTS: Mapping[str, str] = {**{name: name for name in PRECISIONS}, "int4": "q4_0"}
"""What `--quant` may say -> the way to store matrices."""


@runtime_checkable
class OnnxConversion(Conversion, Protocol):
    """Converts the checkpoints of one `model_type` to a graph that the engine runs."""

    @property
    def task(self) -> str:
        """`embed` or `translate`; see `edgekit.catalogue.entries.TASKS`."""
        ...

    def languages(self, checkpoint: Checkpoint, asked: Sequence[str]) -> Languages:
        """What the model is for, of the languages that are asked for.

        Raises UsageError where it translates between fewer than two of them.
        """
        ...

    def draft(self, checkpoint: Checkpoint, *, dtype: str) -> Draft:
        """The graph that `convert` writes, without its numbers. The checkpoint has passed `check`."""
        ...
