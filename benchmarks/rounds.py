"""Engines that translate the same lines in turn, round after round."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from benchmarks.figures import Spread, order, rates
from benchmarks.processes import Engine, Memory, Opening, Timed, Worker

# Below this share of a core, others used it as well.
BUSY = 0.97
# What an engine translates before the first round: its code and weights are in memory then, and its buffers are made.
WARM_UP_LINES = 32

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Run:
    """One engine in one way: all lines in one call, or each line in its own; cores: where."""

    label: str
    engine: Engine
    each: bool
    cores: tuple[int, ...]

    @property
    def process(self) -> tuple[str, int, tuple[int, ...], str]:
        """Runs of the same engine in the same setting share a process."""
        environment = (self.engine.environment or {}).get("EDGEKIT_HOME", "")
        return self.engine.name, self.engine.threads, self.cores, environment


@dataclass(slots=True)
class Measured:
    """What a run gave: wall-clock and processor seconds of each round, the texts of the last, its process."""

    words: int
    opening: Opening
    seconds: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    texts: tuple[str, ...] = ()
    changed: int = 0
    memory: Memory = field(default_factory=lambda: Memory(None, None))

    def add(self, run: Timed) -> None:
        """Another round; counts the texts that differ from the round before."""
        if self.texts:
            self.changed += sum(new != old for new, old in zip(run.texts, self.texts, strict=True))
        self.seconds.append(run.seconds)
        self.cpu_s.append(run.cpu_s)
        self.texts = run.texts

    @property
    def words_per_s(self) -> Spread:
        """Source words a second of wall-clock time."""
        return Spread.of(rates(self.words, self.seconds))

    @property
    def busy(self) -> float:
        """Processor seconds a second: below 1 on one core, others used the core as well."""
        return Spread.of([cpu / wall for cpu, wall in zip(self.cpu_s, self.seconds, strict=True)]).median


def measure(runs: Sequence[Run], lines: Sequence[str], rounds: int, tell: Tell) -> dict[str, Measured]:
    """Do every run once a round, in an order that turns about; label -> what it gave.

    All processes are open the whole time and one of them works. Raises FailedError when one ends.
    """
    words = sum(len(line.split()) for line in lines)
    with ExitStack() as stack:
        workers: dict[object, Worker] = {}
        for run in runs:
            if run.process not in workers:
                workers[run.process] = stack.enter_context(Worker(run.engine, run.cores, lines[0]))
        measured = {run.label: Measured(words, workers[run.process].opening) for run in runs}
        for run in runs:
            workers[run.process].translate(lines[:WARM_UP_LINES], each=run.each)
        for number in range(rounds):
            told = []
            for at in order(len(runs), number):
                run = runs[at]
                timed = workers[run.process].translate(lines, each=run.each)
                measured[run.label].add(timed)
                told.append(f"{run.label} {timed.seconds:.2f} s")
            tell(f"round {number + 1} of {rounds}: {', '.join(told)}")
        for run in runs:
            measured[run.label].memory = workers[run.process].memory()
    return measured


def as_json(measured: Mapping[str, Measured]) -> dict[str, object]:
    """For the JSON report; texts are left out."""
    return {
        label: {
            "seconds": [round(value, 4) for value in one.seconds],
            "cpu_s": [round(value, 4) for value in one.cpu_s],
            "words_per_s": round(one.words_per_s.median, 1),
            "load_s": round(one.opening.load_s, 4),
            "rss_mb": one.memory.rss_mb,
            "peak_mb": one.memory.peak_mb,
            "texts_changed_between_rounds": one.changed,
        }
        for label, one in measured.items()
    }
