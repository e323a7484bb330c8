"""llama.cpp on aarch64: the engine's own tests of it, and the numbers of toys beside those of this machine.

It is compiled for minutes, so only where EDGEKIT_ARM64_LLAMA names a folder to keep it in.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from arm64.llama_build import llama_for
from arm64.userland import CPUS, ROOT, Userland
from toys.gguf_vocabulary import language_model, llama

from exporters.quantize.gguf import requantize

_FOLDER = os.environ.get("EDGEKIT_ARM64_LLAMA")
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(_FOLDER is None, reason="EDGEKIT_ARM64_LLAMA names no folder to compile llama.cpp in"),
]

HERE = Path(__file__).parent
_NOT_ON_A76 = "test_a_line_has_the_same_numbers_whatever_it_is_computed_with"


def packages(cpu: str) -> list[Path]:
    pytest.importorskip("llama_cpp")
    assert _FOLDER is not None
    return llama_for(cpu, Path(_FOLDER))


def numbers(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def on_both(userland: Userland, cpu: str, model: Path, lines: Path, tokens: int) -> tuple[Any, Any]:
    """What `llama_numbers.py` prints here, and there."""
    command = [str(HERE / "llama_numbers.py"), str(model), str(lines), str(tokens)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    here = subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    there = userland.run(cpu, command, timeout_s=1800, beside=packages(cpu))
    return numbers(here), numbers(there)


def differences(here: Any, there: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Of the log-probabilities, in nats, id by id."""
    both = [np.concatenate([np.array(line) for line in one["log_probabilities"]]) for one in (here, there)]
    return np.abs(both[0] - both[1])


@pytest.mark.parametrize("cpu", CPUS)
@pytest.mark.parametrize(
    ("quant", "worst", "alike"),
    # Seen at worst: 0.008 nats, on the Pi 5, which has float16 arithmetic, and 0.11 with activations of 8 bits.
    [("f32", 0.02, 38), ("q4_0", 0.25, 32)],
)
def test_the_numbers_of_a_toy_are_those_of_this_machine(
    userland: Userland, tmp_path: Path, cpu: str, quant: str, worst: float, alike: int
) -> None:
    model = toy = tmp_path / "toy.gguf"
    toy.write_bytes(language_model(llama()))
    if quant != "f32":
        model = tmp_path / f"{quant}.gguf"
        requantize(toy, model, quant)
    here, there = on_both(userland, cpu, model, HERE / "lines.en.txt", 8)
    assert (here["machine"], there["machine"]) == ("x86_64", "aarch64")
    assert there["ids"] == here["ids"]
    assert differences(here, there).max() < worst
    assert sum(a == b for a, b in zip(there["greedy"], here["greedy"], strict=True)) >= alike


def test_the_engines_own_tests_pass(userland: Userland) -> None:
    cpu = "cortex-a76"
    arguments = ["-m", "pytest", "--noconftest", "-q", "-p", "no:cacheprovider", "tests/engine/test_llama_process.py"]
    # Compiled for float16 arithmetic, numbers hang on how many tokens are computed at once: 2e-4 nats on this toy.
    arguments += ["--deselect", f"tests/engine/test_llama_process.py::{_NOT_ON_A76}"]
    done = userland.run(cpu, arguments, timeout_s=1800, beside=packages(cpu))
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "skipped" not in done.stdout.splitlines()[-1]
