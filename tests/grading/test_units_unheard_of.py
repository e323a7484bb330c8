"""Right numbers with a unit that nobody asked for, and shares where a percentage is asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from grading.ruled_questions import mark, question

EGGS = "How many eggs are in the box?"
PEN = "A pen costs 2 euros and a book 5 euros. How much more does the book cost?"
FIELD = "A field is 3 m by 4 m. What is its area?"
WORK = "A force of 2 N moves a body by 4 m. What is the work?"
DOG = "My dog weighs 5 kilos and that of Ana 2. How much more does mine weigh?"


@pytest.mark.parametrize(
    ("asked", "value", "text"),
    [
        *((EGGS, 8.0, text) for text in ("8 kg", "8 pounds", "8 cm2", "8 km/h", "8 °C")),
        *((PEN, 3.0, text) for text in ("3 dollars", "3 kg", "3 cents")),
        (FIELD, 12.0, "12 cm"),
        (DOG, 3.0, "3 g"),
        *(("How heavy is it?", 5.0, text) for text in ("5 kg", "5 g")),
    ],
)
def test_a_unit_that_no_question_has_goes_to_a_person(asked: str, value: float, text: str) -> None:
    found = mark(replace(question("numeric", value=value), text={"en": asked}), text)
    assert (found.points, found.possible) == (2.0, (0.0, 1.0, 2.0))
    assert [reason.code for reason in found.reasons] == ["unit"]


@pytest.mark.parametrize(
    ("asked", "value", "text"),
    [
        *((EGGS, 8.0, text) for text in ("8", "8 eggs", "8 in total", "8 a day", "8 days", "8 €")),
        *((PEN, 3.0, text) for text in ("3", "3 euros", "3 €", "3 euros more")),
        *((FIELD, 12.0, text) for text in ("12 m²", "12 square metres")),
        *((WORK, 8.0, text) for text in ("8 J", "8 Nm")),
        *((DOG, 3.0, text) for text in ("3 kg", "3 kilos")),
        ("How much is it in cents?", 3.0, "3 cents"),
    ],
)
def test_a_unit_that_a_question_may_have_is_certain(asked: str, value: float, text: str) -> None:
    found = mark(replace(question("numeric", value=value), text={"en": asked}), text)
    assert found.possible == (2.0,)


@pytest.mark.parametrize("text", ["0.5", "1/2", "half", "0,5"])
def test_a_share_goes_to_a_person_where_the_text_asks_for_a_percentage(text: str) -> None:
    asked = replace(question("numeric", value=50.0), text={"en": "What percentage of the class is absent?"})
    assert mark(asked, text).possible == (0.0, 1.0, 2.0)
    assert mark(asked, "50").possible == mark(asked, "50 %").possible == (2.0,)
    assert mark(replace(asked, text={"en": "What is 25 % of 200?"}), text).possible == (0.0,)


@pytest.mark.parametrize(("text", "value"), [("2'5", 2.5), ("2’5", 2.5), ("3'14", 3.14), ("-2'5", -2.5)])
def test_a_high_comma_is_the_sign_of_a_fraction_in_spanish(text: str, value: float) -> None:
    assert mark(question("numeric", value=value), text).possible == (2.0,)
    assert mark(question("numeric", value=5.0), "2'5").points == 0.0
    assert mark(question("numeric", value=1000.0), "1'000").possible == (2.0,)
    assert mark(question("numeric", value=value), text, ("en",)).points == 0.0
