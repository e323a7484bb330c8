"""Artifacts from a folder: installed whole and checked, or not at all."""

from __future__ import annotations

import dataclasses
import errno
import json
from pathlib import Path

import pytest
from store.test_receipt import RECEIPT
from store.toys import TOY, use_home

from edgekit.core.errors import (
    IntegrityError,
    ModelFormatError,
    OutputError,
    ResourceError,
    UnavailableError,
    UsageError,
)
from edgekit.core.events import Event, Progress, StepFinished, StepStarted
from edgekit.store.add import add
from edgekit.store.installed import broken_models, find_model, models_folder
from edgekit.store.receipt import write_receipt


@pytest.fixture
def artifact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    use_home(monkeypatch, tmp_path)
    folder = tmp_path / "given"
    (folder / "sub").mkdir(parents=True)
    (folder / "model.onnx").write_bytes(TOY)
    (folder / "sub" / "LICENCE").write_bytes(b"l")
    write_receipt(folder, RECEIPT)
    return folder


def test_an_artifact_is_installed_under_its_id(artifact: Path) -> None:
    events: list[Event] = []
    installed = add(artifact, report=events.append)
    assert installed.folder == models_folder() / "toy"
    assert installed == find_model("toy")
    assert (installed.folder / "sub" / "LICENCE").read_bytes() == b"l"
    assert isinstance(events[-1], StepFinished)
    done = [event.done for event in events if isinstance(event, Progress)]
    assert done == sorted(done)
    assert done[-1] == RECEIPT.size_bytes


def test_what_the_receipt_does_not_name_stays_out_and_what_a_newer_edgekit_wrote_stays_in(artifact: Path) -> None:
    (artifact / "stray.txt").write_text("x")
    value = json.loads((artifact / "edgekit.json").read_text())
    (artifact / "edgekit.json").write_text(json.dumps({**value, "of_tomorrow": [1]}))
    folder = add(artifact).folder
    assert not (folder / "stray.txt").exists()
    assert json.loads((folder / "edgekit.json").read_text())["of_tomorrow"] == [1]


def test_an_id_that_is_taken_is_refused_and_force_takes_its_place(artifact: Path) -> None:
    add(artifact)
    write_receipt(artifact, dataclasses.replace(RECEIPT, name="second"))
    with pytest.raises(UsageError, match="installed already"):
        add(artifact)
    assert find_model("toy").receipt.name != "second"
    assert add(artifact, force=True).receipt.name == "second"
    assert [path.name for path in models_folder().iterdir()] == ["toy"]


def test_a_model_of_the_store_is_not_added_to_itself(artifact: Path) -> None:
    folder = add(artifact).folder
    for force in (False, True):
        with pytest.raises(UsageError, match="lies in the store"):
            add(folder, force=force)
    assert find_model("toy").folder == folder


def test_a_byte_that_changed_is_found_and_the_old_model_stays(artifact: Path) -> None:
    add(artifact)
    (artifact / "model.onnx").write_bytes(TOY[:-1] + b"X")
    (artifact / "sub" / "LICENCE").write_bytes(b"m")
    with pytest.raises(IntegrityError) as caught:
        add(artifact, force=True)
    assert len(caught.value.reasons) == 2
    assert (find_model("toy").folder / "model.onnx").read_bytes() == TOY
    assert broken_models() == []
    assert [path.name for path in models_folder().iterdir()] == ["toy"]


@pytest.mark.parametrize("content", [TOY[:-1], TOY + b"X", b""])
def test_a_file_that_changes_while_it_is_added_is_found_and_the_old_model_stays(artifact: Path, content: bytes) -> None:
    add(artifact)

    def change(event: Event) -> None:
        if isinstance(event, StepStarted):
            (artifact / "model.onnx").write_bytes(content)

    with pytest.raises(IntegrityError) as caught:
        add(artifact, force=True, report=change)
    assert caught.value.reasons == (f"`model.onnx` does not have {len(TOY):,} bytes",)
    assert (find_model("toy").folder / "model.onnx").read_bytes() == TOY
    assert [path.name for path in models_folder().iterdir()] == ["toy"]


def test_what_is_no_artifact_is_a_typed_error(artifact: Path, tmp_path: Path) -> None:
    with pytest.raises(UnavailableError):
        add(tmp_path / "nowhere")
    with pytest.raises(ModelFormatError, match="is no artifact: it has no") as caught:
        add(tmp_path)
    assert caught.value.hint == "name the folder that `edgekit export` printed"
    (artifact / "model.onnx").unlink()
    (artifact / "model.onnx").symlink_to("/etc/hostname")
    with pytest.raises(ModelFormatError):
        add(artifact)


def test_too_little_disk_is_told_before_anything_is_copied(artifact: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": RECEIPT.size_bytes - 1}))
    with pytest.raises(ResourceError):
        add(artifact)
    assert not models_folder().exists()


def test_leftovers_of_a_killed_run_go(artifact: Path) -> None:
    left = models_folder() / ".toy.abcdefgh.partial"
    left.mkdir(parents=True)
    (left / "model.onnx").write_bytes(b"half")
    add(artifact)
    assert [path.name for path in models_folder().iterdir()] == ["toy"]


def test_a_store_that_cannot_be_written_is_an_output_error(artifact: Path) -> None:
    models_folder().parent.mkdir(parents=True)
    models_folder().write_text("a file where the store should be")
    with pytest.raises(OutputError, match="could not be stored"):
        add(artifact)


def test_a_disk_that_fills_up_is_told_of_what_could_not_be_written(
    artifact: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(source), None, str(target))

    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(OutputError, match="could not be stored") as caught:
        add(artifact)
    assert str(models_folder()) in caught.value.reasons[0]
    assert [path.name for path in models_folder().iterdir()] == []
