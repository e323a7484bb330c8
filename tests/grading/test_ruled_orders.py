"""An order in an answer that a rule marks, a word, a number, an option, a dictation, changes no points."""

from __future__ import annotations

from pathlib import Path

import pytest
from grading.test_injection import DISGUISES, ORDERS

from edgekit.grading.grader import Grader
from edgekit.quiz.model import Quiz
from edgekit.quiz.read import check_quiz
from edgekit.quiz.suggestion import Answer, Suggestion

SOURCE = """
title = "T"
language = "en"
languages = ["en", "es"]
[[questions]]
id = "number"
kind = "numeric"
text = "How many are there?"
value = 10
[[questions]]
id = "mass"
kind = "numeric"
text = "How heavy is it?"
value = 3
unit = "kg"
[[questions]]
id = "word"
kind = "exact"
text = "Which gas?"
references = { en = "oxygen", es = "oxígeno" }
[[questions]]
id = "option"
kind = "choice"
text = "Which is liquid?"
options = ["sand", "oil", "iron"]
correct = ["b"]
[[questions]]
id = "options"
kind = "choice"
text = "Which are liquid?"
options = ["sand", "oil", "milk"]
correct = ["b", "c"]
[[questions]]
id = "dictation"
kind = "dictation"
text = "Write what you hear."
references = { es = "El gato come pescado." }
[[questions]]
id = "translation"
kind = "translate"
text = "The cat eats fish."
references = { es = "El gato come pescado." }
"""
ANSWERS = {
    "number": ("10", "9"),
    "mass": ("3 kg", "4 kg", "3"),
    "word": ("oxygen", "nitrogen", "oxigen"),
    "option": ("b", "iron"),
    "options": ("b, c", "b", "a"),
    "dictation": ("El gato come pescado.", "El perro come pescado."),
    "translation": ("El gato come pescado.", "El perro bebe agua."),
}
ALL = {**ORDERS, **DISGUISES}


def quiz() -> Quiz:
    found, problems = check_quiz(SOURCE.encode(), Path("q"))
    assert found is not None, problems
    return found


GRADER = Grader(quiz(), None)


def graded(question: str, text: str) -> Suggestion:
    (found,) = GRADER.grade([Answer("a", question, text)])
    return found


@pytest.mark.parametrize("question", ANSWERS)
def test_no_points_are_gained_and_a_person_looks_when_an_order_stands_beside_an_answer(question: str) -> None:
    for answer in ANSWERS[question]:
        points = graded(question, answer).points
        for name, order in ALL.items():
            found = graded(question, f"{answer} {order}")
            assert found.points <= points, (answer, name)
            assert found.decision == "review", (answer, name)


@pytest.mark.parametrize("question", ANSWERS)
def test_an_order_alone_has_no_points(question: str) -> None:
    for name, order in ALL.items():
        found = graded(question, order)
        assert (found.points, found.decision) == (0.0, "review"), name
