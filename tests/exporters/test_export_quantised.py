"""Exports that store the weights in other types: asked for, named by a preset, or refused before any work."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
from store.toys import use_home
from toys.gguf_vocabulary import language_model, llama
from toys.hf_folder import plain_folder
from toys.llama import needs_llama
from toys.marian_student import toy_lines

import edgekit
from edgekit.core.errors import FailedError, MissingExtraError, UsageError
from edgekit.core.events import Event, Note
from edgekit.pipeline.requests import Artifact, VerifyRequest
from edgekit.pipeline.run import verify
from exporters.containers.gguf import BLOCKS
from exporters.quantized import is_quantised
from exporters.trim.gguf import open_gguf
from exporters.vocab_map import read_map


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = use_home(monkeypatch, tmp_path)
    (home / "config").mkdir()
    (home / "config" / "models.toml").write_text(
        'schema_version = 1\n[presets.watch]\ndevice = "a watch"\nquant = "q8_0"\nembedding_quant = "q4_0"\n'
        '[presets.strict]\ndevice = "a watch"\nquant = "q3_k_s"\nlimits = { bits_per_byte = 0, agreement = 1 }\n',
        "utf-8",
    )
    return home


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model that llama.cpp runs, of 32-bit weights."""
    path = tmp_path / "toy.gguf"
    path.write_bytes(language_model(llama(), width=256))
    return path


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.en"
    path.write_text("\n".join(toy_lines(1, 60)), encoding="utf-8")
    return path


def export(model: Path, text: Path, **more: Any) -> Artifact:
    return edgekit.export(model, languages=["en"], corpus=[f"en={text}"], out=text.parent, allow_loss=True, **more)


@needs_llama
def test_weights_and_the_table_of_words_get_the_types_that_are_asked_for(model: Path, text: Path) -> None:
    made = export(model, text, id="small", quant="q8_0", embedding_quant="q4_0")
    assert sorted(path.name for path in made.folder.iterdir()) == [
        *("edgekit.json", "report.html", "small-q8_0.gguf", "vocab_map.json")
    ]
    assert made.receipt.engine == {"kind": "gguf", "file": "small-q8_0.gguf"}
    (step,) = [step for step in made.receipt.steps if step["name"] == "quantize"]
    assert (step["type"], step["embedding"]) == ("q8_0", "q4_0")
    assert "llama-cpp-python" in made.receipt.tools
    file = open_gguf(made.folder / "small-q8_0.gguf").file
    assert BLOCKS[file.tensors["token_embd.weight"].type][0] == "Q4_0"
    assert step["tensors"] == json.loads(json.dumps(step["tensors"]))
    found = verify(VerifyRequest(made.folder, (), str(model)))
    assert found.failures == []
    assert "quantised again" in "\n".join(found.lines())


@needs_llama
def test_a_preset_quantises_what_is_not_quantised_yet_and_nothing_else(model: Path, text: Path) -> None:
    first = export(model, text, id="first", preset="watch")
    assert [step["name"] for step in first.receipt.steps] == ["select", "trim", "quantize"]
    assert is_quantised(open_gguf(first.folder / "first-q8_0.gguf"))
    events: list[Event] = []
    second = export(first.folder, text, id="second", preset="watch", report=events.append)
    assert [step["name"] for step in second.receipt.steps] == ["select", "trim", "quantize", "select", "trim"]
    assert any(isinstance(event, Note) and "quantised already and stay as they are" in event.text for event in events)
    # What was done to the source before does not keep its copy from being compared with it.
    found = verify(VerifyRequest(second.folder, (), str(first.folder)))
    assert found.failures == []
    shown = "\n".join(found.lines())
    assert "byte by byte" in shown
    assert "logits of kept tokens differ by 0 at most" in shown


@needs_llama
def test_a_quantised_gguf_is_a_source_of_float_weights_and_the_warning_says_what_that_means(
    model: Path, text: Path
) -> None:
    small = export(model, text, id="small", quant="q8_0", embedding_quant="q8_0")
    events: list[Event] = []
    whole = export(small.folder, text, id="whole", quant="f16", report=events.append)
    assert any(isinstance(event, Note) and "what that lost does not come back" in event.text for event in events)
    assert [step.get("dequantised_from") for step in whole.receipt.steps if step["name"] == "quantize"] == [
        None,
        ["Q8_0"],
    ]
    before = open_gguf(small.folder / "small-q8_0.gguf").file
    after = open_gguf(whole.folder / "whole-f16.gguf").file
    assert not is_quantised(open_gguf(whole.folder / "whole-f16.gguf"))
    kept = read_map(whole.folder / "vocab_map.json")[1]
    for name, place in before.tensors.items():
        if len(place.shape) < 2:
            continue
        raw = np.frombuffer(before.rows(name), np.uint8).reshape(place.shape[0], -1)
        values = gguf.quants.dequantize(raw, gguf.GGMLQuantizationType.Q8_0)
        if name == "token_embd.weight":
            values = values[kept]
        found = np.frombuffer(after.rows(name), np.float16).reshape(values.shape)
        assert np.array_equal(found, values.astype(np.float16)), name


@needs_llama
def test_what_quantising_lost_is_measured_and_in_the_receipt_and_on_the_page(model: Path, text: Path) -> None:
    made = export(model, text, id="small", quant="q3_k_s")
    (step,) = [step for step in made.receipt.steps if step["name"] == "quantize"]
    assert step["types"]["blk.0.ffn_down.weight"] == "Q3_K"
    assert len(step["types"]) == sum(step["tensors"].values())
    (loss,) = step["loss"]["languages"]
    assert (loss["language"], step["loss"]["text"], step["loss"]["beyond"]) == ("en", {"en": "held-out lines"}, [])
    before, after = loss["bits_per_byte"]
    assert before > 0
    assert before != after
    assert 0 <= loss["agreement"] < 1
    page = (made.folder / "report.html").read_text("utf-8")
    assert "What quantising to q3_k_s lost" in page
    assert f"{before:.4f} → {after:.4f}" in page
    assert "blk.*.attn_q.weight" in page
    assert "No limit was set." in page


@needs_llama
def test_more_than_the_preset_allows_fails_and_leaves_nothing_unless_it_is_allowed(model: Path, text: Path) -> None:
    arguments: dict[str, Any] = {"languages": ["en"], "corpus": [f"en={text}"], "out": text.parent, "id": "small"}
    with pytest.raises(FailedError, match="quantising lost more than the preset allows") as caught:
        edgekit.export(model, **arguments, preset="strict", vocab=330)
    assert "100.0% is the least allowed" in "".join(caught.value.reasons)
    assert not (text.parent / "small").exists()
    events: list[Event] = []
    made = edgekit.export(model, **arguments, preset="strict", vocab=330, allow_loss=True, report=events.append)
    (step,) = [step for step in made.receipt.steps if step["name"] == "quantize"]
    assert step["loss"]["beyond"]
    said = [event.text for event in events if isinstance(event, Note)]
    assert [f"allowed: {reason}" for reason in step["loss"]["beyond"]] == said[-len(step["loss"]["beyond"]) :]
    assert "Beyond the limit: " in (made.folder / "report.html").read_text("utf-8")


@needs_llama
def test_a_model_that_runs_is_compared_with_its_source_in_llama_cpp(model: Path, text: Path) -> None:
    made = export(model, text)
    found = verify(VerifyRequest(made.folder, (text,), str(model)))
    assert found.failures == []
    assert "logits of kept tokens differ by 0 at most" in "\n".join(found.lines())


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"quant": "q9_9"}, "`q9_9` is no recipe"),
        ({"quant": "q8_0", "embedding_quant": "tiny"}, "`tiny` is no type for a table of words"),
        ({"embedding_quant": "q8_0"}, "llama.cpp chooses the types of all other weights"),
    ],
)
def test_types_that_cannot_be_are_refused_before_any_work(
    model: Path, text: Path, more: dict[str, Any], says: str
) -> None:
    with pytest.raises(UsageError) as caught:
        export(model, text, id="small", **more)
    assert says in str(caught.value)
    assert not (text.parent / "small").exists()


def test_e16_rows_that_a_type_does_not_fit_are_refused_before_any_work(tmp_path: Path, text: Path) -> None:
    narrow = tmp_path / "narrow.gguf"
    narrow.write_bytes(language_model(llama(), width=64))
    with pytest.raises(UsageError, match="rows of 64 values"):
        export(narrow, text, quant="q8_0", embedding_quant="q4_k")


def test_only_a_gguf_can_be_quantised(tmp_path: Path, text: Path) -> None:
    with pytest.raises(UsageError, match="it is hf, and only GGUF files and ONNX encoders are"):
        export(plain_folder(tmp_path / "folder"), text, quant="q8_0")


def test_a_missing_quantiser_is_told_before_any_work(model: Path, text: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError) as caught:
        export(model, text, id="small", quant="q8_0")
    assert caught.value.hint == "run `pip install 'edgekit[gguf]'`"
    assert not (text.parent / "small").exists()
