"""Where a number stops being the right one: at its tolerance, at the last place of another unit, at naught."""

from __future__ import annotations

import pytest
from grading.ruled_questions import mark, question

from edgekit.grading.right_numbers import wanted_number


@pytest.mark.parametrize("text", ["0", "zero", "0.0", "-0", "nothing but 0"])
def test_naught_is_right_where_it_is_asked_for(text: str) -> None:
    assert mark(question("numeric", value=0.0), text).points == 2.0


def test_a_number_is_right_up_to_its_tolerance_and_no_further() -> None:
    asked = question("numeric", value=10.0, tolerance=0.5)
    for text, points in (("10.5", 2.0), ("9.5", 2.0), ("10.501", 0.0), ("9.499", 0.0), ("-10", 0.0)):
        assert mark(asked, text).points == points, text


def test_only_a_fraction_of_three_digits_may_be_rounded_in_another_unit() -> None:
    length = question("numeric", value=1.2, unit="m")
    for text, points in (("3.94 ft", 2.0), ("3.9 ft", 0.0), ("4 ft", 0.0), ("3.95 ft", 0.0)):
        assert mark(length, text).points == points, text
    # A whole number is what it says, however many digits it has.
    mass = question("numeric", value=0.5004, unit="kg")
    for text, points in (("500 g", 0.0), ("500.4 g", 2.0), ("0.5004 kg", 2.0), ("0.500 kg", 0.0)):
        assert mark(mass, text).points == points, text


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (1234567.0, None, "1234567"),
        (0.1, "kg", "0.1 kg"),
        (100.0, None, "100"),
        (0.0, None, "0"),
        (1e15, None, "1e+15"),
        (-2.5e20, "m", "-2.5e+20 m"),
    ],
)
def test_the_right_number_is_told_in_figures_that_a_person_reads(value: float, unit: str | None, said: str) -> None:
    assert wanted_number(question("numeric", value=value, unit=unit)) == said


@pytest.mark.parametrize(
    "text",
    [
        "un millón de metros",
        "1 millón de metros",
        "a million metres",
        "one million of metres",
        "1000 km",
        "un millón m",
    ],
)
def test_a_unit_behind_the_word_for_millions_is_that_of_the_number(text: str) -> None:
    assert mark(question("numeric", value=1_000_000.0, unit="m"), text).possible == (2.0,)


@pytest.mark.parametrize("text", ["un millón de gramos", "un millón", "1 million a day", "1 million of sheep"])
def test_millions_of_something_else_are_not_right_for_certain(text: str) -> None:
    assert mark(question("numeric", value=1_000_000.0, unit="m"), text).possible != (2.0,)
