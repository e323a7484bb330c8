"""One process at a time may write a folder, wherever it is and whoever may write the home."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from edgekit.core.events import silent
from edgekit.store.lock import alone_at


def is_held(path: Path) -> bool:
    """Whether somebody holds a lock file."""
    try:
        with FileLock(path, is_singleton=False).acquire(timeout=0):
            return False
    except Timeout:
        return True


def locked_files(folder: Path) -> list[Path]:
    """Lock files below a folder that somebody holds."""
    return [path for path in folder.rglob("*.lock") if is_held(path)]


def test_a_folder_is_locked_in_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(tmp_path / "home"))
    with alone_at(tmp_path / "out", silent):
        assert len(locked_files(tmp_path / "home")) == 1
    assert not locked_files(tmp_path)


def test_a_folder_is_locked_elsewhere_when_the_home_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "data").write_bytes(b"")  # no folder can be made in it, as on a stick that is read only
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("EDGEKIT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    with alone_at(tmp_path / "out", silent):
        (held,) = locked_files(tmp_path / "temporary")
        with alone_at(tmp_path / "other", silent):
            assert len(locked_files(tmp_path / "temporary")) == 2
    assert not locked_files(tmp_path)
    with alone_at(tmp_path / "out", silent):
        assert locked_files(tmp_path / "temporary") == [held]
