"""Settings that decoder-only families share: sizes, rotary positions, what is refused in all of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exporters.conversion.gguf_values import Metadata, number, real, text
from exporters.conversion.settings import MOST_PARTS, Settings


@dataclass(frozen=True, slots=True)
class Sizes:
    """layers, width, feed_forward, heads, kv_heads, head_width, positions, words (rows of the table); epsilon."""

    layers: int
    width: int
    feed_forward: int
    heads: int
    kv_heads: int
    head_width: int
    positions: int
    words: int
    epsilon: float

    def metadata(self, architecture: str) -> Metadata:
        """The keys of an architecture for these."""
        values = {
            "vocab_size": self.words,
            "context_length": self.positions,
            "embedding_length": self.width,
            "block_count": self.layers,
            "feed_forward_length": self.feed_forward,
            "attention.head_count": self.heads,
            "attention.head_count_kv": self.kv_heads,
            "attention.key_length": self.head_width,
            "attention.value_length": self.head_width,
            "rope.dimension_count": self.head_width,
        }
        made = {f"{architecture}.{key}": number(value) for key, value in values.items()}
        return {**made, f"{architecture}.attention.layer_norm_rms_epsilon": real(self.epsilon)}


def read_sizes(settings: Settings, *, head_width: int | None = None) -> Sizes:
    """The sizes of a decoder; head_width: what the family takes where it is not set, else the width by the heads."""
    width, heads = settings.count("hidden_size"), settings.count("num_attention_heads", most=MOST_PARTS)
    kv_heads = settings.count("num_key_value_heads", heads, most=MOST_PARTS)
    if heads % kv_heads:
        settings.reasons.append(f"{heads} heads cannot share {kv_heads} of keys and values")
    if head_width is None and not settings.has("head_dim") and width % heads:
        settings.reasons.append(f"a width of {width:,} is no multiple of {heads} heads")
    found = settings.count("head_dim", head_width or max(width // heads, 1), most=MOST_PARTS)
    if found % 2:
        settings.reasons.append(f"heads of {found} values have no halves, which rotary positions need")
        found = 2
    return Sizes(
        layers=settings.count("num_hidden_layers", most=MOST_PARTS),
        width=width,
        feed_forward=settings.count("intermediate_size"),
        heads=heads,
        kv_heads=kv_heads,
        head_width=found,
        positions=settings.count("max_position_embeddings"),
        words=settings.count("vocab_size"),
        epsilon=settings.real("rms_norm_eps", 1e-6),
    )


def refuse_common(settings: Settings, *, activations: tuple[str, ...]) -> None:
    """Settings that no decoder here is carried over with; activations: of the feed-forward part."""
    settings.must_be("hidden_act", activations, activations[0])
    if settings.has("quantization_config"):
        settings.reasons.append("its weights are quantised already (`quantization_config`)")
    for key in ("num_local_experts", "num_experts", "n_routed_experts"):
        if settings.has(key):
            settings.reasons.append(f"it is a mixture of experts (`{key}`)")


def rope(
    settings: Settings, architecture: str, sizes: Sizes, *, base: float = 10_000.0
) -> tuple[Metadata, NDArray[np.float32] | None]:
    """Keys of the rotary positions, and a factor for each of the head's pairs where they need one (Llama 3.1).

    transformers 5 keeps them in `rope_parameters`, before it `rope_theta` and `rope_scaling`.
    """
    new = settings.part("rope_parameters")
    part = new if settings.has("rope_parameters") else settings.part("rope_scaling")
    theta = new.real("rope_theta", settings.real("rope_theta", base))
    made: Metadata = {f"{architecture}.rope.freq_base": real(theta)}
    kind = part.text("rope_type", part.text("type", "default"))
    if part.has("partial_rotary_factor") and part.real("partial_rotary_factor") != 1:
        settings.reasons.append("rotary positions on a part of each head are not carried over")
    match kind:
        case "default":
            return made, None
        case "linear":
            return {**made, **_scaling(architecture, "linear", part.real("factor"))}, None
        case "yarn":
            return {**made, **_yarn(part, architecture, sizes)}, None
        case "llama3":
            return made, llama3_factors(part, theta, sizes.head_width)
    settings.reasons.append(f"rotary positions of the type `{kind[:40]}` are not carried over")
    return made, None


def _scaling(architecture: str, kind: str, factor: float) -> Metadata:
    return {f"{architecture}.rope.scaling.type": text(kind), f"{architecture}.rope.scaling.factor": real(factor)}


def _yarn(part: Settings, architecture: str, sizes: Sizes) -> Metadata:
    for key in ("attention_factor", "mscale", "mscale_all_dim", "truncate"):
        if part.has(key):
            part.reasons.append(f"`{key}` of YaRN is not carried over")
    for key, usual in (("beta_fast", 32), ("beta_slow", 1)):
        part.must_be(key, (usual,), usual)
    original = part.count("original_max_position_embeddings", sizes.positions)
    key = f"{architecture}.rope.scaling.original_context_length"
    return {**_scaling(architecture, "yarn", part.real("factor")), key: number(original)}


def llama3_factors(part: Settings, theta: float, head_width: int) -> NDArray[np.float32]:
    """(head_width / 2,) what the frequency of each pair is divided by.

    Source: `_compute_llama3_parameters` of transformers: long waves by the factor, short ones not, between them by how
    often a wave fits into the context that the model was trained with first.
    """
    factor = part.real("factor", 8.0)
    low, high = part.real("low_freq_factor", 1.0), part.real("high_freq_factor", 4.0)
    original = part.count("original_max_position_embeddings", 8192)
    if high <= low:
        part.reasons.append("`high_freq_factor` is not above `low_freq_factor`")
        return np.ones(head_width // 2, np.float32)
    waves = 2 * math.pi * theta ** (np.arange(0, head_width, 2) / head_width)
    smooth = np.clip((original / waves - low) / (high - low), 0.0, 1.0)
    return (1 / ((1 - smooth) / factor + smooth)).astype(np.float32)
