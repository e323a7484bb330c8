"""Wheels from PyPI whose files tests read; nothing of them is installed or run."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import tempfile
from pathlib import Path

_KEPT: list[tempfile.TemporaryDirectory[str]] = []


@functools.cache
def temporary_folder() -> Path:
    """A folder that lives as long as this process."""
    folder = tempfile.TemporaryDirectory(prefix="edgekit-test-")
    _KEPT.append(folder)
    return Path(folder.name)


@functools.cache
def wheel_from_pypi(requirement: str, pattern: str, *options: str) -> Path | str:
    """The wheel of a requirement, or why it cannot be had.

    pattern: of its file name.  options: more for `pip download`.  EDGEKIT_TEST_WHEELS names a folder that has the wheel
    already, or shall keep it.
    """
    folder = Path(os.environ.get("EDGEKIT_TEST_WHEELS") or temporary_folder())
    if not list(folder.glob(pattern)):
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"),
                *options,
                *("--dest", str(folder), requirement),
            ],
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        if done.returncode:
            return done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "pip failed"
    return next(folder.glob(pattern))
