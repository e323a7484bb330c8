"""The gradebook of this machine as the grade screen asks it, and the models that grade for it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from edgekit.core.errors import OutputError
from edgekit.core.paths import gradebook_file
from tui.grading import Card, Counts, OpenClass, Report

if TYPE_CHECKING:
    from edgekit.fairness.audit import AuditCard
    from edgekit.fairness.redteam import AttackCard
    from edgekit.gradebook.book import Gradebook, SessionEntry
    from edgekit.gradebook.session import Session
    from edgekit.gradebook.standing import Action
    from edgekit.grading.grader import Grader
    from edgekit.grading.groups import Alike
    from edgekit.quiz.model import Quiz
    from edgekit.quiz.suggestion import Suggestion
    from edgekit.quiz.teaching import TeacherMark


class Tools(Protocol):
    """The models of grading, as `edgekit.grading.opening.Tools`."""

    settings: Mapping[str, Any]

    def grader(self, quiz: Quiz, marks: Sequence[TeacherMark] = ()) -> Grader:
        """A grader that learns from marks."""
        ...

    def close(self) -> None:
        """Free them."""
        ...


class BookClass:
    """A session of a gradebook file."""

    def __init__(self, book: Gradebook, number: int) -> None:
        self._book = book
        self._session: Session = book.session(number)

    @property
    def id(self) -> int:
        """See OpenClass."""
        return self._session.id

    @property
    def title(self) -> str:
        """See OpenClass."""
        return self._session.title

    def refresh(self) -> None:
        """See OpenClass."""
        self._session.refresh()

    def counts(self) -> Counts:
        """See OpenClass."""
        standings = self._session.standings
        open_ones = [one for one in standings if one.state in ("suggested", "returned")]
        waiting = sum(one.state == "waiting" for one in standings)
        review = sum(one.decision == "review" for one in open_ones)
        return Counts(len(standings), len(open_ones) + waiting, review, waiting)

    def queue(self) -> list[int]:
        """See OpenClass."""
        from edgekit.gradebook.queue import to_decide

        return to_decide(self._session)

    def decided(self) -> list[int]:
        """See OpenClass."""
        found = [one for one in self._session.standings if one.is_mark or one.state == "returned"]
        return [one.number for one in sorted(found, key=lambda one: -one.by)]

    def card(self, number: int) -> Card | None:
        """See OpenClass."""
        from edgekit.gradebook.again import reason_of

        answer = self._session.answers.get(number)
        question = self._session.quiz.question(answer.question_id) if answer is not None else None
        if answer is None or question is None:
            return None
        mark = self._session.mark(number)
        standing = self._session.standing(number)
        why = reason_of(self._session, number) or ""
        return Card(number, answer, question, standing, mark.suggestion, mark.feedback, why)

    def alike(self, number: int) -> Alike:
        """See OpenClass."""
        from edgekit.grading.groups import alike

        return alike(self._session, number)

    def decide(self, cards: Sequence[Card], action: Action, points: float | None = None) -> None:
        """See OpenClass."""
        self._session.decide([one.number for one in cards], action, points, seen=[one.standing for one in cards])

    def unreleased(self) -> list[int]:
        """See OpenClass."""
        return [one.number for one in self._session.standings if one.state in ("accepted", "changed")]

    def release(self, numbers: Sequence[int]) -> None:
        """See OpenClass."""
        self._session.release(numbers)

    def undo(self, rows: Mapping[int, int]) -> None:
        """See OpenClass."""
        self._session.undo_all(list(rows), rows=rows)

    def save(self, folder: Path) -> Path:
        """See OpenClass."""
        from edgekit.answers.answers import Answers
        from edgekit.answers.cells import style_of
        from edgekit.answers.write import write_marks
        from edgekit.gradebook.table_style import table_style

        names = (folder / f"marks-{self.id}{more}.csv" for more in ("", *(f"-{at}" for at in range(2, 1000))))
        path = next((one for one in names if not one.exists()), None)
        if path is None:
            raise OutputError(f"`{folder}` has a thousand files of marks", hint="move some of them away")
        self._session.refresh()
        style = style_of(table_style(self._session))
        given = Answers(tuple(self._session.answers.values()), "csv", "utf-8", style=style)
        write_marks(given, [self._session.mark(at) for at in self._session.answers], path, form="csv")
        return path

    def close(self) -> None:
        """See OpenClass."""
        self._book.close()


class BookGrades:
    """A gradebook file.  path: None for the one of this user.  open_tools: given settings of a session, or None."""

    def __init__(
        self,
        path: Path | None = None,
        open_tools: Callable[[Mapping[str, Any] | None, Report], Tools] | None = None,
    ) -> None:
        self._path = path
        self._open_tools = open_tools or _installed_tools

    def sessions(self) -> list[SessionEntry]:
        """See Grades."""
        path = self._path or gradebook_file()
        if not path.exists():  # looking makes no file
            return []
        with self._book() as book:
            return book.sessions()

    def open(self, number: int) -> OpenClass:
        """See Grades."""
        book = self._book()
        try:
            return BookClass(book, number)
        except BaseException:
            book.close()
            raise

    def example(self, folder: Path, language: str) -> tuple[Path, Path]:
        """See Grades."""
        from edgekit.quiz.example import write_example

        return write_example(folder, language)

    def begin(self, quiz: Path, answers: Path, begun: Callable[[int], None], report: Report) -> int:
        """See Grades."""
        from dataclasses import astuple

        from edgekit.answers.read import read_answers
        from edgekit.core.events import Note
        from edgekit.gradebook.quiz_file import keep_quiz_file
        from edgekit.gradebook.table_style import keep_table_style
        from edgekit.grading.session_run import suggest_waiting
        from edgekit.quiz.read import read_quiz

        asked = read_quiz(quiz)
        given = read_answers(answers, quiz=asked)
        for note in given.notes:
            report(Note(note))
        with self._tools(None, report) as tools, self._book() as book:
            session = book.begun(asked, given.answers, tools.settings)
            session = session or book.begin(asked, given.answers, tools.settings)
            keep_quiz_file(session, quiz)
            keep_table_style(session, *astuple(given.style))
            begun(session.id)
            suggest_waiting(session, tools, report)
            return session.id

    def go_on(self, number: int, report: Report) -> int:
        """See Grades."""
        from edgekit.grading.session_run import suggest_waiting

        with self._book() as book:
            session = book.session(number)
            with self._tools(session.settings, report) as tools:
                suggest_waiting(session, tools, report)
        return number

    def red_team(self, number: int, report: Report) -> AttackCard:
        """See Grades."""
        from edgekit.fairness.redteam import attack

        with self._grader(number, report) as (quiz, grader):
            return attack(quiz, lambda answer: next(grader.grade([answer])), report=report)

    def audit(self, number: int, report: Report) -> AuditCard:
        """See Grades."""
        from edgekit.core.events import Progress
        from edgekit.fairness.audit import audit, outcomes
        from edgekit.fairness.own_quiz import make_own_trial
        from edgekit.grading.opening import Translators

        with self._grader(number, report) as (quiz, grader):
            translators = Translators(report=report)

            def translate(text: str, source: str, target: str) -> str | None:
                done = translators(text, source, target)
                return done.text if done is not None else None

            try:
                trial = make_own_trial(quiz, translate=translate)
            finally:
                translators.close()
            found: list[Suggestion] = []
            report(Progress("audit", 0, len(trial.answers), "answers"))
            # One at a time: versions of one content would be taken for copies of each other.
            for done, answer in enumerate(trial.answers, 1):
                found += grader.grade([answer])
                report(Progress("audit", done, len(trial.answers), "answers"))
        return audit(outcomes(trial, found), left_out=trial.left_out, written=quiz.languages)

    @contextlib.contextmanager
    def _grader(self, number: int, report: Report) -> Iterator[tuple[Quiz, Grader]]:
        """The quiz of a session and a grader by what was taught there."""
        with self._book() as book:
            session = book.session(number)
            teaching = session.teaching()
            quiz = session.ruled_quiz(teaching)
            settings = session.settings
        with self._tools(settings, report) as tools:
            yield quiz, tools.grader(quiz, teaching.marks)

    def _book(self) -> Gradebook:
        from edgekit.gradebook.book import open_gradebook

        return open_gradebook(self._path)

    @contextlib.contextmanager
    def _tools(self, settings: Mapping[str, Any] | None, report: Report) -> Iterator[Tools]:
        tools = self._open_tools(settings, report)
        try:
            yield tools
        finally:
            tools.close()


def _installed_tools(settings: Mapping[str, Any] | None, report: Report) -> Tools:
    from edgekit.grading.opening import open_tools, open_tools_of

    return open_tools(report=report) if settings is None else open_tools_of(settings, report=report)
