"""ONNX graphs that cannot be trimmed rightly are refused by name, before anything is written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from toys.fuzz import fuzz
from toys.onnx_folders import KEPT, external, opened, padding_mask, refusal, saved, trimmed
from toys.onnx_models import (
    TOKENS,
    WIDTH,
    Net,
    embed,
    head,
    toy_model,
)

from edgekit.core.errors import ModelFormatError, UnsupportedModelError, UsageError
from edgekit.core.events import silent
from exporters.trim.onnx import open_onnx


def test_a_table_with_fewer_rows_than_tokens_is_refused(tmp_path: Path) -> None:
    net = Net()
    net.output("hidden", net.hidden(embed(net, "float", rows=TOKENS - 1)), ["batch", "length", WIDTH])
    assert "of at least 61 rows" in refusal(net.model(), tmp_path / "full")


def test_e11_a_token_that_the_graph_names_and_that_would_go_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    model = saved(tmp_path / "full", padding_mask(30))
    with pytest.raises(UsageError, match="names token 30"):
        trimmed(model, tmp_path / "small")
    assert list((tmp_path / "small").iterdir()) == []


@pytest.mark.parametrize("wanted", [[], [0, 1], [1, 0, 60], [0, 1, 1, 60], [0, 1, 60, 61], [-1, 0, 1, 60]])
def test_ids_that_are_no_closed_set_are_refused(wanted: list[int], tmp_path: Path) -> None:
    model = saved(tmp_path / "full", toy_model())
    with pytest.raises(UsageError):
        trimmed(model, tmp_path / "small", np.array(wanted, np.int64))
    assert list((tmp_path / "small").iterdir()) == []


def spoilt(kind: str) -> tuple[onnx.ModelProto, str]:
    net = Net()
    ids = "input_ids"
    if kind == "ids":
        ids = net("Mul", ids, net.constant(2))
    x = net.hidden(embed(net, "float", ids))
    if kind == "other input":
        net.inputs[0].name = "words"
        net.nodes[0].input[1] = "words"
    scores = head(net, "MatMul", x)
    shape: list[int | str] = ["batch", "length", TOKENS]
    if kind == "sum over the vocabulary":
        scores = net("MatMul", scores, net.constant(net.normal(TOKENS, WIDTH)))
        shape[-1] = WIDTH
    elif kind == "norm":
        ones = net.constant(np.ones(TOKENS, np.float32))
        scores = net("LayerNormalization", scores, ones)
    elif kind == "part":
        scores = net("Slice", scores, net.constant([2]), net.constant([TOKENS]), net.constant([2]))
        shape[-1] = TOKENS - 2
    elif kind == "more":
        scores = net("Concat", scores, scores, axis=-1)
        shape[-1] = 2 * TOKENS
    elif kind == "another table":
        other = net.constant(net.normal(TOKENS, WIDTH))
        scores = net("Add", scores, net("ReduceMax", net("Gather", other, net("Cast", x, to=TensorProto.INT64))))
    elif kind == "mask":
        net.inputs.append(helper.make_tensor_value_info("mask", TensorProto.FLOAT, [TOKENS]))
        scores = net("Add", scores, "mask")
    elif kind == "made":
        net.constant([1, TOKENS], name="long")
        scores = net("Add", scores, net("ConstantOfShape", "long"))
    elif kind == "dynamic":
        scores = net("DequantizeLinear", net("DynamicQuantizeLinear", scores, outputs=3), net.constant(0.1, np.float32))
    net.output("logits", scores, shape)
    return net.model(), net.nodes[-2].name


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("ids", "`Mul_0` (Mul): it computes with token ids"),
        ("other input", "`Gather_0` (Gather): it takes entries of the vocabulary by something that is no token id"),
        ("sum over the vocabulary", "(MatMul): "),
        ("norm", "(LayerNormalization): "),
        ("part", "it takes a part of the vocabulary"),
        ("more", "(Concat): it may add entries to the vocabulary"),
        ("another table", "(Gather): it takes entries of the vocabulary by something that is no token id"),
        ("mask", "the input `mask`"),
        ("made", "(ConstantOfShape): it makes a value as long as the vocabulary"),
        # Its scale would depend on tokens that go.
        ("dynamic", "(DynamicQuantizeLinear): "),
    ],
)
def test_a_use_of_the_vocabulary_that_is_not_understood_is_refused_by_name(
    kind: str, says: str, tmp_path: Path
) -> None:
    model, name = spoilt(kind)
    message = refusal(model, tmp_path / "full")
    assert says in message
    assert kind in ("ids", "other input", "another table", "mask", "made", "dynamic") or name in message


def test_a_folder_without_graphs_and_one_of_no_known_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFormatError, match=r"holds no `\.onnx` file"):
        open_onnx(tmp_path)
    onnx.save_model(toy_model(), tmp_path / "model.onnx")
    with pytest.raises((ModelFormatError, UnsupportedModelError)):
        open_onnx(tmp_path)
    net = Net()
    net.inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, WIDTH])]
    net.output("y", net.hidden("x"), [1, WIDTH])
    assert "no table has a row for each token" in refusal(net.model(), tmp_path / "full")


@pytest.mark.parametrize("kind", ["padding mask", "blocks", "data file"])
def test_damaged_graphs_end_in_a_typed_error_or_a_model(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "fuzz"
    if kind == "data file":
        external(folder, toy_model("float", "tied"))
    else:
        saved(folder, toy_model("int4 blocks", "MatMulNBits") if kind == "blocks" else padding_mask(31))
    out = tmp_path / "out"
    out.mkdir()

    def read(path: Path) -> None:
        opened(path.parent).write(KEPT, out, report=silent)

    path = folder / "model_0.onnx"
    fuzz(read, path.read_bytes(), path, seed=11, count=300)
