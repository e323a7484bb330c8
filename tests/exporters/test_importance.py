"""Importance matrices: what is collected is what the matrices are fed, and a file of somebody else is not trusted."""

from __future__ import annotations

import ctypes
import importlib
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from toys.gguf_vocabulary import language_model, llama
from toys.llama import needs_llama
from toys.marian_student import toy_lines

import edgekit
from edgekit.core.children import Child
from edgekit.core.errors import EngineError, InputError, ModelFormatError, UsageError
from edgekit.core.events import Event, Progress
from exporters.containers.gguf import BLOCKS, read_gguf
from exporters.corpus.excerpts import first_lines
from exporters.corpus.tallying import is_held_out
from exporters.quantize import importance
from exporters.quantize.ggml_tensor import Ggml, GgmlTensor
from exporters.quantize.gguf import dry_run, requantize
from exporters.quantize.importance import collect_importance, misfits, read_importance, write_importance
from exporters.quantize.types import RECIPES

PIECES = [[5, 6, 7, 8, 9], [10, 11, 12]]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("importance") / "wide.gguf"
    path.write_bytes(language_model(llama(), width=256))
    return path


@pytest.fixture(scope="module")
def collected(model: Path) -> Path:
    path = model.with_name("importance.gguf")
    collect_importance(model, PIECES, path)
    return path


def matrix(path: Path, name: str) -> NDArray[np.float64]:
    """A tensor of 32-bit numbers."""
    file = read_gguf(path)
    place = file.tensors[name]
    assert BLOCKS[place.type][0] == "F32"
    return np.frombuffer(file.data, "<f4", place.size // 4, place.begin).reshape(place.shape).astype(np.float64)


@needs_llama
def test_the_first_layer_sees_the_normalised_rows_of_the_words(model: Path, collected: Path) -> None:
    found = read_importance(collected)
    begin = 1
    ids = [at for piece in PIECES for at in (begin, *piece)]
    rows = matrix(model, "token_embd.weight")[ids]
    epsilon = float(read_gguf(model).metadata["llama.attention.layer_norm_rms_epsilon"].value)
    rows = rows / np.sqrt((rows**2).mean(axis=1, keepdims=True) + epsilon) * matrix(model, "blk.0.attn_norm.weight")
    for name in ("q", "k", "v"):
        np.testing.assert_allclose(found[f"blk.0.attn_{name}.weight"], (rows**2).mean(axis=0), rtol=1e-4)


@needs_llama
def test_every_matrix_of_a_layer_is_heard_and_no_table_of_words(model: Path, collected: Path) -> None:
    file = read_gguf(model)
    wanted = {name for name, place in file.tensors.items() if len(place.shape) > 1 and name.startswith("blk.")}
    found = read_importance(collected)
    assert set(found) == wanted
    assert misfits(file, found) == []


@needs_llama
def test_the_sum_does_not_depend_on_how_the_text_is_cut_into_runs(model: Path, tmp_path: Path) -> None:
    one = collect_importance(model, PIECES, tmp_path / "one.gguf")
    two = collect_importance(model, PIECES[::-1], tmp_path / "two.gguf")
    for name, values in one.items():
        np.testing.assert_allclose(two[name], values, rtol=1e-5)


@needs_llama
@pytest.mark.parametrize("quant", sorted(RECIPES))
def test_every_recipe_takes_an_importance_matrix_and_says_its_types_beforehand(
    quant: str, model: Path, collected: Path, tmp_path: Path
) -> None:
    found = requantize(model, tmp_path / "out.gguf", quant, importance=collected, threads=1)
    said = dry_run(model, quant, importance=True)
    assert {name: kind.upper() for name, kind in said.items()} == found.types
    assert set(found.types.values()) <= {"F32", *RECIPES[quant].types}
    assert not found.notes


@needs_llama
def test_what_matters_more_is_kept_better(model: Path, tmp_path: Path) -> None:
    name = "blk.0.ffn_up.weight"
    weights = matrix(model, name)
    random = np.random.default_rng(1)
    sums = np.exp(random.normal(0, 3, weights.shape[1]))
    write_importance(tmp_path / "sums.gguf", {name: sums}, {name: 4})
    errors = {}
    for kind, path in (("plain", None), ("weighed", tmp_path / "sums.gguf")):
        requantize(model, tmp_path / "out.gguf", "q4_0", importance=path, threads=1)
        requantize(tmp_path / "out.gguf", tmp_path / "back.gguf", "f16", threads=1)
        file = read_gguf(tmp_path / "back.gguf")
        place = file.tensors[name]
        back = np.frombuffer(file.data, "<f2", place.size // 2, place.begin).reshape(weights.shape)
        errors[kind] = float((((back - weights) ** 2) @ sums).sum())
    assert errors["weighed"] < 0.9 * errors["plain"]


@needs_llama
def test_a_recipe_that_needs_to_know_what_matters_is_refused_without(model: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="`iq2_xs` needs an importance matrix"):
        requantize(model, tmp_path / "out.gguf", "iq2_xs")
    assert not list(tmp_path.iterdir())


@needs_llama
def test_a_model_that_does_not_run_is_an_error_and_leaves_nothing(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(EngineError, match="no importance matrix of `wide") as caught:
        collect_importance(model, [[5, 10_000_000]], tmp_path / "out.gguf")
    assert "refused 3 tokens" in caught.value.reasons[0]
    children: list[Child] = []

    class Watched(Child):
        def __init__(self, module: str, what: str, *, environment: dict[str, str] | None = None) -> None:
            super().__init__(module, what, environment=environment)
            children.append(self)

    def interrupt(event: Event) -> None:
        if isinstance(event, Progress):
            raise KeyboardInterrupt

    monkeypatch.setattr(importance, "Child", Watched)
    with pytest.raises(KeyboardInterrupt):
        collect_importance(model, PIECES, tmp_path / "out.gguf", report=interrupt)
    assert [one.ended for one in children] == [True]
    assert not list(tmp_path.iterdir())


@needs_llama
def test_a_ggml_that_lays_out_its_tensors_in_another_way_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    library = importlib.import_module("llama_cpp._ggml").libggml
    Ggml(library)
    fields = [(name, kind) for name, kind in GgmlTensor._fields_ if name != "view_offs"]
    other = type("Other", (ctypes.Structure,), {"_fields_": fields})
    monkeypatch.setattr("exporters.quantize.ggml_tensor.GgmlTensor", other)
    with pytest.raises(OSError, match="in another way"):
        Ggml(library)


@settings(max_examples=25)
@given(st.lists(st.floats(0, 2**99, width=32), min_size=1, max_size=8), st.integers(0, 1000))
def test_what_is_written_is_read_as_means_above_nothing(sums: list[float], count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "sums.gguf")
        write_importance(path, {"blk.0.a": np.array(sums)}, {"blk.0.a": count})
        (values,) = read_importance(path).values()
    assert values.dtype == np.float32
    assert (values > 0).all()
    if count and max(sums) > 0:
        kept = np.array(sums) / count > 1e-5 * max(sums) / count
        np.testing.assert_allclose(values[kept], (np.array(sums) / count)[kept], rtol=1e-5)


@pytest.mark.parametrize(
    ("sums", "count", "says"),
    [
        ([1.0, -1.0], 3, "negative or no number"),
        ([1.0, float("nan")], 3, "negative or no number"),
        ([1.0, float("inf")], 3, "negative or no number"),
    ],
)
def test_numbers_that_cannot_be_are_refused(sums: list[float], count: int, says: str, tmp_path: Path) -> None:
    write_importance(tmp_path / "sums.gguf", {"blk.0.a": np.array(sums)}, {"blk.0.a": count})
    with pytest.raises(ModelFormatError, match="is no importance matrix") as caught:
        read_importance(tmp_path / "sums.gguf")
    assert says in caught.value.reasons[0]


def test_a_file_that_holds_something_else_is_refused(model: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelFormatError) as caught:
        read_importance(model)
    assert "no tensor `....in_sum2`" in caught.value.reasons[0]
    (tmp_path / "old.dat").write_bytes(b"\x01\x00\x00\x00blk.0" * 9)
    with pytest.raises(ModelFormatError, match="does not start like a GGUF"):
        read_importance(tmp_path / "old.dat")


@needs_llama
def test_an_importance_matrix_of_another_model_is_refused_with_every_reason(model: Path, tmp_path: Path) -> None:
    sums = {"blk.0.attn_q.weight": np.ones(8), "blk.0.ffn_up.weight": np.ones(512)}
    write_importance(tmp_path / "sums.gguf", sums, dict.fromkeys(sums, 1))
    with pytest.raises(UsageError) as caught:
        requantize(model, tmp_path / "out.gguf", "q4_0", importance=tmp_path / "sums.gguf")
    assert len(caught.value.reasons) == 2
    assert "8 values for `blk.0.attn_q.weight`, not 256" in caught.value.reasons[0]
    assert misfits(read_gguf(model), {"blk.7.x": np.ones(1, np.float32)}) == [
        "the importance matrix is about no matrix of this model"
    ]


@needs_llama
@pytest.mark.parametrize(("more", "says"), [({}, "the text"), ({"imatrix": "off"}, "nothing")])
def test_an_export_weighs_inputs_by_the_text_unless_told_not_to(
    more: dict[str, Any], says: str, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(tmp_path / "home"))
    text = tmp_path / "text.en"
    text.write_text("\n".join(toy_lines(1, 60)), encoding="utf-8")
    arguments: dict[str, Any] = {"languages": ["en"], "corpus": [text], "out": tmp_path, "allow_loss": True}
    made = edgekit.export(model, **arguments, quant="q4_0", id="a", **more)
    (step,) = [step for step in made.receipt.steps if step["name"] == "quantize"]
    assert step["importance"]["from"] == says
    assert ("tokens" in step["importance"]) == (says == "the text")
    assert sorted(path.name for path in made.folder.iterdir()) == [
        *("a-q4_0.gguf", "edgekit.json", "report.html", "vocab_map.json")
    ]


@needs_llama
def test_an_export_takes_a_file_and_refuses_one_of_another_model(
    model: Path, collected: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(tmp_path / "home"))
    made = edgekit.export(
        model, languages=["en"], out=tmp_path, allow_loss=True, quant="iq2_xs", imatrix=str(collected), id="a"
    )
    (step,) = [step for step in made.receipt.steps if step["name"] == "quantize"]
    assert step["importance"]["from"] == collected.name
    write_importance(tmp_path / "other.gguf", {"blk.0.attn_q.weight": np.ones(8)}, {"blk.0.attn_q.weight": 1})
    with pytest.raises(UsageError, match=r"`other\.gguf` is of another model"):
        edgekit.export(model, languages=["en"], out=tmp_path, quant="q4_0", imatrix=str(tmp_path / "other.gguf"))


def test_excerpts_leave_out_what_quality_is_measured_on_and_end_where_there_is_enough(tmp_path: Path) -> None:
    lines = [f"line {at}" for at in range(400)]
    (tmp_path / "a.en").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "b.pt").write_text("um\ndois", encoding="utf-8")
    arguments = [str(tmp_path / "a.en"), str(tmp_path / "b.pt"), "-"]
    found = first_lines(arguments, ["en", "pt"], field="text", most_bytes=1000)
    assert list(found["en"]) == [line for line in lines if not is_held_out(line.encode())][: len(found["en"])]
    assert 1000 <= sum(len(line) for line in found["en"]) < 1010
    assert found["pt"] == [line for line in ("um", "dois") if not is_held_out(line.encode())]
    (tmp_path / "b.pt").write_bytes(b"\xff\xfe\xfd")
    with pytest.raises(InputError):
        first_lines(arguments, ["en", "pt"], field="text", most_bytes=10**9)
