"""What each export takes, and what it costs: seconds, peak memory, size, and quality beside the model as it was.

    python benchmarks/export.py --data ../shared/data [--only firefox,e5,gemma]

Needs the installed models `firefox-en-pt`, `multilingual-e5-small` and `gemma-3-270m`, and llama-cpp-python for the
last. Each export is a whole process. The text that is given is FLORES-200 dev in pt and en; bits per byte, first
choices and cosines are those that the export itself measures on the tenth of it that it holds out, against the file
before quantising, and are read from its receipt. chrF is of 300 lines of NTREX-128 that no export sees, against the
reference; of what is made for an NPU, `edgekit device check` tells on the device itself.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.figures import table
from benchmarks.machine import describe, usable_cores
from benchmarks.processes import Launcher, Program
from benchmarks.programs import command
from benchmarks.trimming import NTREX, spread
from edgekit.core.chrf import corpus_chrf
from edgekit.core.languages import Direction
from edgekit.engine.line_translator import open_line_translator
from edgekit.store.installed import find_model
from edgekit.store.receipt import Receipt, read_receipt

LANGUAGES = ("pt", "en")
LINES = 300
HEAD = ("export", "s", "peak MB", "MB before", "MB after", "quality before", "quality after")


@dataclass(frozen=True, slots=True)
class Case:
    """model: an installed one.  options: of `edgekit export`.  text: whether FLORES is given."""

    model: str
    options: tuple[str, ...]
    text: bool = True

    @property
    def made_for_npu(self) -> bool:
        """Whether it is for a device that is not here."""
        return "--target" in self.options


_GEMMA = ("--languages", "pt,en", "--vocab", "64000")
_E5 = ("--languages", "pt,en", "--vocab", "48000")
CASES: Mapping[str, Sequence[Case]] = {
    "firefox": (
        Case("firefox-en-pt", ("--languages", "en,pt", "--vocab", "16000")),
        Case("firefox-en-pt", ("--target", "openvino"), text=False),
        Case("firefox-en-pt", ("--target", "qnn")),
    ),
    "e5": (
        Case("multilingual-e5-small", _E5),
        Case("multilingual-e5-small", (*_E5, "--quant", "int8")),
        Case("multilingual-e5-small", (*_E5, "--quant", "int8-static")),
    ),
    "gemma": (
        Case("gemma-3-270m", _GEMMA),
        Case("gemma-3-270m", (*_GEMMA, "--quant", "q8_0")),
        Case("gemma-3-270m", (*_GEMMA, "--quant", "q4_0", "--imatrix", "off")),
        Case("gemma-3-270m", (*_GEMMA, "--quant", "q4_0")),
        Case("gemma-3-270m", (*_GEMMA, "--quant", "q3_k_m")),
        Case("gemma-3-270m", (*_GEMMA, "--quant", "q2_k", "--imatrix", "off")),
        Case("gemma-3-270m", (*_GEMMA, "--quant", "q2_k")),
    ),
}


class Bench:
    """Runs exports and reads what came of them; folder: for artifacts, which are not installed."""

    def __init__(self, data: Path, folder: Path) -> None:
        self._data, self._folder = data, folder
        self._runs = 0

    def row(self, case: Case) -> list[str]:
        """A line of the table."""
        program, folder = self._export(case)
        receipt, before = read_receipt(folder), find_model(case.model)
        quality = ("-", "-")
        if not case.made_for_npu:
            quality = self._chrf(case.model, folder, receipt) if receipt.task == "translate" else _lost(receipt)
        return [
            " ".join([case.model, *case.options]),
            f"{program.seconds:.1f}",
            f"{program.peak_mb:,.0f}",
            f"{before.receipt.size_bytes / 1e6:.1f}",
            f"{receipt.size_bytes / 1e6:.1f}",
            *quality,
        ]

    def _export(self, case: Case) -> tuple[Program, Path]:
        self._runs += 1
        out = self._folder / str(self._runs)
        argv = [*command(), "export", case.model, *case.options, "--progress", "none", "-o", str(out)]
        if case.text:
            languages = ("en",) if "--target" in case.options else LANGUAGES
            argv += [
                word for one in languages for word in ("--corpus", f"{one}={self._data / 'flores' / f'dev.{one}'}")
            ]
        with Launcher(Path(sys.executable), usable_cores()) as launcher:
            program = launcher.run(argv, self._folder / "errors")
        (written,) = out.iterdir()
        return program, written

    def _chrf(self, model: str, folder: Path, receipt: Receipt) -> tuple[str, str]:
        """Of the installed model and of the artifact."""
        source, reference = (
            spread((self._data / "ntrex" / f"newstest2019.{NTREX[one][0]}").read_text("utf-8").splitlines(), LINES)
            for one in ("en", "pt")
        )
        installed = find_model(model)
        scores = []
        for place, engine in ((installed.folder, installed.receipt.engine), (folder, receipt.engine)):
            translator = open_line_translator(place, engine, Direction("en", "pt"))
            try:
                scores.append(f"chrF {corpus_chrf(translator.translate(source), reference):.2f}")
            finally:
                translator.close()
        return scores[0], scores[1]


def _lost(receipt: Receipt) -> tuple[str, str]:
    """What the receipt's step of quantising says of each language."""
    steps = [step for step in receipt.steps if step["name"] == "quantize"]
    if not steps:
        return "-", "-"
    found: list[dict[str, Any]] = steps[0]["loss"]["languages"]
    if "cosine" in found[0]:
        return "-", ", ".join(f"{one['language']} cosine {one['cosine']:.4f}" for one in found)
    before = ", ".join(f"{one['language']} {one['bits_per_byte'][0]:.3f} bits" for one in found)
    after = ", ".join(
        f"{one['language']} {100 * (one['bits_per_byte'][1] / one['bits_per_byte'][0] - 1):+.1f} % bits, "
        f"{one['agreement']:.1%} same"
        for one in found
    )
    return before, after


def main() -> None:
    """Export, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", default=",".join(CASES), help=f"of {', '.join(CASES)}")
    options = parser.parse_args()
    print(json.dumps(describe(), ensure_ascii=False))
    with tempfile.TemporaryDirectory(prefix="edgekit-benchmark-") as name:
        bench = Bench(options.data, Path(name))
        rows = []
        for case in (case for group in options.only.split(",") for case in CASES[group]):
            rows.append(bench.row(case))
            print(" | ".join(rows[-1]), file=sys.stderr, flush=True)
    print(table(HEAD, rows))


if __name__ == "__main__":
    main()
