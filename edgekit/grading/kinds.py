"""Questions that a rule marks: a word or phrase, a number, a dictation, options, a translation."""

from __future__ import annotations

from edgekit.grading.choice import mark_choice
from edgekit.grading.dictation import mark_dictation
from edgekit.grading.exact import mark_exact
from edgekit.grading.intake import Intake
from edgekit.grading.numeric import mark_number
from edgekit.grading.ruled import Ruled
from edgekit.grading.translation import mark_translation
from edgekit.quiz.model import Question


def is_ruled(question: Question) -> bool:
    """Whether `mark_by_rule` marks the question; the others are for the scorer."""
    return question.kind != "explain" and not (question.kind == "translate" and question.criteria)


def mark_by_rule(
    question: Question, intake: Intake, languages: tuple[str, ...] = (), written: tuple[str, ...] = ()
) -> Ruled:
    """Mark an answer that is not blank.

    languages: of number words and of words that deny.  written: that the answer is said to be in, if any.
    Without `form_counts` case, accents and the punctuation around an answer are no matter.
    Raises ValueError for a question that `is_ruled` does not name.
    """
    if question.kind == "numeric":
        return mark_number(question, intake, languages, written)
    if question.kind == "dictation":
        return mark_dictation(question, intake)
    if question.kind == "choice":
        return mark_choice(question, intake)
    if question.kind == "exact":
        return mark_exact(question, intake, languages)
    if is_ruled(question):
        return mark_translation(question, intake)
    raise ValueError(f"`{question.id}` is not marked by a rule")
