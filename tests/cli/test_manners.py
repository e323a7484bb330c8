"""How the command behaves in a shell: pipes, full disks, signals, half-written files."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.toy_command import COMMAND, SECONDS, edgekit, environment

posix = pytest.mark.skipif(os.name == "nt", reason="POSIX signals, pipes and devices")
full_disk = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inner = tmp_path / "work"
    inner.mkdir()
    return inner


@pytest.fixture
def conversation(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """An `edgekit translate` that somebody writes to line by line."""
    with subprocess.Popen(
        [*COMMAND, "translate"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(tmp_path),
    ) as process:
        yield process
        process.kill()


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


@full_disk
@pytest.mark.parametrize("arguments", [["translate"], ["translate", "--json"], ["--version"], ["device"], ["--help"]])
def test_a_full_disk_is_an_output_error_when_stdout_is_on_it(tmp_path: Path, arguments: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, *arguments],
            input=b"hello\n",
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment(tmp_path),
            timeout=SECONDS,
            check=False,
        )
    assert done.returncode == 1
    to_what = "" if arguments == ["--help"] else " to the standard output"
    assert done.stderr.decode() == f"error: cannot write{to_what}: No space left on device\n"


@full_disk
def test_a_full_disk_is_an_output_error_when_the_output_file_is_on_it(tmp_path: Path) -> None:
    done = edgekit(tmp_path, "translate", "-o", "/dev/full", given=b"hello\n")
    assert done.returncode == 1
    assert b"cannot write to `/dev/full`: No space left on device" in done.stderr
    assert Path("/dev/full").is_char_device()


@posix
def test_nothing_is_left_when_the_disk_fills_up_in_the_middle(tmp_path: Path, folder: Path) -> None:
    file = tmp_path / "in.txt"
    file.write_bytes(b"some line\n" * 20_000)
    out = folder / "out.txt"
    done = edgekit(tmp_path, "translate", str(file), "-o", str(out), EDGEKIT_TOY_FILE_BYTES=str(1 << 16))
    assert done.returncode == 1
    assert b"cannot write to" in done.stderr
    assert leftovers(folder) == []


def test_the_output_file_is_whole_and_takes_the_place_of_the_old_one(tmp_path: Path, folder: Path) -> None:
    out = folder / "out.txt"
    out.write_text("old", "utf-8")
    done = edgekit(tmp_path, "translate", "--force", "-o", str(out), given=b"hello\r\nworld")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert out.read_bytes() == b"HELLO\r\nWORLD"
    assert leftovers(folder) == ["out.txt"]


def test_a_file_that_is_there_is_refused_before_anything_runs(tmp_path: Path, folder: Path) -> None:
    out = folder / "out.txt"
    out.write_text("old", "utf-8")
    done = edgekit(tmp_path, "translate", "-o", str(out), given=b"hello\n", EDGEKIT_TOY="")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"exists already" in done.stderr
    assert b"--force" in done.stderr
    assert out.read_text("utf-8") == "old"


@posix
@pytest.mark.parametrize("way", ["itself", "link", "hard link", "redirect"])
def test_a_file_is_never_translated_onto_itself(tmp_path: Path, folder: Path, way: str) -> None:
    file, out = folder / "text.txt", folder / "other.txt"
    file.write_bytes(b"some line\n")
    if way == "link":
        out.symlink_to(file)
    elif way == "hard link":
        out.hardlink_to(file)
    else:
        out = file
    named = [] if way == "redirect" else [str(file)]
    with file.open("rb") as stream:
        done = subprocess.run(
            [*COMMAND, "translate", *named, "--force", "-o", str(out)],
            stdin=stream,
            capture_output=True,
            env=environment(tmp_path),
            timeout=SECONDS,
            check=False,
        )
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"is the text itself" in done.stderr
    assert file.read_bytes() == b"some line\n"


@posix
def test_a_link_stays_a_link_when_it_is_the_output(tmp_path: Path, folder: Path) -> None:
    real, link = folder / "real.txt", folder / "link.txt"
    real.write_text("old", "utf-8")
    link.symlink_to(real)
    assert edgekit(tmp_path, "translate", "hi", "--force", "-o", str(link)).returncode == 0
    assert link.is_symlink()
    assert real.read_text("utf-8") == "HI\n"


def test_the_old_output_stays_when_the_work_fails(tmp_path: Path, folder: Path) -> None:
    out = folder / "out.txt"
    out.write_text("old", "utf-8")
    done = edgekit(tmp_path, "translate", "--force", "-o", str(out), given=b"hello\n", EDGEKIT_TOY_FAULT="BUG")
    assert done.returncode == 1
    assert out.read_text("utf-8") == "old"
    assert leftovers(folder) == ["out.txt"]


@pytest.mark.parametrize("out", [".", "missing/folder/out.txt"])
def test_the_output_is_refused_before_any_work_when_it_cannot_be_a_file(tmp_path: Path, folder: Path, out: str) -> None:
    done = edgekit(tmp_path, "translate", "-o", str(folder / out), given=b"hello\n", EDGEKIT_TOY="")
    assert done.returncode == 2
    assert b"folder" in done.stderr
    assert leftovers(folder) == []


@pytest.mark.parametrize(
    ("argument", "code", "says"),
    [
        ("missing.txt", 3, "there is no file"),
        ("/no/such/path", 3, "there is no file"),
        (".", 2, "is a folder"),
        ("", 0, ""),
    ],
)
def test_what_is_no_readable_file_says_so_in_one_line(tmp_path: Path, argument: str, code: int, says: str) -> None:
    done = edgekit(tmp_path, "translate", argument)
    assert done.returncode == code
    assert says in done.stderr.decode()
    assert b"Traceback" not in done.stderr


@posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_an_input_error(tmp_path: Path) -> None:
    file = tmp_path / "locked.txt"
    file.write_text("x", "utf-8")
    file.chmod(0)
    done = edgekit(tmp_path, "translate", str(file))
    assert done.returncode == 2
    assert b"cannot be read" in done.stderr


def test_an_unreadable_file_is_an_input_error_when_the_system_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from edgekit.cli.text_io import open_file
    from edgekit.core.errors import InputError

    def refuse(path: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match="Permission denied"), open_file(tmp_path / "x"):
        pass


@posix
def test_a_named_pipe_and_a_directory_on_stdin_are_told_apart(tmp_path: Path) -> None:
    directory = os.open(tmp_path, os.O_RDONLY)
    try:
        done = subprocess.run(
            [*COMMAND, "translate"],
            stdin=directory,
            capture_output=True,
            env=environment(tmp_path),
            timeout=SECONDS,
            check=False,
        )
    finally:
        os.close(directory)
    assert done.returncode in (1, 2)
    assert b"Traceback" not in done.stderr


@contextlib.contextmanager
def writing(home: Path, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A long job that has begun to write beside its target."""
    file = home / "in.txt"
    file.write_bytes(b"".join(b"line %d\n" % index for index in range(1000)))
    with subprocess.Popen(
        [*COMMAND, "translate", str(file), "-o", str(folder / "out.txt")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(home, EDGEKIT_TOY_SECONDS="0.05"),
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
    done = edgekit(tmp_path, "translate", str(file), EDGEKIT_TOY_SECONDS="0.03")
    assert done.stdout.count(b"\n") == 140
    assert b"140" in done.stderr
    assert edgekit(tmp_path, "translate", "hi").stderr == b""


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
