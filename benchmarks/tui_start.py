"""How soon `edgekit tui` shows its first frame, and what it holds at rest, each in processes of their own.

    python benchmarks/tui_start.py [--home FOLDER] [--from en --to pt] [--runs 9]

Prints the processor time of all its threads (user and system) from its start until the first frame has left it, median
and range; the same for `python -c pass` and for Textual alone with one label, which say what a machine under load or a
slow one adds; then the resident memory at rest, the model open, beside that of a process that opened the same
translator and nothing else, and once more when a text has been translated and its language told.

FOLDER: an `EDGEKIT_HOME` with a model of the direction; its models are used where they are, and nothing else of it.
Without one no memory is measured. Linux.
"""

from __future__ import annotations

import argparse
import os
import pty
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from fcntl import ioctl
from pathlib import Path

APP = ["-m", "edgekit", "tui"]
LABEL = (
    "from textual.app import App; from textual.widgets import Label\n"
    "class A(App):\n"
    "    def compose(self): yield Label('Translate')\n"
    "A().run()"
)
OPENED = (
    "import sys, time; from edgekit.translate.around import Around\n"
    "from edgekit.translate.opening import open_checked_translator\n"
    "one = open_checked_translator(sys.argv[1], sys.argv[2], Around(confidence=True))\n"
    "print('ready', flush=True); sys.stdin.readline()\n"
    "one.translate(['The water in the puddle is gone because the sun has warmed it.'])\n"
    "print('done', flush=True); sys.stdin.readline()"
)
TEXT = b"The water in the puddle is gone because the sun has warmed it."
SECONDS = 120.0


class Process:
    """A program in a terminal of its own."""

    def __init__(self, arguments: list[str], home: Path | None) -> None:
        self.fd, child = pty.openpty()
        ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"}
        if home is not None:
            environment["EDGEKIT_HOME"] = str(home)
        self.process = subprocess.Popen(
            [sys.executable, *arguments], stdin=child, stdout=child, stderr=child, env=environment, close_fds=True
        )
        os.close(child)
        self.written = b""

    def until(self, text: bytes) -> None:
        """Read what it draws until a text is in it."""
        end = time.monotonic() + SECONDS
        while text not in self.written:
            if time.monotonic() > end:
                raise SystemExit(f"{text!r} never came: {self.written[-500:]!r}")
            self.read(0.001)

    def read(self, seconds: float) -> None:
        """What it has drawn."""
        if select.select([self.fd], [], [], seconds)[0]:
            self.written += os.read(self.fd, 1 << 16)

    def rest(self, seconds: float) -> None:
        """Let it be."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read(0.05)

    def cpu_seconds(self) -> float:
        """Of all threads, as the scheduler counts them (Documentation/scheduler/sched-stats)."""
        folder = Path(f"/proc/{self.process.pid}/task")
        return sum(int((one / "schedstat").read_text().split()[0]) for one in folder.iterdir()) / 1e9

    def resident_mb(self) -> float:
        """Resident memory, MB."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1000
        raise SystemExit("the kernel tells no VmRSS")

    def end(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
        os.close(self.fd)


def first_frame(arguments: list[str], text: bytes, home: Path | None) -> float:
    """Processor seconds until a text is drawn."""
    process = Process(arguments, home)
    process.until(text)
    seconds = process.cpu_seconds()
    process.end()
    return seconds


def report(name: str, values: list[float]) -> None:
    print(f"{name:<28} {statistics.median(values):.3f} s ({min(values):.3f} to {max(values):.3f}, {len(values)} runs)")


def memory(source: str, target: str, home: Path) -> None:
    """At rest and after a text, with and without screens."""
    app = Process(APP, home)
    app.until(b"ready")
    app.rest(2)
    at_rest = app.resident_mb()
    app.written = b""
    os.write(app.fd, TEXT)
    app.until(b"language of the text: English")
    app.rest(2)
    used = app.resident_mb()
    app.end()
    alone = Process(["-c", OPENED, source, target], home)
    alone.until(b"ready")
    bare = alone.resident_mb()
    os.write(alone.fd, b"\n")
    alone.until(b"done")
    bare_used = alone.resident_mb()
    alone.end()
    print(f"memory at rest               {at_rest:.0f} MB, translator alone {bare:.0f} MB: {at_rest - bare:+.0f} MB")
    print(
        f"memory after a text          {used:.0f} MB, translator alone {bare_used:.0f} MB: {used - bare_used:+.0f} MB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--from", dest="source", default="en")
    parser.add_argument("--to", dest="target", default="pt")
    parser.add_argument("--runs", type=int, default=9)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        if given.home is not None:
            (home / "data").mkdir()
            (home / "data" / "models").symlink_to((given.home / "data" / "models").resolve())
        measure(given, home)


def measure(given: argparse.Namespace, home: Path) -> None:
    print(f"load of the machine          {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    report("python alone", [first_frame(["-c", "print('here', flush=True); input()"], b"here", None) for _ in range(3)])
    report("one label in Textual", [first_frame(["-c", LABEL], b"Translate", None) for _ in range(given.runs)])
    report("first frame of the app", [first_frame(APP, b"Translate", home) for _ in range(given.runs)])
    if given.home is not None:
        memory(given.source, given.target, home)


if __name__ == "__main__":
    main()
