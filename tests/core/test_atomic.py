"""Atomic writing: the old state or the new one, whatever happens between."""

from __future__ import annotations

import ctypes
import os
import stat
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from edgekit.core import atomic
from edgekit.core.atomic import PARTIAL_SUFFIX, clear_leftovers, replacing, replacing_folder, write_bytes

posix = pytest.mark.skipif(sys.platform == "win32", reason="permissions are POSIX")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_and_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "file.bin"
    write_bytes(path, b"one")
    assert path.read_bytes() == b"one"
    write_bytes(path, b"two")
    assert path.read_bytes() == b"two"
    assert names(path.parent) == ["file.bin"]


def test_the_old_file_stands_until_the_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_bytes(path, b"old")
    with replacing(path) as stream:
        stream.write(b"new")
        stream.flush()
        assert path.read_bytes() == b"old"
        (partial,) = (name for name in names(tmp_path) if name != "file")
        assert partial.startswith(".file.")
        assert partial.endswith(PARTIAL_SUFFIX)
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("problem", [ValueError("no"), KeyboardInterrupt(), SystemExit(1), OSError(28, "disk full")])
@pytest.mark.parametrize("old", [b"old", None])
def test_the_old_state_stays_when_the_block_fails(problem: BaseException, old: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "file"
    if old is not None:
        path.write_bytes(old)

    def fail() -> None:
        with replacing(path) as stream:
            stream.write(b"half of the ne")
            raise problem

    with pytest.raises(type(problem)):
        fail()
    assert names(tmp_path) == ([] if old is None else ["file"])
    assert old is None or path.read_bytes() == old


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_the_old_state_stays_when_the_system_refuses_a_step(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def refuse(*_: object) -> None:
        raise OSError(5, "input/output error")

    monkeypatch.setattr(*{"fsync": (os, "fsync"), "replace": (Path, "replace")}[step], refuse)
    with pytest.raises(OSError, match="input/output"):
        write_bytes(path, b"new")
    monkeypatch.undo()
    assert names(tmp_path) == ["file"]
    assert path.read_bytes() == b"old"


def test_bytes_are_synced_before_the_rename_and_the_folder_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    fsync, replace, folder = os.fsync, Path.replace, atomic.fsync_folder

    def note_fsync(descriptor: int) -> None:
        order.append("fsync")
        fsync(descriptor)

    def note_replace(one: Path, other: Path) -> Path:
        order.append("replace")
        return replace(one, other)

    def note_folder(path: Path) -> None:
        order.append("folder")
        folder(path)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(Path, "replace", note_replace)
    monkeypatch.setattr(atomic, "fsync_folder", note_folder)
    write_bytes(tmp_path / "file", b"new")
    assert order[:3] == ["fsync", "replace", "folder"]


@posix
def test_a_new_file_follows_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_bytes(tmp_path / "file", b"")
        with replacing_folder(tmp_path / "folder"):
            pass
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) == 0o750


@posix
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755])
def test_a_replaced_file_keeps_its_permissions(mode: int, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(mode)
    write_bytes(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_folder_takes_the_place_of_the_old_one_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "model"
    with replacing_folder(path) as new:
        (new / "sub").mkdir()
        (new / "sub" / "a").write_bytes(b"1")
        assert not path.exists()
    assert (path / "sub" / "a").read_bytes() == b"1"
    with replacing_folder(path) as new:
        assert names(new) == []
        (new / "b").write_bytes(b"2")
        assert (path / "sub" / "a").exists()
    assert names(path) == ["b"]
    assert names(path.parent) == ["model"]


@pytest.mark.parametrize("problem", [ValueError("no"), KeyboardInterrupt()])
@pytest.mark.parametrize("old", [True, False])
def test_the_old_folder_stays_when_the_block_fails(problem: BaseException, old: bool, tmp_path: Path) -> None:
    path = tmp_path / "model"
    if old:
        path.mkdir()
        (path / "a").write_bytes(b"1")

    def fail() -> None:
        with replacing_folder(path) as new:
            (new / "b").write_bytes(b"2")
            raise problem

    with pytest.raises(type(problem)):
        fail()
    assert names(tmp_path) == (["model"] if old else [])
    assert not old or (path / "a").read_bytes() == b"1"


def test_the_old_folder_is_put_back_when_the_new_one_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model"
    path.mkdir()
    (path / "a").write_bytes(b"1")
    monkeypatch.setattr(atomic, "_exchange", lambda *_: False)
    replace, calls = Path.replace, []

    def refuse_the_second(one: Path, other: Path) -> Path:
        calls.append(other)
        if len(calls) == 2:
            raise OSError(5, "input/output error")
        return replace(one, other)

    monkeypatch.setattr(Path, "replace", refuse_the_second)
    with pytest.raises(OSError, match="input/output"), replacing_folder(path) as new:
        (new / "b").write_bytes(b"2")
    assert names(path) == ["a"]
    assert names(tmp_path) == ["model"]


@pytest.mark.parametrize("how", ["as it can", "another system", "none in the library", "refused"])
def test_the_new_folder_is_there_whether_or_not_the_system_can_exchange_two(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if how == "another system":
        monkeypatch.setattr(sys, "platform", "darwin")
    elif how == "none in the library":
        monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    elif how == "refused":
        monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace(renameat2=lambda *_: -1))
    path = tmp_path / "model"
    for content in (b"1", b"2"):
        with replacing_folder(path) as new:
            (new / "a").write_bytes(content)
    assert (path / "a").read_bytes() == b"2"
    assert names(tmp_path) == ["model"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has renameat2")
def test_at_no_moment_is_there_no_folder_when_one_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "model"
    path.mkdir()
    monkeypatch.setattr(Path, "replace", lambda *_: pytest.fail("moved aside in two steps"))
    with replacing_folder(path) as new:
        (new / "a").write_bytes(b"1")
    assert names(path) == ["a"]


def test_a_folder_that_cannot_be_synced_is_no_error(tmp_path: Path) -> None:
    atomic.fsync_folder(tmp_path / "missing")
    atomic.fsync_folder(tmp_path)


def test_leftovers_of_a_path_go_and_those_of_others_stay(tmp_path: Path) -> None:
    for name in (".a.abc_1234.partial", ".a.b.abcd1234.partial", ".ab.abcd1234.partial", "a.partial", ".a.partial"):
        (tmp_path / name).mkdir()
    (tmp_path / ".a.file1234.partial").write_text("half")
    clear_leftovers(tmp_path / "a")
    assert names(tmp_path) == [".a.b.abcd1234.partial", ".a.partial", ".ab.abcd1234.partial", "a.partial"]
    clear_leftovers(tmp_path / "nowhere" / "a")


@pytest.mark.parametrize("there", [False, True])
def test_what_a_killed_writer_had_moved_aside_comes_back_where_nothing_took_its_place(
    tmp_path: Path, there: bool
) -> None:
    (tmp_path / ".a.abcd1234.partial" / "old").mkdir(parents=True)
    (tmp_path / ".a.abcd1234.partial" / "old" / "file").write_text("old")
    if there:
        (tmp_path / "a").mkdir()
        (tmp_path / "a" / "file").write_text("new")
    clear_leftovers(tmp_path / "a")
    assert (tmp_path / "a" / "file").read_text() == ("new" if there else "old")
    assert names(tmp_path) == ["a"]
