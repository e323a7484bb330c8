"""Numbers and their units as answers: read as a person reads them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from grading.ruled_questions import MASS, mark, question
from hypothesis import given
from hypothesis import strategies as st

from edgekit.grading.amounts import amounts
from edgekit.quiz.model import Question


@pytest.mark.parametrize(
    "text",
    ["5 kg", "5000 g", "5,0 kg", "It is 5kg.", "five kilograms", "cinco kilos", "５ kg", "٥ kg", "2 kg + 3 kg = 5 kg"],
)
def test_a_number_is_right_in_every_way_of_writing_it(text: str) -> None:
    assert mark(MASS, text).possible == (2.0,)


@pytest.mark.parametrize(
    ("text", "points", "code"),
    [
        ("5", 1.0, "unit"),
        ("5 g", 0.0, "unit"),
        ("5 m", 0.0, "unit"),
        ("none", 0.0, "number"),
        ("5 kg or 6 kg", 0.0, "hedged"),
        ("5 or 6 kg", 0.0, "hedged"),
        ("5 kg, and the other has 6 kg", 0.0, "number"),
        ("5 kg - 1 kg = 4 kg", 0.0, "number"),
    ],
)
def test_a_number_goes_to_a_person_when_it_is_right_in_part(text: str, points: float, code: str) -> None:
    found = mark(MASS, text)
    assert (found.points, found.reasons[0].code) == (points, code)
    assert len(found.possible) > 1


@pytest.mark.parametrize(
    ("text", "word", "number"),
    [
        ("twenti one", "twenti", "twenty"),
        ("thre and twenty", "thre", "three"),
        ("ninty", "ninty", "ninety"),
        ("beinte y uno", "beinte", "veinte"),
        ("doz", "doz", "dos"),
        ("veintiun y kuatro", "kuatro", "cuatro"),
    ],
)
def test_a_word_that_is_nearly_a_number_goes_to_a_person(text: str, word: str, number: str) -> None:
    found = mark(question("numeric", value=1000.0), text)
    assert (found.points, found.possible) == (0.0, (0.0, 2.0))
    assert [one.detail for one in found.reasons] == [f"`{word}` may be `{number}`"]


@pytest.mark.parametrize("text", ["twelve", "there are twelve", "its weight is 12", "a height of 12 m", "12 tons"])
def test_a_wrong_number_beside_other_words_is_certain(text: str) -> None:
    asked = Question("q", "numeric", "en", {"en": "What is the weight or height?"}, 2.0, value=1000.0)
    assert mark(asked, text).possible == (0.0,)


def test_a_right_number_beside_a_word_that_is_nearly_one_is_right() -> None:
    assert mark(MASS, "fiv, that is 5 kg").possible == (2.0,)


COLD = question("numeric", value=-5.0, unit="°C")
FILM = question("numeric", value=90.0, unit="min")
TABLE = question("numeric", value=1.2, unit="m")
QUARTER = question("numeric", value=0.25)
HALF = question("numeric", value=1.5, unit="L")
SHARE = question("numeric", value=60.0, unit="%")
THOUSANDS = question("numeric", value=2500.0, unit="g")


@pytest.mark.parametrize(
    ("asked", "texts"),
    [
        (COLD, "minus five degrees Celsius|menos cinco grados centígrados|- 5 °C|–5°C|5 °C below zero|5 °C bajo cero"),
        (FILM, "1 h 30 min|1h30|1:30|1 hour and 30 minutes|an hour and a half|una hora y media|uma hora e meia|1 h 30"),
        (TABLE, "1 m 20 cm|1m20|one metre twenty|un metro veinte|one point two meters|1 coma 2 metros|3.94 ft"),
        (QUARTER, "1/4|2/8|a quarter|un cuarto|um quarto|one fourth|.25|25%|0,25|¼"),
        (
            HALF,
            "one and a half litres|1 1/2 L|un litro y medio|um litro e meio|15 dl|litres: 1,5 l|150 cl",
        ),
        (SHARE, "60 per cent|sesenta por ciento|60 por cento|60 porciento"),
        (
            THOUSANDS,
            "2.5e3 g|2,5 x 10^3 g|2.5·10³ g|dos mil quinientos gramos|dois mil e quinhentos gramas|2 kilos y medio",
        ),
    ],
)
def test_a_number_is_read_as_a_person_reads_it(asked: Question, texts: str) -> None:
    for text in texts.split("|"):
        assert mark(asked, text, ("en", "es", "pt")).possible == (2.0,), text


@pytest.mark.parametrize(
    ("asked", "texts"),
    [
        (COLD, "5 °C|five degrees Celsius|10 - 5 °C|15 °C"),
        (FILM, "1 h 20 min|2:30|half an hour|media hora|90 h 90"),
        (QUARTER, "1/5|a third|0.26|24%|4"),
        (HALF, "half a litre|1/2 L|two and a half litres|2 L"),
        (question("numeric", value=5.0), "twenty-five|twenty five|veinticinco|treinta y cinco"),
        (question("numeric", value=2.0), "two hundred|doscientos|1/2"),
    ],
)
def test_a_part_of_another_number_is_not_the_right_one(asked: Question, texts: str) -> None:
    for text in texts.split("|"):
        found = mark(asked, text, ("en", "es", "pt"))
        assert found.points == 0.0 or found.reasons, text


def test_a_debt_is_no_sum() -> None:
    assert mark(question("numeric", value=-5.0, unit="€"), "-€5").points == 2.0
    assert mark(question("numeric", value=5.0, unit="€"), "-€5").points == 0.0


@pytest.mark.parametrize("text", ["4 + 4", "2 x 4", "16/2", "10 - 2"])
def test_a_sum_that_is_not_worked_out_goes_to_a_person(text: str) -> None:
    found = mark(question("numeric", value=8.0), text)
    assert (found.points, found.possible, found.reasons[0].code) == (0.0, (0.0, 2.0), "number")


def test_the_way_to_a_right_number_is_no_other_number() -> None:
    assert mark(MASS, "5 kg because 10 divided by 2 is 5").possible == (2.0,)


@given(st.text(alphabet="0123456789 /.,:-−x·^e³hm½andquartermediokcg°", max_size=40))
def test_any_row_of_signs_and_digits_is_marked(text: str) -> None:
    for asked in (COLD, FILM, QUARTER, SHARE):
        mark(asked, text, ("en", "es", "pt"))


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("no es 5 kg", 0.0),
        ("It isn't 5 kg", 0.0),
        ("nunca 5 kg", 0.0),
        ("es 5 kg, no 6 kg", 2.0),
        ("no es 6 kg, es 5 kg", 2.0),
        ("nicht 5 kg", 0.0),
        ("5 kg नहीं", 0.0),
    ],
)
def test_a_right_number_goes_to_a_person_when_something_is_denied(text: str, points: float) -> None:
    found = mark(MASS, text)
    assert (found.points, found.possible) == (points, (0.0, 2.0))
    assert found.reasons[0].code == "negation"


@pytest.mark.parametrize("text", ["No, 5 kg", "No. It is 5 kg", "no doubt 5 kg"])
def test_a_number_is_right_when_what_was_asked_is_denied(text: str) -> None:
    assert mark(MASS, text).possible == (2.0,)


@pytest.mark.parametrize("text", ["6 kg", "-5 kg", "50 kg", "0.5 kg"])
def test_another_number_has_no_points(text: str) -> None:
    found = mark(MASS, text)
    assert (found.possible, found.result.state) == ((0.0,), "contradicted")


@pytest.mark.parametrize(("text", "right"), [("3.1", True), ("3.14", True), ("3.2", False), ("3,15", True)])
def test_a_number_is_right_within_its_tolerance(text: str, right: bool) -> None:
    assert (mark(question("numeric", value=3.14, tolerance=0.05), text).points == 2.0) is right


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("fourteen ninety-two", 1492),
        ("In seventeen eighty nine", 1789),
        ("nineteen oh five", 1905),
        ("eighteen twelve AD", 1812),
        ("twenty twenty-four", 2024),
        ("nineteen hundred and five", 1905),
        ("twenty-two", 22),
        ("one hundred and nineteen", 119),
        ("setenta y cinco", 75),
        ("diecinueve ochenta y cuatro", 1984),
        ("catorce noventa y dos", 1492),
        ("dezenove oitenta e quatro", 1984),
        ("veinte mil", 20000),
        ("mil ochocientos doce", 1812),
        ("nineteen point two", 19.2),
    ],
)
def test_a_year_in_words_is_the_year_and_no_sum(text: str, value: float) -> None:
    assert mark(question("numeric", value=float(value)), text).possible == (2.0,)
    assert mark(question("numeric", value=float(value) + 1), text).points == 0.0


@pytest.mark.parametrize(
    "text",
    ["vingt-et-un", "vingt et un", "twenty-one", "trinta-e-um", "treinta y uno", "einundzwanzig"],
)
def test_a_number_with_hyphens_is_whole_whatever_other_languages_are_expected(text: str) -> None:
    value = 31.0 if text.startswith("tr") else 21.0
    languages = ("en", "es", "pt", "fr", "de")
    assert mark(question("numeric", value=value), text, languages).possible == (2.0,)
    assert mark(question("numeric", value=1.0), text, languages).possible == (0.0,)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("fourteen ninety-two", 1492),
        ("nineteen oh five", 1905),
        ("dezassete noventa", 1790),
        ("dezanove oitenta e quatro", 1984),
        ("diecinueve ochenta y cuatro", 1984),
        # No pair of digits.
        ("fourteen dozen", None),
    ],
)
def test_years_are_read_in_pairs_by_the_one_table_of_number_words(text: str, value: int | None) -> None:
    found = [one.values for one in amounts(text, ("en", "es", "pt"))]
    assert (found == [(value,)]) == (value is not None), found
    assert found != [(1412,)]


@pytest.mark.parametrize(
    "text",
    ["12 or 15", "12, 15", "12 o 15", "12 ou 15", "14\n15", "12 to 15", "part 1: 12; part 2: 15", "12 15"],
)
def test_two_numbers_of_which_nothing_says_which_counts_go_to_a_person(text: str) -> None:
    found = mark(question("numeric", value=15.0), text, ("en", "es", "pt"))
    assert (found.possible[-1], len(found.possible), found.reasons[0].code) == (2.0, 2, "hedged"), found


@pytest.mark.parametrize(
    "text",
    [
        "7 + 8 = 15",
        "7 and 8 makes 15",
        "I took 3 from 18 and got 15",
        "5*3=15",
        "15",
        "18 - 3\n= 15",
        "In 2020 there were 15",
    ],
)
def test_a_number_that_is_worked_out_is_right(text: str) -> None:
    assert mark(question("numeric", value=15.0), text, ("en", "es", "pt")).possible == (2.0,)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "<10",
            "> 10",
            "≤10",
            "at most 10",
            "more than 10",
            "less than 10",
            "over 10",
            "10 or more",
            "10+",
            "up to 10",
        ),
        *("más de 10", "menos de 10", "como máximo 10", "hasta 10", "al menos 10", "10 o más", "mais de 10", "até 10"),
        *("mehr als 10", "mindestens 10", "au moins 10", "plus de 10", "pelo menos 10", "10 ou mais"),
    ],
)
def test_a_bound_is_not_the_number(text: str) -> None:
    found = mark(question("numeric", value=10.0), text, ("en", "es", "pt"))
    assert (found.possible, found.reasons[0].code) == ((0.0, 2.0), "hedged")


@pytest.mark.parametrize(
    "text",
    [
        *("I deserve 10", "10 points please", "my teacher said I get a 10", "give me 10", "this scores 10", "grade 10"),
        *("dame un 10", "quiero un 10", "merezco un 10", "un 10 por favor", "quero 10 pontos", "la nota es 10"),
    ],
)
def test_who_asks_for_a_mark_that_is_the_right_number_goes_to_a_person(text: str) -> None:
    found = mark(question("numeric", value=10.0), text, ("en", "es", "pt"))
    assert (found.points, found.possible, found.reasons[0].code) == (0.0, (0.0, 2.0), "injection_suspect")


def test_words_of_marks_are_no_order_where_the_question_has_them() -> None:
    asked = Question("q", "numeric", "en", {"en": "How many points has a star of ten points?"}, 2.0, value=10.0)
    assert mark(asked, "10 points").possible == (2.0,)


@pytest.mark.parametrize(("text", "meant"), [("1O", "10"), ("l0", "10"), ("I0", "10"), ("it is 1O", "10")])
def test_a_figure_that_was_read_as_a_letter_goes_to_a_person(text: str, meant: str) -> None:
    found = mark(question("numeric", value=10.0), text)
    assert (found.points, found.possible) == (0.0, (0.0, 2.0))
    assert found.reasons[0].detail == f"`{text.split()[-1]}` may be `{meant}`"
    assert mark(question("numeric", value=11.0), "1O").points == 0.0


@pytest.mark.parametrize("text", ["ten million", "diez millones", "dez milhões", "10 million", "10.000.000"])
def test_millions_in_words_are_no_tens(text: str) -> None:
    languages = ("en", "es", "pt")
    assert mark(question("numeric", value=10.0), text, languages).points == 0.0
    assert mark(question("numeric", value=1e7), text, languages).possible == (2.0,)


@pytest.mark.parametrize(
    "text", ["nine and one", "two eight", "one nine", "three, seven", "cinco y cinco", "dois e nove"]
)
def test_two_words_for_digits_are_two_numbers(text: str) -> None:
    languages = ("en", "es", "pt")
    assert mark(question("numeric", value=10.0), text, languages).points == 0.0
    found = [one.values for one in amounts(text, languages)]
    assert len(found) == 2


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("one point two five", "1.25"),
        ("one point two five kg", "1.25"),
        ("tres coma uno cuatro uno seis", "3.1416"),
        ("zero point zero five", "0.05"),
        ("two point ten", "2.10"),
        ("three and twenty", "23"),
        ("diez y seis", "16"),
        ("dix huit", "18"),
        ("soixante et onze", "71"),
        ("mil sept cent quatre-vingt-neuf", "1789"),
        ("2 ½", "2.5"),
        ("dos mil quinientos treinta y uno", "2531"),
        ("one hundred and five", "105"),
        ("doscientos doce", "212"),
    ],
)
def test_words_of_one_number_are_one(text: str, value: str) -> None:
    (found,) = amounts(text, ("en", "es", "pt", "fr"))
    assert found.values == (Decimal(value),)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (question("numeric", value=1.06, unit="kg"), "1060"),
        (question("numeric", value=1.06, unit="kg"), "son 1060"),
        (question("numeric", value=1.0, unit="h"), "60"),
        (question("numeric", value=25.0, unit="°C"), "77"),
        (question("numeric", value=1.06), "1060 g"),
        (question("numeric", value=1.5), "90 min"),
    ],
)
def test_a_person_sees_a_number_that_is_right_in_a_unit_that_nobody_says(asked: Question, text: str) -> None:
    found = mark(asked, text)
    assert (found.points, found.possible) == (0.0, (0.0, 1.0, 2.0))
    assert [one.code for one in found.reasons] == ["unit"]


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (question("numeric", value=1.06, unit="kg"), "1061"),
        (question("numeric", value=1.06, unit="kg"), "1060 m"),
        (question("numeric", value=12.0, unit="apples"), "12000"),
        (question("numeric", value=1.06), "1060"),
        (question("numeric", value=1.06), "1070 g"),
    ],
)
def test_a_number_is_wrong_for_certain_when_no_unit_makes_it_right(asked: Question, text: str) -> None:
    assert mark(asked, text).possible == (0.0,)
