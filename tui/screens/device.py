"""The screen of the device: what this machine is, what a model runs on and why, and how fast it translates."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.actions import N_
from tui.bridge import Job
from tui.errors import note_in_words
from tui.figures import figure, refigured
from tui.machine import Speed
from tui.progress import ENDED, name_in_words, told_of
from tui.screens.base import JobScreen
from tui.words import _

# `python benchmarks/translation.py --core 1`, all lines at once, on the machine that the README names.
PUBLISHED_WORDS_A_SECOND = 7_296
_LABELS = {
    "processor": N_("processor"),
    "cores": N_("cores"),
    "memory": N_("memory"),
    "instructions": N_("instructions"),
    "temperature": N_("temperature"),
    "providers": N_("providers"),
    "chosen": N_("chosen"),
}


class DeviceScreen(JobScreen):
    """Rows of what was found, and a measurement."""

    NAME: ClassVar[str] = "device"
    TOLD: ClassVar[dict[str, str]] = {"rows": N_("What this machine is, and how fast it translated when it was asked.")}

    def __init__(self) -> None:
        super().__init__()
        self._job: Job | None = None

    def content(self) -> ComposeResult:
        """What this machine is."""
        with VerticalScroll(id="rows"):
            yield Static(_("looking at this machine"), id="machine", markup=False)
            yield Static("", id="speed", markup=False)

    def on_mount(self) -> None:
        """Look, without holding the screen up: the first look loads onnxruntime."""
        super().on_mount()
        self.query_one("#rows").focus()
        self._look()

    def command(self) -> str:
        """`edgekit device`."""
        return "edgekit device"

    @work(thread=True, exclusive=True, exit_on_error=False, group="look")
    def _look(self) -> None:
        rows = self.app.describe()
        self.app.call_from_thread(self._show, rows)

    def _show(self, rows: list[tuple[str, str]]) -> None:
        width = max(len(_(_LABELS.get(name, name))) for name, _value in rows)
        text = "\n".join(
            f"{_(_LABELS.get(name, name)):<{width}}  {refigured(note_in_words(value))}" for name, value in rows
        )
        self.query_one("#machine", Static).update(text)

    def speak(self) -> None:
        """The rows as well."""
        super().speak()
        self._look()
        self._show_speed()

    def action_measure(self) -> None:
        """Translate for a while, once."""
        if self._job is not None and self._job.runs:
            self.explain(_("{job}: at work", job=name_in_words(self._job)), self._job)
            return
        directions = self.app.models.directions()
        if not directions:
            broken = self.app.models.damaged()
            self.say_problem(broken[0]) if broken else self.say(_("no model is installed"))
            return
        models = self.app.models

        def work(report: object) -> Speed:
            translator = models.open(directions[0])
            try:
                return self.app.measure(translator, report)
            finally:
                translator.close()

        self._job = self.app.jobs.start(f"measure {directions[0]}", work)
        self.say("")
        self.say_progress(name_in_words(self._job))

    def job_changed(self, job: Job) -> None:
        """How far, and then how fast."""
        if job is not self._job:
            return
        self.say_progress(told_of(job))
        if job.problem is not None:
            self.say_problem(job.problem)
        elif isinstance(job.result, Speed):
            self._show_speed()
            self.say(_("ready"))
        elif not job.runs:
            self.say(f"{name_in_words(job)}: {_(ENDED[job.state])}")

    def _show_speed(self) -> None:
        speed = self._job.result if self._job is not None else None
        if isinstance(speed, Speed):
            self.query_one("#speed", Static).update(
                _(
                    "{rate} words a second; one core of the machine in the README: {published}",
                    rate=figure(round(speed.rate)),
                    published=figure(PUBLISHED_WORDS_A_SECOND),
                )
            )
