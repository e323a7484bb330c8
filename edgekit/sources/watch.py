"""Progress of a download that somebody else writes: the size of the file that grows."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

from edgekit.core.cancelling import CancelledError
from edgekit.sources.base import Advance

_INTERVAL_SECONDS = 0.2


@contextlib.contextmanager
def watching(folder: Path, advance: Advance, before: int = 0) -> Iterator[None]:
    """Call advance with `before` plus the size of the largest file below folder, a few times a second.

    The largest, not the sum: pip writes the same bytes twice when it fills its cache.
    """
    done = threading.Event()

    def watch() -> None:
        seen = 0
        while not done.wait(_INTERVAL_SECONDS):
            largest = _largest_file(folder)
            if largest > seen:
                seen = largest
                with contextlib.suppress(CancelledError):  # who waits for the download ends it
                    advance(before + seen)

    watcher = threading.Thread(target=watch, name="edgekit-watch", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _largest_file(folder: Path) -> int:
    largest = 0
    with contextlib.suppress(OSError):  # files come and go while they are looked at
        for path in folder.rglob("*"):
            with contextlib.suppress(OSError):
                if path.is_file():
                    largest = max(largest, path.stat().st_size)
    return largest
