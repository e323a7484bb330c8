"""A grader that is asked answer by answer learns from a teacher's marks once."""

from __future__ import annotations

import pytest
from grading.toy_states import ToyEncoder, toy_scorer

from edgekit.grading import explain
from edgekit.grading.grader import Grader
from edgekit.grading.texts import Texts
from edgekit.quiz.model import Question, Quiz
from edgekit.quiz.suggestion import Answer
from edgekit.quiz.teaching import TeacherMark

QUESTIONS = tuple(
    Question(name, "explain", "en", {"en": f"What do {name} need?"}, 2.0, references={"en": (f"{name} need water",)})
    for name in ("seeds", "roots")
)
QUIZ = Quiz("quiz", "Quiz", ("en",), QUESTIONS, "0" * 64)
MARKS = tuple(
    TeacherMark(name, f"{name} need {what}", points)
    for name in ("seeds", "roots")
    for what, points in (("water", 2.0), ("sand", 0.0))
)
ANSWERS = [
    Answer(f"{name}{at}", name, f"{name} need {what}")
    for name in ("seeds", "roots")
    for at, what in enumerate(("rain", "sun", "mud"))
]


def grader() -> Grader:
    return Grader(QUIZ, Texts(ToyEncoder(), toy_scorer("en")), marks=MARKS)  # type: ignore[arg-type]  # a toy


def test_marks_are_learned_once_a_question_when_answers_come_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = [next(grader().grade([answer])) for answer in ANSWERS]
    learned: list[str] = []
    learn = explain.Explainer._learn

    def counted(self: explain.Explainer, marks: list[TeacherMark]) -> None:
        learned.append(self._question.id)
        learn(self, marks)

    monkeypatch.setattr(explain.Explainer, "_learn", counted)
    one = grader()
    assert [next(one.grade([answer])) for answer in ANSWERS] == alone
    assert learned == ["seeds", "roots"]
