"""Causes that stand where a wording has what comes of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from grading.explained import QUIZ, codes, grade
from hypothesis import given
from hypothesis import strategies as st

from edgekit.grading.causes import find_turned_cause
from edgekit.quiz.model import Criterion, Question

FLAME = "The flame goes out because the oxygen is used up."


@pytest.mark.parametrize(
    ("wording", "said", "language"),
    [
        (FLAME, "The oxygen is used up because the flame goes out", "en"),
        (FLAME, "Because the flame goes out, the oxygen is used up.", "en"),
        (FLAME, "The flame goes out, so the oxygen is used up.", "en"),
        ("El cuerpo se enfría porque el sudor se evapora.", "El sudor se evapora porque el cuerpo se enfría", "es"),
        (
            "El sudor se evapora y por eso el cuerpo se enfría.",
            "El cuerpo se enfría, por eso el sudor se evapora",
            "es",
        ),
        ("As pessoas migraram porque faltava trabalho.", "Faltava trabalho porque as pessoas migraram", "pt"),
        ("Die Kerze erlischt, weil Sauerstoff fehlt.", "Sauerstoff fehlt, weil die Kerze erlischt", "de"),
        ("La bougie meurt parce que l'oxygène manque.", "L'oxygène manque parce que la bougie meurt", "fr"),
    ],
)
def test_a_cause_that_is_turned_round_is_found_with_its_place(wording: str, said: str, language: str) -> None:
    assert find_turned_cause([wording], said, language) == (0, len(said.rstrip(".")))
    assert find_turned_cause([said], wording, language) is not None


@pytest.mark.parametrize(
    "said",
    [
        FLAME,
        "The oxygen is used up, so the flame goes out.",
        "Because the oxygen is used up, the flame goes out.",
        "The flame goes out so that the oxygen is used up.",
        "The flame goes out.",
        "The flame goes out because the lid is on the glass.",
        "The oxygen is used up because the flame burns it, and then the flame has no oxygen.",
    ],
)
def test_the_same_cause_in_another_order_is_not_turned(said: str) -> None:
    assert find_turned_cause([FLAME], said, "en") is None
    assert find_turned_cause([FLAME], said, "zh") is None


def test_an_answer_with_its_cause_turned_round_goes_to_a_person() -> None:
    question = Question(
        "q1", "explain", "en", {"en": "Why did it go out?"}, 1.0, (Criterion("why", 1.0, {"en": FLAME}),)
    )
    quiz = replace(QUIZ, questions=(question,))
    (turned, right) = grade("The oxygen is used up because the flame goes out", FLAME, quiz=quiz)
    assert (turned.decision, codes(turned)) == ("review", {"negation"})
    assert "negation" not in codes(right)


@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from(["en", "es", "pt", "de", "fr", "en+es", "xx", ""]))
def test_any_text_has_a_place_in_itself_or_none(wording: str, said: str, language: str) -> None:
    place = find_turned_cause([wording], said, language)
    assert place is None or 0 <= place[0] < place[1] <= len(said)
    assert find_turned_cause([said], said, language) is None
