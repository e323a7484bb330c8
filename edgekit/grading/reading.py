"""An answer as the scorer gets it: taken in, without what speaks to the grader, with what a person should know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from edgekit.grading.injection import find_instructions, without_instructions
from edgekit.grading.intake import Intake, take_in
from edgekit.grading.validity import check_validity
from edgekit.grading.variety import Variety, profile
from edgekit.quiz.model import Question
from edgekit.quiz.suggestion import Answer, Reason, ReasonCode

# Nothing that could be marked: no points are a suggestion as any other. All other reasons are for a person to see.
EMPTY: frozenset[ReasonCode] = frozenset({"blank", "no_attempt"})


@dataclass(frozen=True, slots=True)
class Read:
    """intake: of the answer, its text without what speaks to the grader.  reasons: spans are of the original."""

    answer: Answer
    intake: Intake
    reasons: tuple[Reason, ...]
    variety: Variety

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that could have points."""
        return not self.intake.text.strip() or any(one.code in EMPTY for one in self.reasons)


def read_answer(question: Question, answer: Answer, others: Sequence[str], languages: Sequence[str]) -> Read:
    """Read an answer; others: texts of the other answers to the question.  languages: that answers are expected in."""
    intake = take_in(answer.text)
    reasons = check_validity(intake, question, others=others, languages=languages)
    known = "\n".join([*question.text.values(), *right_texts(question)])
    orders = find_instructions(intake.text, known)
    if orders:
        reasons += tuple(replace(one, span=intake.span(*one.span) if one.span is not None else None) for one in orders)
        intake = _kept(intake, without_instructions(intake.text, known))
    return Read(answer, intake, reasons, profile(intake.text, tuple(languages)))


def right_texts(question: Question) -> list[str]:
    """All that counts as right, in any language."""
    texts = [text for wordings in question.references.values() for text in wordings]
    return [*texts, *(text for criterion in question.criteria for _, text in criterion.wordings())]


def _kept(intake: Intake, spans: Sequence[tuple[int, int]]) -> Intake:
    """Only these spans of the text, a line break between them, and where each character of it came from."""
    pieces: list[str] = []
    at: list[int] = []
    for begin, end in spans:
        if pieces:
            pieces.append("\n")
            at.append(at[-1] + 1)
        pieces.append(intake.text[begin:end])
        at += intake.at[begin:end]
    at.append(at[-1] + 1 if at else 0)
    return replace(intake, text="".join(pieces), at=tuple(at))
