"""How a folder of sentence-transformers makes one vector of a text: pooling, dense layers, length 1, prompts.

Format: `modules.json`, a list of modules in order, and `config.json` in each one's folder; `prompts` in
`config_sentence_transformers.json`. Source: sentence-transformers 5, `models/Pooling.py`, `models/Dense.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

from exporters.containers.safetensors import read_safetensors
from exporters.families.onnx.network import ACTIVATIONS
from exporters.families.onnx.weights import Linear, Matrix, Weights, linear
from exporters.onnx_graph import FLOAT, Graph
from exporters.trim.hf.json_file import parse_list, read_bytes, read_object

Pooling: TypeAlias = Literal["cls", "mean", "max"]

_POOLINGS: Mapping[str, Pooling] = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_max_tokens": "max",
}
# torch's names of what stands between dense layers; Identity is none.
_DENSE_ACTIVATIONS = {"Tanh": "tanh", "GELU": "gelu", "ReLU": "relu"}
_LOWEST = -3.4e38


@dataclass(frozen=True, slots=True)
class Dense:
    """A layer behind the pooling; activation: of ACTIVATIONS, or None."""

    layer: Linear
    activation: str | None


@dataclass(frozen=True, slots=True)
class Sentences:
    """positions: tokens with their marks that the model was trained on, or None.  prefixes: name -> text in front."""

    pooling: Pooling
    dense: tuple[Dense, ...]
    unit: bool
    positions: int | None
    prefixes: Mapping[str, str]

    def vector(self, g: Graph, weights: Weights, hidden: str, mask: str) -> str:
        """[B, S, D] and mask [B, S] -> [B, width]."""
        pooled = _pooled(g, self.pooling, hidden, mask)
        for number, dense in enumerate(self.dense):
            pooled = linear(g, weights, pooled, f"dense.{number}", dense.layer)
            pooled = pooled if dense.activation is None else ACTIVATIONS[dense.activation](g, pooled)
        if not self.unit:
            return pooled
        length = g("ReduceL2", pooled, g.constant([1]), keepdims=1)
        return g("Div", pooled, g("Max", length, g.constant(1e-12)))


def _pooled(g: Graph, pooling: Pooling, hidden: str, mask: str) -> str:
    if pooling == "cls":
        return g("Gather", hidden, g.constant(0), axis=1)
    there = g("Unsqueeze", g("Cast", mask, to=FLOAT), g.constant([2]))
    if pooling == "max":
        shown = g("Where", g("Greater", there, g.constant(0.0)), hidden, g.constant(_LOWEST))
        return g("ReduceMax", shown, g.constant([1]), keepdims=0)
    total = g("ReduceSum", g("Mul", hidden, there), g.constant([1]), keepdims=0)
    return g("Div", total, g("Max", g("ReduceSum", there, g.constant([1]), keepdims=0), g.constant(1.0)))


def read_sentences(folder: Path, width: int, reasons: list[str]) -> Sentences:
    """What the folder says, the mean of unit length where it says nothing; adds to reasons what is not carried over.

    Raises ModelFormatError for a damaged file. `read_folder` has seen that modules lie inside the folder.
    """
    if not (folder / "modules.json").is_file():
        return Sentences("mean", (), True, None, {})
    pooling: Pooling = "mean"
    dense: list[Dense] = []
    unit = False
    for at, module in enumerate(parse_list(read_bytes(folder / "modules.json"), "modules.json")):
        kind = str(module.get("type", "")).rpartition(".")[2]
        path = folder / str(module.get("path", ""))
        if kind == "Pooling":
            pooling = _read_pooling(read_object(path / "config.json"), reasons)
        elif kind == "Dense":
            one = _read_dense(path, width, reasons)
            width = len(one.layer.weight)
            dense.append(one)
        elif kind == "Normalize":
            unit = True
        elif kind != "Transformer" or at:
            reasons.append(f"`modules.json` names a module `{kind[:40]}`, which is not carried over")
    settings = _object(folder / "sentence_bert_config.json")
    most = settings.get("max_seq_length")
    prompts = _object(folder / "config_sentence_transformers.json").get("prompts")
    texts = prompts if isinstance(prompts, dict) else {}
    prefixes = {str(name): text for name, text in texts.items() if isinstance(text, str) and text}
    positions = most if type(most) is int and most > 2 else None
    return Sentences(pooling, tuple(dense), unit, positions, prefixes)


def _read_pooling(config: Mapping[str, Any], reasons: list[str]) -> Pooling:
    modes = [mode for mode, on in config.items() if mode.startswith("pooling_mode_") and on]
    if len(modes) == 1 and modes[0] in _POOLINGS:
        return _POOLINGS[modes[0]]
    reasons.append(
        f"the pooling is {', '.join(modes) or 'none'}, and only one of {', '.join(_POOLINGS)} is carried over"
    )
    return "mean"


def _read_dense(path: Path, width: int, reasons: list[str]) -> Dense:
    config, file = read_object(path / "config.json"), read_safetensors(path / "model.safetensors")
    outputs = config.get("out_features")
    named = str(config.get("activation_function", "torch.nn.modules.linear.Identity")).rpartition(".")[2]
    if named != "Identity" and named not in _DENSE_ACTIVATIONS:
        reasons.append(f"the function `{named[:40]}` of `{path.name}` is not carried over")
    values: list[Any] = []
    for name, shape in (("linear.weight", (outputs, width)), ("linear.bias", (outputs,))):
        place = file.tensors.get(name)
        if place is None and name == "linear.bias" and config.get("bias") is False:
            values.append(None)
        elif place is None or place.shape != shape or place.dtype != "F32":
            found = "missing" if place is None else f"{place.dtype} {place.shape}"
            reasons.append(f"`{name}` of `{path.name}` is {found} instead of F32 {shape}")
            values.append(np.broadcast_to(np.float32(0.0), (1, width) if "weight" in name else (1,)))
        else:
            values.append(np.frombuffer(file.bytes_of(name), "<f4").reshape(place.shape))
    return Dense(Linear(Matrix.of(values[0]), values[1]), _DENSE_ACTIVATIONS.get(named))


def _object(path: Path) -> Mapping[str, Any]:
    return read_object(path) if path.is_file() else {}
