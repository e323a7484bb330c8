"""onnxruntime with one more provider, in a folder that is put before the installed packages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
OPENVINO = "onnxruntime-openvino==1.24.1"
# A plugin: it goes with the onnxruntime that is installed.
QNN = "onnxruntime-qnn==2.7.0"


@dataclass(frozen=True, slots=True)
class Machine:
    """folder: the packages of a provider."""

    folder: Path

    def run(self, arguments: Sequence[str], *, timeout_s: float = 600) -> subprocess.CompletedProcess[str]:
        """Run Python with the provider."""
        path = os.pathsep.join([str(self.folder), str(ROOT)])
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )

    def json(self, arguments: Sequence[str], *, timeout_s: float = 600) -> Any:
        """What that prints, which must be one JSON object and nothing else."""
        done = self.run(arguments, timeout_s=timeout_s)
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout)


def machine_with(requirement: str, folder: Path) -> Machine:
    """Install the package of a provider into the empty folder; skips the test where it cannot be had."""
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        pytest.skip("the providers that need no hardware are for x86_64 Linux")
    if sys.version_info < (3, 11):
        pytest.skip("the plugin needs an onnxruntime that has no build for this Python")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:"]
    done = subprocess.run(
        [*pip, "--target", str(folder), requirement], capture_output=True, text=True, timeout=600, check=False
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["pip failed"]
        pytest.skip(f"`{requirement}` cannot be had here: {lines[-1]}")
    return Machine(folder)
