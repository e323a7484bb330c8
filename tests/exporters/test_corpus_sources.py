"""Which texts the arguments name, in which language, and everything that is wrong with them at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from edgekit.core.errors import InputError
from exporters.corpus.sources import find_sources, infer_language, named_language


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("b/z.txt", "b/a.pt", "b/.hidden/x.txt", "b/.secret.txt", "c/news.en.jsonl.gz", "dev.pt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("a\n", encoding="utf-8")
    return tmp_path


def found(*arguments: str, languages: tuple[str, ...] = ("pt", "en")) -> list[tuple[str, str]]:
    return [(str(one.path), one.language) for one in find_sources(arguments, languages)]


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("dev.pt", "pt"),
        ("newstest2019.por", "pt"),
        ("newstest2019.por-BR", "pt"),
        ("news.pt.txt.gz", "pt"),
        ("POR.TXT", "pt"),
        ("eng_Latn.devtest", "en"),
        ("Tatoeba.en-pt.pt", "pt"),
        ("Tatoeba.en-pt", ""),
        ("newstest2019.arb", "ar"),
        ("dev.fr", ""),
        ("portugal.txt", ""),
        ("", ""),
    ],
)
def test_a_part_of_a_files_name_says_its_language(name: str, language: str) -> None:
    assert infer_language(name, ["pt", "en", "ar"]) == language


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("newstest2019.amh", "am"),
        ("newstest2019.por-BR", "pt-BR"),
        ("swa_Latn.devtest", "sw"),
        ("news.hi.txt", "hi"),
        ("dev.txt", ""),
        ("Tatoeba.en-pt", ""),
        ("", ""),
    ],
)
def test_a_name_says_a_language_that_was_not_asked_for_when_it_has_a_code_of_two_letters(
    name: str, language: str
) -> None:
    assert named_language(name) == language


def test_other_languages_are_welcome_where_they_are_and_refused_elsewhere(folder: Path) -> None:
    (folder / "dev.hin").write_text("a")
    arguments = ["dev.pt", "dev.hin", "sw=b/z.txt"]
    everything = find_sources(arguments, ["pt"], others=True)
    assert [one.language for one in everything] == ["pt", "hi", "sw"]
    with pytest.raises(InputError, match="sw is not among the languages"):
        find_sources(arguments, ["pt"])


def test_the_nearest_of_two_tags_of_a_language_is_taken_and_none_when_both_are_as_near() -> None:
    assert infer_language("x.por-BR", ["pt-PT", "pt-BR"]) == "pt-BR"
    assert infer_language("x.pt", ["pt-PT", "pt-BR"]) == ""
    assert infer_language("x.pt", ["pt-PT"]) == "pt-PT"


def test_a_folder_gives_its_files_sorted_and_none_that_is_hidden(folder: Path) -> None:
    assert found("b") == [("b/a.pt", "pt"), ("b/z.txt", "")]
    assert found(".") == [("b/a.pt", "pt"), ("b/z.txt", ""), ("c/news.en.jsonl.gz", "en"), ("dev.pt", "pt")]


def test_a_glob_gives_what_it_matches_sorted(folder: Path) -> None:
    assert found("**/*.pt") == [("b/a.pt", "pt"), ("dev.pt", "pt")]
    assert found("b/*", "dev.*") == [("b/a.pt", "pt"), ("b/z.txt", ""), ("dev.pt", "pt")]


def test_a_file_whose_name_is_a_glob_or_has_an_equals_sign_is_that_file(folder: Path) -> None:
    (folder / "x[1].txt").write_text("a")
    (folder / "pt=x.txt").write_text("a")
    assert found("x[1].txt", "pt=x.txt") == [("x[1].txt", ""), ("pt=x.txt", "")]


def test_the_language_that_an_argument_says_counts_more_than_the_name(folder: Path) -> None:
    assert found("en=dev.pt", "por=b/z.txt") == [("dev.pt", "en"), ("b/z.txt", "pt")]


def test_a_file_that_is_named_twice_is_read_once(folder: Path) -> None:
    assert found("b/a.pt", "b", str(folder / "b" / "a.pt")) == [("b/a.pt", "pt"), ("b/z.txt", "")]


def test_the_standard_input_is_a_text_of_unknown_size(folder: Path) -> None:
    (one,) = find_sources(["pt=-"], ["pt"])
    assert (one.path, one.language, one.size_bytes, one.name) == (None, "pt", None, "the standard input")


def test_everything_that_is_wrong_is_said_at_once(folder: Path) -> None:
    (folder / "empty").mkdir()
    for name in ("t.csv", "t.tsv.gz", "t.parquet", "t.pdf", "t.zip", "t.json", "t.html", "t.xz"):
        (folder / name).write_text("a")
    names = sorted(str(one) for one in folder.glob("t.*"))
    with pytest.raises(InputError) as caught:
        found("gone.txt", "no*thing", "fr=dev.pt", "empty", "en=b/a.pt", "pt=b/a.pt", *names)
    text = str(caught.value)
    for part in (
        "`gone.txt`: No such file",
        "`no*thing` matches no file",
        "fr is not among the languages that were asked for (pt, en)",
        "`empty` holds no file",
        "`b/a.pt` is named as en and as pt language",
        *names,
    ):
        assert part in text, part
    assert caught.value.hint


def test_a_file_that_may_not_be_read_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Root may read everything, so the system's answer is replaced.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(InputError, match=r"`dev\.pt`: Permission denied"):
        found("dev.pt")


def test_no_argument_at_all_is_an_error() -> None:
    with pytest.raises(InputError, match="nothing is named"):
        found()
