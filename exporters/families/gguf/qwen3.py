"""Qwen3: Qwen2 without biases and with a norm over each head's queries and keys.

Source: `modeling_qwen3.py` of transformers, `src/models/qwen3.cpp` of llama.cpp.
"""

from __future__ import annotations

from dataclasses import dataclass

from exporters.conversion.checkpoint import Checkpoint
from exporters.conversion.gguf_conversion import GgufConversion, Plan
from exporters.conversion.gguf_tensors import Tensor
from exporters.conversion.settings import Settings
from exporters.conversion.transformer_settings import Sizes
from exporters.families.gguf.qwen2 import Qwen2

_HEAD_WIDTH = 128  # where the configuration does not say


@dataclass(frozen=True, slots=True)
class Qwen3(Qwen2):
    """See `exporters.conversion.gguf_conversion.Family`."""

    architecture: str = "qwen3"
    head_width: int | None = _HEAD_WIDTH

    def plan(self, checkpoint: Checkpoint, settings: Settings) -> Plan:
        """See `exporters.conversion.gguf_conversion.Family.plan`."""
        settings.must_be("attention_bias", (False,), False)
        return Qwen2.plan(self, checkpoint, settings)

    def more(self, sizes: Sizes, prefix: str) -> list[Tensor]:
        """The two norms."""
        return [
            Tensor(
                f"blk.{at}.attn_{one}_norm.weight",
                f"{prefix}layers.{at}.self_attn.{one}_norm.weight",
                (sizes.head_width,),
            )
            for at in range(sizes.layers)
            for one in ("q", "k")
        ]


CONVERSION = GgufConversion(Qwen3())
