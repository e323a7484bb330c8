"""Llama, and Mistral, which llama.cpp runs as one: gated feed-forward, rotary positions, shared keys and values.

Source of names and shapes: `modeling_llama.py` of transformers, `src/models/llama.cpp` of llama.cpp.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exporters.conversion.checkpoint import Checkpoint
from exporters.conversion.gguf_conversion import GgufConversion, Plan
from exporters.conversion.gguf_tensors import Ids, Tensor
from exporters.conversion.gguf_values import Metadata
from exporters.conversion.settings import Settings
from exporters.conversion.transformer_settings import Sizes, read_sizes, refuse_common, rope

IGNORED = (r".*rotary_emb\.inv_freq",)
"""Tensors of every decoder that follow from its settings."""


@dataclass(frozen=True, slots=True)
class Llama:
    """See `exporters.conversion.gguf_conversion.Family`."""

    architecture: str = "llama"
    tokenizers: Sequence[str] = ("llama", "gpt2")

    def plan(self, checkpoint: Checkpoint, settings: Settings) -> Plan:
        """See `exporters.conversion.gguf_conversion.Family.plan`."""
        refuse_common(settings, activations=("silu",))
        sizes = read_sizes(settings)
        settings.must_be("attention_bias", (False,), False)
        settings.must_be("mlp_bias", (False,), False)
        metadata: Metadata = sizes.metadata(self.architecture)
        positions, factors = rope(settings, self.architecture, sizes)
        prefix = prefix_of(checkpoint)
        tensors = [*table_and_head(settings, sizes, prefix), *layers(sizes, prefix, permuted=True)]
        if factors is not None:
            tensors.append(Tensor("rope_freqs.weight", "", factors.shape, values=factors))
        return Plan({**metadata, **positions}, tensors, ignored(settings), sizes.words)


def ignored(settings: Settings, *, tied: bool = False) -> list[str]:
    """Patterns of tensors that are not carried over: a head that is tied is the table. tied: where nothing is set."""
    return [*IGNORED, *([r"lm_head\.weight"] if settings.flag("tie_word_embeddings", tied) else [])]


def prefix_of(checkpoint: Checkpoint) -> str:
    """What stands before the names of a decoder's tensors."""
    return checkpoint.prefix("embed_tokens.weight", ("model.", ""))


def table_and_head(
    settings: Settings, sizes: Sizes, prefix: str, *, tied: bool = False, add: float = 0.0
) -> list[Tensor]:
    """The table of words, the last norm and, where it is not tied, the head. add: to the norm."""
    found = [
        Tensor("token_embd.weight", prefix + "embed_tokens.weight", (sizes.words, sizes.width)),
        Tensor("output_norm.weight", prefix + "norm.weight", (sizes.width,), add=add),
    ]
    if not settings.flag("tie_word_embeddings", tied):
        found.append(Tensor("output.weight", "lm_head.weight", (sizes.words, sizes.width)))
    return found


def layers(sizes: Sizes, prefix: str, *, permuted: bool) -> list[Tensor]:
    """The matrices and the two norms of every layer. permuted: see `pairs_beside`."""
    width, inner = sizes.width, sizes.heads * sizes.head_width
    shared = sizes.kv_heads * sizes.head_width
    queries = pairs_beside(sizes.heads, sizes.head_width) if permuted else None
    keys = pairs_beside(sizes.kv_heads, sizes.head_width) if permuted else None
    found = []
    for at in range(sizes.layers):
        to, of = f"blk.{at}.", f"{prefix}layers.{at}."
        found += [
            Tensor(to + "attn_norm.weight", of + "input_layernorm.weight", (width,)),
            Tensor(to + "attn_q.weight", of + "self_attn.q_proj.weight", (inner, width), rows=queries),
            Tensor(to + "attn_k.weight", of + "self_attn.k_proj.weight", (shared, width), rows=keys),
            Tensor(to + "attn_v.weight", of + "self_attn.v_proj.weight", (shared, width)),
            Tensor(to + "attn_output.weight", of + "self_attn.o_proj.weight", (width, inner)),
            Tensor(to + "ffn_norm.weight", of + "post_attention_layernorm.weight", (width,)),
            Tensor(to + "ffn_gate.weight", of + "mlp.gate_proj.weight", (sizes.feed_forward, width)),
            Tensor(to + "ffn_up.weight", of + "mlp.up_proj.weight", (sizes.feed_forward, width)),
            Tensor(to + "ffn_down.weight", of + "mlp.down_proj.weight", (width, sizes.feed_forward)),
        ]
    return found


def pairs_beside(heads: int, head_width: int) -> Ids:
    """The rows of a projection in llama.cpp's order for `llama`.

    Rotary positions turn pairs of values. transformers pairs value i with i + head_width / 2, llama.cpp here with its
    neighbour, as Meta's own code does: so the two halves of each head are interleaved.
    """
    return np.arange(heads * head_width).reshape(heads, 2, head_width // 2).swapaxes(1, 2).reshape(-1)


CONVERSION = GgufConversion(Llama())
