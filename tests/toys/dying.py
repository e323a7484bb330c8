"""Processes that are killed at a chosen moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

# Dies at the n-th time that it is about to open, make, rename or remove something below a folder.
_DYING = """
import os, signal, sys
below, moment, count = sys.argv[1], int(sys.argv[2]), 0
WATCHED = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.listdir", "os.scandir"}
def watch(event, arguments):
    global count
    paths = [os.fspath(one) for one in arguments[:2] if isinstance(one, (str, os.PathLike))]
    if event in WATCHED and any(path.startswith(below) for path in paths):
        count += 1
        if count == moment:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
"""


def dying(code: str, below: Path, moment: int, *more: Path, environment: dict[str, str]) -> int | None:
    """Run code, which dies at the moment-th touch of below (0: never): how many there were, None where it died.

    more: code finds them from `sys.argv[3]` on.
    """
    done = subprocess.run(
        [sys.executable, "-c", f"{_DYING}{code}\nprint(count)", str(below), str(moment), *map(str, more)],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=300,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return int(done.stdout) if done.returncode == 0 else None
