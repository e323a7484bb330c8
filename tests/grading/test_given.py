"""What a program gives to the grader by mistake is a typed error that says what and where, no word of a student."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgekit.core.errors import EdgekitError, EngineError, InputError, UsageError
from edgekit.grading.grader import Grader
from edgekit.grading.opening import open_grader
from edgekit.quiz.model import Question
from edgekit.quiz.read import make_quiz
from edgekit.quiz.suggestion import Answer
from edgekit.quiz.teaching import TeacherMark

QUIZ = make_quiz(
    "quiz", "Quiz", ("en",), (Question("word", "exact", "en", {"en": "What?"}, 2.0, references={"en": ("light",)}),)
)
ANSWER = Answer("a1", "word", "light", "Ana")


def answer(**changed: Any) -> Answer:
    return Answer(**{"answer_id": "a1", "question_id": "word", "text": "SECRET", "student": "SECRET"} | changed)


def grader(**options: Any) -> Grader:
    return Grader(QUIZ, None, **options)  # type: ignore[arg-type]  # of a wrong type on purpose


WRONG = {
    "nothing": (None, "`answers` is of type `NoneType`, not a list of `Answer`"),
    "one text": ("SECRET", "`answers` is of type `str`"),
    "bytes": (b"SECRET", "`answers` is of type `bytes`"),
    "a number": (5, "`answers` is of type `int`"),
    "one answer": (ANSWER, "`answers` is of type `Answer`, not a list"),
    "texts": ([ANSWER, "SECRET"], "answers[1] is of type `str`, not `Answer`"),
    "none of them": ([None], "answers[0] is of type `NoneType`"),
    "by name": ({"SECRET": ANSWER}, "answers[0] is of type `str`"),
    "another question": ([ANSWER, answer(question_id="wrd")], "answers[1]: there is no question `wrd`"),
    "text of bytes": ([answer(text=b"SECRET")], "answers[0]: `text` is of type `bytes`, not `str`"),
    "no text": ([answer(text=None)], "answers[0]: `text` is of type `NoneType`, not `str`"),
    "no id": ([answer(answer_id=None)], "answers[0]: `answer_id` is of type `NoneType`"),
    "list of questions": ([answer(question_id=["word"])], "answers[0]: `question_id` is of type `list`"),
    "student by number": ([answer(student=5)], "answers[0]: `student` is of type `int`"),
    "language by number": ([answer(language=5)], "answers[0]: `language` is of type `int`"),
}


@pytest.mark.parametrize(("given", "told"), WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("among", [False, True])
def test_what_is_no_answer_is_told_with_its_place_before_anything_is_graded(
    given: Any, told: str, *, among: bool
) -> None:
    options = {"answers": [ANSWER], "among": given} if among else {"answers": given}
    with pytest.raises(InputError) as caught:
        grader().grade(**options)
    assert (told.replace("answers", "among") if among else told) in str(caught.value)
    assert "SECRET" not in f"{caught.value} {caught.value.hint}"


def test_everything_that_is_wrong_is_told_at_once_and_the_questions_that_there_are() -> None:
    with pytest.raises(InputError) as caught:
        grader().grade([answer(text=1, answer_id=2), 3, answer(question_id="x")] * 10)  # type: ignore[list-item]  # of a wrong type on purpose
    assert len(caught.value.reasons) == 21
    assert caught.value.reasons[-1] == "and 20 more"
    assert caught.value.hint == "its questions are `word`"


@pytest.mark.parametrize(
    "of", [list, tuple, iter, lambda found: (one for one in found), lambda found: dict(enumerate(found)).values()]
)
def test_answers_come_from_whatever_gives_them_one_by_one(of: Callable[[list[Answer]], Any]) -> None:
    (found,) = grader(marks=of([TeacherMark("word", "light", 2)])).grade(of([ANSWER]), among=of([answer()]))
    assert (found.points, found.decision) == (2.0, "suggest")
    assert list(grader().grade([])) == []


@pytest.mark.parametrize(
    ("marks", "told"),
    [
        (None, "`marks` is of type `NoneType`"),
        ("SECRET", "`marks` is of type `str`"),
        (TeacherMark("word", "SECRET", 1.0), "`marks` is of type `TeacherMark`"),
        ([ANSWER], "marks[0] is of type `Answer`"),
        ([TeacherMark("wrd", "SECRET", 1.0)], "there is no question `wrd`"),
        ([TeacherMark("word", None, 1.0)], "`text` is of type `NoneType`"),  # type: ignore[arg-type]  # of a wrong type on purpose
        ([TeacherMark("word", "SECRET", "1")], "`points` is of type `str`, not a number"),  # type: ignore[arg-type]  # of a wrong type on purpose
        ([TeacherMark("word", "SECRET", True)], "`points` is of type `bool`"),
        ([TeacherMark("word", "SECRET", math.nan)], "`points` is nan, and `word` has 0 to 2"),
        ([TeacherMark("word", "SECRET", -1.0)], "`points` is -1"),
        ([TeacherMark("word", "SECRET", 2.5)], "`points` is 2.5"),
        ([TeacherMark("word", "SECRET", 1.0, 5)], "`language` is of type `int`"),  # type: ignore[arg-type]  # of a wrong type on purpose
    ],
)
def test_what_nothing_is_learned_from_is_told(marks: Any, told: str) -> None:
    for begin in (lambda: grader(marks=marks), lambda: open_grader(QUIZ, marks=marks)):
        with pytest.raises(InputError) as caught:
            begin()
        assert told in str(caught.value)
        assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize("quiz", [None, 5, b"quiz.toml", [], "", "a\0b", "a\ud800b", Path("no.toml"), Path()])
def test_what_is_no_quiz_is_told(quiz: Any) -> None:
    with pytest.raises(EdgekitError):
        open_grader(quiz)
    with pytest.raises(InputError):
        Grader(quiz, None)  # type: ignore[arg-type]  # of a wrong type on purpose


@pytest.mark.parametrize(
    "options",
    [
        {"encoder": None},
        {"encoder": 5},
        {"judge": 5},
        {"threads": "2"},
        {"threads": 1.5},
        {"threads": 0},
        {"report": None},
    ],
)
def test_what_opens_no_grader_is_told_before_a_model_is_read(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        open_grader(QUIZ, **options)
    assert f"`{next(iter(options))}` is" in str(caught.value)


def test_what_no_event_can_be_told_to_is_told() -> None:
    with pytest.raises(UsageError, match="`report` is of type `NoneType`"):
        grader().grade([ANSWER], None)  # type: ignore[arg-type]  # of a wrong type on purpose


def test_a_grader_that_was_closed_grades_nothing() -> None:
    closed = grader()
    closed.close()
    closed.close()
    with pytest.raises(EngineError, match="closed"):
        closed.grade([ANSWER])
