"""A folder with Python 3.11 for aarch64, the runtime's wheels and an emulator; nothing of the machine is changed.

Debian's packages are taken by a private apt configuration of another architecture and unpacked, without root, chroot or
binfmt; wheels by pip for that platform.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_KEYS = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_SOURCE = f"deb [signed-by={_KEYS}] http://deb.debian.org/debian bookworm main\n"
_PLATFORMS = [f"manylinux_2_{minor}_aarch64" for minor in (17, 26, 27, 28)] + ["manylinux2014_aarch64"]
# What the runtime's tests need beside the runtime itself.
_TEST_PACKAGES = ("pytest", "hypothesis", "packaging", "sentencepiece")
# Debian 12's emulator hands the host's /proc/cpuinfo through, on which onnxruntime ends with a segmentation fault.
_CPUINFO = """processor\t: {number}
BogoMIPS\t: 108.00
Features\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x4
CPU part\t: {part}
CPU revision\t: 1

"""
CPUS = {"cortex-a76": "0xd0b", "cortex-a72": "0xd08"}


@dataclass(frozen=True, slots=True)
class Userland:
    """folder: where it was built."""

    folder: Path

    def run(
        self, cpu: str, arguments: Sequence[str], *, timeout_s: float, beside: Sequence[Path] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run its Python as on one of `CPUS`, in the root of the repository; beside: more folders of packages."""
        python = self.folder / "python"
        system = self.folder / "system"
        (system / "proc" / "cpuinfo").write_text(
            "".join(_CPUINFO.format(number=number, part=CPUS[cpu]) for number in range(4))
        )
        # Its own name goes along, so that processes started from it are emulated too.
        python.write_text(
            f"#!/bin/sh\nexec {self.folder}/emulator/usr/bin/qemu-aarch64-static -cpu {cpu} -0 {python} "
            f'-L {system} {system}/usr/bin/python3.11 "$@"\n'
        )
        python.chmod(0o755)
        return subprocess.run(
            [str(python), *arguments],
            cwd=ROOT,
            env={
                "HOME": str(self.folder),
                "PATH": os.environ["PATH"],
                "PYTHONHOME": str(system / "usr"),
                "PYTHONPATH": os.pathsep.join(map(str, [ROOT, *beside, self.folder / "site"])),
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONUTF8": "1",
                "ORT_DISABLE_TELEMETRY": "1",
                "CI": "true",  # hypothesis then has no deadlines, which an emulator misses
            },
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )


def build(folder: Path) -> Userland:
    """Build it in an empty folder, 700 MB; skips the test where that cannot be."""
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        pytest.skip("the emulator is taken for x86_64 Linux alone")
    if not _KEYS.is_file() or any(shutil.which(tool) is None for tool in ("apt-get", "dpkg")):
        pytest.skip("Debian's package tools or keys are not here")
    # libgomp1: llama.cpp's threads.
    packages(folder, "arm64", ["python3", "libstdc++6", "libgomp1"], folder / "system")
    packages(folder, "amd64", ["qemu-user-static"], folder / "emulator", needs=False)
    (folder / "system" / "proc").mkdir(exist_ok=True)
    tomllib = pytest.importorskip("tomllib")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wheels(folder / "site", [*project["dependencies"], *_TEST_PACKAGES])
    return Userland(folder)


def packages(folder: Path, architecture: str, names: Sequence[str], target: Path, *, needs: bool = True) -> None:
    """Unpack Debian's packages in target, and what they need; apt keeps its own files in folder."""
    private = folder / f"apt-{architecture}"
    for name in ("lists/partial", "archives/partial", "etc/sources.list.d", "etc/preferences.d", "etc/apt.conf.d"):
        (private / name).mkdir(parents=True)
    (private / "status").touch()
    (private / "etc" / "sources.list").write_text(_SOURCE)
    (private / "conf").write_text(
        f'Dir::State "{private}"; Dir::State::status "{private}/status"; Dir::Cache "{private}"; '
        f'Dir::Etc "{private}/etc"; APT::Architecture "{architecture}"; APT::Architectures {{ "{architecture}"; }}; '
        'APT::Sandbox::User "root"; APT::Install-Recommends "false"; Acquire::Languages "none"; Acquire::Retries "3";\n'
    )
    environment = {**os.environ, "APT_CONFIG": str(private / "conf")}
    get = ["install", "-y", "--download-only"] if needs else ["download"]
    for command in (["update"], [*get, *names]):
        done = subprocess.run(
            [shutil.which("apt-get") or "", "-qq", *command],
            cwd=private / "archives",
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if done.returncode:
            pytest.skip(f"Debian's packages cannot be had here: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
    for package in sorted((private / "archives").glob("*.deb")):
        subprocess.run([shutil.which("dpkg") or "", "-x", str(package), str(target)], check=True, timeout=120)


def wheels(target: Path, names: Sequence[str], *, needs: bool = True) -> None:
    """Unpack wheels for aarch64 in target, and what they need."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--only-binary=:all:", "--python-version", "3.11"),
            *("--implementation", "cp", "--target", str(target), "-c", str(ROOT / "constraints.txt")),
            *(part for platform in _PLATFORMS for part in ("--platform", platform)),
            *([] if needs else ["--no-deps"]),
            *names,
        ],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"wheels for aarch64 cannot be had here: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
