"""What a teacher adds while grading: marks to learn from, and wordings that count from now on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from edgekit.quiz.criteria import WHOLE
from edgekit.quiz.model import Criterion, Question, Quiz


@dataclass(frozen=True, slots=True)
class TeacherMark:
    """An answer's text and the points that a teacher gave it."""

    question_id: str
    text: str
    points: float
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """`wording` counts for a criterion from now on; with refuted it says the opposite of it.

    number: of its row in the record, by which it is taken back.
    """

    number: int
    question_id: str
    criterion: str
    language: str
    wording: str
    refuted: bool = False

    def __str__(self) -> str:
        verb = "contradicts" if self.refuted else "counts for"
        return f"`{self.wording}` ({self.language}) {verb} `{self.criterion}` of `{self.question_id}`"


def with_rulings(quiz: Quiz, rulings: Iterable[Ruling]) -> Quiz:
    """The quiz with the wordings of rulings added, in their order; its digest stays that of the file."""
    questions = {question.id: question for question in quiz.questions}
    for ruling in rulings:
        question = questions.get(ruling.question_id)
        if question is not None:
            questions[ruling.question_id] = _ruled(question, ruling)
    return replace(quiz, questions=tuple(questions.values()))


def _ruled(question: Question, ruling: Ruling) -> Question:
    if not question.criteria and ruling.criterion == WHOLE:
        return replace(question, references=_added(question.references, ruling))
    return replace(question, criteria=tuple(_extended(one, ruling) for one in question.criteria))


def _extended(criterion: Criterion, ruling: Ruling) -> Criterion:
    if criterion.id != ruling.criterion:
        return criterion
    if ruling.refuted:
        return replace(criterion, refuted=_added(criterion.refuted, ruling))
    if ruling.language not in criterion.statement:
        # `wordings` goes by the languages of the statement.
        return replace(criterion, statement={**criterion.statement, ruling.language: ruling.wording})
    return replace(criterion, accepted=_added(criterion.accepted, ruling))


def _added(wordings: Mapping[str, tuple[str, ...]], ruling: Ruling) -> dict[str, tuple[str, ...]]:
    known = wordings.get(ruling.language, ())
    return {**wordings, ruling.language: tuple(dict.fromkeys((*known, ruling.wording)))}
