"""From edgekit's events to lines on a screen: what long work tells, in words, whichever thread it tells it from."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from edgekit.core.cancelling import CancelledError, cancellable
from edgekit.core.errors import EdgekitError
from edgekit.core.events import Event, Note, Progress, StepStarted
from edgekit.core.meter import Meter, in_words

# Two changes a second: what a screen reader can follow and a person read.
EVERY_SECONDS = 0.5
LOG_LINES = 500


@dataclass
class Job:
    """One piece of long work.  state: `runs`, `done`, `failed` or `cancelled`; line: how far it is, in words.

    share: done of 1, None where that is not known.  problem: why it failed.  log: what it has said, the newest last.
    writes: whether it leaves anything behind, so that its end has to be waited for.
    is_told: whether the screens know that it has ended.  thread: where it is at work.
    """

    name: str
    state: str = "runs"
    line: str = ""
    share: float | None = None
    problem: EdgekitError | None = None
    result: object = None
    log: deque[str] = field(default_factory=lambda: deque(maxlen=LOG_LINES))
    started: float = field(default_factory=time.monotonic)
    ended: float | None = None
    writes: bool = True
    is_told: bool = False
    thread: threading.Thread = field(default_factory=threading.Thread)
    _stop: threading.Event = field(default_factory=threading.Event)
    _ends: threading.Lock = field(default_factory=threading.Lock)
    _changed: Callable[[Job], None] = field(default=lambda _job: None)

    @property
    def runs(self) -> bool:
        """Whether it is still at work."""
        return self.state == "runs"

    @property
    def seconds(self) -> float:
        """How long it has taken so far, or took."""
        return (self.ended or time.monotonic()) - self.started

    def cancel(self) -> None:
        """Let the work end where it asks next, which leaves no half file.

        One that writes nothing has ended for whoever looks: a call of a library in it can take a second.
        """
        self._stop.set()
        if not self.writes:
            self.end("cancelled")

    def end(self, state: str, *, result: object = None, problem: EdgekitError | None = None) -> None:
        """What came of it; of two that come at once the first counts."""
        with self._ends:
            if not self.runs:
                return
            self.result, self.problem = result, problem
            self.ended, self.state = time.monotonic(), state
        self._changed(self)

    @property
    def is_stopping(self) -> bool:
        """Whether it was told to end."""
        return self._stop.is_set()

    def check(self) -> None:
        """Raise CancelledError, which its work asks for, where it was told to end."""
        if self._stop.is_set():
            raise CancelledError


class Jobs:
    """All work of a session.  changed: called with a job whenever there is something new of it, from its own thread."""

    def __init__(self, changed: Callable[[Job], None] = lambda _job: None) -> None:
        self.all: list[Job] = []
        self.changed = changed

    @property
    def running(self) -> list[Job]:
        """Those at work."""
        return [job for job in self.all if job.runs]

    def start(self, name: str, work: Callable[[Callable[[Event], None]], object], *, writes: bool = True) -> Job:
        """Do work(report) in a thread of its own; what it raises is the job's problem, never the app's.

        It ends where it reports or asks (`check_cancelled`) once it is cancelled.
        """
        job = Job(name, writes=writes, _changed=self.changed)
        job.thread = threading.Thread(target=self._run, args=(job, work), name=f"edgekit-{name}", daemon=True)
        self.all.append(job)
        job.thread.start()
        return job

    def leave(self, seconds: float) -> None:
        """Cancel what is at work, and wait so long for what writes to tidy up."""
        until = time.monotonic() + seconds
        for job in self.running:
            job.cancel()
        for job in self.all:
            if job.writes:
                job.thread.join(max(0.0, until - time.monotonic()))

    def _run(self, job: Job, work: Callable[[Callable[[Event], None]], object]) -> None:
        try:
            with cancellable(job.check):
                result = work(_Reporter(job, self.changed))
            job.end("done", result=result)
        except CancelledError:
            job.end("cancelled")
        except EdgekitError as problem:
            job.log.append(str(problem))
            job.end("failed", problem=problem)
        except Exception as fault:  # noqa: BLE001  a fault of a job is a line on its screen, the app goes on
            job.log.append(repr(fault))
            job.end("failed", problem=EdgekitError(f"a fault of edgekit's own: {fault!r}"))


class _Reporter:
    def __init__(self, job: Job, changed: Callable[[Job], None]) -> None:
        self._job = job
        self._changed = changed
        self._meter = Meter(time.monotonic)
        self._last = 0.0

    def __call__(self, event: Event) -> None:
        job = self._job
        job.check()
        if isinstance(event, Note):
            job.log.append(event.text)
        elif isinstance(event, Progress):
            self._meter.add(event.done)
            job.share = event.done / event.total if event.total else None
            job.line = f"{event.step}: {in_words(event, self._meter.rate())}"
            if time.monotonic() - self._last < EVERY_SECONDS:
                return
        else:
            if isinstance(event, StepStarted):
                self._meter, job.share = Meter(time.monotonic), None
            job.line = f"{event.step}: {event.detail}" if event.detail else event.step
            job.log.append(job.line)
        self._last = time.monotonic()
        self._changed(job)
