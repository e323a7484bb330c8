from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store.test_receipt import RECEIPT
from store.toys import TOY, use_home, write_catalogue

from edgekit.catalogue.entries import Languages
from edgekit.core.errors import DirectionError, ModelFormatError, ModelNotFoundError, UsageError
from edgekit.core.languages import Direction, base_language
from edgekit.store.installed import (
    broken_models,
    closest,
    find_artifact,
    find_direction,
    find_directions,
    find_model,
    installed_models,
    models_folder,
)
from edgekit.store.receipt import read_receipt, write_receipt


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return use_home(monkeypatch, tmp_path)


def install(name: str, source: str = "sw", target: str = "am", task: str = "translate") -> Path:
    folder = models_folder() / name
    (folder / "sub").mkdir(parents=True)
    (folder / "model.onnx").write_bytes(TOY)
    (folder / "sub" / "LICENCE").write_bytes(b"l")
    receipt = dataclasses.replace(
        RECEIPT, id=name, task=task, languages=Languages((source,), (target,)), aliases=(f"alias-{name}",)
    )
    write_receipt(folder, receipt)
    return folder


def test_nothing_is_installed_when_there_is_no_store(home: Path) -> None:
    assert installed_models() == []
    assert broken_models() == []
    assert find_directions() == {}


def test_damaged_folders_are_told_apart_and_strays_do_no_harm(home: Path) -> None:
    install("whole")
    install("short").joinpath("model.onnx").write_bytes(b"x")
    install("moved").rename(models_folder() / "renamed")
    (models_folder() / "empty").mkdir()
    (models_folder() / "Stray Folder").mkdir()
    (models_folder() / ".toy.abcdefgh.partial").mkdir()
    (models_folder() / "file").write_text("x")
    assert [one.receipt.id for one in installed_models()] == ["whole"]
    assert [one.folder.name for one in broken_models()] == ["empty", "renamed", "short"]
    assert broken_models()[1].problem.message.endswith("is the receipt of `moved`")


def test_a_model_is_found_by_id_and_by_alias(home: Path) -> None:
    folder = install("one")
    assert find_model("one").folder == folder
    assert find_model("alias-one").folder == folder


def test_an_artifact_is_found_by_its_path_and_a_model_comes_before_a_folder_of_its_name(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    model = install("one")
    beside = install("two").rename(tmp_path / "two")
    install("one-too").rename(tmp_path / "one-too").rename(tmp_path / "one")
    assert find_artifact("one").folder == model
    assert find_artifact("alias-one").folder == model
    assert find_artifact("./one").receipt.id == "one-too"
    assert find_artifact("two").folder.resolve() == beside
    assert find_artifact(str(beside)).receipt.id == "two"
    for name in ("three", "./three", "x" * 5_000, "nul\0"):
        with pytest.raises(ModelNotFoundError):
            find_artifact(name)
    (beside / "edgekit.json").write_text("{}")
    with pytest.raises(ModelFormatError):
        find_artifact(str(beside))


def test_the_hint_is_the_pull_when_the_catalogue_has_the_model(home: Path) -> None:
    for name in ("firefox-en-pt", "en-pt"):
        with pytest.raises(ModelNotFoundError) as caught:
            find_model(name)
        assert caught.value.exit_code == 3
        assert caught.value.hint == "run `edgekit pull firefox-en-pt` while connected"


@pytest.mark.parametrize("name", ["firefox-en-ptt", "../../etc", "", "\x00", "A B"])
def test_a_name_that_is_no_model_is_a_typed_error(home: Path, name: str) -> None:
    install("one")
    with pytest.raises(ModelNotFoundError):
        find_model(name)


def test_the_hint_is_a_forced_pull_when_a_model_of_the_catalogue_is_damaged(home: Path) -> None:
    install("firefox-en-pt").joinpath("model.onnx").unlink()
    with pytest.raises(ModelFormatError, match="installed but damaged") as caught:
        find_model("firefox-en-pt")
    assert caught.value.hint == "run `edgekit pull --force firefox-en-pt` while connected"


def test_the_hint_is_the_folder_it_came_from_when_a_model_of_no_catalogue_is_damaged(home: Path) -> None:
    install("one").joinpath("model.onnx").unlink()
    with pytest.raises(ModelFormatError, match="installed but damaged") as caught:
        find_model("one")
    assert caught.value.hint == "run `edgekit models add --force PATH` with the folder that it came from"
    assert any("model.onnx" in reason for reason in caught.value.reasons)


def test_the_model_that_is_made_for_a_processor_comes_first(home: Path) -> None:
    install("a-plain")
    made = dataclasses.replace(read_receipt(install("z-for-npu")), engine={"kind": "k", "encoder": {"target": "qnn"}})
    write_receipt(models_folder() / "z-for-npu", made)
    install("b-plain")
    assert find_direction("sw", "am").receipt.id == "z-for-npu"


def test_a_direction_is_found_by_its_tags_and_else_by_its_languages(home: Path) -> None:
    install("plain", "en", "pt")
    install("brazil", "en", "pt-BR")
    install("other-task", "en", "fr", task="embed")
    assert find_direction("en", "pt").receipt.id == "plain"
    assert find_direction("EN", "pt_br").receipt.id == "brazil"
    assert find_direction("en-GB", "pt-PT").receipt.id == "plain"
    with pytest.raises(DirectionError):
        find_direction("en", "fr")
    with pytest.raises(UsageError):
        find_direction("english", "pt")


def test_the_hint_is_the_pull_when_the_catalogue_has_the_direction(home: Path) -> None:
    for tag in ("pt", "pt-BR"):
        with pytest.raises(DirectionError, match=f"no model on this machine translates `en` to `{tag}`") as caught:
            find_direction("en", tag)
        assert caught.value.exit_code == 3
        assert caught.value.hint == "run `edgekit pull firefox-en-pt` while connected"


def test_the_hint_says_which_directions_are_here_when_no_model_has_it(home: Path) -> None:
    with pytest.raises(DirectionError) as caught:
        find_direction("sw", "am")
    assert caught.value.hint == "run `edgekit models ls` to see which directions there are"
    install("one", "en", "pt")
    install("two", "am", "sw")
    with pytest.raises(DirectionError) as caught:
        find_direction("sw", "am")
    assert caught.value.hint == "installed directions: am→sw, en→pt"


def test_a_missing_direction_is_still_told_when_the_users_catalogue_is_wrong(home: Path) -> None:
    write_catalogue(home, {"bad": {"colour": 1}})
    with pytest.raises(DirectionError):
        find_direction("en", "pt")
    with pytest.raises(ModelNotFoundError):
        find_model("firefox-en-pt")


TAGS = st.sampled_from(["en", "en-GB", "pt", "pt-BR", "zh-Hant"])
DIRECTIONS = st.builds(Direction, TAGS, TAGS)


@given(DIRECTIONS, st.lists(DIRECTIONS, unique=True))
def test_the_closest_direction_has_the_same_languages_and_is_exact_when_there_is_one(
    wanted: Direction, directions: list[Direction]
) -> None:
    found = closest(wanted, directions)
    if wanted in directions:
        assert found == wanted
    elif found is not None:
        assert found in directions
        assert base_language(found.source) == base_language(wanted.source)
        assert base_language(found.target) == base_language(wanted.target)
    assert found == closest(wanted, list(reversed(directions)))
