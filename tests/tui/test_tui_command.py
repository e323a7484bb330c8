"""`edgekit tui` as a process, with and without a terminal."""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from translate.real_models import home_with

pty = pytest.importorskip("pty", reason="pseudo-terminals are a matter of Unix")

# For a text to come: two cores that eight programs share take two minutes for what takes ten seconds on quiet ones.
SECONDS = 300.0
COMMAND = [sys.executable, "-m", "edgekit", "tui"]
LEAVE = b"\x1b[?1049l"  # xterm: back from the alternate screen


class Terminal:
    """A program that runs in a terminal, and what it has written there."""

    def __init__(self, home: Path, command: Sequence[str] = COMMAND, **more: str) -> None:
        import fcntl
        import termios

        self.fd, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        left_out = ("NO_COLOR", "COLUMNS", "LINES", "LC_ALL", "LC_MESSAGES", "LANGUAGE")
        environment = {key: value for key, value in os.environ.items() if key not in left_out}
        environment |= {"EDGEKIT_HOME": str(home), "TERM": "xterm-256color", "COLORTERM": "truecolor", **more}
        self.process = subprocess.Popen(command, stdin=child, stdout=child, stderr=child, env=environment)
        os.close(child)
        self.written = b""

    def until(self, text: bytes) -> None:
        end = time.monotonic() + SECONDS
        while text not in self.written:
            assert time.monotonic() < end, self.written[-2000:]
            self._read()

    def wait(self) -> int:
        end = time.monotonic() + SECONDS
        while self.process.poll() is None:
            assert time.monotonic() < end, "it does not end"
            self._read()
        while self._read():
            pass
        return self.process.returncode

    def _read(self) -> bool:
        if not select.select([self.fd], [], [], 0.1)[0]:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # Linux: the other end is closed
            return False
        self.written += data
        return bool(data)


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    started: list[Terminal] = []
    yield started
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
        one.process.wait()
        os.close(one.fd)


def test_it_is_a_usage_error_that_names_translate_when_there_is_no_terminal(tmp_path: Path) -> None:
    done = subprocess.run(
        COMMAND,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, "EDGEKIT_HOME": str(tmp_path)},
        timeout=SECONDS,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: `edgekit tui` needs a terminal\n")
    assert "`edgekit translate" in done.stderr


@pytest.mark.parametrize("command", [COMMAND, COMMAND[:-1]])
def test_it_names_the_pull_and_leaves_a_clean_terminal_when_quit(
    command: list[str], tmp_path: Path, terminals: list[Terminal]
) -> None:
    """`edgekit` alone opens the screens too, where there is a terminal."""
    terminal = Terminal(tmp_path, command=command)
    terminals.append(terminal)
    terminal.until(b"edgekit pull firefox-en-pt")
    os.write(terminal.fd, b"\x11")  # ctrl+q
    assert terminal.wait() == 0
    assert LEAVE in terminal.written


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_terminate_signal_leaves_a_clean_terminal(
    number: signal.Signals, tmp_path: Path, terminals: list[Terminal]
) -> None:
    terminal = Terminal(tmp_path)
    terminals.append(terminal)
    terminal.until(b"edgekit pull firefox-en-pt")
    terminal.process.send_signal(number)
    assert terminal.wait() == 128 + number
    assert LEAVE in terminal.written


def test_it_opens_where_a_terminal_is_told_nothing_else(tmp_path: Path, terminals: list[Terminal]) -> None:
    terminal = Terminal(tmp_path, COMMAND[:-1], LANG="C.UTF-8")
    terminals.append(terminal)
    terminal.until(b"edgekit pull firefox-en-pt")
    os.write(terminal.fd, b"\x03")
    terminal.until(b"ctrl+c once more")
    while terminal.process.poll() is None:  # two presses that are far apart, on a slow machine, are two first ones
        os.write(terminal.fd, b"\x03")
        terminal._read()
    assert terminal.wait() == 0
    assert LEAVE in terminal.written
    done = subprocess.run(COMMAND[:-1], capture_output=True, text=True, timeout=SECONDS, check=False)
    assert "translate" in done.stdout + done.stderr


@pytest.mark.parametrize("wanted", [True, False])
def test_no_color_makes_every_colour_grey(wanted: bool, tmp_path: Path, terminals: list[Terminal]) -> None:
    terminal = Terminal(tmp_path, **({} if wanted else {"NO_COLOR": "1"}))
    terminals.append(terminal)
    terminal.until(b"edgekit pull firefox-en-pt")
    os.write(terminal.fd, b"\x11")
    assert terminal.wait() == 0
    colours = set(re.findall(rb"[34]8;2;(\d+);(\d+);(\d+)", terminal.written))
    assert colours
    assert any(len(set(colour)) > 1 for colour in colours) == wanted


def test_sixteen_colours_are_enough(tmp_path: Path, terminals: list[Terminal]) -> None:
    """Over SSH COLORTERM does not come along, and a terminal that names no colours has those of 1980."""
    terminal = Terminal(tmp_path, TERM="xterm", COLORTERM="")
    terminals.append(terminal)
    terminal.until(b"edgekit pull firefox-en-pt")
    os.write(terminal.fd, b"\x11")
    assert terminal.wait() == 0
    assert not re.search(rb"[;\[][34]8;[25]", terminal.written)
    assert re.search(rb"[;\[](?:3|9|4|10)[0-7][;m]", terminal.written)


def test_no_screen_opens_a_socket(tmp_path: Path, terminals: list[Terminal]) -> None:
    terminal = Terminal(
        tmp_path, PYTHONPATH=str(Path(__file__).parents[1] / "no_network"), NO_NETWORK_BUT_PAIRS="1", LANG="C.UTF-8"
    )
    terminals.append(terminal)
    terminal.until(b"edgekit pull firefox-en-pt")
    for key, seen in (
        (b"\x1bOR", b"quiz"),  # f3
        (b"\x1bOS", b"can be pulled"),
        (b"\x1b[15~", b"Languages"),
        (b"\x1b[17~", b"nothing has been started"),
        (b"\x1b[18~", b"cores"),
        (b"\x11", LEAVE),
    ):
        os.write(terminal.fd, key)
        terminal.until(seen)
    assert terminal.wait() == 0, terminal.written[-500:]


def test_a_fault_of_ours_is_two_lines_and_a_file_without_a_word_of_the_text(
    tmp_path: Path, terminals: list[Terminal]
) -> None:
    program = (
        "import tui.app\n"
        "def action_help(self):\n"
        "    students = 'Ana Souza'\n"
        "    raise KeyError(students)\n"
        "tui.app.EdgekitApp.action_help = action_help\n"
        "raise SystemExit(tui.app.run())\n"
    )
    terminal = Terminal(tmp_path, command=[sys.executable, "-c", program], LANG="C.UTF-8")
    terminals.append(terminal)
    terminal.until(b"edgekit pull firefox-en-pt")
    os.write(terminal.fd, b"\x1bOP")  # f1
    assert terminal.wait() == 1
    _screen, _leave, after = terminal.written.partition(LEAVE)
    assert b"Souza" not in terminal.written
    told = re.sub(rb"\x1b\[[?0-9;<>=]*[a-zA-Z]", b"", after).decode().split()
    assert " ".join(told).startswith("edgekit met a fault of its own and had to close: KeyError where in the code:")
    report = (tmp_path / "data" / "tui-crash.txt").read_text("utf-8")
    assert "KeyError" in report.splitlines()[0]
    assert "in action_help" in report
    assert "Souza" not in report


@pytest.mark.real
def test_a_text_is_translated_in_a_terminal_and_stands_there_again_the_next_time(
    tmp_path: Path, terminals: list[Terminal]
) -> None:
    home = tmp_path / "home"
    shutil.copytree(home_with("firefox-en-pt"), home)
    for time_here in (1, 2):
        terminal = Terminal(home, LANG="C.UTF-8")
        terminals.append(terminal)
        if time_here == 1:
            terminal.until(b"paste text here")
            os.write(terminal.fd, b"The sun is warm.")
        terminal.until(b"O sol")
        terminal.until(b"% sure")
        os.write(terminal.fd, b"\x11")
        assert terminal.wait() == 0
        assert LEAVE in terminal.written
