"""The other end of `worker.py`: processes that hold an engine each and are asked in turn."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from edgekit.core.errors import FailedError

WORKER = Path(__file__).with_name("worker.py")


@dataclass(frozen=True, slots=True)
class Engine:
    """How a worker is started.

    python: the interpreter of the engine's environment.  files: role -> path, for engines that are given their files.
    environment: what is added to ours.
    """

    name: str
    python: Path
    source: str
    target: str
    threads: int = 1
    files: Mapping[str, Path] | None = None
    environment: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """Seconds that it took to import the library, to open the model, and to translate a first sentence.

    ready_cpu_s: processor seconds of the first two.
    """

    import_s: float
    open_s: float
    first_s: float
    ready_cpu_s: float

    @property
    def ready_s(self) -> float:
        """From a started interpreter to an open model."""
        return self.import_s + self.open_s

    @property
    def load_s(self) -> float:
        """From a started interpreter to the first translation."""
        return self.ready_s + self.first_s


@dataclass(frozen=True, slots=True)
class Timed:
    """One run: wall-clock and processor seconds, and the texts."""

    seconds: float
    cpu_s: float
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory now and at its peak, MB of 2**20 bytes; None where the system does not tell."""

    rss_mb: float | None
    peak_mb: float | None


@dataclass(frozen=True, slots=True)
class Program:
    """A program that ran to its end."""

    seconds: float
    cpu_s: float
    peak_mb: float


class _Process:
    """A worker process; raises FailedError where it ends before it has answered."""

    def __init__(
        self, name: str, python: Path, spec: Mapping[str, Any], environment: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        # Some engines warn at every start; it is of interest when they fail.
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  closed with the process
        self._process = subprocess.Popen(
            [str(python), str(WORKER), json.dumps(dict(spec))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            encoding="ascii",
            env={**os.environ, "EDGEKIT_OFFLINE": "1", **(environment or {})},
        )

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait()
            self._said.seek(0)
            said = self._said.read().decode("utf-8", errors="replace").splitlines()
            raise FailedError(f"the worker of `{self.name}` ended with {code}", reasons=said[-15:])
        value: dict[str, Any] = json.loads(line)
        return value

    def _ask(self, command: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(dict(command)) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # the answer that does not come says more
        return self._answer()

    def close(self) -> None:
        """End the process."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    pass
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._said.close()

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Worker(_Process):
    """An engine that is open; `first` is the sentence that it translates to show that it is."""

    def __init__(self, engine: Engine, cores: Sequence[int], first: str) -> None:
        files = {role: str(path) for role, path in (engine.files or {}).items()}
        spec = {
            "engine": engine.name,
            "source": engine.source,
            "target": engine.target,
            "threads": engine.threads,
            "cores": list(cores),
            "first": first,
            **files,
        }
        super().__init__(engine.name, engine.python, spec, engine.environment)
        try:
            self.opening = Opening(**self._answer())
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Worker:
        return self

    def translate(self, lines: Sequence[str], *, each: bool = False) -> Timed:
        """Translate lines in one call, or each in a call of its own. Raises FailedError when a line got lost."""
        result = self._ask({"do": "translate", "lines": list(lines), "each": each})
        texts = tuple(result["texts"])
        if len(texts) != len(lines):
            raise FailedError(f"`{self.name}` gave {len(texts)} translations of {len(lines)} lines")
        return Timed(result["seconds"], result["cpu_s"], texts)

    def memory(self) -> Memory:
        """Its memory now."""
        return Memory(**self._ask({"do": "memory"}))


class Launcher(_Process):
    """Runs programs on given cores and tells what each took, from a process small enough not to disturb the peak."""

    def __init__(self, python: Path, cores: Sequence[int], environment: Mapping[str, str] | None = None) -> None:
        super().__init__("launcher", python, {"engine": "launcher", "cores": list(cores)}, environment)
        self._answer()

    def __enter__(self) -> Launcher:
        return self

    def run(self, argv: Sequence[str], errors: Path) -> Program:
        """Run argv to its end. Raises FailedError with what it said, kept in the file `errors`, when it fails."""
        result = self._ask({"do": "run", "argv": list(argv), "errors": str(errors)})
        if result["exit"] != 0:
            said = errors.read_text(encoding="utf-8", errors="replace").splitlines()
            raise FailedError(f"`{' '.join(argv[:3])}` ended with {result['exit']}", reasons=said[-10:])
        return Program(result["seconds"], result["cpu_s"], result["peak_mb"])
