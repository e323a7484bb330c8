"""A teacher's own words for what must not pass are seen wherever they stand."""

from __future__ import annotations

import pytest

from edgekit.grading.wrong_words import find_wrong_words

IDEAS = ("Ice is denser than water.", "El hielo es más denso que el agua")
RIGHT = ("Ice is less dense than liquid water.",)


@pytest.mark.parametrize(
    "said",
    [
        "Ice is less dense than water, but ice is denser than water",
        "Ice is less dense than water. ICE IS DENSER   than water!!",
        "el hielo es menos denso y el hielo es mas denso que el agua",
    ],
)
def test_a_wrong_idea_beside_a_right_one_is_found_where_it_stands(said: str) -> None:
    place = find_wrong_words(IDEAS, RIGHT, said, ("en", "es"))
    assert place is not None
    words = said[slice(*place)].casefold()
    assert words.startswith(("ice is denser", "el hielo es mas denso"))


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Ice is less dense than water",
        "It is not true that ice is denser than water",
        "No es cierto que el hielo es más denso que el agua",
        "mice is denser than water",
        "Ice is denser than waterfalls",
    ],
)
def test_what_denies_it_or_only_resembles_it_is_left(said: str) -> None:
    assert find_wrong_words(IDEAS, RIGHT, said, ("en", "es")) is None


def test_what_a_right_wording_says_and_two_words_are_not_looked_for() -> None:
    assert find_wrong_words(("is less dense",), RIGHT, "ice is less dense", ("en",)) is None
    assert find_wrong_words(("it sinks",), RIGHT, "it sinks", ("en",)) is None
    khmer = "ទឹកកកធ្ងន់ជាងទឹក"
    assert find_wrong_words((khmer,), RIGHT, khmer, ("km",)) == (0, len(khmer))
