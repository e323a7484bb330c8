"""A small quiz, a class that answers it, and suggestions that need no model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from edgekit.gradebook.book import Gradebook
from edgekit.gradebook.session import Session
from edgekit.quiz.model import Criterion, Question, Quiz
from edgekit.quiz.read import make_quiz
from edgekit.quiz.suggestion import Answer, CriterionResult, Evidence, Suggestion

SETTINGS = {"alpha": 0.1}


def quiz(*statements: str) -> Quiz:
    criteria = tuple(
        Criterion(f"c{at}", 2.0, {"en": one}) for at, one in enumerate(statements or ("Plants need light to grow.",), 1)
    )
    question = Question("q1", "explain", "en", {"en": "What do plants need?"}, 2.0 * len(criteria), criteria)
    return make_quiz("plants", "Plants", ("en", "es"), (question,))


def answers(count: int = 3) -> list[Answer]:
    return [Answer(f"a{at}", "q1", f"They need light, says number {at}", f"Ana {at}") for at in range(1, count + 1)]


def suggestion(answer: Answer, points: float = 2.0, probability: float = 0.9) -> Suggestion:
    evidence = Evidence(5, 10, answer.text[5:10], "Plants need light to grow.")
    result = CriterionResult("c1", "met", points, probability, evidence, {"written": probability})
    return Suggestion(
        answer.answer_id,
        "q1",
        points,
        2.0,
        (points,),
        probability,
        "suggest",
        1 - probability,
        "en",
        (result,),
        (),
        "Good.",
    )


def begun(book: Gradebook, given: Sequence[Answer] | None = None) -> Session:
    """A session in which everything is suggested."""
    session = book.begin(quiz(), given if given is not None else answers(), SETTINGS)
    session.suggest([(number, suggestion(one)) for number, one in session.answers.items()], session.teaching())
    return session


def leave_out(path: Path) -> list[str]:
    """What must be in no record: students' names and words."""
    return [path.name, "Ana", "need light", "says number", "Plants need"]
