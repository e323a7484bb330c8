"""Write beside, fsync, rename: after a power cut a path holds the old state or the new one."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from edgekit.core.cancelling import check_cancelled

PARTIAL_SUFFIX = ".partial"
# linux/fcntl.h and linux/fs.h: paths relative to the current folder, swap the two.
_HERE = -100
_RENAME_EXCHANGE = 2


def fsync_folder(folder: Path) -> None:
    """Make a rename inside folder durable; a no-op where folders cannot be opened (Windows)."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        pass  # some network file systems refuse fsync on a folder
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def replacing_file(path: Path) -> Iterator[Path]:
    """Give an empty file beside path, for another program to write, that takes its place when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.parent / f".{path.name}.{os.urandom(4).hex()}{PARTIAL_SUFFIX}"
    try:
        # Made inside: a signal can come between a file's making and whatever is next.
        os.close(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        yield beside
        with beside.open("r+b") as stream:
            os.fsync(stream.fileno())
        if path.exists():
            shutil.copymode(path, beside)
        else:
            umask = os.umask(0)
            os.umask(umask)
            beside.chmod(0o666 & ~umask)  # it was made with 0600; a new file follows the user's umask
        beside.replace(path)
        fsync_folder(path.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a new binary file that takes the place of path when the block ends without an error."""
    with replacing_file(path) as beside, beside.open("wb") as stream:
        yield stream


def write_bytes(path: Path, data: bytes) -> None:
    """Replace path with data, all or nothing."""
    with replacing(path) as stream:
        stream.write(data)


@contextlib.contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Give an empty folder beside path that takes its place when the block ends without an error.

    A folder that stood at path before changes places with it in one step where the system can; elsewhere it is moved
    aside first. Then it is removed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}.", suffix=PARTIAL_SUFFIX))
    try:
        yield beside
        for path_inside in sorted(beside.rglob("*")):
            check_cancelled()
            if path_inside.is_file():
                with path_inside.open("rb") as stream:
                    os.fsync(stream.fileno())
            elif path_inside.is_dir():
                fsync_folder(path_inside)
        fsync_folder(beside)
        umask = os.umask(0)
        os.umask(umask)
        beside.chmod(0o777 & ~umask)
        if path.exists() and _exchange(beside, path):
            fsync_folder(path.parent)
            shutil.rmtree(beside, ignore_errors=True)
        elif path.exists():
            old = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}.", suffix=PARTIAL_SUFFIX))
            path.replace(old / "old")
            try:
                beside.replace(path)
            except BaseException:
                (old / "old").replace(path)
                old.rmdir()
                raise
            fsync_folder(path.parent)
            shutil.rmtree(old, ignore_errors=True)
        else:
            beside.replace(path)
            fsync_folder(path.parent)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def clear_leftovers(path: Path) -> None:
    """Remove what killed writers of path left beside it, and put back what one of them had moved aside.

    Only for who knows that no other process writes to path now.
    """
    # The random part is that of `tempfile`, which has no dot: `a.b` is never taken for a leftover of `a`.
    ours = re.compile(rf"\.{re.escape(path.name)}\.[a-z0-9_]+{re.escape(PARTIAL_SUFFIX)}")
    for left in path.parent.iterdir() if path.parent.is_dir() else ():
        if ours.fullmatch(left.name):
            if (left / "old").is_dir() and not path.exists():
                (left / "old").replace(path)
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two paths in one step; False where the system or the file system cannot (only Linux has renameat2)."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None) if sys.platform.startswith("linux") else None
    if rename is None:
        return False
    return bool(rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _RENAME_EXCHANGE) == 0)
