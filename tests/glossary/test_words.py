"""Which words are forms of one word."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.glossary.words import keys, same, words

FORMS = {
    "en": "cell cells, city cities, box boxes, bus buses, leaf leaves, mouse mice, wolf wolves",
    "pt": "célula células, equação equações, animal animais, papel papéis, fóssil fósseis, luz luzes,"
    " liceu liceus, mês meses, lei leis, gol gols, falar falou",
    "es": "célula células, nación naciones, luz luces",
    "fr": "cellule cellules, animal animaux",
    "de": "Apfel Äpfel, Haus Häuser",
    "ru": "клетка клетками",
    "uk": "клітина клітинами, школа школі",
    "sw": "kitabu vitabu, mwalimu walimu",
    "ko": "학교 학교에서",
    "hi": "कोशिका कोशिकाओं",
    "bn": "কোষ কোষের",
    "ar": "مدرسة المدرسة",
    "tr": "İstanbul istanbul, okul okullar",
}
OTHERS = {
    "en": "universe university, organ organization, new news, plan plane, car care,"
    " cell cellar, house housing, train training,"
    " photo photon",
    "pt": "casa caso, casa casar, posto posta, célula celular, país paz, porto porta",
    "es": "casa caso, libro libra, puerto puerta",
    "uk": "кіт кита, школа шкода",
    "ko": "물 물리학",
}


def pairs(table: dict[str, str]) -> list[tuple[str, str, str]]:
    return [(language, *pair.split()) for language, row in table.items() for pair in row.split(", ")]  # type: ignore[misc]  # a pair has two words


@pytest.mark.parametrize(("language", "one", "other"), pairs(FORMS))
def test_forms_of_a_word_are_the_same(language: str, one: str, other: str) -> None:
    assert same(one, other, language)
    assert {*keys(one, language)} & {*keys(other, language)}


@pytest.mark.parametrize(("language", "one", "other"), pairs(OTHERS))
def test_other_words_are_not_the_same(language: str, one: str, other: str) -> None:
    assert not same(one, other, language)


def test_adjectives_agree_when_the_term_has_several_words() -> None:
    assert same("branco", "brancas", "pt", loose=True)
    assert not same("branco", "brancas", "pt")
    assert same("stop", "stopped", "en", loose=True)


alphabet = st.sampled_from("abcdeinorstuãçéõжкаиعةकाি細학교 ")


@settings(max_examples=400, deadline=None)
@given(
    st.text(alphabet, min_size=1, max_size=9),
    st.text(alphabet, max_size=4),
    st.sampled_from(["en", "pt", "uk", "sw", "ar", "hi", "ko", "zh", "fi"]),
    st.booleans(),
)
def test_words_that_are_the_same_share_a_key(stem: str, ending: str, language: str, loose: bool) -> None:
    for one in words(stem):
        for other in words(stem + ending):
            if same(one.text, other.text, language, loose):
                assert {*keys(one.text, language)} & {*keys(other.text, language)}


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_words_are_where_they_say(text: str) -> None:
    end = 0
    for word in words(text):
        assert word.begin >= end
        assert text[word.begin : word.end] == word.text
        end = word.end


def test_characters_of_unspaced_writing_are_words_by_themselves() -> None:
    assert [word.text for word in words("CO2 細胞 cell's कोशिका")] == ["CO2", "細", "胞", "cell", "s", "कोशिका"]
