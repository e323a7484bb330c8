from __future__ import annotations

import unicodedata

import regex
from hypothesis import given
from hypothesis import strategies as st

from edgekit.catalogue.load import load_catalogue
from edgekit.identify.scripts import (
    SCRIPT_NAMES,
    known_scripts,
    main_script,
    script_of,
    scripts_in,
    scripts_of_language,
)

# Letters whose names tell another script than Unicode's table does.
_ODD = {"\u0374", "\u0640", "\u3006", "\ua9cf", "\uff9e", "\uff9f"}
_WRITINGS = {"Jpan": {"Hani", "Hira", "Kana"}, "Kore": {"Hang"}, "Hans": {"Hani"}, "Hant": {"Hani"}}


def test_script_of_agrees_with_unicode_for_every_letter() -> None:
    patterns = {code: regex.compile(rf"\p{{Script={code}}}") for code in SCRIPT_NAMES}
    letters = [chr(code) for code in range(0x110000) if chr(code).isalpha()]
    wrong = [one for one in letters if (code := script_of(one)) is not None and not patterns[code].match(one)]
    assert {*wrong} <= _ODD
    everyday = regex.compile(
        r"[\p{Latin}\p{Thai}\p{Lao}\p{Ethiopic}\p{Devanagari}\p{Han}\p{Hangul}\p{Arabic}\p{Cyrillic}]"
    )
    missed = [one for one in letters if script_of(one) is None and everyday.match(one) and "LETTER" not in _kind(one)]
    assert {*missed} <= {*"ℲⅎↃↄ"}


def _kind(character: str) -> str:
    """Ordinal and modifier letters belong to no one language: they are left out on purpose."""
    kept = unicodedata.category(character) in ("Lu", "Ll", "Lo") and "ORDINAL" not in unicodedata.name(character, "")
    return "" if kept and unicodedata.decomposition(character) == "" and character not in "ꚜꚝ〻々" else "LETTER"


def test_scripts_of_language_are_those_of_the_catalogue() -> None:
    for tag, language in load_catalogue().languages.items():
        expected = _WRITINGS.get(language.script, {language.script})
        assert expected <= scripts_of_language(tag), tag


def test_scripts_of_language_follows_the_tag_when_it_names_one() -> None:
    assert scripts_of_language("sr-Latn") == {"Latn"}
    assert scripts_of_language("zh-Hant") == {"Hani"}
    assert scripts_of_language("sr") == {"Cyrl", "Latn"}
    assert scripts_of_language("pt-BR") == {"Latn"}


def test_main_script_is_none_when_there_is_no_letter() -> None:
    assert main_script("12 😀 +") is None
    assert main_script("Привет, world и мир") == "Cyrl"
    assert main_script("สวัสดี") == "Thai"


@given(st.text())
def test_scripts_in_counts_no_more_than_the_letters(text: str) -> None:
    assert sum(scripts_in(text).values()) <= sum(map(str.isalpha, text))


def test_nothing_is_known_of_a_language_that_is_not_listed() -> None:
    assert known_scripts("chr") == frozenset()
    assert scripts_of_language("chr") == known_scripts("sw-KE") == {"Latn"}
    assert known_scripts("ms") == {"Latn", "Arab"}
