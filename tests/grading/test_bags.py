"""Words of a wording without a sentence, in any order; what students write in few words stays."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.grading.bags import find_bag

VAPOUR = "It evaporated: the heat turned it into vapour, which is in the air."
VAPOR = "Evaporou: o calor a transformou em vapor, que está no ar."
LEAVES = "Plants use the energy of sunlight to turn water and carbon dioxide into glucose and oxygen."
PATH = "Bulbs A and C are still contained in the same closed path with the battery."


def broken(_: str) -> float:
    """What the encoder says of words without a sentence."""
    return 4.0


def whole(_: str) -> float:
    """What it says of sentences, terse ones as well."""
    return -5.0


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
        ("plants energy sunlight water carbon dioxide glucose oxygen", LEAVES, "en"),
        ("oxygen, glucose, dioxide, carbon, water, sunlight, plants", LEAVES, "en"),
        ("Heat. Vapour. Air.", VAPOUR, "en"),
        ("vapor aire calor", "Se evaporó: el calor la convirtió en vapor, que está en el aire.", "es"),
        ("Dampf Luft Hitze", "Es verdunstet: die Hitze macht es zu Dampf, der in der Luft ist.", "de"),
    ],
)
def test_bag_is_told_with_its_span_when_words_stand_in_no_order(text: str, wording: str, language: str) -> None:
    (reason,) = find_bag(text, ["Something else is here.", wording], [language], broken)
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
        ("because air is warm", VAPOUR),
        ("battery in the same path", PATH),
        ("because it was closed path", PATH),
        ("the is a closed path", PATH),
        ("bulb c still in path with battery", PATH),
        ("plants turn water and carbon dioxide into glucose with sunlight", LEAVES),
        ("vinegar amount, container size, rinse time, temperature, mass", LEAVES),
        ("v = s / t, s = v * t, t = s / v", "The speed v is the way s divided by the time t."),
    ],
)
def test_short_answer_stays_when_it_is_a_phrase_or_a_sentence(text: str, wording: str) -> None:
    assert find_bag(text, [wording], ["en"], whole) == ()
    assert find_bag(text, [wording], ["en"], whole, decides=True) == ()


def test_few_words_are_let_be_when_nothing_is_known_of_the_language() -> None:
    wording = "Ta thalassa einai poly megala kai kala"
    assert find_bag("megala thalassa", [wording], ["el"]) == ()


def test_bag_is_told_when_it_is_of_all_criteria_together() -> None:
    whole = "The leaf catches sunlight. It makes sugar, the food of the plant."
    assert find_bag("plant sugar sunlight food", ["The leaf catches sunlight.", whole], ["en"])


def test_less_tells_against_a_bag_when_nothing_else_keeps_it_from_marks() -> None:
    text, wording = "the water heated by sun", "The sun heated the water by day."
    assert not find_bag(text, [wording], ["en"], lambda _: -0.8)
    assert find_bag(text, [wording], ["en"], lambda _: -0.8, decides=True)


@given(st.lists(st.sampled_from(f"{VAPOUR} {PATH}".split()), max_size=12), st.floats(-8, 8), st.floats(0, 8))
def test_what_is_told_stays_told_when_it_looks_less_like_a_sentence(words: list[str], odds: float, more: float) -> None:
    text = " ".join(words)
    if find_bag(text, [VAPOUR, PATH], ["en"], lambda _: odds):
        assert find_bag(text, [VAPOUR, PATH], ["en"], lambda _: odds + more)


@given(st.text(max_size=200), st.lists(st.text(max_size=80), max_size=3))
def test_span_is_of_the_text_whatever_is_written(text: str, wordings: list[str]) -> None:
    for reason in find_bag(text, wordings, ["en", "es"], broken):
        assert reason.span is not None
        assert 0 <= reason.span[0] < reason.span[1] <= len(text)


def test_nearly_every_shuffle_of_a_sentence_is_told() -> None:
    draw = random.Random(0)
    words = PATH.split()
    found = [bool(find_bag(" ".join(draw.sample(words, len(words))), [PATH], ["en"], broken)) for _ in range(100)]
    assert sum(found) >= 95


def test_a_wording_with_words_of_another_language_in_it_is_in_order() -> None:
    text = "Plants usan the energy of sunlight to turn water and carbon dioxide into glucose and oxygen."
    assert find_bag(text, [LEAVES], ["en+es", "en", "es"], broken, decides=True) == ()
    words = text.split()
    assert find_bag(" ".join(words[::-1]), [LEAVES], ["en+es", "en", "es"], broken)


PRINT = ("Books became cheaper.", "More people learned to read.", "New ideas spread quickly.")


@pytest.mark.parametrize(
    ("text", "is_bag"),
    [
        ("books, became, cheaper, more, people, learned, read, ideas, spread, quickly", True),
        ("books / cheaper / people / learned / read / ideas / spread", True),
        ("spread ideas cheaper books people read more quickly learned", True),
        ("Books became cheaper, more people learned to read, new ideas spread quickly", False),
        ("books became cheaper more people learned to read new ideas spread quickly", False),
    ],
)
def test_words_alone_between_signs_are_a_bag_of_wordings_that_list_nothing(text: str, is_bag: bool) -> None:
    assert bool(find_bag(text, [*PRINT, " ".join(PRINT)], ["en"], broken if is_bag else whole)) == is_bag


def test_a_list_is_an_answer_where_a_wording_is_one() -> None:
    wording = "The organs are the heart, the lungs, the liver and the kidneys."
    assert not find_bag("heart, lungs, liver, kidneys", [wording], ["en"], whole)
