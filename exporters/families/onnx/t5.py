"""T5, mT5 and what was tuned from them: norms without mean in front of each part, distances instead of positions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from exporters.families.onnx.network import Attention, FeedForward, Layer, Stack, relative_distances
from exporters.families.onnx.reading import Reader
from exporters.families.onnx.seq2seq import Read, Seq2SeqConversion
from exporters.families.onnx.weights import Matrix

# T5 knows no last position; as many as Marian's graphs have.
_POSITIONS = 512
# `feed_forward_proj` -> the function, and whether a gate multiplies it. `gated-gelu` means the tanh form.
_FEED_FORWARD = {
    "relu": ("relu", False),
    "gated-gelu": ("gelu_new", True),
    "gated-relu": ("relu", True),
    "gated-silu": ("silu", True),
    "gelu": ("gelu", False),
}
# A second table of distances that old checkpoints carry and nothing reads.
UNUSED = re.compile(r"decoder\.block\.0\.layer\.1\.EncDecAttention\.relative_attention_bias\.weight")


@dataclass(frozen=True, slots=True)
class T5:
    """A reader.  feed_forward: where the configuration says nothing.  scaled: whether the head's input may be."""

    feed_forward: str
    scaled: bool

    def read(self, reader: Reader) -> Read:
        """See `exporters.families.onnx.seq2seq.Seq2SeqReader`."""
        settings = reader.settings
        width, rows = settings.count("d_model"), reader.rows()
        names = ["shared.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight"]
        # What a checkpoint holds decides: transformers 5 writes that every model is tied, and the first mT5s say that
        # none is and hold both.
        own = reader.has("lm_head.weight") and any(reader.has(name) for name in names)
        table = reader.first_of([*names, *([] if own else ["lm_head.weight"])], rows, width)
        head = reader.matrix("lm_head.weight", rows, width) if own else table
        encoder, decoder = (self._stack(reader, side, table) for side in ("encoder", "decoder"))
        # The first T5s make the head's input as small as its rows are large; `tie_word_embeddings` stands for it.
        small = self.scaled and settings.flag("scale_decoder_outputs", settings.flag("tie_word_embeddings", True))
        factor = float(width) ** -0.5 if small else 1.0
        return Read(encoder, decoder, head=head, head_factor=factor, bias=None, positions=_POSITIONS)

    def _stack(self, reader: Reader, side: str, table: Matrix) -> Stack:
        settings, width = reader.settings, table.shape[1]
        depth, heads, inner = settings.count("d_kv"), settings.count("num_heads"), settings.count("d_ff")
        epsilon = settings.real("layer_norm_epsilon", 1e-6)
        named = settings.must_be("feed_forward_proj", list(_FEED_FORWARD), self.feed_forward)
        activation, gated = _FEED_FORWARD[named]
        buckets = settings.count("relative_attention_num_buckets", 32, least=4)
        farthest = settings.count("relative_attention_max_distance", 128, least=buckets)
        first = f"{side}.block.0.layer.0.SelfAttention.relative_attention_bias.weight"
        table_of_distances = reader.take(first, buckets, heads)
        distances = (
            relative_distances(table_of_distances, _POSITIONS, both_ways=side == "encoder", farthest=farthest)
            if reader.loads
            else table_of_distances
        )

        def attention(name: str, part: str) -> Attention:
            into = (reader.linear(f"{name}.{part}.{one}", heads * depth, width, bias=False) for one in "qkv")
            query, key, value = into
            output = reader.linear(f"{name}.{part}.o", width, heads * depth, bias=False)
            return Attention(query, key, value, output, reader.norm(f"{name}.layer_norm", width, epsilon, bias=False))

        layers = []
        count = "num_decoder_layers" if side == "decoder" and settings.has("num_decoder_layers") else "num_layers"
        for number in reader.layers(count, f"{side}.block.{{}}.layer.0.SelfAttention.q.weight"):
            name = f"{side}.block.{number}.layer"
            context = attention(f"{name}.1", "EncDecAttention") if side == "decoder" else None
            last = f"{name}.{2 if side == 'decoder' else 1}"
            inners = ["wi_0", "wi_1"] if gated else ["wi"]
            dense = [reader.linear(f"{last}.DenseReluDense.{one}", inner, width, bias=False) for one in inners]
            feed_forward = FeedForward(
                dense[0],
                dense[1] if gated else None,
                reader.linear(f"{last}.DenseReluDense.wo", width, inner, bias=False),
                reader.norm(f"{last}.layer_norm", width, epsilon, bias=False),
                activation,
            )
            layers.append(Layer(attention(f"{name}.0", "SelfAttention"), feed_forward, context))
        return Stack(
            name=side,
            table_name="words",
            table=table,
            factor=1.0,
            positions=None,
            distances=distances,
            first_norm=None,
            layers=layers,
            last_norm=reader.norm(f"{side}.final_layer_norm", width, epsilon, bias=False),
            norm_first=True,
            heads=heads,
            scale=1.0,
        )


CONVERSION = Seq2SeqConversion(T5("relu", scaled=True), UNUSED)
