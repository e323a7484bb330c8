"""The app in a real terminal: keys in, screen out, over tmux."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from translate.real_models import home_with

from tui.actions import SCREENS

TMUX = shutil.which("tmux") or ""
SECONDS = 30.0
PROMPT = "ready-for-more"
KEY = {name: f"F{number + 1}" for number, (name, _label) in enumerate(SCREENS, 1)}

pytestmark = pytest.mark.skipif(not TMUX, reason="tmux is not installed")


class Tmux:
    """A shell in a tmux server of its own, 80 columns by 24 rows."""

    def __init__(self, folder: Path, home: Path) -> None:
        self._socket = str(folder / "tmux")
        left_out = ("NO_COLOR", "COLUMNS", "LINES", "TMUX", "LC_ALL", "LANGUAGE")
        environment = {key: value for key, value in os.environ.items() if key not in left_out}
        environment |= {"EDGEKIT_HOME": str(home), "LANG": "C.UTF-8", "TERM": "xterm-256color"}
        shell = "exec sh" if shutil.which("bash") is None else "exec bash --norc --noprofile"
        self._run("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", shell, environment=environment)
        self._run("set", "-s", "escape-time", "0")
        first, last = PROMPT.split("-", 1)
        self.type(f"PS1={first}-'{last} '")
        self.press("Enter")
        self.sees(PROMPT)

    def _run(self, *words: str, environment: dict[str, str] | None = None) -> str:
        done = subprocess.run(
            [TMUX, "-S", self._socket, *words],
            capture_output=True,
            text=True,
            env=environment,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def close(self) -> None:
        """End this server, and with it what runs in it."""
        subprocess.run([TMUX, "-S", self._socket, "kill-server"], capture_output=True, timeout=SECONDS, check=False)

    def start(self) -> None:
        self.type(f"{shlex.quote(sys.executable)} -m edgekit tui; echo left with $?")
        self.press("Enter")
        self.sees("1 Translate]")

    def press(self, *keys: str) -> None:
        self._run("send-keys", *keys)

    def type(self, text: str) -> None:
        self._run("send-keys", "-l", text)

    def rows(self) -> list[str]:
        return self._run("capture-pane", "-p").split("\n")

    def says(self, name: str) -> str:
        """What tmux knows of the terminal, by the name of one of its formats."""
        return self._run("display-message", "-p", f"#{{{name}}}").strip()

    def sees(self, text: str, seconds: float = SECONDS) -> str:
        end = time.monotonic() + seconds
        while text not in (shown := "\n".join(self.rows())):
            assert time.monotonic() < end, shown
            time.sleep(0.05)
        return shown

    def resize(self, columns: int, rows: int) -> None:
        self._run("resize-window", "-x", str(columns), "-y", str(rows))

    def process(self) -> int:
        """The app that the shell runs."""
        shell = self.says("pane_pid")
        found = subprocess.run(
            [shutil.which("ps") or "ps", "-o", "pid=", "--ppid", shell],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=True,
        )
        return int(found.stdout.split()[0])

    def is_clean(self) -> bool:
        """The shell is back: no other screen, the cursor shown, no mouse taken, keys as they were."""
        flags = ("alternate_on", "mouse_any_flag", "keypad_flag", "cursor_flag")
        return [self.says(flag) for flag in flags] == ["0", "0", "0", "1"]


@pytest.fixture
def terminals() -> Iterator[list[Tmux]]:
    started: list[Tmux] = []
    yield started
    for one in started:
        one.close()


def terminal(terminals: list[Tmux], folder: Path, home: Path) -> Tmux:
    terminals.append(Tmux(folder, home))
    return terminals[-1]


def test_keys_reach_every_screen_and_quit_leaves_a_clean_terminal(tmp_path: Path, terminals: list[Tmux]) -> None:
    one = terminal(terminals, tmp_path, tmp_path / "home")
    one.start()
    for number, (name, label) in enumerate(SCREENS, 1):
        one.press(KEY[name])
        one.sees(f"[{number} {label}]")
    one.press("C-q")
    shown = one.sees("left with 0")
    assert "Translate" not in shown
    assert one.is_clean()
    one.type("echo still here")
    one.press("Enter")
    one.sees("\nstill here")


@pytest.mark.parametrize("number", [15, 1])
def test_a_signal_leaves_a_clean_terminal(number: int, tmp_path: Path, terminals: list[Tmux]) -> None:
    one = terminal(terminals, tmp_path, tmp_path / "home")
    one.start()
    one.press(KEY["export"])
    one.sees("Export]")
    os.kill(one.process(), number)
    one.sees(f"left with {128 + number}")
    assert one.is_clean()
    one.type("echo still here")
    one.press("Enter")
    one.sees("\nstill here")


@pytest.mark.parametrize("columns", [60, 160])
def test_a_terminal_that_changes_its_size_is_filled_again(columns: int, tmp_path: Path, terminals: list[Tmux]) -> None:
    one = terminal(terminals, tmp_path, tmp_path / "home")
    one.start()
    one.press(KEY["export"])
    one.sees("Export]")
    one.type("pt,en")
    one.resize(columns, 30)
    one.sees("edgekit export pt,en")
    end = time.monotonic() + SECONDS
    while "^q Quit" not in (rows := one.rows())[29]:
        assert time.monotonic() < end, rows
        time.sleep(0.05)
    assert all(len(row) <= columns for row in rows)
    assert "1 Translate" in rows[0]


@pytest.mark.real
def test_a_person_types_and_reads_the_translation(tmp_path: Path, terminals: list[Tmux]) -> None:
    # A home of its own: the text of an earlier run comes back, and this one would be typed into it.
    home = tmp_path / "home"
    (home / "data" / "models").mkdir(parents=True)
    shutil.copytree(home_with("firefox-en-pt") / "data/models/firefox-en-pt", home / "data/models/firefox-en-pt")
    one = terminal(terminals, tmp_path, home)
    one.start()
    one.sees("ready")
    one.type("Good morning, class.")
    one.sees("Bom dia")
    one.resize(60, 24)
    one.sees("Bom dia")
    os.kill(one.process(), 15)
    one.sees("left with 143")
    assert one.is_clean()
