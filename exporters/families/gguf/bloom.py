"""BLOOM: no positions but a slope for each head (ALiBi), one matrix for queries, keys and values.

Source: `modeling_bloom.py` of transformers, `src/models/bloom.cpp` of llama.cpp, whose largest slope is 8 by design.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exporters.conversion.checkpoint import Checkpoint
from exporters.conversion.gguf_conversion import GgufConversion, Plan
from exporters.conversion.gguf_tensors import Ids, Tensor
from exporters.conversion.gguf_values import number, real
from exporters.conversion.settings import MOST_PARTS, Settings

_TRAINED = 2048  # tokens; slopes go on beyond, and the configuration seldom says


@dataclass(frozen=True, slots=True)
class Bloom:
    """See `exporters.conversion.gguf_conversion.Family`."""

    architecture: str = "bloom"
    tokenizers: Sequence[str] = ("gpt2",)

    def plan(self, checkpoint: Checkpoint, settings: Settings) -> Plan:
        """See `exporters.conversion.gguf_conversion.Family.plan`."""
        settings.must_be("apply_residual_connection_post_layernorm", (False,), False)
        width = settings.count("hidden_size", settings.count("n_embed", 64))
        heads = settings.count(
            "n_head", most=MOST_PARTS, default=settings.count("num_attention_heads", 8, most=MOST_PARTS)
        )
        layers = settings.count(
            "n_layer", most=MOST_PARTS, default=settings.count("num_hidden_layers", 2, most=MOST_PARTS)
        )
        words = settings.count("vocab_size")
        if width % heads:
            settings.reasons.append(f"a width of {width:,} is no multiple of {heads} heads")
        values = {
            "vocab_size": words,
            "context_length": settings.count("seq_length", _TRAINED),
            "embedding_length": width,
            "feed_forward_length": 4 * width,
            "block_count": layers,
            "attention.head_count": heads,
            "attention.head_count_kv": heads,
        }
        metadata = {f"{self.architecture}.{key}": number(value) for key, value in values.items()}
        metadata[f"{self.architecture}.attention.layer_norm_epsilon"] = real(settings.real("layer_norm_epsilon", 1e-5))
        prefix = checkpoint.prefix("word_embeddings.weight", ("transformer.", ""))
        tensors = [
            Tensor("token_embd.weight", f"{prefix}word_embeddings.weight", (words, width)),
            *_pair("token_embd_norm", f"{prefix}word_embeddings_layernorm", (width,)),
            *_pair("output_norm", f"{prefix}ln_f", (width,)),
        ]
        tied = settings.flag("tie_word_embeddings", True)
        if not tied:
            tensors.append(Tensor("output.weight", "lm_head.weight", (words, width)))
        for at in range(layers):
            tensors += _layer(f"blk.{at}.", f"{prefix}h.{at}.", width, heads)
        return Plan(metadata, tensors, [r"lm_head\.weight"] if tied else [], words)


def _layer(to: str, of: str, width: int, heads: int) -> list[Tensor]:
    return [
        *_pair(f"{to}attn_norm", f"{of}input_layernorm", (width,)),
        *_pair(
            f"{to}attn_qkv", f"{of}self_attention.query_key_value", (3 * width, width), apart(heads, width // heads)
        ),
        *_pair(f"{to}attn_output", f"{of}self_attention.dense", (width, width)),
        *_pair(f"{to}ffn_norm", f"{of}post_attention_layernorm", (width,)),
        *_pair(f"{to}ffn_up", f"{of}mlp.dense_h_to_4h", (4 * width, width)),
        *_pair(f"{to}ffn_down", f"{of}mlp.dense_4h_to_h", (width, 4 * width)),
    ]


def _pair(name: str, source: str, shape: tuple[int, ...], rows: Ids | None = None) -> list[Tensor]:
    """A weight and its bias."""
    return [
        Tensor(f"{name}.weight", f"{source}.weight", shape, rows),
        Tensor(f"{name}.bias", f"{source}.bias", shape[:1], rows),
    ]


def apart(heads: int, head_width: int) -> Ids:
    """Rows that are kept head by head (its query, key, value) as all queries, then all keys, then all values."""
    return np.arange(3 * heads * head_width).reshape(heads, 3, head_width).swapaxes(0, 1).reshape(-1)


CONVERSION = GgufConversion(Bloom())
