"""Numbers whose signs two languages read otherwise: `1.235` is a thousand and more, or little more than one."""

from __future__ import annotations

import pytest
from grading.ruled_questions import mark, question
from hypothesis import given
from hypothesis import strategies as st

from edgekit.grading.intake import take_in
from edgekit.grading.kinds import mark_by_rule
from edgekit.quiz.model import Question

METRES = question("numeric", value=1235.0, unit="km/h")
SOUND = question("numeric", value=340.0, tolerance=5.0, unit="m/s")
LESS = question("numeric", value=1.235, unit="kg")


@pytest.mark.parametrize(
    ("languages", "text", "right"),
    [
        (("en",), "1,235 km/h", METRES),
        (("pt",), "1.235 km/h", METRES),
        (("es",), "1.235 km/h", METRES),
        (("de", "fr"), "1.235 km/h", METRES),
        (("es-MX", "en"), "1,235 km/h", METRES),
        (("pt", "en"), "1 235 km/h|1235 km/h|1235,0 km/h|1235.0 km/h", METRES),
        (("en",), "1.235 kg", LESS),
        (("pt",), "1,235 kg", LESS),
        (("en", "es"), "1235 g|1,2350 kg|1.2350 kg|1235.0 g", LESS),
        (("en",), "1,235 km/h", SOUND),
        (("pt",), "1.235 km/h", SOUND),
    ],
)
def test_the_signs_of_a_number_are_read_as_the_language_has_them(
    languages: tuple[str, ...], text: str, right: Question
) -> None:
    for one in text.split("|"):
        assert mark(right, one, languages).possible == (2.0,), one


@pytest.mark.parametrize(
    ("languages", "text", "right"),
    [
        (("en",), "1.235 km/h", SOUND),
        (("en",), "1.235 km/h", METRES),
        (("pt",), "1,235 km/h", SOUND),
        (("pt",), "1.235 kg", LESS),
        (("es-MX",), "1.235 km/h", METRES),
        # They do not agree on it.
        (("en", "es"), "1.235 km/h|1,235 km/h", METRES),
        (("en", "es"), "1.235 kg|1,235 kg", LESS),
        # Nobody knows here.
        (("ar",), "1.235 km/h", METRES),
    ],
)
def test_a_number_that_is_right_by_one_reading_of_its_signs_goes_to_a_person(
    languages: tuple[str, ...], text: str, right: Question
) -> None:
    for one in text.split("|"):
        found = mark(right, one, languages)
        assert (found.points, found.possible[0], found.possible[-1]) == (0.0, 0.0, 2.0), one
        assert [reason.code for reason in found.reasons] == ["number"], one
        assert "may be `" in found.reasons[0].detail, one


@pytest.mark.parametrize("text", ["0.500 kg", "0,500 kg"])
@pytest.mark.parametrize("languages", [("en",), ("pt",), ("en", "pt")])
def test_what_can_be_read_in_one_way_is_never_another_number(text: str, languages: tuple[str, ...]) -> None:
    assert mark(question("numeric", value=0.5, unit="kg"), text, languages).possible == (2.0,)
    assert mark(question("numeric", value=500.0, unit="kg"), text, languages).possible == (0.0,)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [("1234.567", 1234567.0), ("1.234,567", 1234567.0), ("1 235", 1.235), ("5 million", 5.0), ("2,5 millones", 2.5)],
)
def test_signs_and_words_of_a_number_are_not_left_out(text: str, wrong: float) -> None:
    assert mark(question("numeric", value=wrong), text, ("en", "es")).points == 0.0


def test_a_word_for_millions_counts_with_the_signs_of_the_language() -> None:
    for languages, text in ((("en",), "1.235 million"), (("es",), "1,235 millones"), (("pt",), "1,235 milhões")):
        assert mark(question("numeric", value=1_235_000.0), text, languages).possible == (2.0,)
        assert mark(question("numeric", value=1_235_000_000.0), text, languages).points == 0.0


def test_the_language_that_an_answer_is_said_to_be_in_has_the_signs() -> None:
    for written, points in ((("pt",), 2.0), (("en",), 0.0)):
        found = mark_by_rule(METRES, take_in("1.235 km/h"), ("en", "pt"), written)
        assert (found.points, bool(found.reasons)) == (points, not points)


@given(st.integers(1, 999), st.integers(0, 999), st.sampled_from(".,"), st.sampled_from(["en", "pt", "es", "ar"]))
def test_one_separator_and_three_digits_are_never_accepted_by_both_readings(
    whole: int, rest: int, sign: str, language: str
) -> None:
    text = f"{whole}{sign}{rest:03d}"
    values = (float(f"{whole}.{rest:03d}"), float(f"{whole}{rest:03d}"))
    passed = [mark(question("numeric", value=value), text, (language,)).possible == (2.0,) for value in values]
    assert sum(passed) <= 1
