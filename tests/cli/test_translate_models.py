"""What a document's journal depends on, and what `--pull` brings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from edgekit.cli import translate_models
from edgekit.cli.translate_models import bring_model, check_language_model, opened, settings_of
from edgekit.core.errors import DirectionError, InputError, UnavailableError, UsageError
from edgekit.core.languages import Direction
from edgekit.translate.around import Around


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EDGEKIT_HOME", str(tmp_path))
    return tmp_path


def installed(monkeypatch: pytest.MonkeyPatch, **digests: str) -> None:
    """Models by their direction, `am_en`, each with one file of that digest."""
    found: dict[Direction, Any] = {
        Direction(*name.split("_")): SimpleNamespace(receipt=SimpleNamespace(files=[SimpleNamespace(sha256=digest)]))
        for name, digest in digests.items()
    }
    monkeypatch.setattr("edgekit.store.installed.find_directions", lambda: found)


def test_a_journal_is_of_every_model_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, am_en="1", en_pt="2")
    before = settings_of("am", "pt", Around())
    assert settings_of("am", "pt", Around(threads=2)) == before
    for first, second in (("3", "2"), ("1", "3")):
        installed(monkeypatch, am_en=first, en_pt=second)
        assert settings_of("am", "pt", Around()) != before


def test_a_journal_is_of_what_else_changes_a_translation(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, en_pt="1")
    model, terms = home / "some.gguf", home / "terms.csv"
    model.write_bytes(b"1")
    terms.write_text("a,b", "utf-8")
    asked = Around(model=str(model))
    others = [
        Around(),
        asked,
        replace(asked, prompt="diverse"),
        replace(asked, through="fr"),
        replace(asked, glossary=terms),
        replace(asked, examples=terms),
        replace(asked, memory=False),
        Around(mixed=True),
    ]
    found = [settings_of("en", "pt", one) for one in others]
    model.write_bytes(b"12")
    found.append(settings_of("en", "pt", asked))
    assert len(set(found)) == len(found)


def test_files_that_are_not_there_are_told_before_a_model_is_opened(home: Path) -> None:
    with pytest.raises(UnavailableError, match="there is no file of examples"):
        settings_of("en", "pt", Around(examples=home / "none.tsv"))
    with pytest.raises(InputError, match="cannot read the glossary"):
        settings_of("en", "pt", Around(glossary=home))


def test_a_model_that_is_named_is_pulled_only_when_it_is_an_id_that_is_not_here(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulled: list[str] = []
    monkeypatch.setattr(translate_models, "_pull", pulled.append)
    bring_model("firefox-en-pt")
    bring_model(str(home / "some.gguf"))
    assert pulled == ["firefox-en-pt"]


def test_pull_brings_each_direction_of_the_way_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    pulled: list[str] = []
    monkeypatch.setattr(translate_models, "_pull", pulled.append)
    offered = {Direction("am", "en"): "am-en", Direction("en", "pt"): "en-pt"}
    monkeypatch.setattr("edgekit.store.offered.offered_directions", lambda: offered)
    for through, brought in (("en", ["am-en", "en-pt"]), (None, [])):
        pulled.clear()
        with pytest.raises(DirectionError), opened("am", "pt", Around(through=through), bring=True):
            pass
        assert pulled == brought


def test_an_option_of_language_models_needs_one(home: Path) -> None:
    check_language_model(str(home / "some.gguf"), "--prompt")
    with pytest.raises(UsageError, match="`--prompt` is for a language model"):
        check_language_model(None, "--prompt")
