"""The words of the screens: all in every language, with the same fields, and none that nobody says any more."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

import tui
from edgekit.catalogue.load import load_catalogue
from tui import words
from tui.models import InstalledModels

ROOT = Path(tui.__file__).parent
OTHERS = [tag for tag in words.LANGUAGES if tag != "en"]


def said() -> set[str]:
    return {text for path in ROOT.rglob("*.py") for text in _texts(ast.parse(path.read_text("utf-8")))}


def _texts(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "N_") and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_and_none_is_left_over(language: str) -> None:
    assert said() == set(words.messages(language))


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_fields_and_the_commands_of_its_text(language: str) -> None:
    for text, translated in words.messages(language).items():
        for kind in (r"\{\w+\}", r"`[^`]*`"):
            assert sorted(re.findall(kind, text)) == sorted(re.findall(kind, translated)), text
        assert text.endswith(".") == translated.endswith("."), text


def test_no_space_parts_a_figure_from_its_per_cent_in_portuguese() -> None:
    for name in ("pt", "errors.pt"):
        assert [text for text in words.messages(name).values() if re.search(r"[\d}]\s%", text)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_file_is_what_gettext_reads(language: str) -> None:
    file = polib.pofile(str(words.FOLDER / f"{language}.po"))
    assert file.metadata["Language"] == language
    assert not file.fuzzy_entries()


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "pt_BR.UTF-8"}, "pt"),
        ({"LANG": "es_ES.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANGUAGE": "qu:es", "LANG": "en_US.UTF-8"}, "en"),
        ({"LANGUAGE": "es:pt", "LANG": "en_US.UTF-8"}, "es"),
        ({"LANG": "sw_KE.UTF-8"}, "en"),
    ],
)
def test_the_language_follows_the_locale(
    variables: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert words.of_the_system() == language


def test_a_missing_translation_is_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "messages", lambda _language: {})
    words.choose("es")
    try:
        assert words._("opening {direction}", direction="{x}") == "opening {x}"
    finally:
        words.choose("en")


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_of_the_catalogue_has_a_name(language: str) -> None:
    catalogue = load_catalogue()
    assert {one.english for one in catalogue.languages.values()} == set(words.messages(f"languages.{language}"))
    file = polib.pofile(str(words.FOLDER / f"languages.{language}.po"))
    assert file.metadata["Language"] == language


def test_a_language_is_named_in_the_language_of_the_screens() -> None:
    for language, name in (("en", "Portuguese"), ("es", "portugués"), ("pt", "português")):
        words.choose(language)
        try:
            assert InstalledModels(load_catalogue()).name("pt-BR") == name
            assert InstalledModels(load_catalogue()).name("qqq") == "qqq"
        finally:
            words.choose("en")


@pytest.mark.parametrize("language", OTHERS)
def test_a_word_of_a_screen_and_of_an_error_is_translated_one_way(language: str) -> None:
    screens, errors = words.messages(language), words.messages(f"errors.{language}")
    both = (screens.keys() & errors.keys()) - {"text"}  # a step of an export there, a kind of value here
    assert {"accepted", "changed", "released"} <= both
    assert {text: screens[text] for text in both} == {text: errors[text] for text in both}
