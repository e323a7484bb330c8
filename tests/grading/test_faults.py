"""A fault of ours in one answer sends that one to a person, and all others are graded as they would be."""

from __future__ import annotations

from typing import Any

import pytest
from grading.explained import QUIZ, grader

from edgekit.core.debugging import is_debugged
from edgekit.core.errors import EngineError
from edgekit.grading import explain, suggesting
from edgekit.grading import grader as rules
from edgekit.grading.grader import Grader
from edgekit.quiz.model import Question
from edgekit.quiz.read import make_quiz
from edgekit.quiz.suggestion import Answer, Suggestion

TEXTS = ("Water makes the seed swell.", "My dog likes old shoes very much.")
WORDS = make_quiz(
    "quiz",
    "Quiz",
    ("en",),
    (Question("word", "exact", "en", {"en": "What is it called?"}, 1.0, references={"en": ("photosynthesis",)}),),
)


@pytest.fixture
def in_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggesting, "is_debugged", is_debugged)
    monkeypatch.delenv("EDGEKIT_DEBUG", raising=False)


def graded() -> list[Suggestion]:
    question = QUIZ.questions[0].id
    return list(grader(QUIZ).grade([Answer(f"a{at}", question, text) for at, text in enumerate(TEXTS)]))


def failing(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = explain.score

    def fails(question: Question, wordings: Any, seen: Any, *rest: Any) -> Any:
        if "dog" in seen.read.answer.text:
            raise error
        return ours(question, wordings, seen, *rest)

    monkeypatch.setattr(explain, "score", fails)


@pytest.mark.usefixtures("in_class")
def test_one_answer_goes_to_a_person_and_the_rest_is_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    right, _ = graded()
    failing(ZeroDivisionError("division by zero: my dog"), monkeypatch)
    same, sent = graded()
    assert same == right
    assert (sent.points, sent.possible, sent.decision, sent.feedback) == (0.0, (0.0, 2.0), "review", "")
    assert [one.state for one in sent.criteria] == ["unclear", "unclear"]
    assert sent.need > same.need
    first = sent.reasons[0]
    assert first.code == "uncertain"
    # Where it failed, and no word of the student's.
    assert first.detail.startswith(
        "edgekit failed on this answer, mark it yourself (ZeroDivisionError, test_faults.py:"
    )
    assert "dog" not in first.detail


@pytest.mark.usefixtures("in_class")
def test_so_it_is_where_a_rule_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        raise KeyError("word")

    monkeypatch.setattr(rules, "mark_by_rule", fails)
    (sent,) = Grader(WORDS, object()).grade([Answer("a", "word", "photosynthesis")])  # type: ignore[arg-type]  # unused
    assert (sent.decision, sent.possible) == ("review", (0.0, 1.0))


@pytest.mark.usefixtures("in_class")
@pytest.mark.parametrize("error", [EngineError("the device is gone"), MemoryError()])
def test_what_is_of_all_answers_ends_it(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(error, monkeypatch)
    with pytest.raises(type(error)):
        graded()


@pytest.mark.usefixtures("in_class")
def test_a_fault_is_raised_for_who_looks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGEKIT_DEBUG", "1")
    failing(ZeroDivisionError(), monkeypatch)
    with pytest.raises(ZeroDivisionError):
        graded()
