"""`edgekit export FOLDER --format gguf`: trimmed as a folder, converted, quantised where that is asked, verified."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from store.toys import use_home
from toys.plain_checkpoints import PLAIN, edited, plain_checkpoint

import edgekit
from edgekit.core.errors import UnsupportedModelError, UsageError
from edgekit.pipeline.requests import Artifact, VerifyRequest
from edgekit.pipeline.run import verify
from edgekit.store.receipt import read_receipt
from exporters.containers.gguf import BLOCKS, read_gguf
from exporters.conversion.trimmed_gguf import converted_to_gguf
from exporters.trim.hf import open_hf

LINES = ["the sea", "the moon and the sea", "that moon", "on the sea"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return use_home(monkeypatch, tmp_path)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "en.txt"
    path.write_text("\n".join(LINES * 30), "utf-8")
    return path


def export(source: Path, corpus: Path, out: Path, **more: Any) -> Artifact:
    out.mkdir(exist_ok=True)
    return edgekit.export(source, languages=["en"], corpus=[corpus], out=out, format="gguf", **more)


@pytest.mark.parametrize("family", PLAIN)
def test_a_folder_becomes_one_gguf_that_verifies(family: str, tmp_path: Path, corpus: Path) -> None:
    source = plain_checkpoint(tmp_path / "toy", family)
    (source / "LICENSE").write_text("may be used", "utf-8")
    made = export(source, corpus, tmp_path / "out")
    files = {file.path for file in made.receipt.files}
    assert files == {"model.gguf", "LICENSE", "report.html", "vocab_map.json"}
    assert made.receipt.licence == "apache-2.0"
    names = [step["name"] for step in made.receipt.steps]
    assert names == ["select", "trim", "convert"]
    file = read_gguf(made.folder / "model.gguf")
    vocabulary = made.receipt.vocabulary
    assert vocabulary is not None
    assert vocabulary.after <= file.tensors["token_embd.weight"].shape[0] < vocabulary.after + 8
    assert file.metadata["general.name"].value == b"toy"
    findings = verify(VerifyRequest(made.folder, source=str(source), texts=(corpus,)))
    assert not findings.failures
    assert any("the source that the map names" in line for line in findings.checked)
    assert read_receipt(made.folder).engine["kind"] == "gguf"


@pytest.mark.parametrize("family", ["llama", "mistral", "bert", "xlm-roberta"])
def test_the_size_is_predicted_within_a_hundredth(family: str, tmp_path: Path) -> None:
    model = converted_to_gguf(open_hf(plain_checkpoint(tmp_path / "toy", family)))
    kept = model.tokenizer.closed(np.unique(np.concatenate([np.array(one) for one in model.tokenizer.encode(LINES)])))
    (tmp_path / "out").mkdir()
    built = model.write(kept, tmp_path / "out")
    size = (tmp_path / "out" / str(built.engine["file"])).stat().st_size
    assert abs(model.size_bytes(kept) - size) < 0.01 * size
    assert sum(part.size_bytes for part in model.parts) == model.size_bytes(np.arange(model.tokenizer.size))


def test_a_type_that_the_conversion_stores_needs_no_quantiser(
    tmp_path: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    made = export(plain_checkpoint(tmp_path / "toy", "llama"), corpus, tmp_path / "out", quant="q8_0")
    file = read_gguf(made.folder / "model.gguf")
    assert BLOCKS[file.tensors["token_embd.weight"].type][0] == "Q8_0"
    *names, last = made.receipt.steps
    assert [step["name"] for step in names] == ["select", "trim", "convert"]
    assert (last["name"], last["type"], last["loss"]["languages"]) == ("quantize", "q8_0", [])
    assert last["loss"]["notes"] == ["nothing here runs the model, so what quantising lost is not measured"]


def test_what_the_conversion_stores_is_measured_beside_the_float_file(tmp_path: Path, corpus: Path) -> None:
    pytest.importorskip("llama_cpp")
    made = export(plain_checkpoint(tmp_path / "toy", "llama"), corpus, tmp_path / "out", quant="q8_0")
    (loss,) = made.receipt.steps[-1]["loss"]["languages"]
    before, after = loss["bits_per_byte"]
    assert 0 < abs(after - before) < 0.05 * before
    assert 0.5 < loss["agreement"] <= 1


def test_any_other_type_is_llama_cpps_work_on_what_lost_nothing(tmp_path: Path, corpus: Path) -> None:
    pytest.importorskip("llama_cpp")
    made = export(plain_checkpoint(tmp_path / "toy", "llama"), corpus, tmp_path / "out", quant="q4_0")
    (name,) = [file.path for file in made.receipt.files if file.path.endswith(".gguf")]
    file = read_gguf(made.folder / name)
    assert BLOCKS[file.tensors["blk.0.ffn_up.weight"].type][0] == "Q4_0"
    steps = {step["name"]: step for step in made.receipt.steps}
    assert steps["convert"]["dtype"] == "f32"
    assert steps["quantize"]["type"] == "q4_0"


def test_everything_against_a_conversion_is_said_before_a_text_is_read(tmp_path: Path) -> None:
    source = plain_checkpoint(tmp_path / "toy", "llama")
    edited(source / "config.json", lambda config: config.update(hidden_act="relu", mlp_bias=True))
    with pytest.raises(UnsupportedModelError) as found:
        export(source, tmp_path / "there-is-none.txt", tmp_path / "out")
    assert len(found.value.reasons) == 2
    assert list((tmp_path / "out").iterdir()) == []


def test_quantising_a_folder_hints_at_the_format(tmp_path: Path, corpus: Path) -> None:
    source = plain_checkpoint(tmp_path / "toy", "llama")
    with pytest.raises(UsageError) as found:
        edgekit.export(source, languages=["en"], corpus=[corpus], out=tmp_path, quant="q4_0")
    assert found.value.hint == "add `--format gguf` or `--format onnx`"
