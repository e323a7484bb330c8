"""Exports of ONNX encoders whose weights get fewer bits: what is in the artifact, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from store.toys import use_home
from toys.aligned_encoder import write_encoder, write_texts

import edgekit
from edgekit.cli.app import run
from edgekit.core.errors import FailedError, UsageError
from edgekit.engine.text_encoder import open_text_encoder
from edgekit.pipeline.requests import Artifact
from exporters.quantize import onnx_blocks

LIMITS = '[presets.strict]\ndevice = "a watch"\nlimits = { cosine = 0.99 }\n'


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = use_home(monkeypatch, tmp_path)
    (home / "config").mkdir()
    (home / "config" / "models.toml").write_text(f"schema_version = 1\n{LIMITS}", "utf-8")
    return home


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_encoder(tmp_path / "in" / "toy")


def export(model: Path, folder: Path, **more: Any) -> Artifact:
    corpus = write_texts(folder / "corpus", ["pt", "en"], 300, seed=2)
    return edgekit.export(model, languages=["pt", "en"], corpus=corpus, vocab=80, out=folder / "out", **more)


def spoil_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on every block has the scale of its neighbour in the row before."""
    whole = onnx_blocks.blocks_of

    def rolled(matrix: Any, bits: int) -> Any:
        quants, scales = whole(matrix, bits)
        return np.roll(quants, 1, axis=0), scales

    monkeypatch.setattr(onnx_blocks, "blocks_of", rolled)


@pytest.mark.parametrize(("quant", "bits"), [("int4", 4), ("int8", 8)])
def test_an_encoder_gets_blocks_and_what_that_lost_is_in_the_receipt(
    quant: str, bits: int, model: Path, tmp_path: Path
) -> None:
    made = export(model, tmp_path, quant=quant, preset="strict")
    graph = onnx.load(made.folder / made.receipt.engine["graph"])
    nodes = [node for node in graph.graph.node if node.op_type in ("MatMulNBits", "GatherBlockQuantized")]
    assert {next(one.i for one in node.attribute if one.name == "bits") for node in nodes} == {bits}
    (step,) = [step for step in made.receipt.steps if step["name"] == "quantize"]
    assert f"INT{bits} in blocks of 32" in step["types"].values()
    losses = {one["language"]: one for one in step["loss"]["languages"]}
    assert set(losses) == {"pt", "en"}
    assert all(one["cosine"] > 0.99 for one in losses.values())
    assert step["loss"]["limits"] == {"cosine": 0.99}
    assert step["loss"]["beyond"] == []
    assert "onnx" in made.receipt.tools
    page = (made.folder / "report.html").read_text("utf-8")
    assert f"What quantising to {quant} lost" in page
    assert not (made.folder / "trimmed").exists()
    encoder = open_text_encoder(made.folder, made.receipt.engine)
    assert encoder.embed(["passage: the of"]).shape[0] == 1
    encoder.close()


def test_static_ranges_are_those_of_the_text_without_what_quality_is_measured_on(model: Path, tmp_path: Path) -> None:
    made = export(model, tmp_path, quant="int8-static")
    (step,) = [step for step in made.receipt.steps if step["name"] == "quantize"]
    assert step["calibrated_on_lines"] == 128
    assert "INT7, a scale for each output" in step["types"].values()
    assert all(one["cosine"] > 0.95 for one in step["loss"]["languages"])
    graph = onnx.load(made.folder / made.receipt.engine["graph"])
    assert "QuantizeLinear" in {node.op_type for node in graph.graph.node}
    with pytest.raises(UsageError) as caught:
        edgekit.export(model, languages=["pt", "en"], vocab=80, out=tmp_path, quant="int8-static", id="other")
    assert "`int8-static` is calibrated on text: add files with `--corpus`" in caught.value.reasons


def test_vectors_that_turn_too_far_fail_the_export_with_exit_code_1_and_leave_nothing(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil_blocks(monkeypatch)
    with pytest.raises(FailedError) as caught:
        export(model, tmp_path, quant="int8", preset="strict")
    assert len(caught.value.reasons) == 2
    assert "0.9900 is the least allowed" in caught.value.reasons[0]
    assert not list((tmp_path / "out").iterdir())
    texts = write_texts(tmp_path / "corpus", ["pt", "en"], 300, seed=2)
    options = [part for text in texts for part in ("--corpus", text)]
    arguments = ["export", str(model), "--languages", "pt,en", *options, "--vocab", "80", "-o", str(tmp_path / "out")]
    assert run([*arguments, "--quant", "int8", "--preset", "strict"]) == 1
    assert "quantising lost more than the preset allows" in capsys.readouterr().err
    assert run([*arguments, "--quant", "int8", "--preset", "strict", "--allow-loss"]) == 0


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"quant": "q4_k_m"}, "`--quant` is one of int8, int4, int8-static for ONNX"),
        ({"quant": "int4", "embedding_quant": "q8_0"}, "`--embedding-quant` is for GGUF"),
        ({"quant": "int4", "imatrix": "off"}, "`--imatrix` is for GGUF"),
        ({"output_quant": "q8_0"}, "`--output-quant` is for GGUF"),
    ],
)
def test_what_only_llama_cpp_has_is_refused(more: dict[str, Any], says: str, model: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        export(model, tmp_path, **more)
    assert says in caught.value.reasons
