"""One process at a time may change one model, or write one folder."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from edgekit.core.cancelling import check_cancelled
from edgekit.core.events import Note, Reporter
from edgekit.core.paths import data_folder

_ASK_SECONDS = 0.3


def alone(model_id: str, report: Reporter) -> contextlib.AbstractContextManager[None]:
    """Hold the lock of an installed model; say so once where another process has it, and wait.

    The system frees the lock of a process that dies, so none is left behind. Raises OSError.
    """
    return _held(data_folder() / "locks", model_id, report, model_id)


def alone_at(folder: Path, report: Reporter) -> contextlib.AbstractContextManager[None]:
    """The same for a folder anywhere, also where the home of edgekit can only be read."""
    name = f"folder-{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]}"
    locks = data_folder() / "locks"
    try:
        locks.mkdir(parents=True, exist_ok=True)
        (locks / f"{name}.lock").touch()
    except OSError:
        user = f"-{os.getuid()}" if hasattr(os, "getuid") else ""  # Windows has a temporary folder for each
        locks = Path(tempfile.gettempdir()) / f"edgekit-locks{user}"
        locks.mkdir(mode=0o700, exist_ok=True)
    return _held(locks, name, report, str(folder))


@contextlib.contextmanager
def _held(locks: Path, name: str, report: Reporter, shown: str) -> Iterator[None]:
    from filelock import FileLock, Timeout

    locks.mkdir(parents=True, exist_ok=True)
    lock = FileLock(locks / f"{name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        report(Note(f"waiting for another edgekit that works on `{shown}`"))
        while not lock.is_locked:
            check_cancelled()
            with contextlib.suppress(Timeout):
                lock.acquire(timeout=_ASK_SECONDS)
    try:
        yield
    finally:
        lock.release()
