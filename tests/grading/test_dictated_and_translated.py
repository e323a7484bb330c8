"""Dictations with figures and in other scripts; names, money and signs of translations."""

from __future__ import annotations

from dataclasses import replace

import pytest
from grading.ruled_questions import mark, question

from edgekit.quiz.model import Question

APPLES = question("dictation", references={"en": ("She bought 3 apples and 12 pears.",)})


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("She bought 3 apples and 12 pears", 2.0),
        ("She bought three apples and twelve pears.", 2.0),
        ("She bought 3 apples and 13 pears.", 1.75),
        ("She bought three apples and thirteen pears.", 1.75),
        ("She bought 3 apples and pears.", 1.75),
        ("She bought 3 apples and 12 12 pears.", 1.75),
    ],
)
def test_a_figure_of_a_dictation_is_a_word(text: str, points: float) -> None:
    assert mark(APPLES, text).possible == (points,)


def test_figures_count_as_they_are_dictated_when_form_counts() -> None:
    asked = question("dictation", references=APPLES.references, form_counts=True)
    assert mark(asked, "She bought three apples and 12 pears.").points == 1.75


@pytest.mark.parametrize(
    ("language", "dictated", "text"),
    [
        ("en", "It's raining, isn't it?", "it’s raining isn`t it"),
        ("fr", "L'été dernier, il a plu.", "l’ete dernier il a plu"),
        ("hi", "राम घर जाता है।", "राम घर जाता है"),
        ("hi", "राम घर जाता है", "राम घर जाता है।"),
    ],
)
def test_signs_of_a_dictation_are_no_mistake(language: str, dictated: str, text: str) -> None:
    assert mark(question("dictation", references={language: (dictated,)}), text).possible == (2.0,)


def test_a_number_in_words_is_spelled_where_no_figure_is() -> None:
    asked = question("dictation", references={"fr": ("Il a quatre-vingts euros.",)})
    assert mark(asked, "il a quatre vingts euros").possible == (2.0,)
    assert mark(asked, "il a 80 euros").possible == (2.0,)
    assert mark(asked, "il a quatre-vingt euros").points < 2.0


def test_a_translation_without_a_number_of_its_source_has_half_of_the_points_at_most() -> None:
    asked = Question(
        "q", "translate", "en", {"en": "It is 5 o'clock."}, 2.0, references={"es": ("Son las 5.", "Son las cinco.")}
    )
    assert mark(asked, "Son las 6.").points == 1.0
    assert mark(asked, "Son las cinco").points == 2.0


@pytest.mark.parametrize("text", ["Its raining, isnt it?", "It's rain, isn't it?"])
def test_a_mistake_of_a_dictation_is_one(text: str) -> None:
    assert mark(question("dictation", references={"en": ("It's raining, isn't it?",)}), text).points < 2.0


NAMES = question("translate", references={"es": ("La señora María vive en Madrid.", "Doña María vive en Madrid.")})


@pytest.mark.parametrize("text", ["La señora María vive en Barcelona.", "La señora Lucía vive en Madrid."])
def test_a_translation_with_another_name_has_half_of_the_points_at_most(text: str) -> None:
    found = mark(NAMES, text)
    assert found.points <= 1.0
    assert any(one.detail.startswith("it says `") for one in found.reasons)


@pytest.mark.parametrize(
    "text", ["La señora Maria vive en Madrid", "La señora María vive en madrid.", "Señora María vive en Madrid"]
)
def test_a_name_in_another_spelling_is_no_other_one(text: str) -> None:
    assert not any(one.detail.startswith("it says `") for one in mark(NAMES, text).reasons)


def test_a_translation_in_another_currency_has_half_of_the_points_at_most() -> None:
    asked = question("translate", references={"es": ("El libro cuesta $20.", "El libro cuesta 20 dólares.")})
    found = mark(asked, "El libro cuesta 20 euros.")
    assert (found.points, found.possible[-1], found.reasons[0].code) == (1.0, 2.0, "unit")
    assert mark(asked, "Este libro cuesta 20 dólares.").points > 1.0


@pytest.mark.parametrize("text", ["मेरा नाम रवि है", "मेरा नाम रवि है।", "मेरा नाम रवि है ।", "मेरा नाम रवि है."])
def test_the_end_of_a_sentence_is_no_part_of_a_translation(text: str) -> None:
    assert mark(question("translate", references={"hi": ("मेरा नाम रवि है।",)}), text).possible == (2.0,)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Las hojas caen en primavera.", ["it says `primavera` and not `otoño`"]),
        ("Las flores caen en invierno", ["it says `flores` and not `hojas`", "it says `invierno` and not `otoño`"]),
        ("Las hojas caen por el otoño.", []),
        ("Las hojas ya caen en otoño.", []),
        ("En otoño, las hojas caen.", []),
    ],
)
def test_words_in_the_place_of_others_are_shown_where_they_stand(text: str, told: list[str]) -> None:
    asked = question("translate", references={"es": ("Las hojas caen en otoño.",)})
    reasons = [one for one in mark(asked, text).reasons if one.detail.startswith("it says")]
    assert [one.detail for one in reasons] == told
    assert all(one.span and text[slice(*one.span)] in one.detail for one in reasons)


LINE = question("dictation", references={"es": ("El perro descansa a la sombra de dos pinos verdes.",)})


@pytest.mark.parametrize("most", [1.0, 2.0, 3.0])
def test_two_slips_of_a_dictation_have_less_than_one_and_are_both_told(most: float) -> None:
    asked = replace(LINE, points=most)
    one = mark(asked, "El perro descanza a la sombra de dos pinos verdes.")
    two = mark(asked, "El perro descanza a la sombra de los pinos verdes.")
    assert most > one.points > two.points
    assert one.result.evidence is not None
    assert two.result.evidence is not None
    assert (one.result.evidence.text, one.result.evidence.wording) == ("descanza", "descansa")
    assert two.result.evidence.text == "descanza a la sombra de los"
    assert two.result.evidence.wording == "descansa a la sombra de dos"
