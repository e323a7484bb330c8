"""The work that goes on behind a class: it is graded, attacked and audited while a person reads its answers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from tui.bridge import Job
from tui.grading import Report
from tui.progress import name_in_words
from tui.screens.opening import OpeningScreen
from tui.screens.shown import ShownScreen
from tui.widgets.fairness_cards import attack_lines, audit_lines
from tui.words import _

if TYPE_CHECKING:
    from edgekit.fairness.audit import AuditCard
    from edgekit.fairness.redteam import AttackCard


class ClassWork(OpeningScreen):
    """Begins jobs, takes in what they add, and shows their cards when nobody looks at something else."""

    def __init__(self) -> None:
        super().__init__()
        self._share: float | None = None
        self._told: deque[tuple[str, list[str]]] = deque()

    def _take_in(self) -> None:
        """See what was added to the record."""
        raise NotImplementedError

    def action_attack(self) -> None:
        """Begin the attack test."""
        desk, grades = self._opened_desk(), self._grades
        if desk is not None:
            session = desk.opened.id
            self._start("attack", f"session {session}", lambda report: grades.red_team(session, report))

    def action_audit(self) -> None:
        """Begin the audit."""
        desk, grades = self._opened_desk(), self._grades
        if desk is not None:
            session = desk.opened.id
            self._start("audit", f"session {session}", lambda report: grades.audit(session, report))

    def _start(self, what: str, of: str, work_of: Callable[[Report], object]) -> None:
        name = f"{what} {of}"
        same = [job for job in self.app.jobs.running if job.name == name and not job.is_stopping]
        if same:
            told = _("{job} is at work; Jobs shows how far it is and cancels it", job=name_in_words(same[0]))
            self.explain(told, same[0])
            return
        job = self.app.jobs.start(name, work_of, writes=what == "grade")
        self._jobs[id(job)] = what
        self.say("")
        if what == "grade":
            self.say_progress(_("{job}: at work", job=name_in_words(job)))
        else:
            self.say_progress(_("{job}: at work, go on grading meanwhile", job=name_in_words(job)))

    def job_changed(self, job: Job) -> None:
        """Take in what is graded; show the card of a test."""
        what = self._jobs.get(id(job))
        if what is None:
            return
        if what == "grade":
            self._share = job.share or 0.0 if job.runs else None
            self._take_in()
        # How far grading is stands above an answer.
        self.say_progress_of(job, {at for at, one in self._jobs.items() if one != "grade" or self._desk is None})
        if job.problem is not None:
            self.say_problem(job.problem)
        elif job.state == "cancelled":
            self.say(_("{job} was cancelled", job=name_in_words(job)))
        elif job.state == "done" and what == "grade":
            self.say(_("all is suggested; nothing is a mark before you press a key"))
        elif job.state == "done":
            self.say(f"{name_in_words(job)}: {_('done')}")
        if job.state == "done" and what == "attack":
            self._told.append((_("Attack test"), attack_lines(cast("AttackCard", job.result))))
        elif job.state == "done" and what == "audit":
            self._told.append((_("Fairness"), audit_lines(cast("AuditCard", job.result), self.app.models.name)))
        self._show_told()

    def _show_told(self) -> None:
        """A card, as soon as nobody looks at something else."""
        if self._told and self.app.screen is self:  # `is_current` is also the screen below a dialog
            title, lines = self._told.popleft()
            self.app.push_screen(ShownScreen(title, "\n".join(lines)))
