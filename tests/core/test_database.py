"""Waiting for a file that another process has."""

from __future__ import annotations

import errno
import os
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from edgekit.core import database
from edgekit.core.errors import OutputError

KIND = database.Kind("gradebook", ("CREATE TABLE one (two TEXT)",), "SELECT two FROM one")


def failing(*problems: str) -> tuple[list[int], Callable[[], None]]:
    """How often it was called, and an action that fails with each of these in turn and then does what it does."""
    left, calls = list(problems), [0]

    def action() -> None:
        calls[0] += 1
        if left:
            raise sqlite3.OperationalError(left.pop(0))

    return calls, action


def test_a_locked_file_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database.time, "sleep", lambda _: None)
    calls, action = failing("database is locked", "database table is locked")
    database.patiently(action)
    assert calls == [3]


def test_what_no_waiting_mends_is_raised_at_once() -> None:
    calls, action = failing("disk I/O error", "disk I/O error")
    with pytest.raises(sqlite3.OperationalError, match="disk I/O error"):
        database.patiently(action)
    assert calls == [1]


def test_a_folder_in_which_no_file_can_be_made_is_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(**_options: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(tempfile, "TemporaryFile", refused)  # whoever runs tests as root may write everywhere
    path = tmp_path / "book.sqlite"
    with (
        pytest.raises(OutputError, match=f"^cannot open the gradebook `{path}`: {os.strerror(errno.EACCES)}$"),
        database.told(path, KIND),
    ):
        raise sqlite3.OperationalError("unable to open database file")
    assert not path.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows says that a folder may not be opened")
def test_a_folder_in_the_place_of_the_file_is_the_reason(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=f": {os.strerror(errno.EISDIR)}$"), database.told(tmp_path, KIND):
        database.open_database(tmp_path, KIND)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="whoever this is may write everywhere")
def test_a_folder_that_is_read_only_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    path = tmp_path / "book.sqlite"
    with pytest.raises(OutputError, match=f": {os.strerror(errno.EACCES)}$"), database.told(path, KIND):
        database.open_database(path, KIND)
