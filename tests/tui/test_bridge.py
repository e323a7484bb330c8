"""Long work: what it tells, how it ends, and that it ends once."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from store.toys import environment, use_home

from edgekit.core.atomic import replacing_folder
from edgekit.core.cancelling import CancelledError
from edgekit.core.events import Event, Progress
from tui.bridge import Job, Jobs

SECONDS = 60.0
Report = Callable[[Event], None]


def work_until(go: threading.Event, left: list[str]) -> Callable[[Report], str]:
    """Says nothing until it may go on, as between two events of a long step."""

    def work(report: Report) -> str:
        assert go.wait(SECONDS)
        try:
            report(Progress("count", 1, 2, "lines"))
        except CancelledError:
            left.append("cancelled")
            raise
        return "result"

    return work


def test_a_job_that_writes_nothing_ends_at_once_and_what_it_still_brings_is_dropped() -> None:
    told: list[str] = []
    go, left = threading.Event(), list[str]()
    jobs = Jobs(lambda job: told.append(job.state))
    job = jobs.start("plan", work_until(go, left), writes=False)
    job.cancel()
    assert (job.state, told, jobs.running) == ("cancelled", ["cancelled"], [])
    go.set()
    job.thread.join(SECONDS)
    assert left == ["cancelled"]
    assert (job.state, job.result, told) == ("cancelled", None, ["cancelled"])


def test_a_job_that_writes_has_ended_when_its_work_has() -> None:
    go, left, done = threading.Event(), list[str](), threading.Event()
    jobs = Jobs(lambda job: None if job.runs else done.set())
    job = jobs.start("export", work_until(go, left))
    job.cancel()
    assert job.runs
    assert job.is_stopping
    go.set()
    assert done.wait(SECONDS)
    assert (job.state, left) == ("cancelled", ["cancelled"])


def test_who_leaves_waits_until_no_half_file_is_there(tmp_path: Path) -> None:
    begun = threading.Event()

    def work(report: Report) -> None:
        with replacing_folder(tmp_path / "small") as beside:
            (beside / "half").write_text("half", encoding="utf-8")
            begun.set()
            while True:
                report(Progress("trim", 1, 2, "bytes"))

    jobs = Jobs()
    job = jobs.start("export", work)
    assert begun.wait(SECONDS)
    jobs.leave(SECONDS)
    assert job.state == "cancelled"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("fault", "line"), [(ZeroDivisionError("a bug"), "a fault of edgekit's own"), (MemoryError(), "MemoryError")]
)
def test_work_that_dies_is_a_line_and_the_next_starts(fault: Exception, line: str) -> None:
    ended: list[Job] = []
    done = threading.Semaphore(0)

    def changed(job: Job) -> None:
        ended.append(job)
        done.release()

    def work(_report: Report) -> None:
        raise fault

    jobs = Jobs(changed)
    jobs.start("one", work)
    assert done.acquire(timeout=SECONDS)
    assert line in str(ended[0].problem)
    jobs.start("two", lambda _report: None)
    assert done.acquire(timeout=SECONDS)
    assert [one.state for one in ended] == ["failed", "done"]


WRITES = """
import os, sys
from pathlib import Path
import tui.app
from edgekit.core.atomic import replacing_folder
from edgekit.core.cancelling import check_cancelled

number, out = int(sys.argv[1]), Path(sys.argv[2])

def work(report):
    with replacing_folder(out) as beside:
        (beside / "half").write_text("half", encoding="utf-8")
        os.kill(os.getpid(), number)
        while True:
            check_cancelled()

App = tui.app.EdgekitApp
run = App.run
App.run = lambda app: run(app, headless=True)
App.on_ready = lambda app: app.jobs.start("export", work)
sys.exit(tui.app.run())
"""


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no such signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_while_a_job_writes_leaves_no_half_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, out, number = use_home(monkeypatch, tmp_path), tmp_path / "out", getattr(signal, name)
    out.mkdir()
    (out / "old").write_text("old", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", WRITES, str(int(number)), str(out)],
        env=environment(home),
        capture_output=True,
        timeout=2 * SECONDS,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 128 + number, done.stderr
    assert [one.name for one in out.iterdir()] == ["old"]
    assert not list(tmp_path.glob(".out.*"))
