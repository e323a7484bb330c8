"""One process at a time may change one model."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from edgekit.core.cancelling import check_cancelled
from edgekit.core.events import Note, Reporter
from edgekit.core.paths import data_folder

_ASK_SECONDS = 0.3


@contextlib.contextmanager
def alone(model_id: str, report: Reporter, *, shown: str = "") -> Iterator[None]:
    """Hold the lock of a model; say so once where another process has it, and wait.

    model_id: any name that can be a file's; shown: what the message calls it where that says nothing to a person.

    The system frees the lock of a process that dies, so none is left behind.
    """
    from filelock import FileLock, Timeout

    folder = data_folder() / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / f"{model_id}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        report(Note(f"waiting for another edgekit that works on `{shown or model_id}`"))
        while not lock.is_locked:
            check_cancelled()
            with contextlib.suppress(Timeout):
                lock.acquire(timeout=_ASK_SECONDS)
    try:
        yield
    finally:
        lock.release()
