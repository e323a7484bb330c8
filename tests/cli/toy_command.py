"""Runs the real command line in a process of its own, with the toy engine as its model."""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

RUNNER = Path(__file__).with_name("with_toy_model.py")
COMMAND = [sys.executable, str(RUNNER)]
# `edgekit` whose word lists are as short as `conftest.py` makes them here: the longest take seconds a command.
WITH_SHORT_LISTS = [
    *(sys.executable, "-c"),
    "from exporters.corpus import lists; lists._LARGEST_LIST = 2_000; from edgekit.cli.start import main; main()",
]
# Long enough for a loaded two-core machine; a hang is a failure all the same.
SECONDS = 120

posix = pytest.mark.skipif(os.name == "nt", reason="POSIX signals, pipes and devices")
full_disk = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def environment(home: Path, **more: str) -> dict[str, str]:
    """Of a command that says nothing of its progress, however long a busy machine lets it wait, unless more says so."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("EDGEKIT_", "FORCE_COLOR"))}
    return {**kept, "EDGEKIT_HOME": str(home), "EDGEKIT_TOY_QUIET": str(SECONDS), "PYTHONWARNINGS": "error", **more}


def edgekit(home: Path, *arguments: str, given: bytes | str = b"", **more: str) -> subprocess.CompletedProcess[bytes]:
    """Run `edgekit ARGUMENTS` with `given` on its standard input through a pipe."""
    data = given.encode("utf-8") if isinstance(given, str) else given
    if sys.platform == "linux":
        return _in_a_child(arguments, environment(home, **more), data)
    return subprocess.run(
        [*COMMAND, *arguments],
        input=data,
        capture_output=True,
        env=environment(home, **more),
        timeout=SECONDS,
        check=False,
    )


def _in_a_child(arguments: tuple[str, ...], given: dict[str, str], data: bytes) -> subprocess.CompletedProcess[bytes]:
    """The same without loading all modules again: 0.5 s of a core for each of 200 commands."""
    # What a Python looks at when it starts.
    start = {name: value for name, value in given.items() if name.startswith(("PYTHON", "LANG", "LC_", "LD_", "OMP_"))}
    server = _prestarted(frozenset({"PATH": os.environ["PATH"], **start}.items()))
    (stdin, to_it), (out, stdout), (err, stderr) = (os.pipe() for _ in range(3))
    try:
        message = json.dumps([arguments, given, str(Path.cwd())]).encode()
        socket.send_fds(server, [message], [stdin, stdout, stderr])
    finally:
        for ours in (stdin, stdout, stderr):
            os.close(ours)
    with ThreadPoolExecutor(3) as pool:
        written = pool.submit(_write, to_it, data)
        said = [pool.submit(_read, one) for one in (out, err)]
        child = int(server.recv(100))
        try:
            status = int(server.recv(100))
        except TimeoutError:
            os.kill(child, signal.SIGKILL)
            server.recv(100)
            raise
        written.result()
        output, errors = (one.result() for one in said)
    return subprocess.CompletedProcess(arguments, status, output, errors)


def _read(from_it: int) -> bytes:
    with open(from_it, "rb") as stream:
        return stream.read()


def _write(to_it: int, data: bytes) -> None:
    with contextlib.suppress(BrokenPipeError), open(to_it, "wb") as stream:
        stream.write(data)


@functools.cache
def _prestarted(start: frozenset[tuple[str, str]]) -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(SECONDS)
    with theirs, contextlib.ExitStack() as unless_started:
        unless_started.callback(ours.close)
        process = subprocess.Popen(
            [sys.executable, str(RUNNER.with_name("prestarted.py")), str(theirs.fileno())],
            # As theirs will be: what is no pipe has its place asked for.
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(start),
            pass_fds=[theirs.fileno()],
        )
        unless_started.pop_all()

    # It ends when nobody can ask any more; the last that is registered is called first.
    atexit.register(process.communicate, timeout=SECONDS)
    atexit.register(ours.close)
    return ours
