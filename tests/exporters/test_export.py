"""An export of a small model: what it writes, what it refuses, and what a full disk leaves."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from store.toys import sha256
from toys.small_gguf import export, write_small_gguf

from edgekit.core.errors import (
    IntegrityError,
    UsageError,
)
from edgekit.core.events import Event, Note, StepFinished, silent
from edgekit.pipeline.requests import ExportRequest
from edgekit.pipeline.run import plan_export
from edgekit.store.add import add
from edgekit.store.receipt import read_receipt
from exporters.trim.gguf import open_gguf
from exporters.trim.vocabulary import vocab_fingerprint
from exporters.vocab_map import read_map

pytestmark = pytest.mark.usefixtures("home")


def test_an_artifact_holds_what_its_receipt_says(model: Path, corpora: list[Path], tmp_path: Path) -> None:
    events: list[Event] = []
    artifact = export(model, corpora, tmp_path / "out", report=events.append)
    assert artifact.folder == tmp_path / "out" / "small-model-pt-en"
    assert sorted(path.name for path in artifact.folder.iterdir()) == [
        *("Small Model.gguf", "edgekit.json", "report.html", "vocab_map.json")
    ]
    receipt = read_receipt(artifact.folder)
    assert receipt == artifact.receipt
    assert (receipt.id, receipt.family, receipt.task) == ("small-model-pt-en", "gemma3", "generate")
    assert receipt.licence == "apache-2.0"
    assert receipt.languages.source == ("pt", "en")
    assert [step["name"] for step in receipt.steps] == ["select", "trim"]
    assert receipt.source == "file:Small Model.gguf"
    assert str(tmp_path) not in (artifact.folder / "edgekit.json").read_text()
    vocabulary = receipt.vocabulary
    assert vocabulary is not None
    before, kept = read_map(artifact.folder / vocabulary.map)
    old, new = open_gguf(model).tokenizer, open_gguf(artifact.folder / "Small Model.gguf").tokenizer
    assert (before, len(kept)) == (old.size, new.size) == (vocabulary.before, vocabulary.after)
    assert [old.texts[at] for at in kept] == list(new.texts)
    assert vocab_fingerprint(new.texts) == vocabulary.fingerprint
    assert [(one.language, one.lines) for one in vocabulary.corpora] == [("pt", 300), ("en", 300)]
    assert [(one.language, one.part) for one in vocabulary.certificates] == [
        *(("pt", "corpus"), ("pt", "held-out"), ("en", "corpus"), ("en", "held-out"))
    ]
    assert [one.lines for one in vocabulary.certificates if one.part == "corpus"] == [300, 300]
    assert all(one.identical == one.lines > 0 for one in vocabulary.certificates)
    assert 0 < vocabulary.closure < vocabulary.after
    assert [event.step for event in events if isinstance(event, StepFinished)] == [
        *("open", "count", "select", "trim", "certify", "package")
    ]


def test_the_same_export_twice_gives_the_same_bytes(
    model: Path, corpora: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    one, other = (export(model, corpora, tmp_path / name).folder for name in ("one", "two"))
    for path in one.iterdir():
        assert path.read_bytes() == (other / path.name).read_bytes(), path.name


def test_an_installed_artifact_is_exported_by_its_id_and_keeps_its_licence(
    model: Path, corpora: list[Path], tmp_path: Path
) -> None:
    first = export(
        model, corpora, tmp_path / "out", id="first", licence="LicenseRef-Toy", attribution="the maker of toys"
    )
    add(first.folder)
    second = export("first", corpora, tmp_path / "out", vocab=330, allow_loss=True)
    receipt = second.receipt
    assert second.folder.name == "first-pt-en"
    assert (receipt.licence, receipt.attribution) == ("LicenseRef-Toy", "the maker of toys")
    assert [step["name"] for step in receipt.steps] == ["select", "trim", "select", "trim"]
    assert receipt.vocabulary is not None
    assert receipt.vocabulary.after <= 330 < receipt.vocabulary.before
    assert receipt.source_files[0].sha256 == next(
        file.sha256 for file in first.receipt.files if file.path.endswith(".gguf")
    )


def test_licence_texts_go_along(model: Path, corpora: list[Path], tmp_path: Path) -> None:
    first = export(model, corpora, tmp_path / "out", id="first").folder
    (first / "legal").mkdir()
    (first / "legal" / "TERMS.txt").write_text("terms")
    value = json.loads((first / "edgekit.json").read_text())
    value["files"].append({"path": "legal/TERMS.txt", "size_bytes": 5, "sha256": sha256(b"terms")})
    value["licence_files"] = ["legal/TERMS.txt"]
    (first / "edgekit.json").write_text(json.dumps(value))
    second = export(first, corpora, tmp_path / "out", id="second")
    assert (second.folder / "legal" / "TERMS.txt").read_text() == "terms"
    assert second.receipt.licence_files == ("legal/TERMS.txt",)
    (first / "legal" / "TERMS.txt").write_text("other")
    with pytest.raises(IntegrityError, match="is damaged"):
        export(first, corpora, tmp_path / "out", id="third")


def test_a_model_that_states_no_licence_is_said_to_have_an_unknown_one(corpora: list[Path], tmp_path: Path) -> None:
    model = write_small_gguf(tmp_path / "silent.gguf", changes={"general.license": None, "general.name": None})
    receipt = export(model, corpora, tmp_path / "out").receipt
    assert (receipt.licence, receipt.attribution) == ("unknown", "unknown")
    assert receipt.name == "silent, for pt, en"


@pytest.mark.parametrize("target", [{"vocab": 320}, {"max_size_bytes": 42_000}])
def test_a_target_is_kept(model: Path, corpora: list[Path], tmp_path: Path, target: dict[str, int]) -> None:
    artifact = export(model, corpora, tmp_path / "out", allow_loss=True, **target)
    assert artifact.receipt.vocabulary is not None
    if "vocab" in target:
        assert artifact.receipt.vocabulary.after <= target["vocab"]
    else:
        assert (artifact.folder / "Small Model.gguf").stat().st_size <= target["max_size_bytes"]


def test_text_that_is_to_be_kept_keeps_its_tokens(model: Path, corpora: list[Path], tmp_path: Path) -> None:
    keep = tmp_path / "keep.txt"
    keep.write_text("መምህሩ መጽሐፉን\n", encoding="utf-8")
    artifact = export(model, corpora, tmp_path / "out", keep_text=(keep,))
    tokenizer = open_gguf(artifact.folder / "Small Model.gguf").tokenizer
    (ids,) = tokenizer.encode(["መምህሩ መጽሐፉን"])
    assert not tokenizer.fallback[ids].any()


def test_a_preset_says_how_far_to_trim_and_a_flag_comes_before_it(
    model: Path, corpora: list[Path], tmp_path: Path, home: Path
) -> None:
    (home / "config").mkdir()
    (home / "config" / "models.toml").write_text(
        'schema_version = 1\n[presets.tiny]\ndevice = "a watch"\nvocab = 330\n', encoding="utf-8"
    )
    notes: list[Event] = []
    kept = export(
        model, corpora, tmp_path / "one", preset="tiny", allow_loss=True, report=notes.append
    ).receipt.vocabulary
    assert kept is not None
    assert kept.after <= 330
    assert Note("preset `tiny`: a watch, vocab 330") in notes
    more = export(model, corpora, tmp_path / "two", preset="tiny", vocab=360, allow_loss=True).receipt.vocabulary
    assert more is not None
    assert 330 < more.after <= 360
    with pytest.raises(UsageError, match="no preset `huge`") as caught:
        export(model, corpora, tmp_path / "out", preset="huge")
    assert any("`pi-zero`" in reason for reason in caught.value.reasons)


def test_the_points_of_a_plan_are_what_other_sizes_cost_and_what_is_written_there(
    model: Path, corpora: list[Path], tmp_path: Path
) -> None:
    request = ExportRequest(str(model), ("pt", "en"), tuple(map(str, corpora)), out=tmp_path / "out")
    plan = plan_export(request)
    points = plan.points(9, silent)
    tokens = [point["tokens"] for point in points]
    assert tokens == sorted(set(tokens))
    assert 5 <= len(points) <= 9
    coverage = [point["costs"][0]["coverage"] for point in points]
    assert coverage == sorted(coverage)
    for point in points[:: len(points) - 1]:
        events: list[Event] = []
        moved = plan.at(point["tokens"], command="edgekit export again", report=events.append)
        assert moved.to_json()["chosen"] == point
        assert not any(isinstance(event, StepFinished) and event.step == "count" for event in events)
        asked = plan_export(dataclasses.replace(request, vocab=point["tokens"])).to_json()
        assert moved.to_json()["chosen"] == asked["chosen"]
        assert moved.to_json()["curve"] == asked["curve"]
    artifact = plan.at(tokens[-1], command="edgekit export again", report=lambda _event: None).write(
        lambda _event: None
    )
    assert artifact.receipt.vocabulary is not None
    assert artifact.receipt.vocabulary.after == tokens[-1]
    assert "edgekit export again" in (artifact.folder / "report.html").read_text("utf-8")
    assert next(step for step in artifact.receipt.steps if step["name"] == "select")["vocab"] == tokens[-1]
    with pytest.raises(UsageError, match="vocabulary of 3 tokens"):
        plan.at(3, command="", report=silent)
