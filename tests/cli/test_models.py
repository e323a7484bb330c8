from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from store.toys import TOY, VOCABULARY, folder_model, use_home, write_catalogue

from edgekit.catalogue.load import load_catalogue
from edgekit.cli.app import run
from edgekit.store.installed import installed_models, models_folder

TABLE = """\
ID                     TASK       FROM           TO  SIZE     LICENCE           HERE
broken                 ?          -              -   ?        ?                 damaged
firefox-en-pt          translate  en             pt  22.4 MB  MPL-2.0           no
firefox-pt-en          translate  pt             en  23.0 MB  MPL-2.0           no
gemma-3-270m           generate   mul            -   253 MB   LicenseRef-Gemma  no
multilingual-e5-small  embed      mul            -   95.6 MB  MIT               no
toy                    translate  am,en,+2       pt  12.0 kB  MIT               yes
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    home = use_home(monkeypatch, tmp_path)
    folder_model(home, languages={"from": ["am", "en", "fr", "sw"], "to": ["pt"]}, aliases=["other-toy"])
    assert run(["pull", "toy"]) == 0
    capsys.readouterr()
    return home


def as_json(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert run([*words, "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["schema"] == "edgekit.models/1"
    return value


def test_ls_shows_the_catalogue_and_what_is_here(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (models_folder() / "broken").mkdir()
    assert run(["models", "ls"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    listed = [line for line in lines if line[-1] not in ("unpinned", "refused")]
    assert listed == [line.split() for line in TABLE.splitlines()]
    assert len(lines) > len(listed)
    rows = {row["id"]: row for row in as_json(capsys, "models", "ls")["models"]}
    assert rows["toy"]["installed"]
    assert rows["toy"]["languages"] == {"from": ["am", "en", "fr", "sw"], "to": ["pt"]}
    assert rows["toy"]["size_bytes"] == len(TOY) + len(VOCABULARY)
    assert rows["broken"]["damaged"]
    assert not rows["broken"]["in_catalogue"]
    assert rows["firefox-en-pt"]["aliases"] == ["en-pt"]


def test_ls_lists_a_model_that_left_the_catalogue(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "config" / "models.toml").unlink()
    rows = {row["id"]: row for row in as_json(capsys, "models", "ls")["models"]}
    assert (rows["toy"]["installed"], rows["toy"]["in_catalogue"]) == (True, False)
    assert as_json(capsys, "models", "show", "toy")["receipt"]["id"] == "toy"


def test_show_tells_all_of_an_installed_model(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "show", "other-toy"]) == 0
    out = capsys.readouterr().out
    for text in (
        "id        toy\n",
        "licence   MIT\n",
        f"folder    {models_folder() / 'toy'}\n",
        "file      weights.bin, 12",
    ):
        assert text in out
    value = as_json(capsys, "models", "show", "toy")
    assert value["receipt"]["schema"] == "edgekit.artifact/1"
    assert {file["path"] for file in value["files"]} == {"weights.bin", "vocab.spm"}


def test_show_tells_the_pull_when_a_model_is_not_installed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "show", "en-pt"]) == 0
    assert "folder    not installed; run `edgekit pull firefox-en-pt`" in capsys.readouterr().out
    assert run(["models", "show", "no-such"]) == 3


def test_path_is_the_folder_alone(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "path", "toy"]) == 0
    assert capsys.readouterr().out == f"{models_folder() / 'toy'}\n"
    assert as_json(capsys, "models", "path", "toy")["folder"] == str(models_folder() / "toy")
    assert run(["models", "path", "firefox-en-pt"]) == 3
    assert "hint: run `edgekit pull firefox-en-pt` while connected" in capsys.readouterr().err


def test_rm_refuses_when_there_is_no_terminal_to_ask_on(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "rm", "toy"]) == 2
    assert "hint: run `edgekit models rm --yes toy`" in capsys.readouterr().err
    assert len(installed_models()) == 1


@pytest.mark.parametrize(("answer", "code", "left"), [("y", 0, 0), ("n", 1, 1), ("", 1, 1)])
def test_rm_asks_on_a_terminal(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, answer: str, code: int, left: int
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal(answer + "\n"))
    assert run(["models", "rm", "toy"]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Remove toy (13" in captured.err
    assert len(installed_models()) == left


def test_rm_removes_without_asking_when_told_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert as_json(capsys, "models", "rm", "--yes", "other-toy")["removed"]
    assert installed_models() == []
    assert run(["models", "rm", "--yes", "toy"]) == 3
    (models_folder() / "broken").mkdir()
    assert run(["models", "rm", "--yes", "broken"]) == 0
    assert list(models_folder().iterdir()) == []


@pytest.mark.parametrize("name", ["..", "../..", "/", ""])
def test_rm_never_leaves_the_store(home: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert run(["models", "rm", "--yes", name]) == 3
    assert len(installed_models()) == 1


def test_validate_prints_every_problem_with_its_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "validate"]) == 0
    assert f"{len(load_catalogue().models)} models" in capsys.readouterr().err
    path = write_catalogue(home, {"bad": {"nmae": "x", "task": 7}})
    assert run(["models", "validate", str(path)]) == 2
    err = capsys.readouterr().err
    assert f"- {path}:4: `models.bad.nmae` is no known key; did you mean `name`?" in err
    assert f"- {path}:5: `models.bad.task` must be text, not a whole number" in err
    assert run(["models", "validate", str(path), "--json"]) == 2
    value = json.loads(capsys.readouterr().out)
    assert value["valid"] is False
    assert {"file": str(path), "line": 4, "key": "models.bad.name", "message": "is missing"} not in value["problems"]
    assert {"file": str(path), "line": 3, "key": "models.bad.name", "message": "is missing"} in value["problems"]


def test_validate_tells_a_file_that_is_not_there(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "validate", "nowhere.toml"]) == 2
    assert "cannot be read" in capsys.readouterr().err
