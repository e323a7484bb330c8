"""Twenty marks of near duplicates teach what they say, not its contrary: that goes to a person."""

from __future__ import annotations

from dataclasses import replace

import pytest
from grading.toy_states import ToyEncoder, toy_scorer

from edgekit.grading.grader import Grader
from edgekit.grading.texts import Texts
from edgekit.quiz.model import Question
from edgekit.quiz.read import make_quiz
from edgekit.quiz.suggestion import Answer, Suggestion
from edgekit.quiz.teaching import TeacherMark

QUESTION = Question(
    "q1", "explain", "en", {"en": "What is left in the pan?"}, 2.0, references={"en": ("Sea salt remains.",)}
)
QUIZ = make_quiz("salt", "Salt", ("en",), (QUESTION,))
MARKED = "About 5 g of white crystals stay behind on the bottom"


def graded(text: str, points: float) -> Suggestion:
    marks = [TeacherMark("q1", f"{MARKED}{'!' * at}", points) for at in range(20)]
    texts = Texts(ToyEncoder(), toy_scorer("en"))  # type: ignore[arg-type]  # a toy
    (found,) = Grader(QUIZ, texts, marks=marks).grade([Answer("a", "q1", text)])
    return found


def told(found: Suggestion) -> list[str]:
    return [one.code for one in found.reasons if one.detail.startswith("the mark goes by answers like it")]


@pytest.mark.parametrize("points", [0.0, 2.0])
@pytest.mark.parametrize(
    ("text", "code"),
    [
        (MARKED.replace("5 g", "50 g"), "number"),
        (MARKED.replace("5 g", "5 kg"), "unit"),
        (MARKED.replace("stay", "do not stay"), "negation"),
        (MARKED.replace("bottom", "top"), "negation"),
        (f"{MARKED.replace('bottom', 'top')} and I saw that there were {MARKED[6:]}", "negation"),
    ],
)
def test_what_goes_against_the_marked_answers_goes_to_a_person(text: str, code: str, points: float) -> None:
    found = graded(text, points)
    assert told(found) == [code]
    assert found.decision == "review"
    # No word of another student is in a reason, which stays when they are forgotten.
    assert not any("crystals" in one.detail for one in found.reasons)


@pytest.mark.parametrize("text", [MARKED, MARKED.lower() + ".", MARKED.replace("5 g", "five grams")])
def test_the_same_has_the_mark_that_was_given(text: str) -> None:
    for points in (0.0, 2.0):
        found = graded(text, points)
        assert (found.points, told(found)) == (points, [])


def test_an_opposite_word_goes_to_a_person_where_marks_are_all_there_is() -> None:
    quiz = make_quiz("salt", "Salt", ("en",), (replace(QUESTION, references={}, criteria=()),))
    marks = [TeacherMark("q1", f"{MARKED}{'!' * at}", 2.0) for at in range(20)]
    texts = Texts(ToyEncoder(), toy_scorer("en"))  # type: ignore[arg-type]  # a toy
    (found,) = Grader(quiz, texts, marks=marks).grade([Answer("a", "q1", MARKED.replace("bottom", "top"))])
    assert found.decision == "review"


def test_a_number_that_a_marked_answer_has_is_no_other() -> None:
    marks = [TeacherMark("q1", MARKED.replace("5", str(number)), 2.0) for number in range(1, 30)]
    texts = Texts(ToyEncoder(), toy_scorer("en"))  # type: ignore[arg-type]  # a toy
    (found,) = Grader(QUIZ, texts, marks=marks).grade([Answer("a", "q1", MARKED)])
    assert told(found) == []
