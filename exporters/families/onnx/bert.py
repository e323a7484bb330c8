"""BERT, and with other names and places RoBERTa and XLM-R: encoders of Devlin et al. 2019."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exporters.families.onnx.encoder import EncoderConversion, EncoderModel, Head, Task, labels_of
from exporters.families.onnx.network import Attention, FeedForward, Layer, Stack
from exporters.families.onnx.reading import Reader

# The head that a masked language model was trained with, and the pooler that no embedding uses.
UNUSED = re.compile(r"(bert\.|roberta\.)?pooler\.dense\.(weight|bias)|cls\..+|lm_head\..+")


@dataclass(frozen=True, slots=True)
class Bert:
    """A reader of encoders.  prefixes: in front of a tensor's name.  first_place: the first token's row of positions;
    None where it is one more than the padding's id.
    """

    prefixes: Sequence[str]
    epsilon: float
    first_place: int | None
    pooled: bool

    def read(self, reader: Reader, task: Task) -> EncoderModel:
        """See `exporters.families.onnx.encoder.EncoderReader`."""
        settings = reader.settings
        width, inner = settings.count("hidden_size"), settings.count("intermediate_size")
        rows, types = reader.rows(), settings.count("type_vocab_size", 2)
        first = self.first_place
        if first is None:
            first = reader.token("pad_token_id", reader.checkpoint.config.get("pad_token_id", 1), rows) + 1
        places = settings.count("max_position_embeddings", least=first + 3)
        epsilon = settings.real("layer_norm_eps", self.epsilon)
        settings.must_be("position_embedding_type", ["absolute"], "absolute")
        settings.must_be("is_decoder", [False], False)
        settings.must_be("add_cross_attention", [False], False)
        activation = reader.activation("hidden_act", "gelu")
        heads = reader.heads("num_attention_heads", width)
        prefix = reader.prefix(self.prefixes, "embeddings.word_embeddings.weight")
        table = reader.matrix(f"{prefix}embeddings.word_embeddings.weight", rows, width)
        positions = reader.take(f"{prefix}embeddings.position_embeddings.weight", places, width)
        kinds = reader.take(f"{prefix}embeddings.token_type_embeddings.weight", types, width)
        first_norm = reader.norm(f"{prefix}embeddings.LayerNorm", width, epsilon)
        layers = []
        for number in reader.layers("num_hidden_layers", f"{prefix}encoder.layer.{{}}.attention.self.query.weight"):
            name = f"{prefix}encoder.layer.{number}"
            parts = (reader.linear(f"{name}.attention.self.{part}", width, width) for part in ("query", "key", "value"))
            query, key, value = parts
            output = reader.linear(f"{name}.attention.output.dense", width, width)
            norm = reader.norm(f"{name}.attention.output.LayerNorm", width, epsilon)
            attention = Attention(query, key, value, output, norm)
            feed_forward = FeedForward(
                reader.linear(f"{name}.intermediate.dense", inner, width),
                None,
                reader.linear(f"{name}.output.dense", width, inner),
                reader.norm(f"{name}.output.LayerNorm", width, epsilon),
                activation,
            )
            layers.append(Layer(attention, feed_forward))
        head = self._head(reader, prefix, task, width)
        stack = Stack(
            name="encoder",
            table_name="words",
            table=table,
            factor=1.0,
            positions=np.asarray(positions[first:] + kinds[0]) if reader.loads else positions[first:],
            distances=None,
            first_norm=first_norm,
            layers=layers,
            last_norm=None,
            norm_first=False,
            heads=heads,
            scale=(width // heads) ** -0.5,
        )
        return EncoderModel(stack, places - first, head)

    def _head(self, reader: Reader, prefix: str, task: Task, width: int) -> Head | None:
        if task == "features":
            return None
        labels = len(labels_of(reader.checkpoint))
        if task == "token-classification":
            return Head(None, reader.linear("classifier", labels, width))
        if self.pooled:
            return Head(
                reader.linear(f"{prefix}pooler.dense", width, width), reader.linear("classifier", labels, width)
            )
        return Head(
            reader.linear("classifier.dense", width, width), reader.linear("classifier.out_proj", labels, width)
        )


CONVERSION = EncoderConversion(Bert(("bert.", ""), epsilon=1e-12, first_place=0, pooled=True), UNUSED)
