"""An entry without commit and files, and what becomes of it and of the file that it is written to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store.toys import file_entry, model_entry, to_toml

from edgekit.catalogue.check import check_bytes
from edgekit.catalogue.entries import FileEntry, Model, Piece
from edgekit.catalogue.licences import accepted, is_non_commercial
from edgekit.catalogue.pinning import entry_text, pinned, with_entry
from edgekit.catalogue.uris import SourceUri
from edgekit.core.errors import UsageError

FILE = Path("/c/models.toml")
COMMIT = "0123456789abcdef0123456789abcdef01234567"
UNPINNED = """schema_version = 1

[models.toy]
name = "Toy"
family = "llama"
task = "generate"
licence = "MIT"
attribution = "nobody"
source = "hf:owner/toy"
unpinned = true
languages = ["sw"]
parameters = 5
"""
PART = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(str.strip)


def problems(text: str) -> str:
    return "\n".join(map(str, check_bytes(text.encode(), FILE)[1]))


def toy(text: str = UNPINNED) -> Model:
    catalogue, found = check_bytes(text.encode(), FILE)
    assert not found
    return catalogue.models["toy"]


def pinned_toy(**changes: Any) -> Model:
    source = SourceUri("hf:owner/toy", "hf", "owner/toy", COMMIT)
    files = tuple(
        FileEntry(role, path, (Piece(source, member, size, digest),), size, digest)
        for role, path, member, size, digest in (
            ("config", "config.json", "steps/1/config.json", 7, None),
            ("weights", "model.safetensors", "model.safetensors", 9, "a" * 64),
            ("card", "README.md", "README.md", None, None),
        )
    )
    return pinned(toy(), source, files, changes.get("licence", "MIT"))


def test_an_unpinned_entry_needs_neither_commit_nor_files() -> None:
    model = toy()
    assert (model.unpinned, model.can_be_pulled, model.files, model.parameters) == (True, False, (), 5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("unpinned = true", "unpinned = false"), "must be true, or be left out"),
        (("unpinned = true", f'unpinned = true\nrevision = "{COMMIT}"'), "`unpinned` exclude each other"),
        (("unpinned = true", "unpinned = true\nfiles = []"), "`unpinned` exclude each other"),
        (("hf:owner/toy", "https://example.org/x"), "is for a source of the kind `hf:`"),
        (("unpinned = true", 'unpinned = true\nrefused = "no"'), "`unpinned` exclude each other"),
        (("unpinned = true", 'refused = ""'), "is empty"),
        (("unpinned = true", f'refused = "no"\nrevision = "{COMMIT}"'), "`refused` exclude each other"),
        (("unpinned = true\n", ""), "`models.toy.files` is missing"),
        (("parameters = 5", "parameters = -1"), "must be from 0"),
    ],
)
def test_an_entry_that_contradicts_itself_is_a_problem(change: tuple[str, str], message: str) -> None:
    assert message in problems(UNPINNED.replace(*change))


def test_a_pinned_entry_reads_back_as_it_was_written() -> None:
    model = pinned_toy()
    text = with_entry("", model, FILE)
    catalogue, found = check_bytes(text.encode(), FILE)
    assert not found
    assert catalogue.models == {"toy": model}
    assert model.can_be_pulled
    assert model.is_checkpoint
    assert text.count("unpinned") == 0


def test_an_entry_takes_the_place_of_its_older_self_and_all_else_stays() -> None:
    other = to_toml({"other": model_entry("file:/m/", [file_entry("w.bin", b"w")])})
    before = (
        "# mine\n"
        + other
        + '\n# this one stays\n[models.toy]\nname = """\n[models.other]\n"""\n'
        + UNPINNED.partition('[models.toy]\nname = "Toy"\n')[2]
        + "\n# and this\n"
        + '[languages.sw]\nenglish = "Swahili"\nnative = "Kiswahili"\nscript = "Latn"\ndirection = "ltr"\n'
    )
    assert problems(before) == ""
    after = with_entry(before, pinned_toy(), FILE)
    assert with_entry(after, pinned_toy(), FILE) == after
    for comment in ("# mine", "# this one stays", "# and this"):
        assert comment in after
    old, new = (check_bytes(text.encode(), FILE)[0] for text in (before, after))
    assert new.models["other"] == old.models["other"]
    assert new.languages == old.languages
    assert new.models["toy"] == pinned_toy()


@pytest.mark.parametrize(
    "text",
    [
        UNPINNED.replace("[models.toy]\n", "[models]\n", 1)
        .replace("\nname", "\ntoy.name")
        .replace("\nfamily", "\ntoy.family"),
        "schema_version = 1\nmodels = { }\n",
    ],
)
def test_a_form_that_cannot_be_replaced_is_refused_and_nothing_is_lost(text: str) -> None:
    with pytest.raises(UsageError):
        with_entry(text, pinned_toy(), FILE)


def test_a_file_with_problems_is_not_touched() -> None:
    with pytest.raises(UsageError, match="has problems"):
        with_entry("schema_version = 9\n", pinned_toy(), FILE)


def test_an_entry_that_says_more_than_the_hub_is_left_to_its_owner() -> None:
    import dataclasses

    from edgekit.catalogue.entries import Evidence

    with pytest.raises(UsageError, match="says more than the hub does"):
        entry_text(dataclasses.replace(pinned_toy(), evidence={"chrf": Evidence(1.0, "x", 1, "y")}))


@given(name=PART, attribution=PART)
def test_any_text_is_written_so_that_it_reads_back(name: str, attribution: str) -> None:
    import dataclasses

    model = dataclasses.replace(pinned_toy(), name=name, attribution=attribution)
    catalogue, found = check_bytes(with_entry("", model, FILE).encode(), FILE)
    assert not found
    assert catalogue.models["toy"] == model


@pytest.mark.parametrize(
    ("licence", "forbids"),
    [
        ("CC-BY-NC-4.0", True),
        ("cc-by-nc-sa-4.0", True),
        ("fair-noncommercial-research-license", True),
        ("LicenseRef-Non-Commercial", True),
        ("MIT", False),
        ("Apache-2.0 AND CC-BY-NC-ND-4.0", True),
        ("NCSA", False),
        ("bsd-3-clause-nclear", False),
        ("ncgl-uk-2.0", False),
        ("CC-BY-4.0", False),
        ("unknown", False),
    ],
)
def test_a_licence_forbids_commercial_use_by_its_name(licence: str, forbids: bool) -> None:
    assert is_non_commercial(licence) == forbids
    assert accepted("toy", licence, accept=True) == (licence if forbids else None)
    if forbids:
        with pytest.raises(UsageError, match="`toy` is under"):
            accepted("toy", licence, accept=False)
