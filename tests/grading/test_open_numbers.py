"""Numbers that an answer leaves open, sums of money in two units, and Roman ones."""

from __future__ import annotations

from decimal import Decimal

import pytest
from grading.ruled_questions import mark, question

from edgekit.grading.amounts import amounts
from edgekit.quiz.model import Question

_LANGUAGES = ("en", "es", "pt", "fr", "de", "sw")


@pytest.mark.parametrize(
    "text",
    [
        *("3 or 4", "tres o cuatro", "between 3 and 4", "3, 4", "1 2 3 4", "1; 2; 4"),
        *("more than 4", "at least 4", "> 4", "≥4", "4 or more", "4+", "over 4"),
        *("más de 4", "por lo menos 4", "mais de 4", "pelo menos 4", "4 ou mais", "plus de 4", "mehr als 4"),
        *("mindestens 4", "zaidi ya 4"),
    ],
)
def test_a_right_number_that_is_left_open_goes_to_a_person(text: str) -> None:
    found = mark(question("numeric", value=4.0), text, _LANGUAGES)
    assert (found.points, found.possible) == (0.0, (0.0, 2.0))
    (reason,) = found.reasons
    assert reason.code == "hedged"
    assert reason.span is not None
    assert f"`{text[slice(*reason.span)]}` leaves it open" == reason.detail


@pytest.mark.parametrize(
    "text",
    [
        "4",
        "más o menos 4",
        "(4)",
        "-> 4",
        "=> 4",
        "x = 4",
        "2 + 2 = 4",
        "4 or four",
        "4, 4",
        "four (4)",
        "20 over 5 is 4",
        "about 4",
    ],
)
def test_a_right_number_that_is_one_is_right(text: str) -> None:
    assert mark(question("numeric", value=4.0), text, _LANGUAGES).possible == (2.0,)


def test_a_number_below_nothing_is_another_one() -> None:
    assert mark(question("numeric", value=4.0), "menos 4", _LANGUAGES).points == 0.0
    assert mark(question("numeric", value=-4.0), "menos 4", _LANGUAGES).possible == (2.0,)


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("1944 o 1945", True),
        ("antes de 1945", True),
        ("after 1945", True),
        ("nach 1945", True),
        ("en 1945", False),
        ("de 1939 a 1945", False),
        ("desde 1939 hasta 1945", False),
        ("2/9/1945", False),
        ("MCMXLV", False),
    ],
)
def test_a_year_is_open_before_and_after_it(text: str, is_open: bool) -> None:
    found = mark(question("numeric", value=1945.0), text, _LANGUAGES)
    assert found.possible == ((0.0, 2.0) if is_open else (2.0,))


def test_after_some_hours_answers_when() -> None:
    asked = question("numeric", value=3.0, unit="h")
    assert mark(asked, "after 3 hours", _LANGUAGES).possible == (2.0,)
    assert mark(asked, "in under 3 hours", _LANGUAGES).possible == (0.0, 2.0)


def test_a_bound_is_no_doubt_where_it_is_asked_for() -> None:
    asked = Question("q", "numeric", "en", {"en": "How many coins does she have at least?"}, 2.0, value=5.0)
    assert mark(asked, "at least 5").possible == (2.0,)
    assert mark(asked, "4 or 5").possible == (0.0, 2.0)


@pytest.mark.parametrize(
    "text",
    [
        *("2 reais e 50 centavos", "dois reais e cinquenta centavos", "250 centavos", "two dollars and fifty cents"),
        *("2 euros con 50 céntimos", "2€50", "£2 50p", "R$ 2,50", "2.5"),
    ],
)
def test_a_sum_of_money_is_one_number(text: str) -> None:
    assert mark(question("numeric", value=2.5), text, _LANGUAGES).possible == (2.0,)


@pytest.mark.parametrize("text", ["2 reais e 5 centavos", "50 centavos", "2 reais e 50 alunos", "2 dollars 5 cents"])
def test_another_sum_of_money_is_another_number(text: str) -> None:
    assert mark(question("numeric", value=2.5), text, _LANGUAGES).points == 0.0


def test_cents_are_a_number_where_they_are_asked_for() -> None:
    assert mark(question("numeric", value=250.0), "250 cents", _LANGUAGES).possible == (2.0,)


@pytest.mark.parametrize(("text", "points"), [("XVIII", 2.0), ("el siglo XVIII", 2.0), ("siglo XVII", 0.0)])
def test_a_number_in_roman_letters_is_read_where_it_is_right(text: str, points: float) -> None:
    assert mark(question("numeric", value=18.0), text, _LANGUAGES).points == points


def test_a_century_is_open_before_it() -> None:
    assert mark(question("numeric", value=18.0), "avant le XVIIIe siècle", _LANGUAGES).possible == (0.0, 2.0)
    assert mark(question("numeric", value=18.0), "im 18. Jahrhundert", _LANGUAGES).possible == (2.0,)
    assert mark(question("numeric", value=18.0), "18. Jahrhundert", _LANGUAGES).possible == (2.0,)


def test_a_word_that_is_a_roman_number_is_none() -> None:
    assert mark(question("numeric", value=1.0), "I have forgotten").points == 0.0
    assert mark(question("numeric", value=18.0), "no fue en el siglo XVIII", _LANGUAGES).points == 0.0


@pytest.mark.parametrize(
    "text", ["44 a.C.", "44 a. C.", "en el 44 a. de C.", "44 BC", "44 B.C.", "44 v. Chr.", "44 av. J.-C.", "-44"]
)
def test_a_year_before_christ_is_right_below_nothing(text: str) -> None:
    assert mark(question("numeric", value=-44.0), text, _LANGUAGES).possible == (2.0,)


def test_a_year_after_christ_is_another_one() -> None:
    assert mark(question("numeric", value=-44.0), "44 d.C.", _LANGUAGES).points == 0.0


@pytest.mark.parametrize("text", ["1945 a.C.", "1945 BC", "1945 antes de Cristo", "1945 av. J.-C."])
def test_a_year_before_christ_is_no_year_after_him(text: str) -> None:
    found = mark(question("numeric", value=1945.0), text, _LANGUAGES)
    assert (found.points, found.possible, found.reasons[0].code) == (0.0, (0.0, 2.0), "number")
    assert mark(question("numeric", value=1946.0), text, _LANGUAGES).possible == (0.0,)


@pytest.mark.parametrize(("asked", "unit"), [("Which year BC?", None), ("¿Qué año a.C.?", None), ("When?", "a.C.")])
def test_a_year_before_christ_is_right_above_nothing_where_such_a_one_is_asked_for(
    asked: str, unit: str | None
) -> None:
    year = Question("q", "numeric", "en", {"en": asked}, 2.0, value=44.0, unit=unit)
    assert mark(year, "44 a.C.", _LANGUAGES).possible == (2.0,)
    for text in ("44 d.C.", "AD 44", "44 CE", "44 apr. J.-C."):
        assert mark(year, text, _LANGUAGES).points == 0.0, text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("un millón y medio", 1.5e6), ("half a million", 5e5), ("medio millón", 5e5), ("3 1/2 million", 3.5e6)),
        *(("two and a half million", 2.5e6), ("dois milhões e meio", 2.5e6), ("deux millions et demi", 2.5e6)),
        *(("2 million 500 thousand", 2.5e6), ("dos millones quinientos mil", 2.5e6), ("um milhão", 1e6)),
        *(("two dozen", 24.0), ("3 docenas", 36.0), ("half a dozen", 6.0), ("un millón de habitantes", 1e6)),
    ],
)
def test_a_number_with_a_word_for_many_is_one(text: str, value: float) -> None:
    assert mark(question("numeric", value=value), text, _LANGUAGES).possible == (2.0,)
    for part in (2.0, 2.5, 3.0, 3.5, 0.5, 12.0, 2_000_000.5):
        assert mark(question("numeric", value=part), text, _LANGUAGES).points == 0.0


def test_millions_may_be_asked_for_as_a_unit() -> None:
    asked = question("numeric", value=50.0, unit="million")
    for text in ("50 million", "50 million people", "50,000,000", "cincuenta millones"):
        assert mark(asked, text).possible == (2.0,), text
    found = mark(asked, "50")
    assert (found.points, found.possible, found.reasons[0].code) == (1.0, (0.0, 1.0, 2.0), "unit")
    assert mark(asked, "50 thousand").points == mark(asked, "5 million").points == 0.0


@pytest.mark.parametrize("text", ["3-4", "3 – 4", "4-5", "3 a 4", "de 3 a 4", "hasta 4", "±4", "3 से 4", "4 से अधिक"])
def test_a_range_leaves_a_number_open(text: str) -> None:
    found = mark(question("numeric", value=4.0), text, (*_LANGUAGES, "hi"))
    assert (found.points, found.possible, found.reasons[0].code) == (0.0, (0.0, 2.0), "hedged")


@pytest.mark.parametrize("text", ["2-9-1945", "1945-09-02", "2.9.1945", "2/9/1945", "10 - 1945 = 1945"])
def test_a_date_is_no_range(text: str) -> None:
    assert mark(question("numeric", value=1945.0), text, _LANGUAGES).possible == (2.0,)
    assert mark(question("numeric", value=9.0), text, _LANGUAGES).points == 0.0


@pytest.mark.parametrize(
    "text", ["hora y media", "una hora y media", "heure et demie", "hora e meia", "an hour and a half"]
)
def test_an_hour_and_a_half_is_one_where_no_number_is_written(text: str) -> None:
    assert mark(question("numeric", value=90.0, unit="min"), text, _LANGUAGES).possible == (2.0,)


def test_an_article_is_one_where_it_is_all_there_is() -> None:
    assert mark(question("numeric", value=1.0), "una", _LANGUAGES).possible == (2.0,)
    assert mark(question("numeric", value=1.0), "a dog", _LANGUAGES).points == 0.0
    assert mark(question("numeric", value=2.0), "Um.", _LANGUAGES).possible == (0.0,)


def test_an_amount_with_a_half_leaves_the_others_of_its_text_as_they_are() -> None:
    found = amounts("3 metres of wire, 2 litres and a half of water and 7 kg of salt", ("en",))
    assert [(*one.values, one.unit and one.unit.written) for one in found] == [
        (Decimal(3), "metres"),
        (Decimal("2.5"), "litres"),
        (Decimal(7), "kg"),
    ]
