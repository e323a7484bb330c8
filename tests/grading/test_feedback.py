"""Feedback is made of the quiz's words and the student's, in the student's language, and announces no mark."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.grading.feedback import PHRASES, feedback_faults, spoken, write_feedback
from edgekit.quiz.model import Criterion, Question
from edgekit.quiz.suggestion import CriterionResult, Evidence

QUESTION = Question(
    "q1",
    "explain",
    "en",
    {"en": "Where did the salt go?"},
    2.0,
    criteria=(
        Criterion("air", 1.0, {"en": "The water goes into the air", "es": "El agua se va al aire"}),
        Criterion("stays", 1.0, {"en": "The salt stays behind."}),
    ),
)
MET = CriterionResult("air", "met", 1.0, 0.9, Evidence(0, 20, "el agua\nse  evapora", "El agua se va al aire"))
MISSING = CriterionResult("stays", "missing", 0.0, 0.1)


def test_what_is_missing_comes_first_and_words_are_quoted() -> None:
    assert write_feedback(QUESTION, [MET, MISSING], "es") == (
        "Esto todavía no está en tu respuesta: The salt stays behind.\n"
        "Dices esto: El agua se va al aire. Tus palabras: «el agua se evapora»."
    )


def test_a_mix_is_told_in_both_languages() -> None:
    assert write_feedback(QUESTION, [MET], "en+es:0.6") == (
        "You say this: The water goes into the air. Your words: “el agua se evapora”."
        " / Dices esto: El agua se va al aire. Tus palabras: «el agua se evapora»."
    )


@pytest.mark.parametrize(
    ("variety", "languages"),
    [
        ("en", ("en",)),
        ("es-phon", ("es",)),
        ("en+es", ("en", "es")),
        ("qu", ("en",)),
        ("", ("en",)),
        ("qu+pt", ("pt",)),
    ],
)
def test_languages_of_a_variety(variety: str, languages: tuple[str, ...]) -> None:
    assert spoken(variety) == languages


def test_braces_of_a_student_are_text() -> None:
    said = CriterionResult("air", "met", 1.0, 0.9, Evidence(0, 8, "{0} {x} %s", "x"))
    assert "{0} {x} %s" in write_feedback(QUESTION, [said], "en")


@pytest.mark.parametrize("language", sorted(PHRASES))
def test_our_own_sentences_have_no_fault(language: str) -> None:
    for state in PHRASES[language].states:
        results = [CriterionResult("air", state, 0.0, 0.5, MET.evidence), CriterionResult("stays", state, 0.0, 0.5)]
        text = write_feedback(QUESTION, results, language)
        assert text
        assert feedback_faults(text, QUESTION, results, language) == ()


def test_numbers_and_marks_from_nowhere_are_faults() -> None:
    faults = feedback_faults("You get 7 points!", QUESTION, [MET], "en")
    assert faults == ("it has numbers that nobody gave: 7", "it speaks of marks: points")


@given(st.text())
def test_no_answer_breaks_a_feedback(text: str) -> None:
    said = CriterionResult("air", "partly", 0.5, 0.5, Evidence(0, len(text), text, "x"))
    assert write_feedback(QUESTION, [said], "pt").startswith("Você diz uma parte")
