"""What a long job has done so far, on disk: after a power cut it goes on where it was."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from edgekit.core.atomic import write_bytes
from edgekit.core.errors import OutputError, UsageError
from edgekit.translate.outcome import Outcome

SCHEMA = "edgekit.journal/1"
# What is written and not yet on the disk is at most this old: what a power cut takes.
SYNC_SECONDS = 2.0


def journal_path(out: Path) -> Path:
    """Where the journal of an output lies: beside it."""
    return out.parent / f".{out.name}.edgekit-journal"


class Journal:
    """Outcomes by the number of their text, appended as they come.

    The first line says of which job it is; the journal of another one is not used. A line that a power cut left half
    written is dropped, and all after it.
    """

    def __init__(self, path: Path, key: str, *, resume: bool, clock: Callable[[], float] = time.monotonic) -> None:
        """key: the same for the same document, settings and model. Raises OutputError where it cannot be written."""
        self.path = path
        self.done: dict[int, Outcome] = {}
        self._clock = clock
        self._synced = clock()
        header = _line({"schema": SCHEMA, "key": key})
        try:
            kept = self._read(header) if resume else 0
            if kept == 0:
                write_bytes(path, header)
            self._stream: BinaryIO = path.open("r+b")
            self._stream.seek(kept or len(header))
            self._stream.truncate()
        except OSError as problem:
            raise OutputError(f"cannot write to `{path}`: {problem.strerror or problem}") from None

    def add(self, outcomes: Mapping[int, Outcome]) -> None:
        """Note outcomes; every few seconds they are made to reach the disk. Raises OutputError (the disk is full)."""
        try:
            for number, outcome in outcomes.items():
                self._stream.write(_line({"number": number, **outcome.as_json()}))
            self._stream.flush()
            if self._clock() - self._synced >= SYNC_SECONDS:
                self._sync()
        except OSError as problem:
            raise OutputError(f"cannot write to `{self.path}`: {problem.strerror or problem}") from None
        self.done.update(outcomes)

    def close(self) -> None:
        """Make all of it reach the disk, where that can be done."""
        with contextlib.suppress(OSError, ValueError):
            self._sync()
        with contextlib.suppress(OSError):
            self._stream.close()

    def remove(self) -> None:
        """The job is done."""
        self.close()
        with contextlib.suppress(OSError):
            self.path.unlink()

    def _sync(self) -> None:
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._synced = self._clock()

    def _read(self, header: bytes) -> int:
        """Take what is there; gives the length of what was sound, 0 for another job's journal."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return 0
        if not data.startswith(header):
            return 0
        length = len(header)
        for line in data[length:].splitlines(keepends=True):
            if not line.endswith(b"\n"):
                break
            try:
                value = json.loads(line)
                self.done[int(value["number"])] = Outcome.from_json(value)
            except (KeyError, TypeError, ValueError, RecursionError):
                break
            length += len(line)
        return length


def _line(value: Mapping[str, object]) -> bytes:
    # ASCII: a lone surrogate, which documents may have, is written as an escape, and no text has a line break.
    return json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n"


@contextlib.contextmanager
def alone_with(out: Path) -> Iterator[None]:
    """Hold the journal of an output; the system frees what a process held that died.

    Raises UsageError where another process has it, OutputError where nothing can be written beside the output.
    """
    from filelock import FileLock, Timeout

    path = journal_path(out)
    held = path.with_name(path.name + ".lock")
    lock = FileLock(held)
    try:
        # Before the lock is asked for: filelock (4.2) takes a folder that no file can be made in for a lock that
        # somebody holds.
        with held.open("ab"):
            pass
        lock.acquire(timeout=0)
    except Timeout:
        raise UsageError(f"another edgekit is translating into `{out}` now") from None
    except OSError as problem:
        raise OutputError(f"cannot write to `{out}`: {problem.strerror or problem}") from None
    try:
        yield
    finally:
        # Removed while it is held, so that nobody else's goes; Windows removes no open file.
        for step in (lock.release, held.unlink) if os.name == "nt" else (held.unlink, lock.release):
            with contextlib.suppress(OSError):
                step()
