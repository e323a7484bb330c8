"""Events of long work, shown on stderr: one live line on a terminal, plain lines now and then elsewhere."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import threading
import time
from typing import Literal, Protocol, TypeAlias

from edgekit.cli import output
from edgekit.core.characters import escaped
from edgekit.core.events import Event, Note, Progress, Reporter, StepFinished, StepStarted
from edgekit.core.meter import Clock, Meter, in_words
from edgekit.core.units import duration_in_words

PLAIN_EVERY_SECONDS = 5.0
_BAR = 24
# The spinner, and blanks between columns.
_AROUND = 6

Mode: TypeAlias = Literal["auto", "plain", "json", "none"]


class _Screen(Protocol):
    def line(self, text: str) -> None: ...
    def live(self, step: str, event: Progress | None, text: str) -> None: ...
    def end(self) -> None: ...


class _Plain:
    """Lines of their own, at most one every few seconds while a step runs."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = clock()

    def line(self, text: str) -> None:
        output.narrate(text)
        self._last = self._clock()

    def live(self, step: str, event: Progress | None, text: str) -> None:
        if event is not None and self._clock() - self._last >= PLAIN_EVERY_SECONDS:
            self.line(f"{step}: {text}")

    def end(self) -> None:
        pass


class _Terminal:
    """One line that is drawn again and again while a step runs, gone when it is done."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, SpinnerColumn, TextColumn
        from rich.progress import Progress as Bars

        spinner = SpinnerColumn(finished_text=" ")
        # Side by side, rich would shorten all of them; in one column only what is last, how long it takes, is cut off.
        self._narrow = (spinner, TextColumn("{task.description} {task.fields[text]}", markup=False))
        self._wide = (
            spinner,
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=_BAR),
            TextColumn("{task.fields[text]}", markup=False),
        )
        self._bars = Bars(
            *self._wide,
            console=Console(file=sys.stderr),
            transient=True,
            redirect_stdout=False,  # rich would send data that belongs on stdout to stderr
            redirect_stderr=False,
        )
        self._task = self._bars.add_task("", total=None, text="", visible=False)

    def line(self, text: str) -> None:
        self._bars.console.print(output.visible(text), markup=False, highlight=False, soft_wrap=True)

    def live(self, step: str, event: Progress | None, text: str) -> None:
        # rich takes a completed task for finished and a None total for "leave as it is"
        total = event.total if event is not None and event.total else None
        step = output.visible(step, one_line=True)
        if event is None or not self._bars.live.is_started:
            self._bars.columns = self._wide
        if _BAR + _AROUND + len(step) + len(text) > self._bars.console.width:
            self._bars.columns = self._narrow  # until the step ends: a bar that comes and goes is no help
        if event is None:
            self._bars.reset(self._task, total=None, visible=True, description=step, text=text)
        else:
            self._bars.update(self._task, description=step, completed=event.done, total=total, text=text, visible=True)
        self._bars.start()

    def end(self) -> None:
        # What others write between two steps would stand behind the bar, in the same line.
        self._bars.stop()


class Renderer:
    """A reporter that shows events on stderr while its `with` block runs; it may be called from any thread.

    delay_seconds: show no step before the work has taken this long; notes are shown at once all the same.
    mode: `auto` draws on a terminal, `plain` never does, `json` writes an object an event, `none` is silent.
    """

    def __init__(self, *, delay_seconds: float = 0.0, clock: Clock = time.monotonic, mode: Mode = "auto") -> None:
        self._mode = mode
        self._screen: _Screen | None = None
        self._clock = clock
        self._from = clock() + delay_seconds
        self._lock = threading.Lock()  # downloads report from a thread of their own
        self._meter = Meter(clock)
        self._started = clock()

    def __enter__(self) -> Reporter:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            if self._screen is not None:
                self._screen.end()
                self._screen = None

    def __call__(self, event: Event) -> None:
        """Show an event."""
        if self._mode == "none":
            return
        with self._lock:
            if self._mode == "json":
                output.narrate(_as_json(event))
                return
            if isinstance(event, Note):
                (self._screen.line if self._screen is not None else output.narrate)(event.text)
                return
            if isinstance(event, StepStarted):
                self._meter, self._started = Meter(self._clock), self._clock()
            elif isinstance(event, Progress):
                self._meter.add(event.done)
            if self._clock() >= self._from:
                self._show(event)

    def _show(self, event: StepStarted | Progress | StepFinished) -> None:
        if self._screen is None:
            live = self._mode == "auto" and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
            self._screen = _Terminal() if live else _Plain(self._clock)
        if isinstance(event, StepStarted):
            self._screen.line(f"{event.step}: {event.detail}" if event.detail else event.step)
            self._screen.live(event.step, None, "")
        elif isinstance(event, Progress):
            self._screen.live(event.step, event, in_words(event, self._meter.rate()))
        else:
            took = duration_in_words(self._clock() - self._started)
            self._screen.end()
            self._screen.line(f"{event.step}: {event.detail + ', ' if event.detail else ''}done in {took}")


def _as_json(event: Event) -> str:
    kind = {StepStarted: "started", Progress: "progress", StepFinished: "finished", Note: "note"}[type(event)]
    return escaped(json.dumps({"event": kind, **dataclasses.asdict(event)}, ensure_ascii=False))
