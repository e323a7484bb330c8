"""`edgekit translate` as a whole process: one short line, and ever longer files."""

from __future__ import annotations

import shlex
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.figures import Spread, Target, Verdict, growth
from benchmarks.lines import distinct_lines
from benchmarks.processes import Launcher, Program
from benchmarks.report import Section
from benchmarks.sections import Bench
from edgekit.core.atomic import replacing
from edgekit.core.errors import FailedError

REPEATS = 7
SHORT = {"en": "Good morning, class.", "pt": "Bom dia, turma."}
WHOLE = Target("`edgekit translate` of one short line, whole process", 1.2, " s", at_least=False)
# Flat: what is left when the machine's own unrest is taken off; a cost that grew with the number of lines would double.
COST = Target("cost per line, largest over smallest", 1.15, " x", at_least=False)
MEMORY = Target("peak memory, largest over smallest", 1.15, " x", at_least=False)


def command() -> list[str]:
    """The installed command, or the module where there is none."""
    script = Path(sys.executable).with_name("edgekit")
    return [str(script)] if script.is_file() else [sys.executable, "-m", "edgekit"]


def whole_process(bench: Bench) -> Section:
    """(e) one short line."""
    ours = bench.ours
    argv = [*command(), "translate", SHORT[ours.source], "--from", ours.source, "--to", ours.target]
    with tempfile.TemporaryDirectory(prefix="edgekit-benchmark-") as folder:
        errors = Path(folder) / "errors"
        with Launcher(ours.python, (bench.core,), ours.environment) as launcher:
            launcher.run(argv, errors)  # writes bytecode and brings the files into memory
            runs = [launcher.run(argv, errors) for _ in range(REPEATS)]
    wall = Spread.of([run.seconds for run in runs])
    cpu = Spread.of([run.cpu_s for run in runs])
    peak = Spread.of([run.peak_mb for run in runs])
    return Section(
        "command",
        "(e) `edgekit translate` of one short line",
        ["whole process", "wall s: median (min-max)", "CPU s", "peak MB"],
        [[f"`{shlex.join(['edgekit', *argv[len(command()) :]])}`", wall.show(3), cpu.show(3), f"{peak.median:.1f}"]],
        [f"{REPEATS} processes after one that is not counted"],
        [Verdict(WHOLE, wall.median)],
        {"wall_s": [run.seconds for run in runs], "cpu_s": [run.cpu_s for run in runs], "peak_mb": peak.median},
    )


def scaling(bench: Bench, sizes: Sequence[int]) -> Section:
    """(f) files of so many lines, streamed into a file."""
    ours = bench.ours
    found: dict[int, Program] = {}
    with tempfile.TemporaryDirectory(prefix="edgekit-benchmark-") as name:
        folder = Path(name)
        out, errors = folder / "out", folder / "errors"
        with Launcher(ours.python, (bench.core,), ours.environment) as launcher:
            one = folder / "1"
            _write(one, [SHORT[ours.source]])
            argv = [*command(), "translate", str(one), "--from", ours.source, "--to", ours.target, "-o", str(out)]
            start = min((launcher.run(argv, errors) for _ in range(3)), key=lambda run: run.cpu_s)
            for size in sizes:
                path = folder / str(size)
                _write(path, distinct_lines(bench.corpus.lines, size, ours.source))
                argv[len(command()) + 1] = str(path)
                found[size] = launcher.run(argv, errors)
                with out.open("rb") as stream:
                    lines = sum(1 for _ in stream)
                if lines != size:
                    raise FailedError(f"`edgekit translate` made {lines} lines of {size}")
                bench.tell(f"{size:,} lines: {found[size].seconds:.1f} s, {found[size].peak_mb:.1f} MB")
    cost = {size: (run.cpu_s - start.cpu_s) / size for size, run in found.items()}
    rows = [
        [
            f"{size:,}",
            f"{run.seconds:.2f}",
            f"{run.cpu_s:.2f}",
            f"{1000 * (run.seconds - start.seconds) / size:.3f}",
            f"{1000 * cost[size]:.3f}",
            f"{run.peak_mb:.1f}",
        ]
        for size, run in found.items()
    ]
    several = len(found) > 1
    return Section(
        "scaling",
        "(f) Cost per line and memory, from few lines to many",
        ["lines", "wall s", "CPU s", "wall ms a line", "CPU ms a line", "peak MB"],
        rows,
        [
            "cost a line: less the start of the process "
            f"({start.seconds:.2f} s, {start.cpu_s:.2f} s of CPU, {start.peak_mb:.1f} MB); the target takes CPU",
            "lines are those of the corpus over and over, every sentence with the number of its turn before it",
        ],
        [
            Verdict(COST, growth(list(cost.values())) if several else None),
            Verdict(MEMORY, growth([run.peak_mb for run in found.values()]) if several else None),
        ],
        {
            "start": {"wall_s": start.seconds, "cpu_s": start.cpu_s, "peak_mb": start.peak_mb},
            "sizes": {
                str(size): {"wall_s": run.seconds, "cpu_s": run.cpu_s, "peak_mb": run.peak_mb}
                for size, run in found.items()
            },
        },
    )


def _write(path: Path, lines: Iterable[str]) -> None:
    with replacing(path) as stream:
        for line in lines:
            stream.write(f"{line}\n".encode())
