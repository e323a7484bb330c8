"""Signals: nothing half is left, whenever they come."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.toy_command import COMMAND, SECONDS, environment, leftovers, posix


@contextlib.contextmanager
def writing(home: Path, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A long job that has begun to write beside its target."""
    file = home / "in.txt"
    file.write_bytes(b"".join(b"line %d\n" % index for index in range(1000)))
    with subprocess.Popen(
        [*COMMAND, "translate", str(file), "-o", str(folder / "out.txt")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A signal may come inside `open`, whose file nobody has yet: it is closed with a warning that Python hides from
        # people.
        env=environment(home, EDGEKIT_TOY_SECONDS="0.05", PYTHONWARNINGS="error,ignore::ResourceWarning"),
    ) as process:
        deadline = time.monotonic() + SECONDS
        while not leftovers(folder) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert leftovers(folder) != []
        yield process


@posix
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_nothing_half_is_left_when_a_signal_ends_it(tmp_path: Path, folder: Path, number: int, code: int) -> None:
    with writing(tmp_path, folder) as process:
        process.send_signal(number)
        out, error = process.communicate(timeout=SECONDS)
    assert (process.returncode, out) == (code, b"")
    assert leftovers(folder) == []
    assert error == (b"interrupted\n" if number == signal.SIGINT else b"")


@posix
@pytest.mark.parametrize("gap_seconds", [0.0, 0.001, 0.01, 0.05])
def test_a_second_signal_does_not_disturb_what_cleans_up(tmp_path: Path, folder: Path, gap_seconds: float) -> None:
    with writing(tmp_path, folder) as process:
        for _ in range(3):
            process.send_signal(signal.SIGINT)
            time.sleep(gap_seconds)
        out, error = process.communicate(timeout=SECONDS)
    assert (process.returncode, out, error) == (130, b"", b"interrupted\n")
    assert leftovers(folder) == []


@posix
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
@pytest.mark.parametrize("module", ["onnxruntime", "typer"])
def test_a_signal_during_an_import_ends_it_and_is_no_fault(tmp_path: Path, module: str, name: str, code: int) -> None:
    """A signal inside the start of an extension module comes out as ImportError."""
    program = (
        "import builtins, os, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "real = builtins.__import__\n"
        "def cut(name, *more):\n"
        f"    if name == {module!r}:\n"
        f"        try: os.kill(os.getpid(), signal.{name})\n"
        "        except BaseException: raise ImportError('initialization failed')\n"
        "    return real(name, *more)\n"
        "from edgekit.cli.start import main\n"
        "builtins.__import__ = cut\n"
        "sys.argv = ['edgekit', 'device']\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, env=environment(tmp_path), timeout=SECONDS, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (code, b"", b"interrupted\n" if code == 130 else b"")


@posix
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_signal_inside_a_text_that_is_run_leaves_the_exit_code(tmp_path: Path, name: str, code: int) -> None:
    """CPython marks a process whose `exec` of a text met Ctrl-C, and would end it by SIGINT."""
    (tmp_path / "program.py").write_text(
        "import os, signal\n"
        "from edgekit.cli import start\n"
        f"start._run = lambda: exec('os.kill(os.getpid(), signal.{name})\\nwhile True: pass', globals())\n"
        "if __name__ == '__main__': start.main()\n",
        "utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "program"],
        capture_output=True,
        env=environment(tmp_path),
        timeout=SECONDS,
        check=False,
        cwd=tmp_path,
    )
    assert (done.returncode, done.stdout, done.stderr) == (code, b"", b"interrupted\n" if code == 130 else b"")


@posix
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_after_the_work_is_done_changes_nothing(tmp_path: Path, name: str) -> None:
    program = (
        "import os, signal\n"
        "from edgekit.cli import signals, start\n"
        "ignored = signal.signal\n"
        "def slow(number, handler):\n"
        f"    if handler == signal.SIG_IGN: os.kill(os.getpid(), signal.{name})\n"
        "    return ignored(number, handler)\n"
        "def run():\n"
        "    signals.signal.signal = slow\n"
        "    return 3\n"
        "start._run = run\n"
        "start.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, env=environment(tmp_path), timeout=SECONDS, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (3, b"", b"")


@posix
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_signal_waits_until_an_import_is_over(tmp_path: Path, name: str, code: int) -> None:
    (tmp_path / "started.py").write_text(
        f"import os, signal, sys\nfor _ in range(3): os.kill(os.getpid(), signal.{name})\n"
        "for _ in range(1_000_000): pass\nsys.stdout.write('whole\\n')\nsys.stdout.flush()\n",
        "utf-8",
    )
    program = (
        "from edgekit.cli import start\n"
        "def run():\n"
        "    import started\n"
        "    while True: pass\n"
        "start._run = run\n"
        "start.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        env=environment(tmp_path),
        timeout=SECONDS,
        check=False,
        cwd=tmp_path,
    )
    assert (done.returncode, done.stdout, done.stderr) == (code, b"whole\n", b"interrupted\n" if code == 130 else b"")


@posix
def test_ctrl_c_ends_it_when_it_waits_for_input(conversation: subprocess.Popen[bytes]) -> None:
    assert conversation.stdin is not None
    assert conversation.stdout is not None
    assert conversation.stderr is not None
    conversation.stdin.write(b"hello\n")
    conversation.stdin.flush()
    assert conversation.stdout.readline() == b"HELLO\n"
    conversation.send_signal(signal.SIGINT)
    assert conversation.wait(SECONDS) == 130
    assert conversation.stderr.read() == b"interrupted\n"
