"""Runs the real command line in a process of its own, with the toy engine as its model."""

from __future__ import annotations

import os
import subprocess
import sys
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
    return subprocess.run(
        [*COMMAND, *arguments],
        input=data,
        capture_output=True,
        env=environment(home, **more),
        timeout=SECONDS,
        check=False,
    )
