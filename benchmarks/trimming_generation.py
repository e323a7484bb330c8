"""Greedy text of a GGUF model and of its trimmed copies, by turns: tokens a second and memory.

As llama-cpp-python gives it with nothing set (`Llama(path)`, half of the cores, `temperature=0`) and as edgekit's own
process does. Every model stays open in a process of its own, and each round asks all of them for a short text, so what
else the machine does falls on all alike; ratios are medians over the rounds.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from edgekit.engine.llama.process import LlamaProcess
from exporters.trim.gguf import GgufModel, open_gguf

PROMPT = "The teacher opened the book and"
TOKENS = 32  # a text that is short enough for other work to fall on all models of a round
FASTER, SMALLER = 1.7, 0.5  # our targets: tokens a second and memory, against the original

_DEFAULTS = """
import json, os, sys, time
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
from llama_cpp import Llama
model = Llama(sys.argv[1], verbose=False)
for line in sys.stdin:
    asked = json.loads(line)
    started = time.perf_counter()
    made = model.create_completion(asked["prompt"], max_tokens=asked["tokens"], temperature=0)
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "tokens": made["usage"]["completion_tokens"]}), file=answers, flush=True)
"""


class Defaults:
    """`Llama(path)` of llama-cpp-python in a process, with nothing set."""

    def __init__(self, path: Path) -> None:
        quiet = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
        self._process = subprocess.Popen(
            [sys.executable, "-c", _DEFAULTS, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=quiet,
        )
        self.process_id = self._process.pid

    def __call__(self) -> float:
        """Seconds a token."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"prompt": PROMPT, "tokens": TOKENS}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return float(answer["seconds"]) / int(answer["tokens"])

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


class Ours:
    """edgekit's process."""

    def __init__(self, path: Path) -> None:
        self._model = LlamaProcess(path)
        self.process_id = self._model.process_id
        (self._ids,) = open_gguf(path).tokenizer.encode([PROMPT])

    def __call__(self) -> float:
        """Seconds a token."""
        started = time.perf_counter()
        made = self._model.greedy(self._ids, TOKENS)
        return (time.perf_counter() - started) / len(made)

    def close(self) -> None:
        """End the process."""
        self._model.close()


READERS: Mapping[str, Callable[[Path], Defaults | Ours]] = {
    "llama-cpp-python, nothing set": Defaults,
    "edgekit": Ours,
}


@dataclass(slots=True)
class Measured:
    """Of one model: seconds a token in each round, and resident memory at the end, MB of 2**20 bytes."""

    seconds: list[float] = field(default_factory=list)
    memory: float = 0.0


def turns(models: Sequence[Callable[[], float]], rounds: int) -> list[Measured]:
    """Each model once a round, in turning order, after a round that is not counted."""
    found = [Measured() for _ in models]
    for number in range(-1, rounds):
        for at in range(len(models)) if number % 2 == 0 else reversed(range(len(models))):
            seconds = models[at]()
            if number >= 0:
                found[at].seconds.append(seconds)
    return found


def head_share(tokens: Sequence[int], seconds: Sequence[float]) -> float:
    """Share of the first model's time that grows with its vocabulary, by a straight line through all of them."""
    slope, rest = np.polyfit(tokens, seconds, 1)
    return float(slope * tokens[0] / (slope * tokens[0] + rest))


def ratio(original: Measured, other: Measured) -> float:
    """How many times as fast the other is: the median of the rounds."""
    return statistics.median(a / b for a, b in zip(original.seconds, other.seconds, strict=True))


def generation(original: GgufModel, trimmed: Mapping[str, Path], rounds: int) -> None:
    """A table for each reader, the original first; the first of the trimmed models is held against our targets."""
    paths = {"original": original.path, **trimmed}
    tokens = [open_gguf(path).tokenizer.size for path in paths.values()]
    for reader, opened in READERS.items():
        with ExitStack() as stack:
            models = [stack.enter_context(closing(opened(path))) for path in paths.values()]
            found = turns(models, rounds)
            for model, one in zip(models, found, strict=True):
                one.memory = _resident(model.process_id)
        print(f"generation, {reader}: {TOKENS} tokens by turns, {rounds} rounds")
        print("| vocabulary | tokens | MB | tokens/s | against the original | RSS MB | against the original |")
        for (name, path), size, one in zip(paths.items(), tokens, found, strict=True):
            cells = (
                f"{size:,} | {path.stat().st_size / 1e6:.0f} | {1 / statistics.median(one.seconds):.0f} "
                f"| {ratio(found[0], one):.2f} x | {one.memory:.0f} | {one.memory / found[0].memory:.2f} x"
            )
            print(f"| {name} | {cells} |")
        faster, smaller = ratio(found[0], found[1]), found[1].memory / found[0].memory
        print(
            f"  at least {FASTER} x, {'met' if faster >= FASTER else 'NOT met'}; "
            f"memory at most {SMALLER} x, {'met' if smaller <= SMALLER else 'NOT met'}"
        )
        share = head_share(tokens, [statistics.median(one.seconds) for one in found])
        print(f"  {100 * share:.0f} % of the original's time goes to its head; without one, {1 / (1 - share):.1f} x")


def _resident(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
