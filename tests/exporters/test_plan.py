"""`edgekit plan`: what is predicted is what an export then writes, and what is over a budget is refused with a way."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store.toys import use_home
from toys.gguf_vocabulary import language_model, llama
from toys.installed_translation import install
from toys.llama import needs_llama
from toys.marian_student import toy_lines, toy_student
from toys.plain_checkpoints import PLAIN, plain_checkpoint
from toys.small_gguf import write_corpora, write_small_gguf

import edgekit
from edgekit.cli.app import run
from edgekit.core.errors import FailedError, UsageError
from exporters.containers.gguf import read_gguf
from exporters.prediction.tensor_types import PREDICTED


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return use_home(monkeypatch, tmp_path)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "toy.gguf"
    path.write_bytes(language_model(llama(), width=256))
    return path


def english(folder: Path, count: int = 60) -> str:
    path = folder / "text.en"
    path.write_text("\n".join(toy_lines(1, count)), encoding="utf-8")
    return f"en={path}"


def files_of(folder: Path, *endings: str) -> int:
    return sum(path.stat().st_size for path in folder.iterdir() if path.name.endswith(endings))


def test_a_whole_file_is_predicted_to_the_byte(model: Path) -> None:
    found = edgekit.plan(model).to_json()
    assert found["size_bytes"] == model.stat().st_size
    assert found["tensor_bytes"] < found["size_bytes"]
    assert found["types"] == {"F32": 11}
    assert found["memory"]["total"] == sum(size for part, size in found["memory"].items() if part != "total")
    assert found["over_budget"] == []


@pytest.mark.parametrize(
    "quant", [None, pytest.param("q4_k_m", marks=needs_llama), pytest.param("q8_0", marks=needs_llama)]
)
def test_the_size_of_a_trimmed_gguf_is_that_of_the_export(quant: str | None, model: Path, tmp_path: Path) -> None:
    corpora = [english(tmp_path)]
    more = {"vocab": 400, "quant": quant}
    planned = edgekit.plan(model, languages=("en",), corpus=corpora, **more).to_json()
    made = edgekit.export(model, languages=["en"], corpus=corpora, out=tmp_path / "out", allow_loss=True, **more)
    assert planned["tokens"] == 400
    assert planned["size_bytes"] == files_of(made.folder, ".gguf")
    (made_file,) = made.folder.glob("*.gguf")
    assert planned["tensor_bytes"] == sum(place.size for place in read_gguf(made_file).tensors.values())
    assert planned["costs"][0]["expected_loss"] > 0


@pytest.mark.parametrize("family", PLAIN)
@pytest.mark.parametrize("quant", [None, pytest.param("q8_0", marks=needs_llama)])
def test_the_size_of_a_converted_folder_is_within_two_percent(family: str, quant: str | None, tmp_path: Path) -> None:
    source = plain_checkpoint(tmp_path / "toy", family)
    planned = edgekit.plan(source, format="gguf", quant=quant).to_json()
    text = tmp_path / "en.txt"
    text.write_text("the moon and the sea\n" * 40, "utf-8")
    made = edgekit.export(
        source, languages=["en"], corpus=[text], out=tmp_path / "out", format="gguf", vocab=planned["tokens"],
        quant=quant, allow_loss=True,
    )  # fmt: skip
    kept = made.receipt.vocabulary
    assert kept is not None
    if kept.after < planned["tokens"]:  # no text produces the rest
        options = {"languages": ("en",), "corpus": (str(text),), "vocab": kept.after}
        planned = edgekit.plan(source, format="gguf", quant=quant, **options).to_json()
    assert planned["size_bytes"] == pytest.approx(files_of(made.folder, ".gguf"), rel=0.02)


def test_the_size_of_a_trimmed_translation_model_is_within_two_percent(tmp_path: Path) -> None:
    files = toy_student(8).write(tmp_path)
    folder = install(files, tmp_path / "full")
    text = english(tmp_path, 300)
    planned = edgekit.plan(folder, languages=("en", "pt"), corpus=[text], vocab=130).to_json()
    made = edgekit.export(
        folder, languages=["en", "pt"], corpus=[text], vocab=130, out=tmp_path / "out", allow_loss=True
    )
    assert planned["size_bytes"] == pytest.approx(files_of(made.folder, ".onnx", ".npy", "tokenizer.json"), rel=0.02)
    assert planned["tensor_bytes"] is None
    assert planned["memory"]["weights"] > 0


def test_types_are_predicted_without_llama_cpp(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {quant: edgekit.plan(model, quant=quant).to_json() for quant in PREDICTED}
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "llama_cpp" else find(name))
    assert {quant: edgekit.plan(model, quant=quant).to_json() for quant in PREDICTED} == before
    with pytest.raises(UsageError, match="`iq2_xs` cannot be predicted"):
        edgekit.plan(model, quant="iq2_xs")
    assert before["q3_k_s"]["size_bytes"] < before["q4_k_m"]["size_bytes"] < before["q8_0"]["size_bytes"]


def test_a_folder_that_nothing_runs_has_a_size_and_no_memory(tmp_path: Path) -> None:
    source = plain_checkpoint(tmp_path / "toy", next(iter(PLAIN)))
    found = edgekit.plan(source).to_json()
    assert found["memory"] is None
    assert found["size_bytes"] == pytest.approx(sum(path.stat().st_size for path in source.iterdir()), rel=0.02)
    edgekit.plan(source, max_memory_bytes=1).check()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0.05, 1.2))
def test_the_nearest_plan_fits_the_budget_or_there_is_none(share: float, model: Path) -> None:
    limit = int(model.stat().st_size * share)
    found = edgekit.plan(model, max_size_bytes=limit)
    near = found.to_json()["nearest"]
    if limit >= model.stat().st_size:
        assert near is None
        found.check()
        return
    with pytest.raises(FailedError) as caught:
        found.check()
    if near is None:
        assert "no vocabulary and no type" in str(caught.value.hint)
    else:
        assert near["size_bytes"] <= limit
        assert near["options"] in str(caught.value.hint)


def test_options_of_the_nearest_plan_make_it_fit(tmp_path: Path) -> None:
    model = write_small_gguf(tmp_path / "toy.gguf")
    corpora = tuple(map(str, write_corpora(tmp_path / "text")))
    asked = {"languages": ("pt", "en"), "corpus": corpora}
    whole = edgekit.plan(model, **asked).to_json()
    limit = whole["size_bytes"] - 4_000
    near = edgekit.plan(model, max_size_bytes=limit, **asked).to_json()["nearest"]
    assert near["tokens"] < whole["tokens"]
    options = re.fullmatch(r"--vocab (\d+)", near["options"])
    assert options is not None
    again = edgekit.plan(model, max_size_bytes=limit, vocab=int(options[1]), **asked)
    again.check()
    assert again.to_json()["size_bytes"] == near["size_bytes"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"vocab": 400}, "`--vocab` needs `--languages`"),
        ({"corpus": ("a.txt",)}, "`--corpus` needs `--languages`"),
        ({"context": 1}, "`--context` must be from 16"),
        ({"format": "zip"}, "`--format zip` is none of"),
        ({"languages": ("english",)}, "`english` is not a language tag"),
        ({"quant": "q9"}, "`q9` is no recipe"),
        ({"target": "toaster"}, "there is no target `toaster`"),
    ],
)
def test_what_cannot_be_planned_is_refused(more: dict[str, object], says: str, model: Path) -> None:
    with pytest.raises(UsageError) as caught:
        edgekit.plan(model, **more)  # type: ignore[arg-type]  # options of any type
    assert says in str(caught.value)


def test_the_command_prints_the_prediction_and_ends_with_1_over_a_budget(
    model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["plan", str(model), "--progress", "none"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"^tokens +\d", out, re.MULTILINE)
    assert re.search(r"^memory +\d.* MB: process", out, re.MULTILINE)
    assert run(["plan", str(model), "--json", "--max-size", "1MB", "--target", "pi5", "--progress", "none"]) == 1
    captured = capsys.readouterr()
    found = json.loads(captured.out)
    assert found["budget"] == {"size_bytes": 1_000_000, "memory_bytes": 2_000_000_000, "target": "pi5"}
    assert len(found["over_budget"]) == 1
    assert "hint: the nearest that fits is" in captured.err


@pytest.mark.parametrize("ask", [edgekit.plan, edgekit.export])
def test_one_text_in_the_place_of_a_list_is_told_with_the_list(
    ask: Callable[..., object], model: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as caught:
        ask(model, languages="en, pt")
    assert caught.value.hint == "write `languages=['en', 'pt']`"
    for one in (tmp_path / "a.txt", str(tmp_path / "a.txt")):
        with pytest.raises(UsageError, match="`corpus` is one path"):
            ask(model, languages=["en", "pt"], corpus=one)
