"""The screen of jobs: all long work of this session, what runs first."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from edgekit.core.characters import visible
from edgekit.core.units import duration_in_words
from tui.actions import N_
from tui.bridge import Job
from tui.errors import in_words
from tui.figures import percent
from tui.progress import ENDED, line_in_words, log_in_words, name_in_words
from tui.screens.base import JobScreen
from tui.screens.shown import ShownScreen
from tui.widgets.script import cells, characters
from tui.words import _

# So many cells of a name tell one job from another.
LEAST_OF_A_NAME = 16
BESIDE = 3  # cells of a row that its border and its padding take


class JobsScreen(JobScreen):
    """A row a job."""

    NAME: ClassVar[str] = "jobs"
    TOLD: ClassVar[dict[str, str]] = {
        "jobs": N_("What is at work and what was done since the app began. Enter shows all that a job has said."),
    }

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Job] = []

    def content(self) -> ComposeResult:
        """How many, then each."""
        yield Label("", id="count", classes="title", markup=False)
        yield OptionList(id="jobs", markup=False)

    def on_mount(self) -> None:
        """Fill in."""
        super().on_mount()
        self._fill()
        self.query_one("#jobs").focus()

    def on_screen_resume(self) -> None:
        """What began on another screen is here as well, and chosen where what was chosen has ended."""
        box = self.query_one("#jobs", OptionList)
        if self.app.jobs.running and (self._chosen is None or not self._chosen.runs):
            box.highlighted = None
        self._fill()

    def on_resize(self) -> None:
        """Names have more room, or less."""
        self._fill()

    def speak(self) -> None:
        """The rows as well."""
        super().speak()
        self._fill()

    def command(self) -> str:
        """There is no list of jobs without a screen: every command is its own."""
        return "edgekit --help"

    def job_changed(self, _job: Job) -> None:
        """Show it."""
        self._fill()

    def _ordered(self) -> list[Job]:
        return sorted(self.app.jobs.all, key=lambda job: (not job.runs, -job.started))

    def _fill(self) -> None:
        chosen, rows = self._chosen, self._ordered()
        self._rows = rows
        running = len(self.app.jobs.running)
        self.query_one("#count", Label).update(
            _("{running} at work, {done} ended", running=running, done=len(rows) - running)
            if rows
            else _("nothing has been started yet")
        )
        box = self.query_one("#jobs", OptionList)
        box.clear_options()
        box.add_options([Option(_line(job, self.app.size.width - BESIDE)) for job in rows])
        at = next((at for at, job in enumerate(rows) if job is chosen), 0)
        box.highlighted = at if rows else None

    @property
    def _chosen(self) -> Job | None:
        """Of the rows that are shown: one that begins or ends moves the others."""
        at = self.query_one("#jobs", OptionList).highlighted
        return self._rows[at] if at is not None and at < len(self._rows) else None

    def action_cancel(self) -> None:
        """Let the chosen job end, which it does where it asks next."""
        job = self._chosen
        if job is not None and job.runs:
            job.cancel()
            self.say(_("{job}: told to end", job=name_in_words(job)))
        else:
            self._say_none(job)

    def action_log(self) -> None:
        """All it has said."""
        job = self._chosen
        if job is not None:
            self.app.push_screen(ShownScreen(name_in_words(job), log_in_words(job) or _("it has said nothing yet")))
        else:
            self._say_none(job)

    def _say_none(self, job: Job | None) -> None:
        self.explain(_("this job has ended") if job is not None else _("nothing has been started yet"))

    def on_option_list_option_selected(self) -> None:
        """Enter, or a click."""
        self.action_log()


def _line(job: Job, width: int) -> Content:
    """How far it is stands whole where there is room: the name gives way, which the log has in full, then the step."""
    share = " " + percent(job.share) if job.share is not None and job.runs else ""
    head = visible(f"{_(ENDED[job.state]):<10}{share} ", one_line=True)
    name = visible(name_in_words(job), one_line=True)
    tail = _tail(job, brief=False)
    if cells(head) + min(cells(name), LEAST_OF_A_NAME) + cells(tail) > width:
        tail = _tail(job, brief=True)
    return Content(head + _shortened(name, max(width - cells(head) - cells(tail), LEAST_OF_A_NAME)) + tail)


def _tail(job: Job, *, brief: bool) -> str:
    took = duration_in_words(job.seconds)
    if job.state == "done":
        return ", " + _("took {time}", time=took)
    said = in_words(job.problem)[0].splitlines()[0] if job.problem is not None else line_in_words(job, brief=brief)
    return visible(f", {took}  {said}", one_line=True)


def _shortened(name: str, room: int) -> str:
    if cells(name) <= room:
        return name
    fit = 0
    for _begin, end in characters(name):
        if cells(name[:end]) >= room:
            break
        fit = end
    return name[:fit].rstrip() + "…"
