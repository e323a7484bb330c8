"""Formulas, sums, signs and pairs as answers: the same in another form, or another one."""

from __future__ import annotations

import pytest
from grading.ruled_questions import mark, question
from hypothesis import given
from hypothesis import strategies as st

from edgekit.grading.short_forms import core, loose
from edgekit.quiz.model import Question


@pytest.mark.parametrize(
    ("accepted", "text"),
    [
        *(
            ("SO4^2-", "SO₄²⁻"),
            ("SO4^2-", "SO42-"),
            ("-5 °C", "-5°C"),
            ("5%", "5 %"),
            ("can't", "can’t"),
            ("रात", "रात।"),
            ("CH4", "CH_4"),
            ("CH4", "CH_{4}"),
            ("[0, 5[", "[0,5["),
            ("Na+", "Na⁺"),
            ("x^2", "x²"),
            ("10^-3", "10⁻³"),
            ("x^2", "$x^{2}$"),
        ),
        *(("x = 3", "x=3"), ("2x + 6", "2x+6"), ("x > 5", "x>5"), ("x ≥ 5", "x >= 5"), ("2:3", "2 : 3"), ("-7", "−7")),
        *(("(3, -2)", "(3,-2)"), ("(3, -2)", "3, -2"), ("(1, 4)", "(1; 4)"), ("(x-3)(x+3)", "(x - 3)(x + 3)")),
        *(("3 × 10^5", "3 x 10^5"), ("3 × 10^5", "3*10⁵"), ("a - b", "a-b"), ("1/2", "1 / 2")),
        *(("1/2", "½"), ("3 1/2", "3½"), ("¾", "3/4"), ("1/2", "1⁄2")),
        *(
            ("Paris", "It's Paris"),
            ("Paris", "The answer is Paris."),
            ("Paris", "Paris is the answer"),
            ("true", "it is true"),
        ),
        *(
            ("Berne", "C'est Berne"),
            ("Lima", "la respuesta es Lima"),
            ("Lima", "Creo que es Lima"),
            ("दिल्ली", "उत्तर दिल्ली"),
        ),
    ],
)
def test_an_accepted_form_is_right_in_another_way_of_writing_it(accepted: str, text: str) -> None:
    assert mark(question("exact", references={"en": (accepted,)}), text).possible == (2.0,)


@pytest.mark.parametrize(
    ("accepted", "text"),
    [
        *(
            ("7", "-7"),
            ("7", "−7"),
            ("-7", "7"),
            ("5", ".5"),
            ("Cl", "Cl-"),
            ("Na", "Na+"),
            ("23", "2³"),
            ("23", "$2^3$"),
        ),
        *(
            ("[0, 5[", "]0, 5]"),
            ("y = 2x + 1", "y = 2x - 1"),
            ("12", "21"),
            ("(3, 5]", "[3, 5)"),
            ("[3, 5]", "(3, 5)"),
            ("5", "$5"),
            ("x > 5", "x < 5"),
            ("x ≥ 5", "x > 5"),
            ("3x", "-3x"),
        ),
        *(("102", "10²"), ("x = 3", "x = -3"), ("2:3", "3:2"), ("4 July", "14 July"), ("true", "it is not true")),
        *(("Paris", "The answer is London"), ("(3, -2)", "(-2, 3)"), ("2x", "2x2"), ("3, 5", "3.5")),
    ],
)
def test_another_sign_is_another_answer(accepted: str, text: str) -> None:
    assert mark(question("exact", references={"en": (accepted,)}), text).points == 0.0


@pytest.mark.parametrize(
    ("accepted", "text"),
    [
        ("4 July", "July 4th"),
        ("4 July", "the 4th of July"),
        ("4 de julio", "4 julio"),
        ("H2O", "H20"),
        ("x^2", "x2"),
        ("25 December", "25 Dec"),
        ("25 December", "25 dec."),
        ("3/4", "three quarters"),
        ("y = 2x + 1", "y = 1 + 2x"),
        ("2x + y = 3", "3 = y + 2x"),
    ],
)
def test_a_form_that_differs_by_small_words_goes_to_a_person(accepted: str, text: str) -> None:
    found = mark(question("exact", references={"en": (accepted,)}), text)
    assert (found.points, found.possible) == (0.0, (0.0, 2.0))


def test_several_accepted_forms_are_one() -> None:
    asked = question("exact", references={"pt": ("alegre", "contente")})
    assert mark(asked, "alegre ou contente").possible == mark(asked, "alegre/contente").possible == (2.0,)
    assert mark(asked, "alegre ou triste").points == 0.0


@pytest.mark.parametrize(("text", "points"), [("Co", 2.0), ("CO", 0.0), ("co", 2.0), ("Co.", 2.0)])
def test_a_formula_of_other_elements_is_another_one(text: str, points: float) -> None:
    asked = Question("q", "exact", "en", {"en": "What is the symbol of cobalt?"}, 2.0, references={"en": ("Co",)})
    assert mark(asked, text).points == points
    assert mark(question("exact", references={"en": ("No",)}), "NO").points == 2.0


OPTIONS = {"a": "the heart", "b": "the lungs", "c": "the brain"}


@pytest.mark.parametrize(
    "text",
    [
        "I choose A",
        "I think it is a",
        "as letras a",
        "número a",
        "number a",
        "the heart is the answer",
        "elijo la a",
        "विकल्प a",
    ],
)
def test_an_option_is_chosen_in_a_sentence(text: str) -> None:
    assert mark(question("choice", options=OPTIONS, correct=("a",)), text).possible == (2.0,)


def test_options_that_are_called_so_together_are_all_chosen() -> None:
    asked = question("choice", options=OPTIONS, correct=("a", "c"))
    assert mark(asked, "as letras a e c").possible == mark(asked, "las opciones a y c").possible == (2.0,)
    assert mark(asked, "as letras a e b").points == 0.0


@pytest.mark.parametrize(
    ("texts", "said"), [(("Co", "CO"), "co"), (("[1,2]", "(1,2)"), "1,2"), (("m/s", "M/S"), "m/S")]
)
def test_options_that_are_alike_but_for_form_are_told_apart_by_it(texts: tuple[str, str], said: str) -> None:
    asked = question("choice", options=dict(zip("ab", texts, strict=True)), correct=("a",))
    assert [mark(asked, one).possible for one in (*texts, "a", "b")] == [(2.0,), (0.0,), (2.0,), (0.0,)]
    assert mark(asked, said).possible == (0.0, 2.0)


@pytest.mark.parametrize("text", ["2", "3"])
def test_a_text_that_is_the_id_of_another_option_goes_to_a_person(text: str) -> None:
    asked = question("choice", options={"1": "2", "2": "3", "3": "4"}, correct=("2",))
    assert mark(asked, text).possible == (0.0, 2.0)
    assert mark(asked, "1").points == 0.0


@given(st.text(alphabet="xX-−+.,()[]^²⁻ 0123=<>*$\\{}_'’ऀi", max_size=24))
def test_a_form_of_any_text_is_one_of_its_own(text: str) -> None:
    begin, end = core(text)
    assert 0 <= begin <= end <= len(text)
    assert mark(question("exact", references={"en": (text or "x",)}), text or "x").points == 2.0
    loose(text)


@pytest.mark.parametrize("text", ["arteries", "The arteries", "Artéries", "an artery"])
def test_a_form_of_an_accepted_word_is_seen_by_a_person_when_its_letters_are_far(text: str) -> None:
    found = mark(question("exact", references={"en": ("artery",)}), text)
    assert (found.points, found.possible, found.result.state) == (0.0, (0.0, 2.0), "unclear")


@pytest.mark.parametrize(("accepted", "text"), [("artery", "artist"), ("artery", "the"), ("5 a", "-5 b")])
def test_another_word_is_no_form_of_an_accepted_one(accepted: str, text: str) -> None:
    assert mark(question("exact", references={"en": (accepted,)}), text).possible == (0.0,)


@pytest.mark.parametrize(
    ("form", "others"),
    [
        ("0.5", ".5|0.50|0,5|00.5"),
        ("4", "04|4.0|4,00|four|+4"),
        ("1000", "1,000|1 000|1000.0|a thousand"),
        ("5 kg", "5 kilos|5.0 kg"),
        ("1/2", "0.5|0,5|.5|50 %|50 por ciento|2/4|la mitad|one half|5·10^-1"),
        ("0.5", "1/2|½|50%|half|5e-1"),
        ("50 %", "1/2|0.5|la mitad"),
        ("1 1/2", "1.5|3/2|one and a half"),
        ("10^3", "1000|1e3|1 000|1.000"),
        ("-3", "minus 3|menos tres|-3.0"),
        ("8", "8th|= 8|8 kg|8 €"),
    ],
)
def test_the_same_number_written_otherwise_goes_to_a_person(form: str, others: str) -> None:
    asked = question("exact", references={"en": (form,)})
    for text in others.split("|"):
        assert mark(asked, text).possible == (0.0, 2.0), text


@pytest.mark.parametrize(
    ("form", "others"),
    [
        ("1/2", "0.51|1/3|2|12"),
        ("0.5", "0.6|5 %|0.05"),
        ("4", "40|5"),
        ("1000", "100|10000|10^2"),
        ("1945", "1954|45"),
        ("3.14", "314|3.1"),
    ],
)
def test_another_number_is_wrong_however_few_figures_differ(form: str, others: str) -> None:
    asked = question("exact", references={"en": (form,)})
    for text in others.split("|"):
        assert mark(asked, text).possible == (0.0,), text


def test_sums_are_the_same_in_another_order_and_no_others() -> None:
    asked = question("exact", references={"en": ("y = 2x + 1",)})
    for text, possible in (
        ("y = 1 + 2x", (0.0, 2.0)),
        ("1 + 2x = y", (0.0, 2.0)),
        ("x + 9 = 4y", (0.0,)),
        ("n + m + k", (0.0,)),
        ("y=2x+1", (2.0,)),
    ):
        assert mark(asked, text).possible == possible, text


@pytest.mark.parametrize(
    ("accepted", "others"),
    [
        ("photosynthesis", "fotosíntesis|la fotosíntesis|fotossíntese"),
        ("carbon dioxide", "dióxido de carbono"),
        ("democracy", "democracia"),
        ("World War II", "World War Two|World War 2"),
        ("21 de julio", "veintiuno de julio|el veintiuno de julio"),
        ("Luis XIV", "Luis 14|Luis catorce"),
        ("three states", "3 states"),
        ("La batalla de Ayacucho", "Ayacucho"),
        ("the King of Spain", "Spain"),
    ],
)
def test_a_cognate_a_number_in_figures_and_the_telling_word_go_to_a_person(accepted: str, others: str) -> None:
    asked = question("exact", references={"en": (accepted,)})
    for text in others.split("|"):
        assert mark(asked, text).possible == (0.0, 2.0), text


@pytest.mark.parametrize(
    ("accepted", "others"),
    [
        ("photosynthesis", "respiración|quimiosíntesis"),
        ("democracy", "monarquía|autocracia"),
        ("herbivore", "carnívoro|omnívoro"),
        ("three states", "4 states|3 rivers|3"),
        ("La batalla de Ayacucho", "la guerra de Ayacucho|batalla de Junín|la|de"),
    ],
)
def test_another_word_in_another_language_and_another_number_are_wrong(accepted: str, others: str) -> None:
    asked = question("exact", references={"en": (accepted,)})
    for text in others.split("|"):
        assert mark(asked, text).possible == (0.0,), text
