"""Folders of small ONNX graphs, and what trimming makes of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto
from toys.onnx_models import (
    TOKENS,
    WIDTH,
    Net,
    ToyBeside,
    ToyTokenizer,
    embed,
    head,
)

from edgekit.core.errors import UnsupportedModelError
from edgekit.core.events import silent
from exporters.trim.base import Ids
from exporters.trim.onnx import OnnxModel, open_graphs

KEPT = np.array([0, 1, 3, 4, 5, 11, 12, 20, 31, 32, 33, 47, 60])


IDS = np.array([[0, 3, 60, 47, 1], [5, 31, 11, 12, 4]])


def opened(folder: Path, tokenizer: ToyTokenizer | None = None, inside: str = "") -> OnnxModel:
    names = sorted(path.name for path in (folder / inside).glob("*.onnx"))
    tokenizer = tokenizer or ToyTokenizer()
    return open_graphs(folder, inside, names, ToyBeside(tokenizer, tokenizer.needed[0]))


def saved(folder: Path, *models: onnx.ModelProto, tokenizer: ToyTokenizer | None = None) -> OnnxModel:
    folder.mkdir(exist_ok=True)
    for at, model in enumerate(models):
        onnx.checker.check_model(model)
        onnx.save_model(model, folder / f"model_{at}.onnx")
    return opened(folder, tokenizer)


def trimmed(model: OnnxModel, out: Path, kept: Ids = KEPT) -> Path:
    out.mkdir(exist_ok=True)
    model.write(kept, out, report=silent)
    return out


def new_ids(ids: Ids, kept: Ids = KEPT) -> Ids:
    new = np.full(TOKENS, -1)
    new[kept] = np.arange(len(kept))
    return new[ids]


def refusal(model: onnx.ModelProto, folder: Path) -> str:
    with pytest.raises(UnsupportedModelError) as caught:
        saved(folder, model)
    return str(caught.value)


def padding_mask(pad: int, *, shared: bool = False) -> onnx.ModelProto:
    """Positions counted over tokens that are no padding, as XLM-R does; shared: the same constant is an axis too."""
    net = Net(1)
    constant = net.constant(pad, name="pad")
    real = net("Cast", net("Not", net("Equal", "input_ids", constant)), to=TensorProto.INT64)
    places = net("CumSum", real, constant if shared else net.constant(1))
    x = net("Add", embed(net, "float"), net("Gather", net.constant(net.normal(9, WIDTH)), places))
    net.output("logits", head(net, "MatMul", net.hidden(x)), ["batch", "length", TOKENS])
    return net.model()


def external(folder: Path, model: onnx.ModelProto, *names: str) -> None:
    folder.mkdir(exist_ok=True)
    for name in names or ("model_0.onnx",):
        onnx.save_model(
            onnx.ModelProto.FromString(model.SerializeToString()),
            folder / name,
            save_as_external_data=True,
            location="model.onnx_data",
            size_threshold=64,
        )
        (folder / "model.onnx_data").rename(folder / "one")
    (folder / "one").rename(folder / "model.onnx_data")
