"""A quiz of two criteria, graded with an encoder whose words are their own vectors."""

from __future__ import annotations

from typing import Any

import pytest
from grading.toy_states import ToyEncoder, toy_scorer

from edgekit.grading.grader import Grader
from edgekit.grading.scorer import Scorer
from edgekit.grading.texts import Texts
from edgekit.quiz.model import Criterion, Misconception, Question, Quiz
from edgekit.quiz.read import make_quiz
from edgekit.quiz.suggestion import Answer, Suggestion

SWELL = Criterion(
    "swell",
    1.0,
    {"en": "Water makes the seed swell."},
    refuted={"en": ("Water keeps the seed small and dry.",)},
)
GROW = Criterion("grow", 1.0, {"en": "The plant needs light to grow."})
QUIZ: Quiz = make_quiz(
    "seeds",
    "Seeds",
    ("en", "es"),
    (
        Question(
            "q1",
            "explain",
            "en",
            {"en": "What happens in spring?"},
            2.0,
            (SWELL, GROW),
            misconceptions=(Misconception("food", {"en": ("Seeds eat soil for food.",)}),),
        ),
    ),
)
BOTH = "Water makes the seed swell and the plant needs light to grow"


def grader(quiz: Quiz = QUIZ, scorer: Scorer | None = None, **options: Any) -> Grader:
    return Grader(quiz, Texts(ToyEncoder(), scorer or toy_scorer()), **options)  # type: ignore[arg-type]  # options of any type


def grade(*texts: str, **options: Any) -> list[Suggestion]:
    answers = [Answer(f"a{at}", "q1", text) for at, text in enumerate(texts)]
    found = list(grader(**options).grade(answers))
    for one in found:
        check(one, answers[int(one.answer_id[1:])])
    return sorted(found, key=lambda one: int(one.answer_id[1:]))


def check(one: Suggestion, answer: Answer) -> None:
    for result in one.criteria:
        words = result.evidence
        assert words is None or answer.text[words.begin : words.end] == words.text
        assert 0 <= result.probability <= 1
    for reason in one.reasons:
        assert reason.span is None or 0 <= reason.span[0] <= reason.span[1] <= len(answer.text)
    assert one.points in one.possible
    assert list(one.possible) == sorted(one.possible)
    assert 0 <= one.points <= one.most
    assert 0 <= one.need <= 1
    assert one.decision == (
        "suggest" if not {reason.code for reason in one.reasons} - {"blank", "no_attempt"} else "review"
    )
    assert one.points == pytest.approx(sum(result.points for result in one.criteria))


def codes(one: Suggestion) -> set[str]:
    return {reason.code for reason in one.reasons}
