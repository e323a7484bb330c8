"""The three ways to quantise activations, built from the same weights and run beside each other."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from benchmarks.figures import ratio
from benchmarks.processes import Engine, Worker
from benchmarks.quality import score
from benchmarks.report import Section
from benchmarks.rounds import Run, as_json, measure
from benchmarks.sections import Bench
from edgekit.core.events import silent
from edgekit.store.build import list_files
from edgekit.store.installed import Installed
from edgekit.store.receipt import write_receipt
from exporters.families.marian import MarianExporter

KINDS = ("static", "dynamic", "float")


def install(installed: Installed, files: Mapping[str, Path], home: Path, activations: str) -> None:
    """Build the model with other activations and install it below `home`, as `EDGEKIT_HOME`."""
    receipt = installed.receipt
    folder = home / "data" / "models" / receipt.id
    folder.mkdir(parents=True)
    built = MarianExporter().build(files, folder, options={"activations": activations}, report=silent)
    write_receipt(
        folder,
        replace(receipt, engine=built.engine, steps=tuple(built.steps), tools=built.tools, files=list_files(folder)),
    )


def compare(bench: Bench, files: Mapping[str, Path]) -> Section:
    """Speed, chrF, and how many lines change with their batch mates."""
    lines, reference = bench.corpus.lines, bench.corpus.reference
    with tempfile.TemporaryDirectory(prefix="edgekit-benchmark-") as name:
        runs = []
        for kind in KINDS:
            home = Path(name) / kind
            bench.tell(f"building {bench.installed.receipt.id} with {kind} activations")
            install(bench.installed, files, home, kind)
            ours = bench.ours
            environment = {**(ours.environment or {}), "EDGEKIT_HOME": str(home)}
            engine = Engine(ours.name, ours.python, ours.source, ours.target, 1, None, environment)
            runs.append(Run(kind, engine, False, (bench.core,)))
        measured = measure(runs, lines, bench.rounds, bench.tell)
        different: dict[str, int] = {}
        for run in runs:
            with Worker(run.engine, run.cores, lines[0]) as worker:
                alone = worker.translate(lines, each=True).texts
            different[run.label] = sum(a != b for a, b in zip(alone, measured[run.label].texts, strict=True))
            bench.tell(f"{run.label}: {different[run.label]} lines differ when translated alone")
    rows, figures = [], {}
    for kind, one in measured.items():
        quality = score(one.texts, reference) if reference is not None else None
        times = ratio(measured["static"].seconds, one.seconds)
        rows.append(
            [
                kind,
                one.words_per_s.show(),
                "1" if kind == "static" else times.show(2),
                f"{quality.chrf:.2f}" if quality else "-",
                f"{quality.bleu:.2f}" if quality else "-",
                f"{different[kind]} of {len(lines)}",
                "-" if one.memory.rss_mb is None else f"{one.memory.rss_mb:.1f}",
            ]
        )
        figures[kind] = {
            "static_ratio": times.median,
            "chrf": quality.chrf if quality else None,
            "bleu": quality.bleu if quality else None,
            "lines_that_differ_alone": different[kind],
        }
    return Section(
        "activations",
        "Activations: static, dynamic, float",
        ["activations", "words/s: median (min-max)", "static is faster by", "chrF", "BLEU", "differ alone", "RSS MB"],
        rows,
        ["differ alone: lines whose text is another when each is translated in a call of its own"],
        (),
        {"kinds": figures, "runs": as_json(measured)},
    )
