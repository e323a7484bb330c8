"""The grader: intake, validity, variety, views, evidence, contradiction, scorer, decision, feedback."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from edgekit.core.errors import InputError
from edgekit.core.events import Reporter, silent
from edgekit.grading.kinds import is_ruled, mark_by_rule
from edgekit.grading.reading import Read, read_answer
from edgekit.grading.suggesting import suggest, suggest_nothing
from edgekit.grading.vectors import Vectors
from edgekit.quiz.criteria import whole_answer
from edgekit.quiz.model import Question, Quiz
from edgekit.quiz.suggestion import Answer, Suggestion
from edgekit.quiz.teaching import TeacherMark

if TYPE_CHECKING:
    from edgekit.engine.base import TextEncoder
    from edgekit.grading.explain import Explainer, Translate
    from edgekit.grading.judge import Judge


class Closing(Protocol):
    """What a grader may own."""

    def close(self) -> None:
        """Free it."""
        ...


class Grader:
    """Grades answers of a quiz; the same answers get the same suggestions, in whatever order they come.

    encoder: turns texts into vectors; `Vectors` shares them between graders.  marks: of a teacher, from which the head
    of each question learns at once.  judge: a second opinion, which sends to review and gives no points. Nothing that
    an answer says changes points but through the scorer's features.
    """

    def __init__(
        self,
        quiz: Quiz,
        encoder: TextEncoder | Vectors,
        *,
        translate: Translate | None = None,
        judge: Judge | None = None,
        marks: Sequence[TeacherMark] = (),
    ) -> None:
        self.quiz = replace(quiz, questions=tuple(map(_with_criteria, quiz.questions)))
        self._vectors = encoder if isinstance(encoder, Vectors) else Vectors(encoder)
        self._translate = translate
        self._judge = judge
        self._marks = tuple(marks)
        self._owned: list[Closing] = []

    def owning(self, *owned: Closing) -> Grader:
        """The grader itself, which frees what it owns when it is closed."""
        self._owned += owned
        return self

    def __enter__(self) -> Grader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free what the grader owns; closing again does nothing."""
        while self._owned:
            self._owned.pop().close()

    def grade(
        self, answers: Sequence[Answer], report: Reporter = silent, *, among: Sequence[Answer] = ()
    ) -> Iterator[Suggestion]:
        """A suggestion for each answer, question by question, each question's in the order given.

        among: the rest of the class, which answers are compared with and which get no suggestion.
        Raises InputError: an answer to a question that the quiz does not have.
        """
        known = {question.id for question in self.quiz.questions}
        unknown = sorted({one.question_id for one in answers} - known)
        if unknown:
            reasons = [f"there is no question `{one}`" for one in unknown[:20]]
            raise InputError("there are answers to no question of the quiz", reasons=reasons)
        return self._graded(answers, among, report)

    def _graded(self, answers: Sequence[Answer], among: Sequence[Answer], report: Reporter) -> Iterator[Suggestion]:
        for question in self.quiz.questions:
            mine = [one for one in answers if one.question_id == question.id]
            if mine:
                texts = Counter(one.text for one in (*mine, *among) if one.question_id == question.id)
                yield from self._grade_question(question, mine, texts, report)

    def _grade_question(
        self, question: Question, answers: Sequence[Answer], texts: Counter[str], report: Reporter
    ) -> Iterator[Suggestion]:
        explainer: Explainer | None = None
        for answer in answers:
            # Not its own text, unless another has the same.
            others = [text for text, count in texts.items() if text != answer.text or count > 1]
            read = read_answer(question, answer, others, self.quiz.languages)
            if read.is_empty:
                yield suggest_nothing(question, read, self.quiz.languages)
            elif is_ruled(question):
                yield self._by_rule(question, read)
            else:
                if explainer is None:
                    explainer = self._explainer(question, report)
                yield explainer.suggest(read)

    def _by_rule(self, question: Question, read: Read) -> Suggestion:
        found = mark_by_rule(question, read.intake, self.quiz.languages)
        return suggest(
            question,
            read,
            points=found.points,
            possible=found.possible,
            probability=found.probability,
            criteria=(found.result,),
            reasons=found.reasons,
            languages=self.quiz.languages,
        )

    def _explainer(self, question: Question, report: Reporter) -> Explainer:
        from edgekit.grading.explain import Explainer

        return Explainer(
            question,
            self.quiz.languages,
            self._vectors,
            translate=self._translate,
            judge=self._judge,
            marks=[one for one in self._marks if one.question_id == question.id],
            report=report,
        )


def _with_criteria(question: Question) -> Question:
    """A question of kind `explain` made in Python may leave its one criterion to its references, as a file may."""
    if question.kind != "explain" or question.criteria or not question.references:
        return question
    return replace(question, criteria=(whole_answer(question.points, question.references),))
