"""Processes that are killed at a chosen moment."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

# Dies at the n-th time that it is about to open, make, rename or remove something below a folder: one child for each n
# that it reads. They are forked from a process that has loaded what the first of them loaded, which takes an export
# 1.1 s, and all the rest of it .2.
_DYING = """
import importlib, os, signal, sys
below, code = sys.argv[1:3]
WATCHED = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.listdir", "os.scandir"}
def live(moment, into):
    count = 0
    def watch(event, arguments):
        nonlocal count
        paths = [os.fspath(one) for one in arguments[:2] if isinstance(one, (str, os.PathLike))]
        if event in WATCHED and any(path.startswith(below) for path in paths):
            count += 1
            if count == moment:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(watch)
    exec(code, {"__name__": "__main__", "below": below, "sys": sys})
    with open(into, "w") as told:
        told.write(" ".join([str(count), *sys.modules]))
    sys.exit()
for line in sys.stdin:
    out, into = os.pipe()
    child = os.fork()
    if not child:
        live(int(line), into)
    os.close(into)
    with open(out) as heard:
        count, *modules = heard.read().split() or ["-"]
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), count, flush=True)
    for name in modules:
        try:
            importlib.import_module(name)
        except ImportError:
            pass
"""


@contextlib.contextmanager
def dying(code: str, below: Path, *more: Path, environment: dict[str, str]) -> Iterator[Callable[[int], int | None]]:
    """Give what runs code, which dies at the n-th touch of below (0: never): how many there were, None where it died.

    more: code finds them from `sys.argv[3]` on.
    """
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            [sys.executable, "-c", _DYING, str(below), code, *map(str, more)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, **environment},
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        orders, answers = process.stdin, process.stdout

        def run(moment: int) -> int | None:
            print(moment, file=orders, flush=True)
            status, count = answers.readline().split()
            errors.seek(0)
            assert int(status) in (0, -signal.SIGKILL), errors.read()
            return int(count) if int(status) == 0 else None

        yield run
        orders.close()
