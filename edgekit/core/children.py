"""A Python module of ours in a process of its own, for libraries that end the process they run in.

The child's standard input and output are binary pipes to here; what its libraries print goes into a third pipe, of
which the last lines are kept for the error that its death becomes.
"""

from __future__ import annotations

import collections
import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

from edgekit.core.errors import EngineError

# Beside `edgekit` lie our other packages. As the child's current folder it is what `-m` would search first, where the
# user's own current folder could hold a `numpy.py`.
_ROOT = Path(__file__).parents[2]
_PATIENCE_SECONDS = 5.0
_LAST_LINES = 12
_LONGEST_LINE = 300


class Child:
    """`python -m MODULE` with pipes; what: names it in errors, as `the model runner`.

    Ctrl-C in the terminal reaches this process alone, which then ends the child. A child reads its input to the end
    in a thread and leaves there, so it outlives a killed parent by no more than a moment.
    """

    def __init__(self, module: str, what: str, *, environment: dict[str, str] | None = None) -> None:
        self.what = what
        self._ended = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=_ROOT,
            env={**os.environ, "PYTHONSAFEPATH": "1", **(environment or {})},
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self._last: collections.deque[str] = collections.deque(maxlen=_LAST_LINES)
        self._listener = threading.Thread(target=self._listen, name="edgekit-child", daemon=True)
        self._listener.start()

    @property
    def process_id(self) -> int:
        """Its number in the system."""
        return self._process.pid

    @property
    def input(self) -> IO[bytes]:
        """What it reads."""
        assert self._process.stdin is not None  # noqa: S101 - a pipe was asked for
        return self._process.stdin

    @property
    def output(self) -> IO[bytes]:
        """What it writes."""
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for
        return self._process.stdout

    @property
    def ended(self) -> bool:
        """Whether it was ended from here."""
        return self._ended

    @property
    def last_lines(self) -> list[str]:
        """The last lines that its libraries printed; all of them once it has ended."""
        return list(self._last)

    def died(self, step: str) -> EngineError:
        """The error of a child that closed its pipes in the middle of a step; ends what is left of it."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE_SECONDS)
        code = self._process.poll()
        self.end()
        reasons = [_cause(code), *self._last]
        return EngineError(f"{self.what} died at `{step}`", reasons=reasons)

    def close(self) -> int | None:
        """Let it end by itself, at most 5 s long; its exit code, or None where it had to be killed."""
        if not self._ended:
            with contextlib.suppress(OSError):
                self.input.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_PATIENCE_SECONDS)
        code = self._process.poll()
        self.end()
        return code

    def end(self) -> None:
        """Kill it, if it still runs, and free the pipes."""
        if self._ended:
            return
        self._ended = True
        self._process.kill()
        self._process.wait()
        # A grandchild that holds the pipe would keep the listener for ever.
        self._listener.join(_PATIENCE_SECONDS)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None and not (stream is self._process.stderr and self._listener.is_alive()):
                with contextlib.suppress(OSError):
                    stream.close()

    def _listen(self) -> None:
        stream = self._process.stderr
        assert stream is not None  # noqa: S101 - a pipe was asked for
        with contextlib.suppress(OSError, ValueError):
            while line := stream.readline(1 << 16):
                text = "".join(one for one in line.decode("utf-8", "replace").strip() if one.isprintable())
                if text:
                    self._last.append(text[:_LONGEST_LINE])


def bound_memory(most_bytes: int) -> None:
    """Let this process take no more; POSIX alone has such a bound, elsewhere nothing changes."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))


def _cause(code: int | None) -> str:
    if code is None:
        return "it closed its pipe and went on"
    if code >= 0:
        return f"it left with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    # What Linux ends processes with that take too much memory; nobody else here sends it.
    return f"it was ended by {name}" + (", mostly for want of memory" if name == "SIGKILL" else "")
