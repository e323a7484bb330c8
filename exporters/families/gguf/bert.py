"""BERT: an encoder with learnt positions; the encoder alone, without the heads that it was trained with.

Source: `modeling_bert.py` of transformers, `src/models/bert.cpp` of llama.cpp. Its tokenizer may be XLM-R's
(multilingual-e5-small): what counts positions from 0 is a BERT.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exporters.conversion.checkpoint import Checkpoint
from exporters.conversion.gguf_conversion import GgufConversion, Plan
from exporters.conversion.gguf_tensors import Tensor
from exporters.conversion.gguf_values import Metadata, flag, number, real
from exporters.conversion.pooling import pooling_type
from exporters.conversion.settings import MOST_PARTS, Settings

_HEADS = (r"(bert\.)?pooler\..*", r"(bert\.)?embeddings\.position_ids", r"cls\..*")


@dataclass(frozen=True, slots=True)
class Bert:
    """See `exporters.conversion.gguf_conversion.Family`.

    prefixes: what may stand before a name.  heads: patterns of what is not carried over.
    """

    architecture: str = "bert"
    tokenizers: Sequence[str] = ("bert", "t5")
    prefixes: Sequence[str] = ("bert.", "")
    heads: Sequence[str] = _HEADS

    def plan(self, checkpoint: Checkpoint, settings: Settings) -> Plan:
        """See `exporters.conversion.gguf_conversion.Family.plan`."""
        settings.must_be("hidden_act", ("gelu",), "gelu")
        settings.must_be("position_embedding_type", ("absolute",), "absolute")
        settings.must_be("is_decoder", (False,), False)
        width, heads = settings.count("hidden_size"), settings.count("num_attention_heads", most=MOST_PARTS)
        if width % heads:
            settings.reasons.append(f"a width of {width:,} is no multiple of {heads} heads")
        layers, inner = settings.count("num_hidden_layers", most=MOST_PARTS), settings.count("intermediate_size")
        words, types = settings.count("vocab_size"), settings.count("type_vocab_size", 2)
        positions, first = settings.count("max_position_embeddings"), self.first_position(settings)
        if first >= positions:
            settings.reasons.append(f"it has {positions} positions and counts from {first}")
        pooling, note = pooling_type(checkpoint, settings)
        sizes = {
            "vocab_size": words,
            "context_length": positions - first,
            "embedding_length": width,
            "feed_forward_length": inner,
            "block_count": layers,
            "attention.head_count": heads,
            "pooling_type": pooling,
        }
        metadata: Metadata = {f"{self.architecture}.{key}": number(value) for key, value in sizes.items()}
        metadata[f"{self.architecture}.attention.layer_norm_epsilon"] = real(settings.real("layer_norm_eps", 1e-12))
        metadata[f"{self.architecture}.attention.causal"] = flag(False)
        metadata["tokenizer.ggml.token_type_count"] = number(types)
        prefix = checkpoint.prefix("embeddings.word_embeddings.weight", self.prefixes)
        place = f"{prefix}embeddings."
        # Files of before 2019 call the norm's weight gamma and its bias beta.
        old = f"{place}LayerNorm.gamma" in checkpoint.tensors
        norm = ("gamma", "beta") if old else ("weight", "bias")
        tensors = [
            Tensor("token_embd.weight", f"{place}word_embeddings.weight", (words, width)),
            Tensor(
                "position_embd.weight",
                f"{place}position_embeddings.weight",
                (positions, width),
                rows=np.arange(first, positions) if first else None,
                exact=True,
            ),
            Tensor("token_types.weight", f"{place}token_type_embeddings.weight", (types, width), exact=True),
            *_norm("token_embd_norm", f"{place}LayerNorm", width, norm),
        ]
        for at in range(layers):
            tensors += _layer(f"blk.{at}.", f"{prefix}encoder.layer.{at}.", width, inner, norm)
        return Plan(metadata, tensors, self.heads, words, () if note is None else (note,))

    def first_position(self, settings: Settings) -> int:  # noqa: ARG002 - XLM-R's depends on its settings
        """The row of the first position of a text."""
        return 0


def _layer(to: str, of: str, width: int, inner: int, norm: tuple[str, str]) -> list[Tensor]:
    matrices = {
        "attn_q": ("attention.self.query", (width, width)),
        "attn_k": ("attention.self.key", (width, width)),
        "attn_v": ("attention.self.value", (width, width)),
        "attn_output": ("attention.output.dense", (width, width)),
        "ffn_up": ("intermediate.dense", (inner, width)),
        "ffn_down": ("output.dense", (width, inner)),
    }
    found = []
    for name, (source, shape) in matrices.items():
        found += [
            Tensor(f"{to}{name}.weight", f"{of}{source}.weight", shape),
            Tensor(f"{to}{name}.bias", f"{of}{source}.bias", shape[:1]),
        ]
    return [
        *found,
        *_norm(f"{to}attn_output_norm", f"{of}attention.output.LayerNorm", width, norm),
        *_norm(f"{to}layer_output_norm", f"{of}output.LayerNorm", width, norm),
    ]


def _norm(name: str, source: str, width: int, norm: tuple[str, str]) -> list[Tensor]:
    return [
        Tensor(f"{name}.{new}", f"{source}.{one}", (width,)) for new, one in zip(("weight", "bias"), norm, strict=True)
    ]


CONVERSION = GgufConversion(Bert())
