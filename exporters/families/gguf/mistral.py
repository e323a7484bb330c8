"""Mistral: Llama with attention to a window, which llama.cpp's `llama` does not have.

Source: `modeling_mistral.py` of transformers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exporters.conversion.checkpoint import Checkpoint
from exporters.conversion.gguf_conversion import GgufConversion, Plan
from exporters.conversion.gguf_values import number
from exporters.conversion.settings import Settings
from exporters.families.gguf.llama import Llama

_USUAL_WINDOW = 4096


@dataclass(frozen=True, slots=True)
class Mistral:
    """See `exporters.conversion.gguf_conversion.Family`."""

    architecture: str = "llama"
    tokenizers: Sequence[str] = ("llama", "gpt2")

    def plan(self, checkpoint: Checkpoint, settings: Settings) -> Plan:
        """See `exporters.conversion.gguf_conversion.Family.plan`.

        Up to the window both are the same, so the context of the GGUF ends there. Files of before transformers 5 state
        the window or null, which is none; what states nothing has 4,096.
        """
        plan = Llama().plan(checkpoint, settings)
        if "sliding_window" in checkpoint.config and checkpoint.config["sliding_window"] is None:
            return plan
        window, positions = settings.count("sliding_window", _USUAL_WINDOW), settings.count("max_position_embeddings")
        if window >= positions:
            return plan
        note = f"its attention sees {window:,} tokens back, which llama.cpp cannot do: the context ends there"
        metadata = {**plan.metadata, f"{self.architecture}.context_length": number(window)}
        return Plan(metadata, plan.tensors, plan.ignored, plan.rows, (note,))


CONVERSION = GgufConversion(Mistral())
