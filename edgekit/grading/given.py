"""What a program gives to the grader, checked before anything is read: all that is wrong, and no word of a student."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from edgekit.core.errors import InputError, UsageError, capped
from edgekit.quiz.model import Question, Quiz
from edgekit.quiz.suggestion import Answer
from edgekit.quiz.teaching import TeacherMark

_One = TypeVar("_One", Answer, TeacherMark)


def require_quiz(quiz: object, *, or_file: bool = False) -> None:
    """Raise InputError for what is no quiz, nor the name of a file where that may be."""
    if quiz == "":
        raise InputError("the name of the quiz is empty")
    if not isinstance(quiz, (Quiz, Path, str) if or_file else Quiz):
        raise InputError(
            f"`quiz` is of type `{type(quiz).__name__}`, not `Quiz`{' or the name of its file' if or_file else ''}",
            hint=None if or_file else "`edgekit.quiz.read.read_quiz(Path(NAME))` reads a file",
        )


def require_reporter(report: object) -> None:
    """Raise UsageError for what events cannot be told to."""
    if not callable(report):
        raise UsageError(f"`report` is of type `{type(report).__name__}`, not a function that is told of events")


def require_options(*, encoder: object, judge: object, threads: object, report: object) -> None:
    """Raise UsageError for what opens no grader."""
    require_reporter(report)
    reasons = (
        [] if isinstance(encoder, str) else [f"`encoder` is of type `{type(encoder).__name__}`, not an id or path"]
    )
    if judge is not None and not isinstance(judge, str):
        reasons.append(f"`judge` is of type `{type(judge).__name__}`, not an id or path")
    if threads is not None and not (type(threads) is int and threads >= 1):
        reasons.append(f"`threads` is {threads!r:.100}, not at least 1")
    if reasons:
        raise UsageError("the grader cannot be opened like that", reasons=reasons)


def answers_of(answers: Iterable[Answer], quiz: Quiz, name: str = "answers") -> list[Answer]:
    """The answers, from whatever they can be taken one by one. Raises InputError: `name` is something else."""

    def faults(one: Answer) -> list[str]:
        texts = {"answer_id": one.answer_id, "question_id": one.question_id, "text": one.text}
        found = [_no_text(field, value) for field, value in texts.items() if not isinstance(value, str)]
        may = {"student": one.student, "language": one.language}
        return found + [
            _no_text(field, value) for field, value in may.items() if value is not None and not isinstance(value, str)
        ]

    return _checked(answers, quiz, name, Answer, faults)


def marks_of(marks: Iterable[TeacherMark], quiz: Quiz) -> tuple[TeacherMark, ...]:
    """A teacher's marks. Raises InputError: something else, or points that their question does not have."""

    def faults(one: TeacherMark) -> list[str]:
        texts = {"question_id": one.question_id, "text": one.text}
        found = [_no_text(field, value) for field, value in texts.items() if not isinstance(value, str)]
        if one.language is not None and not isinstance(one.language, str):
            found.append(_no_text("language", one.language))
        if isinstance(one.points, bool) or not isinstance(one.points, (int, float)):
            found.append(f"`points` is of type `{type(one.points).__name__}`, not a number")
        elif not found:
            found += _points(one, quiz.question(one.question_id))
        return found

    return tuple(_checked(marks, quiz, "marks", TeacherMark, faults))


def _checked(
    given: Iterable[_One], quiz: Quiz, name: str, kind: type[_One], faults: Callable[[_One], list[str]]
) -> list[_One]:
    known = [question.id for question in quiz.questions]
    if isinstance(given, (kind, str, bytes)) or not isinstance(given, Iterable):
        hint = f"write `{name}=[one]`" if isinstance(given, kind) else None
        raise InputError(f"`{name}` is of type `{type(given).__name__}`, not a list of `{kind.__name__}`", hint=hint)
    listed: list[_One] = []
    reasons: list[str] = []
    for at, one in enumerate(given):
        if not isinstance(one, kind):
            reasons.append(f"{name}[{at}] is of type `{type(one).__name__}`, not `{kind.__name__}`")
            continue
        listed.append(one)
        found = faults(one)
        if not found and one.question_id not in known:
            found = [f"there is no question `{one.question_id}`"]
        reasons += [f"{name}[{at}]: {fault}" for fault in found]
    if reasons:
        strange = any("no question" in one for one in reasons)
        raise InputError(
            f"`{name}` has what cannot be graded" if kind is Answer else f"`{name}` has what nothing is learned from",
            reasons=capped(reasons, 20),
            hint=f"its questions are {', '.join(f'`{one}`' for one in known[:10])}" if strange else None,
        )
    return listed


def _points(mark: TeacherMark, question: Question | None) -> list[str]:
    if question is None:
        return []
    if not (math.isfinite(mark.points) and 0 <= mark.points <= question.points):
        return [f"`points` is {mark.points:g}, and `{question.id}` has 0 to {question.points:g}"]
    return []


def _no_text(field: str, value: object) -> str:
    return f"`{field}` is of type `{type(value).__name__}`, not `str`"
