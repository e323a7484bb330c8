"""Graders that need no model: a criterion is met when an answer shares half of the words of a wording."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from edgekit.core.events import Reporter, silent
from edgekit.quiz.model import Quiz
from edgekit.quiz.suggestion import Answer, CriterionResult, Evidence, Reason, Suggestion
from edgekit.quiz.teaching import TeacherMark

SETTINGS: dict[str, Any] = {"encoder": {"model": "toy", "digest": "0"}, "alpha": 0.1}


class ToyGrader:
    """Marks teach it: an answer that a teacher marked gets that mark."""

    def __init__(self, quiz: Quiz, marks: Sequence[TeacherMark], off: float = 0.0) -> None:
        self._quiz = quiz
        self._known = {(one.question_id, one.text): one.points for one in marks}
        self._off = off

    def grade(
        self, answers: Sequence[Answer], report: Reporter = silent, *, among: Sequence[Answer] = ()
    ) -> Iterator[Suggestion]:
        for answer in answers:
            yield self._suggestion(answer)

    def _suggestion(self, answer: Answer) -> Suggestion:
        question = self._quiz.question(answer.question_id)
        assert question is not None
        words = {*answer.text.lower().split()}
        results = []
        for criterion in question.criteria:
            share = max(len(words & {*text.lower().split()}) / len(text.split()) for _, text in criterion.wordings())
            first = answer.text.split()[0] if answer.text.split() else ""
            begin = answer.text.find(first)
            evidence = Evidence(begin, begin + len(first), first, criterion.wordings()[0][1]) if first else None
            met = share >= 0.5
            results.append(
                CriterionResult(criterion.id, "met" if met else "missing", criterion.points * met, share, evidence)
            )
        points = self._known.get((answer.question_id, answer.text), sum(one.points for one in results))
        doubtful = any(one.probability < 0.5 for one in results)
        reasons = (Reason("uncertain", "more than one mark is possible: 0, 2"),) if doubtful else ()
        return Suggestion(
            answer.answer_id,
            answer.question_id,
            points,
            question.points,
            (0.0, points) if doubtful and points else (points,),
            0.95 - self._off if not doubtful else 0.6,
            "review" if doubtful else "suggest",
            0.7 if doubtful else 0.02,
            "es" if "necesitan" in words else "en",
            tuple(results),
            reasons,
            "Good." if not doubtful else "Say what plants need.",
        )


class ToyTools:
    """In place of `edgekit.grading.opening.Tools`; off: makes every suggestion another one."""

    def __init__(self, off: float = 0.0) -> None:
        self.settings = SETTINGS
        self._off = off

    def grader(self, quiz: Quiz, marks: Sequence[TeacherMark] = (), *, accidents: object = None) -> ToyGrader:
        return ToyGrader(quiz, marks, self._off)

    def close(self) -> None:
        pass

    def __enter__(self) -> ToyTools:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class Breaking(ToyTools):
    """Is stopped after some answers."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._after = after

    def grader(self, quiz: Quiz, marks: Sequence[TeacherMark] = (), *, accidents: object = None) -> ToyGrader:
        after = self._after

        class Stopped(ToyGrader):
            def grade(
                self, answers: Sequence[Answer], report: Reporter = silent, *, among: Sequence[Answer] = ()
            ) -> Iterator[Suggestion]:
                for done, one in enumerate(super().grade(answers, report, among=among)):
                    if done == after:
                        raise KeyboardInterrupt
                    yield one

        return Stopped(quiz, marks)
