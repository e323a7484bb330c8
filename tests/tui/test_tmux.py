"""The app in a real terminal: keys in, screen out, over tmux."""

from __future__ import annotations

import csv
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from toys.tui_stage import NUMBER
from translate.real_models import home_with

from edgekit.store.receipt import read_receipt
from tui.actions import SCREENS

TMUX = shutil.which("tmux") or ""
# For a text to come: two cores that eight programs share take two minutes for what takes ten seconds on quiet ones.
SECONDS = 300.0
PROMPT = "ready-for-more"
LABEL = dict(SCREENS)
CLASS = Path(__file__).resolve().parents[2] / "examples" / "class"
# Enough that a plan has something to count, and little enough that it is the model's size that takes the time.
SENTENCES = {
    "en": ["The leaf catches the light of the sun.", "Rain fell on the {} river.", "We read {} pages aloud today."],
    "pt": ["A folha capta a luz do sol.", "A chuva caiu no {} rio.", "Hoje lemos {} páginas em voz alta."],
}

pytestmark = pytest.mark.skipif(not TMUX, reason="tmux is not installed")


class Tmux:
    """A shell in a tmux server of its own, 80 columns by 24 rows."""

    def __init__(self, folder: Path, home: Path) -> None:
        self._socket = str(folder / "tmux")
        (folder / "work").mkdir(exist_ok=True)
        left_out = ("NO_COLOR", "COLUMNS", "LINES", "TMUX", "LC_ALL", "LC_MESSAGES", "LANGUAGE")
        environment = {key: value for key, value in os.environ.items() if key not in left_out}
        environment |= {"EDGEKIT_HOME": str(home), "LANG": "C.UTF-8", "TERM": "xterm-256color"}
        shell = "exec sh" if shutil.which("bash") is None else "exec bash --norc --noprofile"
        size = ("-x", "80", "-y", "24")
        begin = ("-f", "/dev/null", "new-session", "-d", *size, "-c", str(folder / "work"), shell)
        try:
            self._run(*begin, environment=environment)
        except AssertionError:  # `server exited unexpectedly`: a server can lose the race with its first client
            self._run(*begin, environment=environment)
        self._run("set", "-s", "escape-time", "0")
        first, last = PROMPT.split("-", 1)
        self.type(f"PS1={first}-'{last} '")
        self.press("Enter")
        self.sees(PROMPT)
        self._before = self._settings()

    def _settings(self) -> str:
        """How the shell finds its terminal, by stty; of a size that tests change nothing."""
        name = self.says("pane_tty")
        told = subprocess.run(
            [shutil.which("stty") or "stty", "-a", "-F", name],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=True,
        ).stdout
        return told.split(";", 3)[3]

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
        self.sees("^q Quit")

    def goes_to(self, name: str) -> None:
        """By the key that works in a text as well."""
        self.press(f"F{int(NUMBER[name]) + 1}")
        self.is_at(name)

    def is_at(self, name: str) -> None:
        self.sees(f"[{NUMBER[name]} {LABEL[name]}]")

    def has_left(self, code: int) -> None:
        """The app has ended, and the shell is as it was before."""
        self.sees(f"left with {code}")
        assert self.is_clean()
        self.type("echo still here")
        self.press("Enter")
        self.sees("\nstill here")

    def press(self, *keys: str) -> None:
        self._run("send-keys", *keys)

    def type(self, text: str) -> None:
        self._run("send-keys", "-l", text)

    def rows(self) -> list[str]:
        return self._run("capture-pane", "-p").split("\n")

    def says(self, name: str) -> str:
        """What tmux knows of the terminal, by the name of one of its formats."""
        return self._run("display-message", "-p", f"#{{{name}}}").strip()

    def until(self, holds: Callable[[list[str]], bool]) -> str:
        """Wait for the screen, never for time; gives what it shows."""
        end = time.monotonic() + SECONDS
        while not holds(rows := self.rows()):
            assert time.monotonic() < end, "\n".join(rows)
            time.sleep(0.05)
        return "\n".join(rows)

    def sees(self, *texts: str) -> str:
        """Wait for one of some texts."""
        return self.until(lambda rows: any(text in "\n".join(rows) for text in texts))

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
        """The shell is back: no other screen, the cursor shown, no mouse taken, keys and the line as they were."""
        flags = ("alternate_on", "mouse_any_flag", "keypad_flag", "cursor_flag")
        return [self.says(flag) for flag in flags] == ["0", "0", "0", "1"] and self._settings() == self._before


@pytest.fixture
def terminals() -> Iterator[list[Tmux]]:
    started: list[Tmux] = []
    yield started
    for one in started:
        one.close()


def linked(source: Path, target: str) -> None:
    """Models are large and only read; another file system has to copy them."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def home_of(folder: Path, *models: str) -> Path:
    """A home of its own: what an earlier run left there comes back on the screen."""
    home = folder / "home"
    for model in models:
        here = Path("data", "models", model)
        shutil.copytree(home_with(model) / here, home / here, copy_function=linked)
    return home


def terminal(terminals: list[Tmux], folder: Path, home: Path) -> Tmux:
    terminals.append(Tmux(folder, home))
    return terminals[-1]


def test_keys_reach_every_screen_and_quit_leaves_a_clean_terminal(tmp_path: Path, terminals: list[Tmux]) -> None:
    one = terminal(terminals, tmp_path, tmp_path / "home")
    one.start()
    for name in NUMBER:
        one.goes_to(name)
    for name in NUMBER:
        if "esc 1-" in one.rows()[23]:
            one.press("Escape")
            one.until(lambda rows: "esc 1-" not in rows[23])  # a key too soon after it would be one with Alt
        one.type(NUMBER[name])
        one.is_at(name)
    one.press("C-q")
    one.has_left(0)


def test_ctrl_c_asks_once_and_leaves_a_clean_terminal(tmp_path: Path, terminals: list[Tmux]) -> None:
    one = terminal(terminals, tmp_path, tmp_path / "home")
    one.start()
    one.goes_to("export")
    while True:  # two presses that are far apart, on a slow machine, are two first ones
        one.press("C-c", "C-c")
        shown = one.sees("press ctrl+c once more to leave", "left with 0", "left with 130")
        if "left with" in shown:
            break
    # One press too many meets a terminal that is the shell's again, and a command that is about to end.
    one.has_left(0 if "left with 0" in shown else 130)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_leaves_a_clean_terminal(number: signal.Signals, tmp_path: Path, terminals: list[Tmux]) -> None:
    one = terminal(terminals, tmp_path, tmp_path / "home")
    one.start()
    one.goes_to("export")
    os.kill(one.process(), number)
    one.has_left(128 + number)


@pytest.mark.parametrize("columns", [60, 160])
def test_a_terminal_that_changes_its_size_is_filled_again(columns: int, tmp_path: Path, terminals: list[Tmux]) -> None:
    one = terminal(terminals, tmp_path, tmp_path / "home")
    one.start()
    one.goes_to("export")
    one.type("pt,en")
    one.resize(columns, 30)
    one.sees("edgekit export pt,en")
    one.until(lambda rows: "^q Quit" in rows[29])
    rows = one.rows()
    assert all(len(row) <= columns for row in rows)
    assert f"{NUMBER['translate']} Transl" in rows[0]


@pytest.mark.real
def test_a_person_types_and_reads_the_translation(tmp_path: Path, terminals: list[Tmux]) -> None:
    one = terminal(terminals, tmp_path, home_of(tmp_path, "firefox-en-pt"))
    one.start()
    one.sees("write or paste text here")
    one.type("Good morning, class. Please open your books and read the first page.")
    one.sees("Bom dia")
    one.sees("% sure")
    for columns in (60, 160, 80):
        one.resize(columns, 24)
        one.until(lambda rows: "^q Quit" in rows[23])
        one.sees("Bom dia")
    os.kill(one.process(), signal.SIGTERM)
    one.has_left(143)
    one.start()
    one.sees("Good morning, class.")
    one.sees("Bom dia")
    one.press("C-q")
    one.has_left(0)


@pytest.mark.real
def test_a_person_grades_ten_answers_and_loses_none_when_the_power_goes(tmp_path: Path, terminals: list[Tmux]) -> None:
    home = home_of(tmp_path, "multilingual-e5-small")
    one = terminal(terminals, tmp_path, home)
    for name in ("quiz.toml", "answers.csv"):
        shutil.copy(CLASS / name, tmp_path / "work")
    one.start()
    one.goes_to("grade")
    one.sees("Choose the quiz with the arrows and Enter")
    one.press("Down")
    one.press("Enter")
    one.sees("Choose the answers with the arrows and Enter")
    one.press("Enter")
    one.until(lambda rows: any(row.split() == ["Answers", "answers.csv"] for row in rows))
    one.press("Enter")
    one.sees("84 of 84 left")
    one.sees("all is suggested; nothing is a mark before you press a key")
    for left in range(83, 78, -1):
        one.type("a")
        one.sees(f"{left} of 84 left")
    os.kill(one.process(), signal.SIGKILL)
    one.sees("left with 137")
    one.close()

    again = terminal(terminals, tmp_path, home)
    again.start()
    again.goes_to("grade")
    again.sees("79 of 84 left")
    again.resize(60, 20)
    again.type("c")
    again.sees("Enter makes these points the mark")
    again.type("1")
    again.press("Enter")
    again.sees("changed, 1")
    again.sees("78 of 84 left")
    again.type("l")
    again.sees("1 for later")
    again.type("u")
    again.sees("79 of 84 left")
    for left in range(78, 73, -1):
        again.type("a")
        again.sees(f"{left} of 84 left")
    again.type("s")
    again.sees("74 without a mark")
    again.press("C-q")
    again.has_left(0)
    with (tmp_path / "work" / "marks-1.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len([row for row in rows if row["mark"]]) == 10


@pytest.mark.real
def test_a_person_trims_a_model_after_stopping_and_after_a_signal(tmp_path: Path, terminals: list[Tmux]) -> None:
    one = terminal(terminals, tmp_path, home_of(tmp_path, "firefox-en-pt"))
    for tag, sentences in SENTENCES.items():
        lines = [sentence.format(at) for at in range(100) for sentence in sentences]
        (tmp_path / "work" / f"{tag}.txt").write_text("\n".join(lines), encoding="utf-8")
    one.start()
    one.goes_to("export")
    one.sees("name languages and text, then plan")
    one.type("pt,en")
    one.press("Tab")  # what follows at once belongs into the next field
    one.type("pt=pt.txt en=en.txt")
    one.press("Tab")
    one.type("small")
    one.press("C-l")
    one.sees("^t Stop")
    one.press("C-t")
    one.sees("plan firefox-en-pt: cancelled")
    one.press("C-l")
    one.sees("^t Stop")
    os.kill(one.process(), signal.SIGTERM)
    one.has_left(143)
    assert not (tmp_path / "work" / "small").exists()

    one.type("clear")
    one.press("Enter")
    one.start()
    one.is_at("export")
    one.sees("pt=pt.txt en=en.txt")
    one.press("C-l")
    one.sees("planned: left and right move the point, then export")
    one.press("Left", "Left")
    one.sees("--vocab")
    one.press("C-r")
    one.sees("written into")
    one.press("C-y")
    one.sees("it holds")
    one.press("C-q")
    one.has_left(0)
    folder = tmp_path / "work" / "small" / "firefox-en-pt-pt-en"
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    assert (
        read_receipt(folder).size_bytes
        < read_receipt(home_with("firefox-en-pt") / "data/models/firefox-en-pt").size_bytes
    )
