"""Gemma 3, its language model alone: norms around both halves of a layer, and layers that see a window of the text.

Source: `modeling_gemma3.py` of transformers, `src/models/gemma3.cpp` of llama.cpp. The norms of transformers multiply
by 1 + weight, llama.cpp's by the weight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from exporters.conversion.checkpoint import Checkpoint
from exporters.conversion.gguf_conversion import GgufConversion, Plan
from exporters.conversion.gguf_tensors import Tensor
from exporters.conversion.gguf_values import Metadata, number, real
from exporters.conversion.settings import Settings
from exporters.conversion.transformer_settings import Sizes, read_sizes, refuse_common
from exporters.families.gguf.llama import IGNORED

_PATTERN = 6  # every sixth layer sees all of the text; llama.cpp's default
_PREFIXES = ("model.", "", "language_model.model.", "model.language_model.")
_NORMS = {
    "attn_norm": "input_layernorm",
    "post_attention_norm": "post_attention_layernorm",
    "ffn_norm": "pre_feedforward_layernorm",
    "post_ffw_norm": "post_feedforward_layernorm",
}
# What `gemma3` has beside the language model; models with pictures export their text backbone.
_PICTURES = (r"(model\.)?vision_tower\..*", r"(model\.)?multi_modal_projector\..*")


@dataclass(frozen=True, slots=True)
class Gemma3:
    """See `exporters.conversion.gguf_conversion.Family`."""

    architecture: str = "gemma3"
    tokenizers: Sequence[str] = ("llama",)

    def plan(self, checkpoint: Checkpoint, settings: Settings) -> Plan:
        """See `exporters.conversion.gguf_conversion.Family.plan`."""
        pictures = checkpoint.model_type == "gemma3"
        if pictures:
            settings = settings.part("text_config")
        refuse_common(settings, activations=("gelu_pytorch_tanh",))
        settings.must_be("hidden_activation", ("gelu_pytorch_tanh",), "gelu_pytorch_tanh")
        settings.must_be("attention_bias", (False,), False)
        settings.must_be("use_bidirectional_attention", (False,), False)
        for key in ("attn_logit_softcapping", "final_logit_softcapping"):
            if settings.has(key):
                settings.reasons.append(f"`{key}` is not carried over")
        sizes = read_sizes(settings, head_width=256)
        metadata = {**sizes.metadata(self.architecture), **self._attention(settings, sizes)}
        queries = settings.real("query_pre_attn_scalar", 256.0)
        prefix = checkpoint.prefix("embed_tokens.weight", _PREFIXES)
        # llama.cpp divides by the root of the head's width; where the model has another number, queries make up for it.
        scale = (sizes.head_width / queries) ** 0.5
        tensors = [*_tables(settings, sizes, prefix), *_layers(sizes, prefix, scale)]
        ignored = [*IGNORED, *(_PICTURES if pictures else ()), r"(language_model\.)?lm_head\.weight"]
        notes = ("its tower of pictures is left out: the artifact reads text",) if pictures else ()
        return Plan(metadata, tensors, ignored, sizes.words, notes)

    def _attention(self, settings: Settings, sizes: Sizes) -> Metadata:
        """Windows and rotary positions."""
        made: Metadata = {f"{self.architecture}.attention.sliding_window": number(settings.count("sliding_window"))}
        period = _period(settings, sizes.layers)
        if period != _PATTERN:
            made[f"{self.architecture}.attention.sliding_window_pattern"] = number(period)
        if settings.has("rope_parameters"):
            both = settings.part("rope_parameters")
            whole, local = both.part("full_attention"), both.part("sliding_attention")
        else:
            whole, local = settings.part("rope_scaling"), Settings({}, settings.reasons)
        base = whole.real("rope_theta", settings.real("rope_theta", 1_000_000.0))
        near = local.real("rope_theta", settings.real("rope_local_base_freq", 10_000.0))
        made[f"{self.architecture}.rope.freq_base"] = real(base)
        made[f"{self.architecture}.rope.freq_base_swa"] = real(near)
        local.must_be("rope_type", ("default",), "default")
        kind = whole.must_be("rope_type", ("default", "linear"), "default")
        if kind == "linear":
            settings.reasons.append("`rope_scaling` of the type `linear` is not carried over")
        return made


def _period(settings: Settings, layers: int) -> int:
    """Every how many layers one sees all of the text."""
    listed = settings.listed("layer_types")
    if listed is None:
        return settings.count("sliding_window_pattern", settings.count("_sliding_window_pattern", _PATTERN))
    if len(listed) != layers:
        settings.reasons.append(f"`layer_types` has {len(listed)} entries for {layers} layers")
    whole = [at for at, kind in enumerate(listed) if kind == "full_attention"]
    period = whole[0] + 1 if whole else max(_PATTERN, layers + 1)
    if whole != list(range(period - 1, len(listed), period)) or {*listed} - {"full_attention", "sliding_attention"}:
        settings.reasons.append("`layer_types` is no pattern of windows that llama.cpp has")
    return period


def _tables(settings: Settings, sizes: Sizes, prefix: str) -> list[Tensor]:
    settings.must_be("tie_word_embeddings", (True,), True)
    return [
        Tensor("token_embd.weight", prefix + "embed_tokens.weight", (sizes.words, sizes.width)),
        Tensor("output_norm.weight", prefix + "norm.weight", (sizes.width,), add=1.0),
    ]


def _layers(sizes: Sizes, prefix: str, scale: float) -> list[Tensor]:
    found = []
    for layer in range(sizes.layers):
        to, of = f"blk.{layer}.", f"{prefix}layers.{layer}."
        inner, shared = sizes.heads * sizes.head_width, sizes.kv_heads * sizes.head_width
        matrices: Mapping[str, tuple[str, tuple[int, int]]] = {
            "attn_q": ("self_attn.q_proj", (inner, sizes.width)),
            "attn_k": ("self_attn.k_proj", (shared, sizes.width)),
            "attn_v": ("self_attn.v_proj", (shared, sizes.width)),
            "attn_output": ("self_attn.o_proj", (sizes.width, inner)),
            "ffn_gate": ("mlp.gate_proj", (sizes.feed_forward, sizes.width)),
            "ffn_up": ("mlp.up_proj", (sizes.feed_forward, sizes.width)),
            "ffn_down": ("mlp.down_proj", (sizes.width, sizes.feed_forward)),
        }
        found += [
            Tensor(f"{to}{name}.weight", f"{of}{source}.weight", shape) for name, (source, shape) in matrices.items()
        ]
        found += [
            Tensor(f"{to}{name}.weight", f"{of}{source}.weight", (sizes.width,), add=1.0)
            for name, source in _NORMS.items()
        ]
        one = Tensor(f"{to}attn_k_norm.weight", f"{of}self_attn.k_norm.weight", (sizes.head_width,), add=1.0)
        # (1 + weight) * scale: the norm comes after the projection, so the scale belongs there.
        other = Tensor(
            f"{to}attn_q_norm.weight", f"{of}self_attn.q_norm.weight", (sizes.head_width,), scale=scale, add=scale
        )
        found += [one, other]
    return found


CONVERSION = GgufConversion(Gemma3())
