"""Qwen2 and Qwen2.5: Llama with biases for queries, keys and values, and pairs of rotary positions a half apart.

Source: `modeling_qwen2.py` of transformers, `src/models/qwen2.cpp` of llama.cpp.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exporters.conversion.checkpoint import Checkpoint
from exporters.conversion.gguf_conversion import GgufConversion, Plan
from exporters.conversion.gguf_tensors import Tensor
from exporters.conversion.settings import Settings
from exporters.conversion.transformer_settings import Sizes, read_sizes, refuse_common, rope
from exporters.families.gguf.llama import ignored, layers, prefix_of, table_and_head


@dataclass(frozen=True, slots=True)
class Qwen2:
    """See `exporters.conversion.gguf_conversion.Family`."""

    architecture: str = "qwen2"
    tokenizers: Sequence[str] = ("gpt2",)
    head_width: int | None = None

    def plan(self, checkpoint: Checkpoint, settings: Settings) -> Plan:
        """See `exporters.conversion.gguf_conversion.Family.plan`."""
        refuse_common(settings, activations=("silu",))
        settings.must_be("use_sliding_window", (False,), False)
        sizes = read_sizes(settings, head_width=self.head_width)
        positions, factors = rope(settings, self.architecture, sizes)
        if factors is not None:
            settings.reasons.append("rotary positions of Llama 3 are not carried over for this architecture")
        prefix = prefix_of(checkpoint)
        tensors = [
            *table_and_head(settings, sizes, prefix),
            *layers(sizes, prefix, permuted=False),
            *self.more(sizes, prefix),
        ]
        return Plan({**sizes.metadata(self.architecture), **positions}, tensors, ignored(settings), sizes.words)

    def more(self, sizes: Sizes, prefix: str) -> list[Tensor]:
        """What a layer has beside what Llama's has."""
        counts = {"q": sizes.heads, "k": sizes.kv_heads, "v": sizes.kv_heads}
        return [
            Tensor(
                f"blk.{at}.attn_{one}.bias",
                f"{prefix}layers.{at}.self_attn.{one}_proj.bias",
                (count * sizes.head_width,),
            )
            for at in range(sizes.layers)
            for one, count in counts.items()
        ]


CONVERSION = GgufConversion(Qwen2())
