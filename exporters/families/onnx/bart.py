"""What Marian, mBART and M2M100 have in common: the encoder-decoder of BART (Lewis et al. 2020) under its own names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from exporters.families.onnx.network import Attention, FeedForward, Layer, Norm, Stack
from exporters.families.onnx.reading import Reader
from exporters.families.onnx.seq2seq import MOST_POSITIONS, Read
from exporters.families.onnx.weights import Float, Matrix

Places: TypeAlias = Literal["marian", "m2m_100", "learned"]
# torch's own default, which these models do not state.
_EPSILON = 1e-5
# Rows in front of the first position: fairseq's places begin behind the padding's id.
_OFFSET = 2
UNUSED = re.compile(r"lm_head\.weight")


@dataclass(frozen=True, slots=True)
class Bart:
    """A reader.  places: where the positions come from.  norm_first: norms in front of each part, and one at the end.
    embedding_norm: one behind the positions.  activation: where the configuration names none.
    """

    places: Places
    norm_first: bool
    embedding_norm: bool
    activation: str

    def read(self, reader: Reader) -> Read:
        """See `exporters.families.onnx.seq2seq.Seq2SeqReader`."""
        settings = reader.settings
        width, rows = settings.count("d_model"), reader.rows()
        settings.must_be("tie_word_embeddings", [True], True)
        settings.must_be("share_encoder_decoder_embeddings", [True], True)
        settings.must_be("decoder_vocab_size", [rows], rows)
        positions = min(settings.count("max_position_embeddings"), MOST_POSITIONS)
        factor = width**0.5 if settings.flag("scale_embedding", False) else 1.0
        prefix = reader.prefix(("model.", ""), "shared.weight")
        names = ["shared.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight"]
        table = reader.first_of([*(f"{prefix}{name}" for name in names), "lm_head.weight"], rows, width)
        bias = reader.take("final_logits_bias", 1, rows)[0] if reader.has("final_logits_bias") else None
        encoder, decoder = (
            self._stack(
                reader, prefix, side, table, factor, self._positions(reader, f"{prefix}{side}", positions, width)
            )
            for side in ("encoder", "decoder")
        )
        return Read(encoder, decoder, head=table, head_factor=1.0, bias=bias, positions=positions)

    def _stack(self, reader: Reader, prefix: str, side: str, table: Matrix, factor: float, positions: Float) -> Stack:
        settings, width = reader.settings, table.shape[1]
        heads = reader.heads(f"{side}_attention_heads", width)
        inner = settings.count(f"{side}_ffn_dim")
        activation = reader.activation("activation_function", self.activation)
        layers = []
        for number in reader.layers(f"{side}_layers", f"{prefix}{side}.layers.{{}}.fc1.weight"):
            name = f"{prefix}{side}.layers.{number}"
            feed_forward = FeedForward(
                reader.linear(f"{name}.fc1", inner, width),
                None,
                reader.linear(f"{name}.fc2", width, inner),
                reader.norm(f"{name}.final_layer_norm", width, _EPSILON),
                activation,
            )
            context = _attention(reader, f"{name}.encoder_attn", width) if side == "decoder" else None
            layers.append(Layer(_attention(reader, f"{name}.self_attn", width), feed_forward, context))

        def norm(name: str, there: bool) -> Norm | None:
            return reader.norm(f"{prefix}{side}.{name}", width, _EPSILON) if there else None

        return Stack(
            name=side,
            table_name="words",
            table=table,
            factor=factor,
            positions=positions,
            distances=None,
            first_norm=norm("layernorm_embedding", self.embedding_norm),
            layers=layers,
            last_norm=norm("layer_norm", self.norm_first),
            norm_first=self.norm_first,
            heads=heads,
            scale=(width // heads) ** -0.5,
        )

    def _positions(self, reader: Reader, name: str, count: int, width: int) -> Float:
        if self.places == "learned":
            rows = reader.settings.count("max_position_embeddings") + _OFFSET
            return reader.take(f"{name}.embed_positions.weight", rows, width)[_OFFSET : _OFFSET + count]
        if not reader.loads:
            return np.broadcast_to(np.float32(0.0), (count, width))
        if self.places == "marian":
            return marian_positions(count, width)
        # The padding's own row and those in front of it are never used.
        first = reader.token("pad_token_id", reader.checkpoint.config.get("pad_token_id", 1), MOST_POSITIONS) + 1
        return fairseq_positions(first + count, width)[first:]


def _attention(reader: Reader, name: str, width: int) -> Attention:
    query, key, value, output = (reader.linear(f"{name}.{part}_proj", width, width) for part in ("q", "k", "v", "out"))
    return Attention(query, key, value, output, reader.norm(f"{name}_layer_norm", width, _EPSILON))


def marian_positions(count: int, width: int) -> Float:
    """Sines of (count, width / 2), then cosines; as `MarianSinusoidalPositionalEmbedding`."""
    angles = np.arange(count)[:, None] / np.power(10000, 2 * (np.arange(width) // 2) / width)
    return np.concatenate([np.sin(angles[:, 0::2]), np.cos(angles[:, 1::2])], axis=1).astype(np.float32)


def fairseq_positions(count: int, width: int) -> Float:
    """As `M2M100SinusoidalPositionalEmbedding`: wavelengths over width / 2 - 1; an odd width ends with 0."""
    half = width // 2
    rate = np.exp(np.arange(half, dtype=np.float32) * np.float32(-np.log(10000) / max(1, half - 1)))
    angles = np.arange(count, dtype=np.float32)[:, None] * rate[None]
    table = np.zeros((count, width), np.float32)
    table[:, :half], table[:, half : 2 * half] = np.sin(angles), np.cos(angles)
    return table
