"""The grader: intake, validity, variety, views, evidence, contradiction, scorer, decision, feedback."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from edgekit.core.closing import Closing
from edgekit.core.errors import EngineError
from edgekit.core.events import Progress, Reporter, silent
from edgekit.grading.conformal import LEAST_ANSWERS, Conformal
from edgekit.grading.given import answers_of, marks_of, require_quiz, require_reporter
from edgekit.grading.intake import take_in
from edgekit.grading.kinds import is_ruled, mark_by_rule
from edgekit.grading.local_calibration import with_own_varieties
from edgekit.grading.one_thread import each_in_one_thread
from edgekit.grading.quiz_orders import without_orders
from edgekit.grading.reading import Read, read_answer, told_of_repeats
from edgekit.grading.suggesting import suggest, suggest_nothing, suggested_or_sent
from edgekit.grading.texts import Texts
from edgekit.grading.validity import repeated_words
from edgekit.quiz.criteria import whole_answer
from edgekit.quiz.model import Question, Quiz
from edgekit.quiz.suggestion import Answer, Suggestion
from edgekit.quiz.teaching import TeacherMark

if TYPE_CHECKING:
    from edgekit.grading.explain import Explainer
    from edgekit.grading.judging import Judging
    from edgekit.grading.text_states import StatesEncoder
    from edgekit.grading.views import Translate

# Answers that are read, then suggested: what the encoder gave for them is kept meanwhile.
_TOGETHER = 16


class Grader(Closing):
    """Grades answers of a quiz; the same answers get the same suggestions, in whatever order they come.

    encoder: of texts and their tokens; `Texts` shares what it gave between graders.  marks: of a teacher, from which
    the head of each question learns at once.  judge: a second opinion, which sends to review and gives no points.
    Nothing that an answer says changes points but through the scorer's features.
    Raises InputError: what is no quiz, or marks that its questions do not have.
    """

    def __init__(
        self,
        quiz: Quiz,
        encoder: StatesEncoder | Texts,
        *,
        translate: Translate | None = None,
        judge: Judging | None = None,
        marks: Iterable[TeacherMark] = (),
    ) -> None:
        require_quiz(quiz)
        asked = tuple(without_orders(_with_criteria(question)) for question in quiz.questions)
        self.quiz = replace(quiz, questions=asked)
        self._encoder = encoder
        self._translate = translate
        self._judge = judge
        self._marks = marks_of(marks, quiz)
        self._measured: Conformal | None = None
        self._learned: tuple[str, Explainer] | None = None
        self._owned: list[Closing] = []
        self._is_closed = False

    def owning(self, *owned: Closing) -> Grader:
        """The grader itself, which frees what it owns when it is closed."""
        self._owned += owned
        return self

    def close(self) -> None:
        """Free what the grader owns. Grading afterwards raises EngineError; closing again does nothing."""
        self._is_closed = True
        self._learned = None
        while self._owned:
            self._owned.pop().close()

    def grade(
        self, answers: Iterable[Answer], report: Reporter = silent, *, among: Iterable[Answer] = ()
    ) -> Iterator[Suggestion]:
        """A suggestion for each answer, question by question.

        among: the rest of the class, which answers are compared with and which get no suggestion.
        Raises, before the first, InputError: what is no answer, or one to a question that the quiz does not have;
        UsageError: `report` is no function; EngineError: the grader is closed.
        """
        if self._is_closed:
            raise EngineError("the grader is closed")
        require_reporter(report)
        graded = self._graded(answers_of(answers, self.quiz), answers_of(among, self.quiz, "among"), report)
        return each_in_one_thread(graded)

    def _graded(
        self, answers: Sequence[Answer], among: Sequence[Answer], report: Reporter
    ) -> Generator[Suggestion, None, None]:
        done = 0
        said = self._said((*answers, *among))
        for question in self.quiz.questions:
            mine = [one for one in answers if one.question_id == question.id]
            if not mine:
                continue
            others = [one for one in among if one.question_id == question.id]
            for one in self._grade_question(question, mine, others, said):
                done += 1
                report(Progress("grade", done, len(answers), "answers"))
                yield one

    def _said(self, answers: Sequence[Answer]) -> dict[tuple[str, ...], list[str]]:
        """Words of whole answers, and the questions that have them, in the order of the quiz."""
        found: dict[tuple[str, ...], list[str]] = {}
        for question in self.quiz.questions:
            texts = {one.text for one in answers if one.question_id == question.id}
            for words in {repeated_words(take_in(text).text, question) for text in texts} - {()}:
                found.setdefault(words, []).append(question.id)
        return found

    def _grade_question(
        self,
        question: Question,
        answers: Sequence[Answer],
        others: Sequence[Answer],
        said: Mapping[tuple[str, ...], Sequence[str]],
    ) -> Iterator[Suggestion]:
        texts = Counter(one.text for one in (*answers, *others))
        read_one = partial(self._read, question, texts, said)
        if not is_ruled(question) and not question.criteria:
            yield from self._by_marks(question, answers, others, read_one)
            return
        explainer: Explainer | None = None
        for begin in range(0, len(answers), _TOGETHER):
            reads = [read_one(one) for one in answers[begin : begin + _TOGETHER]]
            hard = [one for one in reads if not one.is_empty and not is_ruled(question)]
            if hard and explainer is None:
                explainer = self._explainer(question)
                explainer.conformal = self._conformal(explainer.conformal)
            explained = explainer.suggest_all(hard) if hard and explainer is not None else iter(())
            for read in reads:
                if read.is_empty:
                    yield suggest_nothing(question, read, self.quiz.expected(question))
                elif is_ruled(question):
                    ruled = partial(self._by_rule, question, read)
                    yield suggested_or_sent(question, read, ruled, self.quiz.expected(question))
                else:
                    yield next(explained)

    def _read(
        self, question: Question, texts: Counter[str], said: Mapping[tuple[str, ...], Sequence[str]], answer: Answer
    ) -> Read:
        # Not with its own text, unless another has the same.
        others = [text for text, count in texts.items() if text != answer.text or count > 1]
        read = read_answer(question, answer, others, self.quiz.expected(question))
        elsewhere = said.get(repeated_words(take_in(answer.text).text, question), ())
        return told_of_repeats(read, [one for one in elsewhere if one != question.id])

    def _by_marks(
        self,
        question: Question,
        answers: Sequence[Answer],
        others: Sequence[Answer],
        read_one: Callable[[Answer], Read],
    ) -> Iterator[Suggestion]:
        from edgekit.grading.marked_only import suggest_by_marks

        reads, rest = list(map(read_one, answers)), list(map(read_one, others))
        yield from (suggest_nothing(question, one, self.quiz.expected(question)) for one in reads if one.is_empty)
        yield from suggest_by_marks(
            question,
            [one for one in reads if not one.is_empty],
            [one for one in rest if not one.is_empty],
            [one for one in self._marks if one.question_id == question.id],
            self.quiz.expected(question),
            self._texts(),
        )

    def _by_rule(self, question: Question, read: Read) -> Suggestion:
        written = (read.answer.language,) if read.answer.language else ()
        found = mark_by_rule(question, read.intake, self.quiz.expected(question), written)
        return suggest(
            question,
            read,
            points=found.points,
            possible=found.possible,
            probability=found.probability,
            criteria=(found.result,),
            reasons=found.reasons,
            languages=self.quiz.expected(question),
        )

    def _explainer(self, question: Question) -> Explainer:
        """What has learned a question; the last one is kept, for who grades answer by answer.

        Five marks a question made learning four fifths of the time that such an answer took.
        """
        from edgekit.grading.explain import Explainer

        if self._learned is not None and self._learned[0] == question.id:
            return self._learned[1]
        explainer = Explainer(
            question,
            self.quiz.expected(question),
            self._texts(),
            translate=self._translate,
            judge=self._judge,
            marks=[one for one in self._marks if one.question_id == question.id],
        )
        self._learned = (question.id, explainer)
        return explainer

    def _texts(self) -> Texts:
        if not isinstance(self._encoder, Texts):
            self._encoder = Texts(self._encoder)
        return self._encoder

    def _conformal(self, shipped: Conformal) -> Conformal:
        """With the varieties that the teacher's own marks are enough for."""
        if self._measured is None:
            if len(self._marks) < LEAST_ANSWERS:
                return shipped
            marked = {one.question_id for one in self._marks}
            mine = [one for one in self.quiz.questions if one.id in marked and one.criteria and not is_ruled(one)]
            observed = [one for question in mine for one in self._explainer(question).observed()]
            self._measured = with_own_varieties(shipped, observed)
        return self._measured


def _with_criteria(question: Question) -> Question:
    """A question of kind `explain` made in Python may leave its one criterion to its references, as a file may."""
    if question.kind != "explain" or question.criteria or not question.references:
        return question
    return replace(question, criteria=(whole_answer(question.points, question.references),))
