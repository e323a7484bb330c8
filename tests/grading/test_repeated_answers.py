"""One text in several places: given to several questions, or the question itself in the place of the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from edgekit.core.events import silent
from edgekit.gradebook.book import open_gradebook
from edgekit.gradebook.forgetting import forget
from edgekit.grading.grader import Grader
from edgekit.grading.session_run import replay, suggest_waiting
from edgekit.quiz.model import Question, Quiz
from edgekit.quiz.read import make_quiz
from edgekit.quiz.suggestion import Answer, Suggestion
from edgekit.quiz.teaching import TeacherMark

DICTATED = "The sun rises in the east and sets in the west."
QUIZ = make_quiz(
    "quiz",
    "Quiz",
    ("en",),
    (
        Question("one", "dictation", "en", {"en": "Write."}, 2.0, references={"en": (DICTATED,)}),
        Question("two", "dictation", "en", {"en": "Write."}, 2.0, references={"en": ("Rain falls from dark clouds.",)}),
        Question("word", "exact", "en", {"en": "What is it called?"}, 1.0, references={"en": ("east",)}),
        Question("turn", "translate", "en", {"en": DICTATED}, 2.0, references={"es": ("El sol sale por el este.",)}),
    ),
)
LONG = "the sun rises in the east and it sets in the west"


def graded(*answers: Answer, among: tuple[Answer, ...] = ()) -> dict[str, Suggestion]:
    grader = Grader(QUIZ, None)  # type: ignore[arg-type]  # no encoder is asked
    return {one.answer_id: one for one in grader.grade(answers, silent, among=among)}


def told(one: Suggestion) -> list[str]:
    return [reason.detail for reason in one.reasons if reason.code == "duplicate"]


@pytest.mark.parametrize("again", [LONG, LONG.upper() + "!", f"{LONG[:9]}\u200b{LONG[9:]}"])
def test_one_answer_to_several_questions_is_told_at_each_and_changes_no_points(again: str) -> None:
    answers = (Answer("a", "one", LONG), Answer("b", "two", again), Answer("c", "two", "Rain falls."))
    found = graded(*answers)
    assert told(found["a"]) == ["is the same as an answer to another question, word for word: `two`"]
    assert told(found["b"]) == ["is the same as an answer to another question, word for word: `one`"]
    assert told(found["c"]) == []
    assert [found[name].decision for name in "ab"] == ["review", "review"]
    for one in answers:
        (alone,) = graded(one).values()
        assert (alone.points, alone.possible, told(alone)) == (found[one.answer_id].points, alone.possible, [])
        # Graded by itself among the class, as after a ruling, it is the same suggestion.
        rest = tuple(other for other in answers if other is not one)
        assert graded(one, among=rest) == {one.answer_id: found[one.answer_id]}


@pytest.mark.parametrize("text", ["east", "It rises in the east.", "I don't know. I don't know. I don't know.", ""])
def test_what_may_answer_several_questions_by_chance_is_not_told(text: str) -> None:
    found = graded(*(Answer(question.id, question.id, text) for question in QUIZ.questions))
    assert not any(map(told, found.values()))


def test_a_question_that_is_marked_by_its_words_alone_is_no_other_question() -> None:
    found = graded(Answer("a", "one", LONG), Answer("b", "word", LONG))
    assert not any(map(told, found.values()))


def test_the_question_in_the_place_of_the_answer_is_no_answer() -> None:
    (found,) = graded(Answer("a", "turn", DICTATED)).values()
    assert (found.points, found.decision) == (0.0, "review")


def test_replay_knows_that_a_repeat_is_told_no_more_when_the_other_text_was_removed(tmp_path: Path) -> None:
    class Tools:
        settings: Mapping[str, object] = {}

        def grader(self, quiz: Quiz, marks: Sequence[TeacherMark], *, accidents: object = None) -> Grader:
            return Grader(quiz, None, marks=marks)  # type: ignore[arg-type]  # no encoder is asked

    given = [Answer("a", "one", LONG), Answer("b", "two", LONG), Answer("c", "word", "east")]
    with open_gradebook(tmp_path / "g.sqlite") as book:
        session = book.begin(QUIZ, given, {})
        assert suggest_waiting(session, Tools()) == 3
        assert replay(session, Tools()).row is None
        forget(session, [1])
        found = replay(session, Tools())
        assert (found.suggestions, found.row, found.removed, found.beside) == (1, None, 1, 1)
