"""What can be opened on the screen of grading, and opening it: a session of the gradebook, or a quiz and answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on, work
from textual.message import Message
from textual.worker import get_current_worker

from edgekit.core.errors import EdgekitError
from tui.actions import key_of
from tui.desk import Desk
from tui.grading import OpenClass, Report
from tui.screens.base import JobScreen
from tui.widgets.class_opener import ClassOpener
from tui.widgets.points_row import PointsRow
from tui.words import _


class OpeningScreen(JobScreen):
    """Sessions are opened in the background, and shown unless something else is asked for meanwhile."""

    NAME: ClassVar[str] = "grade"

    @dataclass
    class Opened(Message):
        """A session is open, to be shown as it was left."""

        found: OpenClass
        state: dict[str, Any]
        turn: int

    @dataclass
    class Failed(Message):
        """What was asked for could not be done."""

        problem: EdgekitError

    @dataclass
    class Begun(Message):
        """A job has begun a session."""

        number: int

    def __init__(self) -> None:
        super().__init__()
        self._grades = self.app.grades
        self._desk: Desk | None = None
        self._jobs: dict[int, str] = {}
        self._turn = 0

    @property
    def _current(self) -> str:
        """Which view is shown: `open`, `card` or `queue`."""
        raise NotImplementedError

    def _view(self, name: str) -> None:
        raise NotImplementedError

    def _show(self) -> None:
        """Show the answer of the desk."""
        raise NotImplementedError

    def _start(self, what: str, name: str, run: Callable[[Report], object]) -> None:
        """Begin a job."""
        raise NotImplementedError

    def _opened_desk(self) -> Desk | None:
        if self._desk is None:
            self.say(_("open a quiz first"))
        return self._desk

    def action_open(self) -> None:
        """Show what can be opened, whatever is being opened."""
        self._turn += 1
        self._show_choice()

    def back(self) -> None:
        """From the list, and from what can be opened, to the answer, which the arrows scroll."""
        if self._desk is None:
            super().back()
        elif self.query_one(PointsRow).display:
            self.set_focus(None)
        elif self._current == "card":
            self.query_one("#card").focus()
        else:
            self._show()

    def _show_choice(self) -> None:
        self._view("open")
        try:
            found = self._grades.sessions()
        except EdgekitError as problem:
            self.say_problem(problem)
            found = []
        self.query_one(ClassOpener).offer(found)

    @on(ClassOpener.Chosen)
    def _chose(self, event: ClassOpener.Chosen) -> None:
        same = self._desk is not None and self._desk.opened.id == event.session
        self._open(event.session, self.snapshot() if same else {})

    @on(ClassOpener.Named)
    def _named(self, event: ClassOpener.Named) -> None:
        if event.quiz is None or event.answers is None:
            self.say(_("name the file of the quiz and that of the answers, or choose them in the list"))
            return
        quiz, answers, grades = event.quiz, event.answers, self._grades

        def begun(session: int) -> None:
            self.post_message(self.Begun(session))

        self._start("grade", answers.name, lambda report: grades.begin(quiz, answers, begun, report))

    @on(Begun)
    def _has_begun(self, event: Begun) -> None:
        if self._current == "open":
            self._open(event.number, {})
        else:  # keys are decisions on what is shown
            self.say(
                _("session {number} has begun; `{key}` leads to it", number=event.number, key=key_of("grade.open"))
            )

    def _open(self, session: int, state: dict[str, Any]) -> None:
        self._open_in_background(session, state, self._turn)

    @work(thread=True, exclusive=True, exit_on_error=False, group="open-class")
    def _open_in_background(self, session: int, state: dict[str, Any], turn: int) -> None:
        worker = get_current_worker()
        try:
            found = self._grades.open(session)
        except EdgekitError as problem:
            self.post_message(self.Failed(problem))
            return
        if worker.is_cancelled:
            found.close()
        else:
            self.post_message(self.Opened(found, state, turn))

    @on(Opened)
    def _opened(self, event: Opened) -> None:
        opened, before = event.found, self._desk
        if event.turn != self._turn:  # a person asked for the list meanwhile: what they type there is no decision
            opened.close()
            return
        try:
            self._desk = Desk(opened, event.state)
        except EdgekitError as problem:
            opened.close()
            self._failed(self.Failed(problem))
            return
        if before is not None:
            before.opened.close()
        self._show()
        at_work = any(job.runs and self._jobs.get(id(job)) == "grade" for job in self.app.jobs.all)
        if opened.counts().waiting and not at_work:
            session, grades = opened.id, self._grades
            self._start("grade", f"session {session}", lambda report: grades.go_on(session, report))

    @on(Failed)
    def _failed(self, event: Failed) -> None:
        if self._desk is None:
            self._show_choice()
        self.say_problem(event.problem)
