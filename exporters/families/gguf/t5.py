"""T5 and mT5: encoder and decoder with positions relative to each other, learnt in the first layer of each.

Source: `modeling_t5.py` and `modeling_mt5.py` of transformers, `src/models/t5.cpp` of llama.cpp.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exporters.conversion.checkpoint import Checkpoint
from exporters.conversion.gguf_conversion import GgufConversion, Plan
from exporters.conversion.gguf_tensors import Tensor
from exporters.conversion.gguf_values import Metadata, number, real
from exporters.conversion.settings import MOST_PARTS, Settings

_TRAINED = 512  # tokens; relative positions go on beyond, and mT5's configuration does not say
_TABLES = ("shared", "encoder.embed_tokens", "decoder.embed_tokens")
# mT5's first release has cross attention's positions, which no code reads.
_UNUSED = r"(transformer\.)?decoder\.block\.0\.layer\.1\.EncDecAttention\.relative_attention_bias\.weight"


@dataclass(frozen=True, slots=True)
class _Sizes:
    width: int
    inner: int
    heads: int
    feed_forward: int
    buckets: int
    gated: bool


@dataclass(frozen=True, slots=True)
class T5:
    """See `exporters.conversion.gguf_conversion.Family`."""

    architecture: str = "t5"
    tokenizers: Sequence[str] = ("t5",)

    def plan(self, checkpoint: Checkpoint, settings: Settings) -> Plan:
        """See `exporters.conversion.gguf_conversion.Family.plan`."""
        activation = settings.must_be("feed_forward_proj", ("relu", "gated-gelu"), "relu")
        settings.must_be("relative_attention_max_distance", (128,), 128)
        heads, head_width = settings.count("num_heads", most=MOST_PARTS), settings.count("d_kv", 64)
        sizes = _Sizes(
            settings.count("d_model"),
            heads * head_width,
            heads,
            settings.count("d_ff"),
            settings.count("relative_attention_num_buckets", 32),
            activation == "gated-gelu",
        )
        layers, words = settings.count("num_layers", most=MOST_PARTS), settings.count("vocab_size")
        decoders = settings.count("num_decoder_layers", layers, most=MOST_PARTS)
        epsilon = settings.real("layer_norm_epsilon", 1e-6)
        values = {
            "vocab_size": words,
            "context_length": settings.count("n_positions", _TRAINED),
            "embedding_length": sizes.width,
            "feed_forward_length": sizes.feed_forward,
            "block_count": layers,
            "decoder_block_count": decoders,
            "attention.head_count": heads,
            "attention.key_length": head_width,
            "attention.value_length": head_width,
            "attention.relative_buckets_count": sizes.buckets,
            "decoder_start_token_id": settings.count("decoder_start_token_id", 0, least=0),
        }
        metadata: Metadata = {f"{self.architecture}.{key}": number(value) for key, value in values.items()}
        metadata |= {
            f"{self.architecture}.attention.{key}": real(epsilon)
            for key in ("layer_norm_epsilon", "layer_norm_rms_epsilon")
        }
        prefix = checkpoint.prefix("encoder.final_layer_norm.weight", ("", "transformer."))
        table = next((one for one in _TABLES if f"{prefix}{one}.weight" in checkpoint.tensors), _TABLES[0])
        tensors = [
            Tensor("token_embd.weight", f"{prefix}{table}.weight", (words, sizes.width)),
            Tensor("enc.output_norm.weight", f"{prefix}encoder.final_layer_norm.weight", (sizes.width,)),
            Tensor(
                "dec.output_norm.weight",
                f"{prefix}decoder.final_layer_norm.weight",
                (sizes.width,),
                scale=_last_scale(checkpoint, settings, sizes.width),
            ),
        ]
        # A head of its own is mT5's and T5 1.1's; where it is the table, transformers writes it or not.
        if "lm_head.weight" in checkpoint.tensors:
            tensors.append(Tensor("output.weight", "lm_head.weight", (words, sizes.width)))
        for at in range(layers):
            tensors += _encoder_layer(f"enc.blk.{at}.", f"{prefix}encoder.block.{at}.layer.", sizes, first=at == 0)
        for at in range(decoders):
            tensors += _decoder_layer(f"dec.blk.{at}.", f"{prefix}decoder.block.{at}.layer.", sizes, first=at == 0)
        others = [rf"(transformer\.)?{one.replace('.', chr(92) + '.')}\.weight" for one in _TABLES]
        return Plan(metadata, tensors, [*others, _UNUSED], words)


def _last_scale(checkpoint: Checkpoint, settings: Settings, width: int) -> float:
    """T5 divides what its head reads by the root of the width where head and table were trained as one; mT5 never.

    llama.cpp does not, so the last norm does: its weight is the last factor before the head.
    """
    tied = settings.flag("tie_word_embeddings", True)
    return width**-0.5 if checkpoint.model_type == "t5" and settings.flag("scale_decoder_outputs", tied) else 1.0


def _attention(to: str, of: str, sizes: _Sizes) -> list[Tensor]:
    shapes = dict.fromkeys(("q", "k", "v"), (sizes.inner, sizes.width)) | {"o": (sizes.width, sizes.inner)}
    return [Tensor(f"{to}_{name}.weight", f"{of}.{name}.weight", shape) for name, shape in shapes.items()]


def _positions(to: str, of: str, sizes: _Sizes) -> Tensor:
    source = f"{of}.relative_attention_bias.weight"
    return Tensor(f"{to}_rel_b.weight", source, (sizes.buckets, sizes.heads), exact=True)


def _feed_forward(to: str, of: str, sizes: _Sizes) -> list[Tensor]:
    names = {"ffn_gate": "wi_0", "ffn_up": "wi_1"} if sizes.gated else {"ffn_up": "wi"}
    shape = (sizes.feed_forward, sizes.width)
    return [
        Tensor(f"{to}ffn_norm.weight", f"{of}layer_norm.weight", (sizes.width,)),
        *(Tensor(f"{to}{new}.weight", f"{of}DenseReluDense.{name}.weight", shape) for new, name in names.items()),
        Tensor(f"{to}ffn_down.weight", f"{of}DenseReluDense.wo.weight", shape[::-1]),
    ]


def _encoder_layer(to: str, of: str, sizes: _Sizes, *, first: bool) -> list[Tensor]:
    return [
        Tensor(f"{to}attn_norm.weight", f"{of}0.layer_norm.weight", (sizes.width,)),
        *_attention(f"{to}attn", f"{of}0.SelfAttention", sizes),
        *([_positions(f"{to}attn", f"{of}0.SelfAttention", sizes)] if first else []),
        *_feed_forward(to, f"{of}1.", sizes),
    ]


def _decoder_layer(to: str, of: str, sizes: _Sizes, *, first: bool) -> list[Tensor]:
    return [
        Tensor(f"{to}attn_norm.weight", f"{of}0.layer_norm.weight", (sizes.width,)),
        *_attention(f"{to}attn", f"{of}0.SelfAttention", sizes),
        *([_positions(f"{to}attn", f"{of}0.SelfAttention", sizes)] if first else []),
        Tensor(f"{to}cross_attn_norm.weight", f"{of}1.layer_norm.weight", (sizes.width,)),
        *_attention(f"{to}cross_attn", f"{of}1.EncDecAttention", sizes),
        *_feed_forward(to, f"{of}2.", sizes),
    ]


CONVERSION = GgufConversion(T5())
