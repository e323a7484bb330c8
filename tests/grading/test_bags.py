"""Words of a wording without a sentence, in any order; what students write in few words stays."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.grading.bags import find_bag

VAPOUR = "It evaporated: the heat turned it into vapour, which is in the air."
VAPOR = "Evaporou: o calor a transformou em vapor, que está no ar."
PATH = "Bulbs A and C are still contained in the same closed path with the battery."


@pytest.mark.parametrize(
    ("text", "wording", "language"),
    [
        ("vapor calor evaporou transformou", VAPOR, "pt"),
        ("A folha capta a luz do sol. evaporou calor transformou vapor", VAPOR, "pt"),
        ("calor Evaporou: o no vapor, transformou em ar. a que está", VAPOR, "pt"),
        ("vapour heat evaporated", VAPOUR, "en"),
        ("vapour, evaporated", VAPOUR, "en"),
        ("air heat", VAPOUR, "en"),
        ("evaporated heat turned vapour", VAPOUR, "en"),
        ("The rain is in the box. still contained same path with battery", PATH, "en"),
        ("with closed same A path the in are contained still C battery", PATH, "en"),
        ("vapor aire calor", "Se evaporó: el calor la convirtió en vapor, que está en el aire.", "es"),
        ("Dampf Luft Hitze", "Es verdunstet: die Hitze macht es zu Dampf, der in der Luft ist.", "de"),
    ],
)
def test_bag_is_told_with_its_span_when_words_stand_in_no_order(text: str, wording: str, language: str) -> None:
    (reason,) = find_bag(text, ["Something else is here.", wording], [language])
    assert reason.code == "keyword_list"
    assert reason.span is not None
    begin, end = reason.span
    assert 0 <= begin < end <= len(text)


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        ("closed path", PATH),
        ("same closed path", PATH),
        ("Higher pitch.", "The pitch is higher."),
        ("damaged battery", "The battery is damaged."),
        ("heat evaporated it", VAPOUR),
        ("into the air", VAPOUR),
        ("evaporated", VAPOUR),
        ("It evaporated. Into the air.", VAPOUR),
        ("the heat turned it into vapour", VAPOUR),
        ("the same closed path with the battery contained the bulbs", PATH),
        ("vapour heat air", "heat, vapour, air"),
        (VAPOUR, VAPOUR),
        ("", VAPOUR),
        ("...", VAPOUR),
    ],
)
def test_short_answer_stays_when_it_is_a_phrase_or_a_sentence(text: str, wording: str) -> None:
    assert find_bag(text, [wording], ["en"]) == ()


def test_few_words_are_let_be_when_nothing_is_known_of_the_language() -> None:
    wording = "Ta thalassa einai poly megala kai kala"
    assert find_bag("megala thalassa", [wording], ["el"]) == ()


def test_bag_is_told_when_it_is_of_all_criteria_together() -> None:
    whole = "The leaf catches sunlight. It makes sugar, the food of the plant."
    assert find_bag("plant sugar sunlight food", ["The leaf catches sunlight.", whole], ["en"])


@given(st.text(max_size=200), st.lists(st.text(max_size=80), max_size=3))
def test_span_is_of_the_text_whatever_is_written(text: str, wordings: list[str]) -> None:
    for reason in find_bag(text, wordings, ["en", "es"]):
        assert reason.span is not None
        assert 0 <= reason.span[0] < reason.span[1] <= len(text)


def test_nearly_every_shuffle_of_a_sentence_is_told() -> None:
    draw = random.Random(0)
    words = PATH.split()
    found = [bool(find_bag(" ".join(draw.sample(words, len(words))), [PATH], ["en"])) for _ in range(100)]
    assert sum(found) >= 95
