"""Questions that a rule marks, and what it says of an answer."""

from __future__ import annotations

from typing import Any

from edgekit.grading.intake import take_in
from edgekit.grading.kinds import mark_by_rule
from edgekit.grading.ruled import Ruled
from edgekit.quiz.model import Question, QuestionKind


def question(kind: QuestionKind, **fields: Any) -> Question:
    return Question("q", kind, "en", {"en": "The question?"}, 2.0, **fields)


def mark(asked: Question, text: str, languages: tuple[str, ...] = ("en", "es")) -> Ruled:
    found = mark_by_rule(asked, take_in(text), languages)
    words = found.result.evidence
    assert words is None or text[words.begin : words.end] == words.text
    assert found.points in found.possible
    assert 0 <= found.possible[0] <= found.possible[-1] <= asked.points
    return found


EXACT = question("exact", references={"en": ("photosynthesis",), "es": ("fotosíntesis",)})
MASS = question("numeric", value=5.0, unit="kg")
