"""Artifacts that are damaged, hostile or of another model are refused, with reasons."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys.marian_artifact import Artifact, build, decode_threads
from toys.marian_student import toy_lines

from edgekit.core.errors import EdgekitError, EngineError, ModelFormatError
from edgekit.engine.marian import MarianEngine
from edgekit.engine.marian_settings import Settings


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    folder = tmp_path_factory.mktemp("artifact") / "toy"
    return Artifact(folder, build(folder), toy_lines(51, 40))


WHATEVER = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)


NAMES = (
    *("graph", "source_tokenizer", "target_tokenizer", "source_vocabulary", "target_vocabulary", "end", "unknown"),
    *("positions", "max_source_tokens", "max_length_factor", "max_length_extra", "shortlist"),
)


@settings(max_examples=300, deadline=None)
@given(changes=st.dictionaries(st.sampled_from(["kind", *NAMES]), WHATEVER, min_size=1))
def test_settings_are_read_or_refused_with_reasons(toy: Artifact, changes: dict[str, Any]) -> None:
    try:
        read = Settings.read({**toy.engine, **changes})
    except ModelFormatError as refused:
        problem: ModelFormatError | None = refused
    else:
        problem = None
    if problem is not None:
        assert problem.reasons
        return
    assert 0 <= read.limit(129) <= read.positions
    assert all("/" not in name and name not in ("", ".", "..") for name in (read.graph, read.source_tokenizer))


@pytest.mark.parametrize(
    "value", ["", ".", "..", "../model.onnx", "/etc/passwd", "a/b", "a\\b", "C:model", "a\0b", "nul", "\ud800"]
)
@pytest.mark.parametrize("name", ["graph", "source_tokenizer", "target_tokenizer"])
def test_a_name_that_is_no_plain_file_name_is_refused(toy: Artifact, name: str, value: str) -> None:
    with pytest.raises(ModelFormatError) as caught:
        toy.open(**{name: value})
    assert caught.value.reasons == (f"`{name}` is no plain file name",)
    shortlist = {**toy.engine["shortlist"], "offsets": value}
    with pytest.raises(ModelFormatError):
        toy.open(shortlist=shortlist)


@pytest.mark.parametrize("value", [None, True, -1, 2**31, 10**30, "160", [160], float("nan"), float("inf"), 1.5])
@pytest.mark.parametrize("name", [name for name in NAMES[3:11] if name != "max_length_factor"])
def test_a_number_that_is_none_is_refused(toy: Artifact, name: str, value: Any) -> None:
    with pytest.raises(ModelFormatError) as caught:
        toy.open(**{name: value})
    assert len(caught.value.reasons) == 1
    assert name in caught.value.reasons[0]


def test_every_wrong_setting_is_named_at_once(toy: Artifact) -> None:
    with pytest.raises(ModelFormatError) as caught:
        Settings.read({"kind": "else", **dict.fromkeys(NAMES, -1)})
    for name in ("else", *NAMES):
        assert any(f"`{name}`" in reason for reason in caught.value.reasons), name


LISTS = {"offsets": "shortlist.offsets.npy", "words": "shortlist.words.npy", "frequent": 8, "joint": True}


@pytest.mark.parametrize(
    "changes",
    [
        {"target_vocabulary": 2**31 - 1, "shortlist": None},
        {"target_vocabulary": 2**31 - 1},
        {"source_vocabulary": 2**31 - 1},
        {"source_vocabulary": 10},
        {"target_vocabulary": 10},
        {"source_vocabulary": 0, "target_vocabulary": 0},
        {"end": 160},
        {"unknown": 10**6},
        {"graph": "tokenizer.json"},
        {"source_tokenizer": "model.onnx"},
        {"shortlist": {}},
        {"shortlist": {"offsets": 1, "words": 2, "frequent": 3, "joint": True}},
        {"shortlist": {**LISTS, "offsets": "shortlist.words.npy", "words": "shortlist.offsets.npy"}},
        {"shortlist": {**LISTS, "offsets": "model.onnx", "words": "tokenizer.json"}},
    ],
    ids=str,
)
def test_settings_that_do_not_fit_the_files_are_refused(toy: Artifact, changes: dict[str, Any]) -> None:
    with pytest.raises((ModelFormatError, EngineError)) as caught:
        toy.open(**changes)
    assert str(caught.value)


@pytest.mark.parametrize("frequent", [-1, 161, 2**70, True, None, "8", 1.5])
def test_a_hostile_number_of_frequent_tokens_is_refused(toy: Artifact, frequent: Any) -> None:
    with pytest.raises(ModelFormatError):
        toy.open(shortlist={**toy.engine["shortlist"], "frequent": frequent})


@pytest.mark.parametrize(
    ("changes", "length"),
    [
        ({"positions": 2**31 - 1, "max_length_factor": 1e9, "max_length_extra": 2**31 - 1}, 3),
        ({"max_source_tokens": 2**31 - 1}, 2000),
    ],
)
def test_huge_limits_end_in_a_typed_error_when_the_graph_has_no_such_position(
    toy: Artifact, changes: dict[str, Any], length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = toy.open(**changes)
    monkeypatch.setattr(engine, "_candidates", type("Endless", (), {"candidates": lambda *_: np.arange(2, 9)})())
    with pytest.raises(EngineError, match="the model failed"):
        list(engine.decode([[7] * length] * 4))
    assert decode_threads() == []


FILES = ("model.onnx", "tokenizer.json", "shortlist.offsets.npy", "shortlist.words.npy")


@pytest.mark.parametrize("damage", ["missing", "empty", "half", "text", "folder", "cut by one byte"])
@pytest.mark.parametrize("name", FILES)
def test_an_artifact_is_refused_when_a_file_is_damaged(toy: Artifact, name: str, damage: str, tmp_path: Path) -> None:
    folder = tmp_path / "artifact"
    shutil.copytree(toy.folder, folder)
    path = folder / name
    data = path.read_bytes()
    path.unlink()
    if damage == "folder":
        path.mkdir()
    elif damage != "missing":
        path.write_bytes(
            {"empty": b"", "half": data[: len(data) // 2], "text": b"hello " * 50, "cut by one byte": data[:-1]}[damage]
        )
    with pytest.raises((ModelFormatError, EngineError)) as caught:
        MarianEngine.open(folder, toy.engine)
    assert caught.value.reasons


@pytest.mark.parametrize("other", FILES)
@pytest.mark.parametrize("name", FILES)
def test_an_artifact_is_refused_when_two_files_are_swapped(
    toy: Artifact, name: str, other: str, tmp_path: Path
) -> None:
    if name == other:
        return
    folder = tmp_path / "artifact"
    shutil.copytree(toy.folder, folder)
    shutil.copyfile(toy.folder / other, folder / name)
    with pytest.raises((ModelFormatError, EngineError)):
        MarianEngine.open(folder, toy.engine)


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[str, Any]]:
    """A toy of more tokens, more layers and another width."""
    folder = tmp_path_factory.mktemp("larger") / "toy"
    return folder, build(folder, 2, vocabulary=200, width=32, heads=2, decoder_depth=1)


@pytest.mark.parametrize("name", FILES)
def test_an_error_is_typed_when_a_file_is_another_models(
    toy: Artifact, larger: tuple[Path, Mapping[str, Any]], name: str, tmp_path: Path
) -> None:
    """The larger model's file in the smaller model's folder, and the other way round."""
    for at, ((folder, engine), source) in enumerate([((toy.folder, toy.engine), larger[0]), (larger, toy.folder)]):
        mixed = tmp_path / str(at)
        shutil.copytree(folder, mixed)
        shutil.copyfile(source / name, mixed / name)
        try:
            opened = MarianEngine.open(mixed, engine, threads=2)
            results = list(opened.decode([*toy.sources, [*range(2, engine["source_vocabulary"])][:128]]))
        except EdgekitError:
            continue
        # A graph or list of another model of the same form cannot be told apart here; the receipt's digests do that.
        assert len(results) == len(toy.sources) + 1
    assert decode_threads() == []


def test_no_token_without_text_comes_out_when_the_vocabulary_is_smaller_than_the_table(
    toy: Artifact, tmp_path: Path
) -> None:
    for shortlist in (True, False):
        folder = tmp_path / f"artifact-{shortlist}"
        engine = build(folder, 1, {"shortlist": shortlist})
        small = build(tmp_path / f"small-{shortlist}", 1, vocabulary=120)
        shutil.copyfile(tmp_path / f"small-{shortlist}" / "tokenizer.json", folder / "tokenizer.json")
        opened = MarianEngine.open(folder, engine, threads=1)
        results = [one.token_ids for _, one in opened.decode([[2 + n % 118 for n in ids] for ids in toy.sources])]
        assert max(map(max, results)) < small["target_vocabulary"] == 120
        assert all(opened.target_tokenizer.decode(results))


def test_another_graph_is_refused_with_what_it_lacks(toy: Artifact, tmp_path: Path) -> None:
    import onnx

    folder = tmp_path / "artifact"
    shutil.copytree(toy.folder, folder)
    helper = onnx.helper
    port = helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1])
    out = helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1])
    graph = helper.make_graph([helper.make_node("Neg", ["x"], ["y"])], "g", [port], [out])
    onnx.save_model(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), folder / "model.onnx"
    )
    with pytest.raises(ModelFormatError) as caught:
        MarianEngine.open(folder, toy.engine)
    assert "it has no output `tokens`" in caught.value.reasons
    assert "it has no input `source_ids`" in caught.value.reasons


@pytest.mark.parametrize("name", ["cell_0", "keys_0"])
@pytest.mark.parametrize("change", ["symbol", "huge", "scalar", "short", "type"])
def test_a_graph_whose_state_or_memory_has_another_form_is_refused(
    toy: Artifact, change: str, name: str, tmp_path: Path
) -> None:
    import onnx

    folder = tmp_path / "artifact"
    shutil.copytree(toy.folder, folder)
    model = onnx.load_model(str(folder / "model.onnx"))
    for port in [*model.graph.input, *model.graph.output]:
        if port.name in (name, f"next_{name}", f"new_{name}"):
            kind = port.type.tensor_type
            if change == "symbol":
                kind.shape.dim[1].dim_param = "Q"
            elif change == "huge":
                kind.shape.dim[1].dim_value = 2**40
            elif change in ("scalar", "short"):
                del kind.shape.dim[0 if change == "scalar" else 1 :]
            else:
                kind.elem_type = onnx.TensorProto.STRING
    onnx.save_model(model, folder / "model.onnx")
    with pytest.raises((ModelFormatError, EngineError)) as caught:
        MarianEngine.open(folder, toy.engine)
    assert caught.value.reasons
