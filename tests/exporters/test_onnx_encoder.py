"""Encoders of checkpoints as ONNX: held against transformers, run by the engine, trimmed, refused where they lie."""

from __future__ import annotations

import dataclasses
import json
import shutil
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from toys.checkpoints import COVERED, KINDS, LINES, no_network, write_checkpoint
from toys.hf_folder import write_json, write_tensors
from toys.onnx_structure import structure_digest
from toys.receipts import ENCODER, with_receipt

from edgekit.core.errors import UnsupportedModelError, UsageError
from edgekit.core.events import silent
from edgekit.engine.devices import choose_providers
from edgekit.engine.encoder import Encoder
from exporters.base import Built
from exporters.containers.safetensors import Output, read_safetensors
from exporters.conversion.checkpoint import open_checkpoint
from exporters.conversion.registry import conversion_of
from exporters.trim.hf import open_hf
from exporters.trim.onnx import open_onnx

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

CPU = choose_providers("cpu", decode_loop=False)
NAMES = ["bert", "xlm-roberta"]
CLASSES = {"features": "MaskedLM", "texts": "SequenceClassification", "tokens": "TokenClassification"}
# Largest error of an output, in each precision; random weights have no outliers and are all equally important.
ERRORS = {"f32": 1e-5, "int8": 0.05, "q8_0": 0.05, "q4_0": 0.4}


@pytest.fixture(scope="module", autouse=True)
def offline() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with no_network():
        yield
    torch.set_num_threads(threads)


def checkpoint(folder: Path, name: str, task: str = "features", **changes: Any) -> Path:
    kind = KINDS[name]
    kind = dataclasses.replace(kind, model=kind.model.replace("MaskedLM", CLASSES[task]))
    folder.mkdir()
    labels = {} if task == "features" else {"num_labels": 3}
    return write_checkpoint(folder, kind, **labels, **changes)


@pytest.fixture(scope="module", params=[(name, task) for name in NAMES for task in CLASSES], ids="-".join)
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    name, task = request.param
    return checkpoint(tmp_path_factory.mktemp(name) / task, name, task)


def convert(source: Path, out: Path, dtype: str = "f32") -> Built:
    out.mkdir()
    opened = open_checkpoint(source)
    return conversion_of(opened, "onnx").convert(opened, out, dtype=dtype, report=silent)


def by_transformers(source: Path, pooling: str = "mean", unit: bool = True) -> tuple[Any, np.ndarray[Any, Any]]:
    """The padded batch of all lines and its output."""
    config = json.loads((source / "config.json").read_text("utf-8"))
    model = getattr(transformers, config["architectures"][0]).from_pretrained(source).eval()
    batch = transformers.AutoTokenizer.from_pretrained(source)(LINES, return_tensors="pt", padding=True)
    with torch.no_grad():
        if "Classification" in config["architectures"][0]:
            return batch, model(**batch).logits.numpy()
        hidden = model.base_model(**batch).last_hidden_state
    there = batch["attention_mask"][..., None]
    pooled = {
        "mean": (hidden * there).sum(1) / there.sum(1),
        "cls": hidden[:, 0],
        "max": hidden.masked_fill(there == 0, -torch.inf).max(1).values,
    }[pooling]
    return batch, (torch.nn.functional.normalize(pooled, dim=-1) if unit else pooled).numpy()


def by_graph(out: Path, batch: Any) -> np.ndarray[Any, Any]:
    session = onnxruntime.InferenceSession(str(out / "model.onnx"), providers=["CPUExecutionProvider"])
    found: np.ndarray[Any, Any] = session.run(
        None, {name: batch[name].numpy() for name in ("input_ids", "attention_mask")}
    )[0]
    return found


@pytest.mark.parametrize("dtype", ERRORS)
def test_outputs_are_those_of_transformers_when_texts_are_padded(dtype: str, source: Path, tmp_path: Path) -> None:
    batch, wanted = by_transformers(source)
    convert(source, tmp_path / "out", dtype)
    error = np.abs(by_graph(tmp_path / "out", batch) - wanted)
    if error.ndim == 3:
        error = error[batch["attention_mask"].numpy() == 1]
    assert 0 < error.max() < ERRORS[dtype]


def test_engine_gives_what_transformers_gives(source: Path, tmp_path: Path) -> None:
    built = convert(source, tmp_path / "out")
    batch, wanted = by_transformers(source)
    encoder = Encoder.open(tmp_path / "out", built.engine, threads=1, choice=CPU)
    task = built.engine.get("task", "features")
    if task == "features":
        assert np.abs(encoder.embed(LINES) - wanted).max() < 1e-5
        with pytest.raises(UsageError):
            encoder.classify(LINES)
        return
    shares = torch.softmax(torch.tensor(wanted), dim=-1).numpy()
    assert encoder.labels == ("LABEL_0", "LABEL_1", "LABEL_2")
    if task == "sequence-classification":
        assert np.abs(encoder.classify(LINES) - shares).max() < 1e-5
        return
    for (tokens, found), row, mask in zip(encoder.tag(LINES), shares, batch["attention_mask"].numpy(), strict=True):
        own = row[mask == 1][1:-1]
        assert len(tokens) == len(own)
        assert np.abs(found - own).max() < 1e-5


def test_long_texts_are_labelled_in_parts_whatever_runs_beside_them(tmp_path: Path) -> None:
    built = convert(checkpoint(tmp_path / "source", "bert", "tokens"), tmp_path / "out")
    encoder = Encoder.open(tmp_path / "out", {**built.engine, "positions": 12}, threads=1, choice=CPU)
    short, long = LINES[0][:9], " ".join(LINES[:3])
    together = encoder.tag([short, long, short])
    for text, (tokens, found) in zip([short, long, short], together, strict=True):
        ((alone, shares),) = encoder.tag([text])
        assert tokens == alone
        assert (found == shares).all()
    assert len(together[1][0]) > 20


@pytest.mark.parametrize("pooling", ["mean", "cls", "max"])
@pytest.mark.parametrize("dense", [False, True])
def test_pooling_is_that_of_the_folder(pooling: str, dense: bool, tmp_path: Path) -> None:
    source = checkpoint(tmp_path / "source", "bert")
    modules = ["Transformer", "Pooling", *(["Dense"] if dense else [])]
    listed = [
        {"type": f"sentence_transformers.models.{kind}", "path": f"{at}_{kind}" if at else ""}
        for at, kind in enumerate(modules)
    ]
    write_json(source / "modules.json", listed)
    (source / "1_Pooling").mkdir()
    mode = {"mean": "mean_tokens", "cls": "cls_token", "max": "max_tokens"}[pooling]
    write_json(source / "1_Pooling" / "config.json", {"word_embedding_dimension": 16, f"pooling_mode_{mode}": True})
    write_json(source / "config_sentence_transformers.json", {"prompts": {"query": "query: ", "document": ""}})
    write_json(source / "sentence_bert_config.json", {"max_seq_length": 64})
    batch, wanted = by_transformers(source, pooling, unit=False)
    if dense:
        weight = np.random.default_rng(3).normal(size=(5, 16)).astype(np.float32)
        folder = source / "2_Dense"
        folder.mkdir()
        activation = "torch.nn.modules.activation.Tanh"
        write_json(folder / "config.json", {"in_features": 16, "out_features": 5, "activation_function": activation})
        bias = np.arange(5, dtype=np.float32)
        write_tensors(
            folder / "model.safetensors",
            [
                Output("linear.weight", "F32", weight.shape, [weight.tobytes()]),
                Output("linear.bias", "F32", (5,), [bias.tobytes()]),
            ],
        )
        wanted = np.tanh(wanted @ weight.T + bias)
    built = convert(source, tmp_path / "out")
    assert np.abs(by_graph(tmp_path / "out", batch) - wanted).max() < 1e-5
    assert built.engine["prefixes"] == {"query": "query: "}
    assert built.engine["positions"] == 64


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["f32", "int8", "q8_0", "q4_0"])
def test_e9_e16_trimmed_then_converted_equals_converted_then_trimmed(name: str, dtype: str, tmp_path: Path) -> None:
    source = checkpoint(tmp_path / "source", name)
    with_receipt(tmp_path / "out", convert(source, tmp_path / "out", dtype), ENCODER)
    model, folder = open_onnx(tmp_path / "out"), open_hf(source)
    seen = np.unique([at for ids in model.tokenizer.encode(COVERED) for at in ids])
    kept = np.union1d(model.tokenizer.closed(seen), folder.tokenizer.closed(seen))
    assert len(kept) < 0.9 * model.tokenizer.size
    for place in ("cut", "hf"):
        (tmp_path / place).mkdir()
    cut = model.write(kept, tmp_path / "cut", report=silent)
    folder.write(kept, tmp_path / "hf")
    again = convert(tmp_path / "hf", tmp_path / "again", dtype)
    assert {**cut.engine} == {**again.engine}
    before = json.loads((tmp_path / "out" / "edgekit.json").read_text("utf-8"))["engine"]
    embeddings = [
        Encoder.open(tmp_path / place, engine, threads=1, choice=CPU).embed(COVERED)
        for place, engine in (("out", before), ("cut", cut.engine), ("again", again.engine))
    ]
    assert (embeddings[0] == embeddings[1]).all()
    assert (embeddings[0] == embeddings[2]).all()


def test_every_reason_is_named_when_a_checkpoint_lies(tmp_path: Path) -> None:
    source = checkpoint(tmp_path / "source", "bert")
    file = read_safetensors(source / "model.safetensors")
    outputs = [
        Output(name, place.dtype, place.shape, [bytes(file.bytes_of(name))])
        for name, place in file.tensors.items()
        if name != "bert.encoder.layer.0.output.dense.bias"
    ]
    outputs = [
        Output(one.name, one.dtype, (one.shape[0], 8), [bytes(one.shape[0] * 32)])
        if one.name == "bert.encoder.layer.1.intermediate.dense.weight"
        else one
        for one in outputs
    ]
    outputs.append(Output("bert.surprise", "F32", (1,), [bytes(4)]))
    write_tensors(source / "changed", outputs)
    (source / "changed").replace(source / "model.safetensors")
    config = json.loads((source / "config.json").read_text("utf-8"))
    config |= {"vocab_size": 7, "hidden_act": "quite new", "num_attention_heads": 3, "is_decoder": True}
    write_json(source / "config.json", config)
    opened = open_checkpoint(source)
    (tmp_path / "out").mkdir()
    with pytest.raises(UnsupportedModelError) as caught:
        conversion_of(opened, "onnx").convert(opened, tmp_path / "out", dtype="f32", report=silent)
    said = "\n".join(caught.value.reasons)
    for expected in (
        "`vocab_size` is 7, and the tokenizer has 400 tokens",
        "`hidden_act` is 'quite new'",
        "`num_attention_heads` is 3, which does not divide a width of 16",
        "`is_decoder` is 'True'",
        "`bert.encoder.layer.0.output.dense.bias` is missing",
        "`bert.encoder.layer.1.intermediate.dense.weight` has shape (24, 8) instead of (24, 16)",
        "nobody knows what `bert.surprise` is for",
    ):
        assert expected in said
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize(
    "change", [{"num_hidden_layers": 1 << 20}, {"hidden_size": 1 << 20}, {"intermediate_size": 1 << 24}]
)
def test_sizes_that_nobody_has_are_refused_without_memory_for_them(change: dict[str, int], tmp_path: Path) -> None:
    source = checkpoint(tmp_path / "source", "xlm-roberta")
    config = json.loads((source / "config.json").read_text("utf-8"))
    write_json(source / "config.json", config | change)
    opened = open_checkpoint(source)
    assert 1 <= len(conversion_of(opened, "onnx").check(opened)) < 40


def test_precision_that_there_is_not_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        convert(checkpoint(tmp_path / "source", "bert"), tmp_path / "out", "int3")
    assert "q8_0" in caught.value.reasons[0]


def test_question_answering_is_refused_by_its_name(tmp_path: Path) -> None:
    source = checkpoint(tmp_path / "source", "bert")
    config = json.loads((source / "config.json").read_text("utf-8"))
    write_json(source / "config.json", config | {"architectures": ["BertForQuestionAnswering"]})
    opened = open_checkpoint(source)
    assert any("BertForQuestionAnswering" in reason for reason in conversion_of(opened, "onnx").check(opened))


@pytest.mark.parametrize("dtype", ERRORS)
def test_size_is_known_before_anything_is_written(dtype: str, source: Path, tmp_path: Path) -> None:
    convert(source, tmp_path / "out", dtype)
    opened = open_checkpoint(source)
    said = conversion_of(opened, "onnx").size_bytes(opened, dtype=dtype)
    assert said == sum(path.stat().st_size for path in (tmp_path / "out").iterdir())


@pytest.mark.parametrize("dtype", ERRORS)
def test_memory_is_that_of_a_tensor_not_of_the_model(dtype: str, tmp_path: Path) -> None:
    sizes = {"hidden_size": 256, "intermediate_size": 1024, "num_hidden_layers": 8}
    source = checkpoint(tmp_path / "source", "bert", **sizes)
    whole, largest = (source / "model.safetensors").stat().st_size, 4 * 256 * 1024
    convert(source, tmp_path / "once", dtype)  # what is imported on the way is no part of it
    tracemalloc.start()
    try:
        convert(source, tmp_path / "out", dtype)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert whole > 20 * largest
    assert most < 8 * largest


def test_same_checkpoint_becomes_the_same_bytes(tmp_path: Path) -> None:
    source = checkpoint(tmp_path / "source", "bert")
    shutil.copytree(source, tmp_path / "copy")
    convert(source, tmp_path / "one")
    convert(tmp_path / "copy", tmp_path / "two")
    assert (tmp_path / "one" / "model.onnx").read_bytes() == (tmp_path / "two" / "model.onnx").read_bytes()


GOLDEN = {"f32": "cadc2d33ee8bf7c5", "int8": "12a873abb3eee56a", "q8_0": "44fc149207986c73", "q4_0": "b9c7ffa06bde7260"}


@pytest.mark.parametrize("dtype", ERRORS)
def test_structure_is_the_known_one(dtype: str, tmp_path: Path) -> None:
    """A change on purpose changes these digests; one that was not meant shows here."""
    convert(checkpoint(tmp_path / "source", "bert"), tmp_path / "out", dtype)
    assert structure_digest(onnx.load(tmp_path / "out" / "model.onnx").graph) == GOLDEN[dtype]
