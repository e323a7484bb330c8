"""A quiz answers itself: right by its wordings, wrong by its misconceptions and other questions, in every variety."""

from __future__ import annotations

from pathlib import Path

from edgekit.fairness.own_quiz import make_own_trial, right_answers
from edgekit.quiz.model import Criterion, Misconception, Question, Quiz
from edgekit.quiz.read import read_quiz

EXAMPLE = Path(__file__).parents[2] / "examples" / "class" / "quiz.toml"
BOTH = Question(
    "q1",
    "explain",
    "en",
    {"en": "Why?"},
    2.0,
    criteria=(
        Criterion("a", 1.0, {"en": "One thing.", "es": "Una cosa."}, {"en": ("The first thing.",)}),
        Criterion("b", 1.0, {"en": "Another thing."}, refuted={"en": ("No other thing.",)}),
    ),
    misconceptions=(Misconception("m", {"en": ("Nothing at all.",)}),),
)
QUIZ = Quiz(
    "q", "Q", ("en", "es"), (BOTH, Question("q2", "explain", "en", {"en": "How?"}, 1.0, (), {"en": ("So.",)})), ""
)


def test_a_right_answer_meets_every_criterion() -> None:
    assert right_answers(BOTH, "en") == ("One thing. Another thing.", "The first thing. Another thing.")
    assert right_answers(BOTH, "es") == ()


def test_wrong_answers_are_known_ones_and_those_to_other_questions() -> None:
    trial = make_own_trial(QUIZ)
    wrong = {
        one.text for one in trial.versions.values() if not one.right and one.variety == "en" and one.question == "q1"
    }
    assert wrong == {"Nothing at all.", "No other thing.", "So."}


def test_what_a_translator_makes_is_a_variety_of_its_own() -> None:
    trial = make_own_trial(QUIZ, translate=lambda text, _source, target: f"{target}: {text}")
    made = {one.variety for one in trial.versions.values()}
    assert {"en", "translated to es", "en+es", "plain"} <= made
    assert {one.question_id for one in trial.answers} == {"q1", "q2"}
    assert set(trial.versions) == {one.answer_id for one in trial.answers}


def test_the_example_is_answered_in_its_three_languages() -> None:
    quiz = read_quiz(EXAMPLE)
    trial = make_own_trial(quiz)
    assert {"en", "es", "pt", "spelling", "no-accents"} <= {one.variety for one in trial.versions.values()}
    assert any(one.right for one in trial.versions.values())
    assert not all(one.right for one in trial.versions.values())
