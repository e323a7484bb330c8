from __future__ import annotations

import io
import re
import sys
import threading

import pytest

from edgekit.cli import output
from edgekit.cli.progress import Renderer
from edgekit.core.events import Note, Progress, StepFinished, StepStarted
from edgekit.core.meter import Meter, in_words

_SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_rate_is_that_of_the_last_seconds() -> None:
    clock = Clock()
    meter = Meter(clock)
    assert meter.rate() is None
    meter.add(1000)
    assert meter.rate() is None
    clock.now += 2
    meter.add(3000)
    assert meter.rate() == 1000
    for step in range(1, 31):
        clock.now += 1
        meter.add(3000 + 200 * step)
    assert meter.rate() == pytest.approx(200)  # the first seconds are forgotten
    clock.now += 5
    meter.add(9000)
    assert meter.rate() == pytest.approx(2000 / 15, rel=0.2)  # a standstill is not


@pytest.mark.parametrize(
    ("event", "rate", "text"),
    [
        (Progress("fetch", 12_000_000, 35_500_000, "bytes"), 4_100_000.0, "12.0 MB of 35.5 MB, 4.1 MB/s, 6s left"),
        (Progress("fetch", 12_000_000, None, "bytes"), 4_100_000.0, "12.0 MB, 4.1 MB/s"),
        (Progress("fetch", 0, None, "bytes"), None, "0 B"),
        (Progress("translate", 50, 200, "lines"), 2.5, "50 of 200 lines, 2.5 lines/s, 1m00s left"),
        (Progress("select", 1, 5, "steps"), 0.05, "1 of 5 steps, 1m20s left"),
        (Progress("grade", 0, 1, "answers"), 1.0, "0 of 1 answer, 1 answer/s, 1s left"),
        (Progress("count", 1, None, "lines"), None, "1 line"),
        (Progress("build", 4, 4, "tensors"), 100.0, "4 of 4 tensors, 100 tensors/s"),
    ],
)
def test_progress_says_what_is_known(event: Progress, rate: float | None, text: str) -> None:
    assert in_words(event, rate) == text


def test_a_pipe_gets_plain_lines_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with Renderer(clock=clock) as report:
        report(StepStarted("fetch", "toy from here"))
        for done in range(0, 101, 10):
            report(Progress("fetch", done * 1000, 100_000, "bytes"))
            clock.now += 1
        report(Note("by the way"))
        report(StepFinished("fetch", "100 kB"))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        "fetch: toy from here",
        "fetch: 50.0 kB of 100 kB, 10.0 kB/s, 5s left",
        "fetch: 100 kB of 100 kB, 10.0 kB/s",
        "by the way",
        "fetch: 100 kB, done in 11s",
    ]


def test_short_work_shows_only_its_notes_when_there_is_a_delay(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with Renderer(delay_seconds=3, clock=clock) as report:
        report(StepStarted("translate"))
        report(Note("mind this"))
        clock.now += 2
        report(Progress("translate", 1, 2, "lines"))
        report(StepFinished("translate"))
    assert capsys.readouterr().err == "mind this\n"


def test_a_terminal_gets_a_live_line_on_stderr_and_nothing_on_stdout(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    clock = Clock()
    with Renderer(clock=clock) as report:
        report(StepStarted("fetch", "toy [bold]from[/bold] here"))
        report(Progress("fetch", 0, 1000, "bytes"))
        clock.now += 1
        report(Progress("fetch", 500, 1000, "bytes"))
        sys.stdout.write("data\n")
        report(Note("[note]"))
        report(Progress("fetch", 600, None, "bytes"))
        report(StepFinished("fetch"))
    shown = terminal.getvalue()
    assert "fetch: toy [bold]from[/bold] here" in shown
    assert "[note]" in shown
    assert "fetch: done in 1s" in shown
    assert shown.endswith("\x1b[?25h") or "\x1b[?25h" in shown  # the cursor is back
    assert capsys.readouterr().out == "data\n"


@pytest.mark.parametrize(("columns", "bar"), [(40, False), (60, False), (80, True)])
def test_the_name_of_a_step_is_never_shortened(columns: int, bar: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", str(columns))
    clock = Clock()
    with Renderer(clock=clock) as report:
        report(StepStarted("grading", "answers.csv"))
        for done in (0, 240):
            report(Progress("grading", done, 300, "answers"))
            clock.now += 2
    lines = [line for line in re.split(r"[\r\n]", _SEQUENCE.sub("", terminal.getvalue())) if "240 of 300" in line]
    assert lines
    assert all("grading" in line and ("━" in line) is bar for line in lines)


def test_what_is_said_behind_a_step_has_a_line_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with Renderer() as report:
        for step in ("open", "grade"):
            report(StepStarted(step))
            report(Progress(step, 1, 2, "answers"))
            report(StepFinished(step))
            output.narrate(f"summary of {step}")
    before = terminal.getvalue()
    for step in ("open", "grade"):
        shown = _SEQUENCE.sub("", before[: before.index(f"summary of {step}")])
        assert shown.rpartition("\n")[2].strip("\r") == ""


def test_a_dumb_terminal_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "dumb")
    with Renderer() as report:
        report(StepStarted("fetch"))
    assert terminal.getvalue() == "fetch\n"


def test_events_may_come_from_many_threads(capsys: pytest.CaptureFixture[str]) -> None:
    with Renderer() as report:
        threads = [
            threading.Thread(target=lambda: [report(Note(f"note {index}")) for index in range(50)]) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    lines = capsys.readouterr().err.splitlines()
    assert sorted(lines) == sorted(f"note {index}" for index in range(50) for _ in range(8))
