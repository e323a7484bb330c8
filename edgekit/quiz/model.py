"""A quiz: questions, and what a right answer to each of them says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

QuestionKind: TypeAlias = Literal[
    "explain",  # a short answer in the student's own words, against criteria
    "translate",  # a translation, against references
    "exact",  # a word or a phrase, against accepted forms
    "numeric",  # a number, with a unit where one is asked for
    "dictation",  # what was dictated, word by word
    "choice",  # one or several options
]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that an answer must say.

    points: given when it is met; half of them when it is partly met and `partial`.
    statement: language tag -> what must be said, in whole sentences.
    accepted: language tag -> other wordings that count as much.
    refuted: language tag -> wordings that say the opposite of it: teacher's examples of what must not pass.
    """

    id: str
    points: float
    statement: Mapping[str, str]
    accepted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    refuted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    partial: bool = True

    def wordings(self, language: str | None = None) -> tuple[tuple[str, str], ...]:
        """(language tag, text) of the statement and of what is accepted, of one language or of all."""
        return tuple(
            (tag, text)
            for tag, first in self.statement.items()
            if language in (None, tag)
            for text in (first, *self.accepted.get(tag, ()))
        )


@dataclass(frozen=True, slots=True)
class Misconception:
    """A known wrong idea: an answer that holds it goes to review, whatever else it says."""

    id: str
    wordings: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Question:
    """text, references: language tag -> text(s).  language: what the question is asked in.

    options, correct: of a choice, ids to texts and the ids that are right.
    value, tolerance, unit: of a numeric question; tolerance is absolute.
    form_counts: spelling and grammar are marked as well.
    partly: what has some of the points and how many: of an `exact` question other answers, of a choice ids of options.
    languages: that answers to it are expected in, where those are not the quiz's.
    A question of kind `explain` without criteria has one, `answer`, which its references are the wordings of.
    """

    id: str
    kind: QuestionKind
    language: str
    text: Mapping[str, str]
    points: float
    criteria: tuple[Criterion, ...] = ()
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    misconceptions: tuple[Misconception, ...] = ()
    form_counts: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    correct: tuple[str, ...] = ()
    value: float | None = None
    tolerance: float = 0.0
    unit: str | None = None
    languages: tuple[str, ...] = ()
    partly: Mapping[str, float] = field(default_factory=dict)

    @property
    def asked(self) -> str:
        """Its text in the language that it is asked in, else in the first."""
        return self.text.get(self.language) or next(iter(self.text.values()), self.id)


@dataclass(frozen=True, slots=True)
class Quiz:
    """languages: that answers are expected in.  questions: in their order.  digest: SHA-256 of its canonical JSON."""

    id: str
    title: str
    languages: tuple[str, ...]
    questions: tuple[Question, ...]
    digest: str

    def expected(self, question: Question) -> tuple[str, ...]:
        """The languages that answers to a question are expected in, first that which it is asked in, if it is one."""
        return tuple(sorted(question.languages or self.languages, key=lambda tag: tag != question.language))

    def question(self, question_id: str) -> Question | None:
        """By its id."""
        return next((question for question in self.questions if question.id == question_id), None)
