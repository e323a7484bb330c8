"""The exporter of Marian students: options, roles, what it writes, and artifacts that translate."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from toys.marian_student import ToyFiles, toy_lexicon, toy_lines, toy_sentencepiece, toy_student

from edgekit.core.errors import ModelFormatError, UnsupportedModelError, UsageError
from edgekit.core.events import Event, Progress, silent
from edgekit.engine.marian import MarianEngine
from edgekit.engine.marian_settings import Settings
from exporters.base import Built
from exporters.families.marian import MarianExporter
from exporters.families.marian.exporter import choose_activations
from exporters.families.marian.student import load_student


def write(toy: ToyFiles, folder: Path) -> dict[str, Path]:
    files = folder / "files"
    files.mkdir()
    return toy.write(files)


def build(files: Mapping[str, Path], folder: Path, **options: Any) -> tuple[Path, Built]:
    out = folder / f"out-{len(list(folder.iterdir()))}"
    out.mkdir()
    return out, MarianExporter().build(files, out, options=options, report=silent)


def translate(out: Path, built: Built, lines: list[str]) -> list[list[int]]:
    engine = MarianEngine.open(out, built.engine, threads=1)
    results = dict(engine.decode(engine.source_tokenizer.encode(lines)))
    return [results[index].token_ids for index in range(len(lines))]


def test_artifact_has_its_files_and_a_receipt_that_the_engine_reads(tmp_path: Path) -> None:
    out, built = build(write(toy_student(1), tmp_path), tmp_path)
    assert sorted(path.name for path in out.iterdir()) == [
        "model.onnx",
        "shortlist.offsets.npy",
        "shortlist.words.npy",
        "tokenizer.json",
    ]
    assert json.loads(json.dumps(dict(built.engine))) == built.engine
    assert json.loads(json.dumps([dict(step) for step in built.steps])) == list(built.steps)
    read = Settings.read(built.engine)
    assert (read.source_vocabulary, read.target_vocabulary, read.end, read.unknown) == (160, 160, 0, 1)
    assert built.engine["activations"] == "static"
    assert built.tools["onnx"] == onnx.__version__
    assert built.steps[0]["encoder_layers"] == built.steps[0]["decoder_layers"] == 2
    words = np.load(out / "shortlist.words.npy")
    assert words.dtype == np.uint16
    assert any(translate(out, built, toy_lines(51, 5)))


def test_build_is_reproducible(tmp_path: Path) -> None:
    files = write(toy_student(1), tmp_path)
    outs = [build(files, tmp_path)[0] for _ in range(2)]
    for path in outs[0].iterdir():
        assert path.read_bytes() == (outs[1] / path.name).read_bytes(), path.name


def test_split_vocabularies_build_and_translate(tmp_path: Path) -> None:
    toy = toy_student(6, joint=False)
    out, built = build(write(toy, tmp_path), tmp_path)
    assert {"source.tokenizer.json", "target.tokenizer.json"} <= {path.name for path in out.iterdir()}
    assert built.engine["shortlist"]["joint"] is False
    lines = toy_lines(56, 20)
    outputs = translate(out, built, lines)
    engine = MarianEngine.open(out, built.engine, threads=1)
    assert len({tuple(tokens) for tokens in outputs}) > 5
    assert any(engine.target_tokenizer.decode(outputs))
    assert engine.source_tokenizer.encode(lines) != engine.target_tokenizer.encode(lines)


def test_every_token_is_a_candidate_when_the_shortlist_is_left_out(tmp_path: Path) -> None:
    files = write(toy_student(8), tmp_path)
    for options in ({"shortlist": False}, {}):
        given = files if options else {role: path for role, path in files.items() if role != "shortlist"}
        out, built = build(given, tmp_path, **options)
        assert built.engine["shortlist"] is None
        assert sorted(path.name for path in out.iterdir()) == ["model.onnx", "tokenizer.json"]
        outputs = translate(out, built, toy_lines(58, 20))
        assert len({token for tokens in outputs for token in tokens}) > 1
    with_list, built = build(files, tmp_path)
    assert translate(with_list, built, toy_lines(58, 20)) != outputs


def test_progress_is_told_step_by_step(tmp_path: Path) -> None:
    events: list[Event] = []
    files = write(toy_student(1), tmp_path)
    out = tmp_path / "out"
    out.mkdir()
    MarianExporter().build(files, out, options={}, report=events.append)
    told = [event for event in events if isinstance(event, Progress)]
    assert [event.done for event in told] == [1, 2, 3, 4]
    assert {(event.total, event.unit) for event in told} == {(4, "steps")}


# Options.


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"activations": "int4"}, ["`activations` is `int4`"]),
        ({"activations": None}, ["`activations`"]),
        ({"activations": ["static"]}, ["`activations`"]),
        ({"shortlist": 1}, ["`shortlist`"]),
        ({"shortlist": "yes"}, ["`shortlist`"]),
        ({"beam": 4, "activations": 8, "shortlist": None, "a": 1}, ["`a`", "`beam`", "`activations`", "`shortlist`"]),
    ],
)
def test_every_wrong_option_is_named_at_once(options: dict[str, Any], named: list[str], tmp_path: Path) -> None:
    files = write(toy_student(1), tmp_path)
    with pytest.raises(UsageError) as caught:
        build(files, tmp_path, **options)
    assert len(caught.value.reasons) == len(named)
    for name, reason in zip(named, caught.value.reasons, strict=True):
        assert name in reason


@pytest.mark.parametrize(
    ("roles", "named"),
    [
        ([], ["`weights`", "`vocabulary`"]),
        (["weights"], ["`vocabulary`"]),
        (["weights", "source_vocabulary"], ["`vocabulary`"]),
        (["weights", "vocabulary", "target_vocabulary"], ["excludes"]),
        (["vocabulary", "config", "weight"], ["`weights`", "`config` is no role", "`weight` is no role"]),
    ],
)
def test_every_wrong_role_is_named_at_once(roles: list[str], named: list[str], tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        build(dict.fromkeys(roles, tmp_path / "missing"), tmp_path)
    assert len(caught.value.reasons) == len(named)
    for name, reason in zip(named, caught.value.reasons, strict=True):
        assert name in reason


# Activations.


@pytest.mark.parametrize(
    ("toy", "auto", "possible"),
    [
        ({}, "static", {"static", "dynamic", "float"}),
        ({"alphas": False}, "dynamic", {"dynamic", "float"}),
        ({"form": "float32"}, "float", {"dynamic", "float"}),
        ({"form": "npz"}, "float", {"dynamic", "float"}),
    ],
)
def test_activations_are_the_best_that_the_file_allows(
    toy: dict[str, Any], auto: str, possible: set[str], tmp_path: Path
) -> None:
    student = load_student(write(toy_student(1, **toy), tmp_path)["weights"])
    assert choose_activations(student, "auto") == auto
    for wanted in ("static", "dynamic", "float"):
        if wanted in possible:
            assert choose_activations(student, wanted) == wanted
        else:
            with pytest.raises(UnsupportedModelError) as caught:
                choose_activations(student, wanted)
            assert caught.value.hint


@pytest.mark.parametrize("toy", [{}, {"alphas": False}, {"form": "float32", "joint": False}], ids=str)
def test_every_arithmetic_gives_an_artifact_that_agrees_with_the_float_one_on_first_tokens(
    toy: dict[str, Any], tmp_path: Path
) -> None:
    """Quantisation moves random logits a little: most first tokens stay, and none would by chance."""
    files = write(toy_student(1, **toy), tmp_path)
    lines = toy_lines(51, 40)
    first = {}
    for activations in ("auto", "dynamic", "float"):
        out, built = build(files, tmp_path, activations=activations)
        first[activations] = [tokens[:1] for tokens in translate(out, built, lines)]
    for activations in ("auto", "dynamic"):
        same = sum(one == other for one, other in zip(first[activations], first["float"], strict=True))
        assert same >= 0.6 * len(lines)
    assert len({tuple(token) for token in first["float"]}) > 5


# Files that do not belong together.


def test_a_vocabulary_larger_than_the_table_is_refused(tmp_path: Path) -> None:
    files = write(toy_student(1), tmp_path)
    files["vocabulary"].write_bytes(toy_sentencepiece(1, 200))
    with pytest.raises(ModelFormatError, match=r"200 pieces, the model has rows for 160"):
        build(files, tmp_path)


@pytest.mark.parametrize("side", ["source", "target"])
def test_a_split_vocabulary_larger_than_its_table_is_refused(side: str, tmp_path: Path) -> None:
    files = write(toy_student(1, joint=False), tmp_path)
    files[f"{side}_vocabulary"].write_bytes(toy_sentencepiece(1, 200))
    with pytest.raises(ModelFormatError, match="200 pieces"):
        build(files, tmp_path)


@pytest.mark.parametrize("sizes", [(150, 160), (160, 200)], ids=str)
def test_the_shortlist_of_another_model_is_refused(sizes: tuple[int, int], tmp_path: Path) -> None:
    files = write(toy_student(1), tmp_path)
    files["shortlist"].write_bytes(toy_lexicon(1, *sizes))
    with pytest.raises(ModelFormatError, match="not the shortlist of this model"):
        build(files, tmp_path)


def test_a_damaged_shortlist_does_not_matter_when_it_is_left_out(tmp_path: Path) -> None:
    files = write(toy_student(1), tmp_path)
    files["shortlist"].write_bytes(b"damaged")
    assert build(files, tmp_path, shortlist=False)[1].engine["shortlist"] is None
    with pytest.raises(ModelFormatError):
        build(files, tmp_path)


@pytest.mark.parametrize("role", ["weights", "vocabulary", "shortlist"])
@pytest.mark.parametrize("data", [None, b"", b"text" * 100, "swapped"], ids=["missing", "empty", "text", "swapped"])
def test_a_damaged_file_is_refused_whatever_its_role(role: str, data: Any, tmp_path: Path) -> None:
    files = write(toy_student(1), tmp_path)
    path = files[role]
    if data is None:
        path.unlink()
    elif data == "swapped":
        path.write_bytes(files["weights" if role != "weights" else "vocabulary"].read_bytes())
    else:
        path.write_bytes(data)
    with pytest.raises((ModelFormatError, UnsupportedModelError)):
        build(files, tmp_path)
