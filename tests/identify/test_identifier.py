from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.core.errors import InputError, UsageError
from edgekit.identify.identifier import Identified, open_identifier

MANY = ["en", "pt", "es", "hi", "bn", "zh", "ja", "ko", "am", "sw", "yo", "ha"]


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("The teacher gave us a lot of homework this week.", "en"),
        ("A professora passou muita lição de casa nesta semana.", "pt"),
        ("Mwalimu alitupa kazi nyingi za nyumbani wiki hii.", "sw"),
        ("Malami ya ba mu aikin gida da yawa a wannan makon.", "ha"),
        ("መምህሩ በዚህ ሳምንት ብዙ የቤት ሥራ ሰጠን።", "am"),
        ("我们今天学习数学", "zh"),  # LibreTranslate #676: Chinese was Korean
        ("今日は数学を勉強します", "ja"),
        ("오늘은 수학을 공부합니다", "ko"),
        ("ሰላም", "am"),
    ],
)
def test_identify_names_the_language_of_a_plain_sentence(text: str, tag: str) -> None:
    found = open_identifier(MANY).identify(text)
    assert found.tag == tag
    assert found.probability >= 0.9


@pytest.mark.parametrize(
    "text", ["", "   ", "😀👍🏽", "12 + 30 = 42", "---", "x", "\ud800", "\0", "https://example.org/the/page"]
)
def test_identify_says_unknown_when_there_is_nothing_to_go_by(text: str) -> None:
    assert open_identifier(MANY).identify(text).tag is None


@pytest.mark.parametrize("languages", [MANY, None])
def test_identify_never_says_bengali_when_the_letters_are_latin(languages: list[str] | None) -> None:
    # LibreTranslate #902: `hello handsome` was Bengali with 90 %.
    assert open_identifier(languages).identify("hello handsome").tag in (None, "en")


def test_identify_never_says_english_when_it_is_italian() -> None:
    # LibreTranslate #508.
    text = "Questa frase è scritta in italiano per i ragazzi."
    assert open_identifier(["en", "it"]).identify(text).tag == "it"
    found = open_identifier(["en", "pt"]).identify(text)
    assert (found.tag, found.other) == (None, "it")


def test_identify_gives_the_tag_that_was_asked_for_when_it_has_a_region() -> None:
    # LibreTranslate #934: pt and pt-BR.
    text = "A professora passou muita lição de casa nesta semana."
    assert open_identifier(["en", "pt-BR"]).identify(text).tag == "pt-BR"
    assert open_identifier(["pt-BR", "pt", "en"]).identify(text).tag == "pt"


def test_identify_takes_latin_words_for_names_when_the_rest_is_in_another_script() -> None:
    found = open_identifier(["te", "en"]).identify("Utah Jazzకు COVID-19 పరీక్షలో పాజిటివ్ అని")
    assert found.tag == "te"


def test_identify_does_not_take_romanized_hindi_for_hindi() -> None:
    assert open_identifier(["hi", "en"]).identify("namaste bachchon aap sab kaise hain aaj").tag != "hi"


def test_identify_reads_a_bounded_part_when_the_text_is_a_megabyte() -> None:
    identifier = open_identifier(MANY)
    sentence = "The teacher gave us a lot of homework this week. "
    assert identifier.identify(sentence * 25_000) == identifier.identify(sentence * 2_000)
    assert identifier.identify("1 " * 500_000).tag is None


def test_open_identifier_says_which_languages_it_does_not_know() -> None:
    identifier = open_identifier(["en", "ny"])
    assert (identifier.languages, identifier.uncovered) == (("en",), ("ny",))


def test_open_identifier_refuses_what_is_no_list_of_languages() -> None:
    for languages in ([], "en", ["not a tag"]):
        with pytest.raises(UsageError):
            open_identifier(languages)
    with pytest.raises(InputError):
        open_identifier(["en"]).identify(b"bytes")  # type: ignore[arg-type]  # of a wrong type on purpose


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_identify_answers_a_language_that_was_asked_for_or_none_for_any_text(text: str) -> None:
    found = open_identifier(["en", "am", "zh"]).identify(text)
    assert isinstance(found, Identified)
    assert found.tag in (None, "en", "am", "zh")
    assert 0 <= found.probability <= 1
    assert found.tag is None or found.other is None
