"""An answer as the scorer gets it: taken in, without what speaks to the grader, with what a person should know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from edgekit.grading.intake import Intake, take_in
from edgekit.grading.orders import without_listed
from edgekit.grading.validity import check_validity
from edgekit.grading.variety import Variety, profile
from edgekit.quiz.model import Question
from edgekit.quiz.suggestion import UNFINISHED, Answer, Reason, ReasonCode

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
    intake, told = without_listed(intake, known_of(question))
    reasons += told
    if UNFINISHED in answer.extra and any(one.code in EMPTY for one in reasons):
        # Nothing is written yet, which is no zero.
        reasons = (*reasons, Reason("uncertain", "the attempt is not finished"))
    return Read(answer, intake, reasons, profile(intake.text, tuple(languages)))


def told_of_repeats(read: Read, questions: Sequence[str]) -> Read:
    """With what a person should know of an answer that was given to other questions as well, word for word."""
    if not questions or read.is_empty:
        return read
    others = ", ".join(f"`{one}`" for one in questions)
    told = Reason("duplicate", f"is the same as an answer to another question, word for word: {others}")
    return replace(read, reasons=(*read.reasons, told))


def right_texts(question: Question) -> list[str]:
    """All that counts as right, in any language."""
    texts = [text for wordings in question.references.values() for text in wordings]
    return [*texts, *(text for criterion in question.criteria for _, text in criterion.wordings())]


def known_of(question: Question) -> str:
    """All that is asked and all that counts as right: what stands there word for word is no order."""
    return "\n".join([*question.text.values(), *right_texts(question)])
