"""What is read and written: full disks, old files, links, what is no readable file."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from cli.toy_command import COMMAND, SECONDS, edgekit, environment, full_disk, leftovers, posix


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
