"""How the command behaves in a shell: pipes, terminals, faults, locales."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli.toy_command import COMMAND, SECONDS, edgekit, environment, posix

from edgekit.cli import documents, translate_lines


def test_a_line_comes_back_when_its_writer_waits_for_it(conversation: subprocess.Popen[bytes]) -> None:
    assert conversation.stdin is not None
    assert conversation.stdout is not None
    for text in (b"hello\n", b"\n", b"good morning\r\n", b"two\nlines\n"):
        conversation.stdin.write(text)
        conversation.stdin.flush()
        answer = b"".join(conversation.stdout.readline() for _ in range(text.count(b"\n")))
        assert answer == text.upper()
    conversation.stdin.write(b"no newline")
    conversation.stdin.close()
    assert conversation.stdout.read() == b"NO NEWLINE"
    assert conversation.wait(SECONDS) == 0


@posix
@pytest.mark.parametrize("arguments", [["translate"], ["translate", "--json"], ["--help"], ["device", "--json"]])
def test_a_closed_pipe_ends_it_quietly(tmp_path: Path, arguments: list[str]) -> None:
    read_end, write_end = os.pipe()
    with subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=subprocess.PIPE,
        stdout=write_end,
        stderr=subprocess.PIPE,
        env=environment(tmp_path),
    ) as process:
        os.close(write_end)
        os.close(read_end)
        _, error = process.communicate(b"some line\n" * 20_000, timeout=SECONDS)
    assert (process.returncode, error) == (0, b"")


@posix
def test_head_gets_its_line_and_the_command_stops(tmp_path: Path) -> None:
    file = tmp_path / "many.txt"
    file.write_bytes(b"some line\n" * 50_000)
    with subprocess.Popen(
        [*COMMAND, "translate", str(file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(tmp_path)
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"SOME LINE\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(SECONDS) == 0


def test_a_fault_of_our_own_is_one_line_and_a_traceback_only_for_debugging(tmp_path: Path) -> None:
    done = edgekit(tmp_path, "translate", given=b"hello\n", EDGEKIT_TOY_FAULT="BUG")
    assert (done.returncode, done.stdout) == (1, b"")
    lines = done.stderr.decode().splitlines()
    assert lines[0] == "error: edgekit met a fault of its own: ZeroDivisionError: a fault in two lines"
    assert lines[1] == ""
    assert lines[2].startswith("hint: ")
    assert "EDGEKIT_DEBUG=1" in lines[2]
    told = edgekit(tmp_path, "translate", given=b"hello\n", EDGEKIT_TOY_FAULT="BUG", EDGEKIT_DEBUG="1")
    assert told.returncode == 1
    assert b"Traceback" in told.stderr


def test_our_errors_have_a_traceback_only_when_debugging(tmp_path: Path) -> None:
    for debug, expected in (("0", False), ("1", True)):
        done = edgekit(tmp_path, "translate", "missing.txt", EDGEKIT_DEBUG=debug)
        assert (b"Traceback" in done.stderr) == expected


def test_progress_is_told_on_stderr_when_it_takes_more_than_a_few_seconds(tmp_path: Path) -> None:
    file = tmp_path / "in.txt"
    file.write_bytes(b"".join(b"line %d\n" % index for index in range(140)))
    done = edgekit(tmp_path, "translate", str(file), EDGEKIT_TOY_SECONDS="0.01", EDGEKIT_TOY_QUIET="0.7")
    assert done.stdout.count(b"\n") == 140
    assert b"140" in done.stderr
    assert edgekit(tmp_path, "translate", str(file)).stderr == b""
    assert translate_lines._QUIET_SECONDS == documents._QUIET_SECONDS == 3


@posix
def test_how_to_end_is_said_when_stdin_is_a_terminal(tmp_path: Path) -> None:
    import pty

    controller, terminal = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, "translate"],
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(tmp_path),
    ) as process:
        os.close(terminal)
        assert process.stdout is not None
        assert process.stderr is not None
        assert b"Ctrl-D" in process.stderr.readline()
        os.write(controller, b"hello\n")
        assert process.stdout.readline() == b"HELLO\n"
        os.write(controller, b"\x04")
        assert process.wait(SECONDS) == 0
    os.close(controller)


@posix
@pytest.mark.parametrize("locale", ["C", "POSIX", "en_US.ISO-8859-1"])
def test_text_is_utf8_whatever_the_locale(tmp_path: Path, locale: str) -> None:
    done = edgekit(tmp_path, "translate", given="olá 😀\n", LC_ALL=locale, PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert (done.returncode, done.stdout.decode("utf-8")) == (0, "OLÁ 😀\n")


def test_errors_have_colour_only_when_somebody_asks(tmp_path: Path) -> None:
    assert b"\x1b[" not in edgekit(tmp_path, "translate", "missing.txt").stderr
    assert b"\x1b[" in edgekit(tmp_path, "translate", "missing.txt", FORCE_COLOR="1").stderr
    assert b"\x1b[" not in edgekit(tmp_path, "translate", "missing.txt", FORCE_COLOR="1", NO_COLOR="1").stderr


def test_the_module_runs_like_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "edgekit", "--version"], capture_output=True, timeout=SECONDS, check=True
    )
    assert done.stdout.startswith(b"edgekit ")
