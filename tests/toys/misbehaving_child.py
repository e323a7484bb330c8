"""A child process that does what it is told in its first line of input: `python -m toys.misbehaving_child`."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path


def main() -> None:
    """Misbehave."""
    order = sys.stdin.buffer.readline().decode().strip()
    if order == "abort":
        sys.stderr.write("first\nGGML_ASSERT(rows) failed\x1b[31m\n")
        sys.stderr.flush()
        os.kill(os.getpid(), signal.SIGABRT)
    if order == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if order == "leave":
        sys.stderr.write("".join(f"line {number}\n" for number in range(1000)))
        sys.exit(7)
    if order == "hang":
        sys.stdout.close()
        os.close(1)
        time.sleep(600)
    if order == "echo":
        sys.stdout.write(f"{Path.cwd()}\n")
        sys.stdout.flush()
        sys.stdin.read()


main()
