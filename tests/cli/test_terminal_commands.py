"""What a terminal would obey stays out of what is told, wherever a name, a path or a text of others stands in it."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from edgekit.cli import output
from edgekit.cli.app import run
from edgekit.cli.progress import Mode, Renderer
from edgekit.cli.text_io import Sink
from edgekit.core.events import Note, Progress, StepFinished, StepStarted

EVIL = "\x1b]0;owned\x07\x1b[31mred\x9b2J\u202e\r"
SIGNS = "\x1b\x07\x9b\u202e\r"


class Watched(io.StringIO):
    """A terminal, as far as a program can see."""

    def isatty(self) -> bool:
        return True


class WatchedBytes(io.BytesIO):
    """The bytes of one."""

    def isatty(self) -> bool:
        return True


def obeyed(text: str) -> set[str]:
    return {sign for sign in SIGNS if sign in text}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EDGEKIT_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_lines_of_data_and_narration_have_no_commands(capsys: pytest.CaptureFixture[str]) -> None:
    output.data(f"id\t{EVIL}")
    output.narrate(EVIL)
    told = capsys.readouterr()
    assert (obeyed(told.out), obeyed(told.err)) == (set(), set())
    assert told.out.startswith("id\t")
    assert "red" in told.err


def test_colours_of_ours_are_left_where_a_line_is_painted(capsys: pytest.CaptureFixture[str]) -> None:
    output.data("\x1b[1mbold\x1b[0m", painted=True)
    assert capsys.readouterr().out == "\x1b[1mbold\x1b[0m\n"


@pytest.mark.parametrize("mode", ["plain", "json"])
def test_events_have_no_commands(mode: Mode, capsys: pytest.CaptureFixture[str]) -> None:
    with Renderer(mode=mode) as report:
        for event in (StepStarted(EVIL, EVIL), Progress(EVIL, 1, 2, EVIL), Note(EVIL), StepFinished(EVIL, EVIL)):
            report(event)
    told = capsys.readouterr().err
    assert "red" in told
    assert obeyed(told) == set()


def test_events_on_a_terminal_have_no_commands_but_the_line_s_own(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Watched()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with Renderer() as report:
        report(StepStarted(EVIL, EVIL))
        report(Progress(EVIL, 1, 2, "lines"))
        report(Note(EVIL))
        report(StepFinished(EVIL, EVIL))
    shown = terminal.getvalue()
    assert "red" in shown
    for sequence in ("\x1b]0;", "\x1b[31m", "\x9b", "\x07", "\u202e"):
        assert sequence not in shown


def test_results_are_the_same_bytes_in_a_file_and_obey_nothing_on_a_terminal() -> None:
    file, terminal = io.BytesIO(), WatchedBytes()
    for stream in (file, terminal):
        Sink(stream, "it").write(f"{EVIL}\n Bom dia\r\n")
    assert file.getvalue() == f"{EVIL}\n Bom dia\r\n".encode()
    assert obeyed(terminal.getvalue().decode()) == set()
    assert terminal.getvalue().decode().endswith("\n Bom dia\n")


def test_memory_tells_of_hostile_entries_and_files_without_commands(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    way = ("--from", "en", "--to", "pt")
    assert run(["memory", "add", f"cell {EVIL}", f"célula {EVIL}", *way, "--who", EVIL, "--document", EVIL]) == 0
    for words in (["ls"], ["search", f"cell {EVIL}", *way], ["stats"], ["search", f"x{EVIL}", *way]):
        run(["memory", *words])
    listed = capsys.readouterr()
    assert "red" in listed.out
    assert obeyed(listed.out + listed.err) == set()
    name = f"{EVIL}\nwrote 9 entries to b.tmx"
    assert run(["memory", "export", name]) == 0
    exported = capsys.readouterr()
    assert exported.err.count("\n") == 1
    assert run(["memory", "export", name]) == 2
    assert run(["memory", "import", name, *way]) == 0
    told = capsys.readouterr()
    assert obeyed(exported.err + told.out + told.err) == set()
