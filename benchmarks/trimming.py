"""What trimming costs and gives: surgery, choice of the vocabulary on text that was held out, speed in llama.cpp.

    python benchmarks/trimming.py --data ../shared/data

Needs an installed `gemma-3-270m` and, for bits per byte and speed, `pip install 'edgekit[gguf]'`. Text: FLORES-200 dev
(`flores/dev.pt`) and NTREX-128 (`ntrex/newstest2019.por`), one sentence a line. Half of the lines is given to the
export, the other half is measured. `--split documents` (the harder one) gives the first half of each file, so that no
document is on both sides; `--split lines` every other line.
"""

from __future__ import annotations

import argparse
import bisect
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

from benchmarks.machine import describe
from benchmarks.trimming_generation import generation
from edgekit.core.events import silent
from edgekit.engine.llama.process import LlamaProcess
from edgekit.store.installed import find_model
from exporters.corpus.counting import count_corpora
from exporters.selection.base import Target
from exporters.selection.choose import select
from exporters.trim.base import Ids, Tokenizer
from exporters.trim.gguf import GgufModel, open_gguf, write_trimmed

NTREX = {"pt": ("por", "por-BR"), "en": ("eng",), "es": ("spa",), "sw": ("swa",), "am": ("amh",), "hi": ("hin",)}
# Our targets for pt and en: growth of bits per byte at most, and megabytes.
BOUNDS = {64_000: ({"pt": 1.5, "en": 4.0}, 115), 32_000: ({"pt": 6.0, "en": 15.0}, 92)}


@dataclass(frozen=True, slots=True)
class Half:
    """Lines to choose by, and lines to measure on."""

    train: list[str]
    test: list[str]


def halves(data: Path, language: str, split: str) -> Half:
    """The two halves of every file of a language."""
    files = [data / "flores" / f"dev.{language}"]
    files += [data / "ntrex" / f"newstest2019.{code}" for code in NTREX.get(language, ())]
    half = Half([], [])
    for path in files:
        if path.is_file():
            lines = path.read_text(encoding="utf-8").splitlines()
            middle = len(lines) // 2
            half.train.extend(lines[:middle] if split == "documents" else lines[::2])
            half.test.extend(lines[middle:] if split == "documents" else lines[1::2])
    if not half.train:
        raise SystemExit(f"there is no text of {language} in {data}")
    return half


def spread(lines: Sequence[str], count: int) -> list[str]:
    """count of the lines, evenly."""
    step = max(1.0, len(lines) / count)
    return [lines[int(at * step)] for at in range(min(count, len(lines)))]


def bits(path: Path, tokenizer: Tokenizer, lines: Sequence[str]) -> float:
    """Bits that lines take."""
    with LlamaProcess(path) as model:
        found = model.log_probabilities(tokenizer.encode(lines))
    return float(-sum(one.sum() for one in found) / np.log(2))


def selection(
    model: GgufModel, data: Path, languages: Sequence[str], sizes: Sequence[int], split: str, count: int
) -> None:
    """Growth of bits per byte on the other half, by size, beside the tokens that were seen alone."""
    text = {language: halves(data, language, split) for language in languages}
    test = {language: spread(half.test, count) for language, half in text.items()}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = []
        for language, half in text.items():
            (folder / f"half.{language}").write_text("\n".join(half.train) + "\n", encoding="utf-8")
            paths.append(str(folder / f"half.{language}"))
        corpora = count_corpora(paths, model.tokenizer, languages=languages, field="text", report=silent, state=None)
        before = {one: bits(model.path, model.tokenizer, lines) for one, lines in test.items()}
        size = {one: sum(len(line.encode("utf-8")) for line in lines) for one, lines in test.items()}
        print(f"original: bits per byte { {one: round(before[one] / size[one], 4) for one in test} }", flush=True)
        seen = np.flatnonzero(np.sum([one.train.tokens + one.held_out.tokens for one in corpora], axis=0))
        choices: dict[str, Ids] = {"what was seen, closed": model.tokenizer.closed(seen)}
        for tokens in sizes:
            started = time.process_time()
            chosen = select(
                model,
                corpora,
                languages=languages,
                target=Target(vocab=tokens) if tokens else Target(),
                scripts=None,
                keep=np.array([], np.int64),
                language_model=None,
                report=silent,
            )
            expected = {one.language: f"{100 * one.expected_loss:+.1f} %" for one in chosen.chosen.costs}
            print(
                f"{tokens or 'default'}: {time.process_time() - started:.0f} s of CPU, expected {expected}", flush=True
            )
            choices[f"{tokens:,}" if tokens else "default"] = chosen.kept
        print(f"| choice | tokens | MB | {' | '.join(languages)} |  ({split}, {count} lines a language)")
        for label, kept in choices.items():
            path = folder / "small.gguf"
            write_trimmed(model.file, kept, path)
            small = open_gguf(path)
            growth = {one: 100 * (bits(path, small.tokenizer, lines) / before[one] - 1) for one, lines in test.items()}
            bounds, most = BOUNDS.get(len(kept), ({}, 0)) if set(languages) == {"pt", "en"} else ({}, 0)
            met = [growth[one] <= bound for one, bound in bounds.items()]
            met += [path.stat().st_size <= most * 1e6] if most else []
            verdict = f" bounds {bounds}: {'met' if all(met) else 'NOT met'}" if met else ""
            cells = " | ".join(f"{growth[one]:+.2f} %" for one in languages)
            print(f"| {label} | {len(kept):,} | {path.stat().st_size / 1e6:.1f} | {cells} |{verdict}", flush=True)


_SURGERY = """
import json, resource, sys, time
from pathlib import Path
import numpy as np
sys.path.insert(0, sys.argv[4])
from exporters.trim.gguf import open_gguf, write_trimmed
ids = np.load(sys.argv[2])
started = time.perf_counter()
model = open_gguf(Path(sys.argv[1]))
kept = model.tokenizer.closed(ids)
write_trimmed(model.file, kept, Path(sys.argv[3]))
took = time.perf_counter() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": took, "peak_mb": peak, "kept": len(kept)}))
"""


@dataclass(frozen=True, slots=True)
class Cut:
    """What a cut of the vocabulary does to the text that it was made for."""

    tokens: int
    unreachable: int
    lines_alike: int
    lines: int


def judged(tokenizer: Tokenizer, kept: Ids, lines: Sequence[str]) -> Cut:
    """Count the tokens that their own text does not give, and the lines that are cut as before."""
    small = tokenizer.trimmed(kept)
    texts = small.texts
    own = [at for at in range(small.size) if len(texts[at].strip()) > 1]
    dead = sum(ids != [at] for at, ids in zip(own, small.encode([texts[at] for at in own]), strict=True))
    pairs = zip(tokenizer.encode(lines), small.encode(lines), strict=True)
    return Cut(small.size, dead, sum([int(kept[at]) for at in new] == old for old, new in pairs), len(lines))


def flores(data: Path, languages: Sequence[str]) -> list[str]:
    """The lines of FLORES-200 dev in languages."""
    return [line for one in languages for line in (data / "flores" / f"dev.{one}").read_text("utf-8").splitlines()]


def used(tokenizer: Tokenizer, lines: Sequence[str]) -> Ids:
    """The ids that lines are cut into."""
    return np.unique([at for ids in tokenizer.encode(lines) for at in ids])


def surgery(model: GgufModel, lines: Sequence[str], rounds: int, target: Path) -> None:
    """Time and memory of trimming alone into target, and what the naive cut of the same tokens does."""
    tokenizer = model.tokenizer
    seen = used(tokenizer, lines)
    np.save(target.with_suffix(".npy"), seen)
    root = str(Path(__file__).parents[1])
    runs = []
    for _ in range(rounds):
        done = subprocess.run(
            [sys.executable, "-c", _SURGERY, str(model.path), str(target.with_suffix(".npy")), str(target), root],
            check=True,
            capture_output=True,
            text=True,
        )
        runs.append(json.loads(done.stdout))
    seconds, peak = (statistics.median(run[key] for run in runs) for key in ("seconds", "peak_mb"))
    print(f"surgery: {seconds:.1f} s, peak {peak:.0f} MB (bounds 5 s, 450 MB), median of {rounds}")
    before, after = model.path.stat().st_size, target.stat().st_size
    print(f"  {tokenizer.size:,} -> {runs[0]['kept']:,} tokens, {before / 1e6:.0f} -> {after / 1e6:.0f} MB")
    for name, kept in (
        ("closure", tokenizer.closed(seen)),
        ("what was seen, without it", np.union1d(seen, tokenizer.forced)),
    ):
        print(f"  {name}: {asdict(judged(tokenizer, kept, lines))}")


def filled(tokenizer: Tokenizer, seen: Ids, tokens: int) -> Ids:
    """About so many tokens: those that were seen and, of the rest, the first. Speed does not ask which they are."""

    def kept(first: int) -> Ids:
        return tokenizer.closed(np.union1d(seen, np.arange(first)))

    return kept(bisect.bisect_right(range(tokenizer.size), tokens, key=lambda first: len(kept(first))) - 1)


def main() -> None:
    """Run the sections that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--languages", default="pt,en")
    parser.add_argument("--sizes", default="64000,32000", help="tokens; 0 is the default of `edgekit export`")
    parser.add_argument("--split", choices=("documents", "lines"), default="documents")
    parser.add_argument("--lines", type=int, default=300, help="lines a language to measure bits per byte on")
    parser.add_argument("--rounds", type=int, default=3, help="of surgery")
    parser.add_argument("--turns", type=int, default=15, help="of generation")
    parser.add_argument("--only", choices=("surgery", "selection", "generation"))
    options = parser.parse_args()
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    installed = find_model("gemma-3-270m")
    model = open_gguf(next(installed.folder.glob("*.gguf")))
    languages = options.languages.split(",")
    print(json.dumps(describe(), ensure_ascii=False))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = flores(options.data, languages)
        if options.only in (None, "surgery"):
            surgery(model, lines, options.rounds, folder / "small.gguf")
        if options.only in (None, "generation"):
            seen = model.tokenizer.closed(used(model.tokenizer, lines))
            choices = {"what was seen": seen}
            choices |= {f"{size:,}": filled(model.tokenizer, seen, size) for size in (32_000, 64_000)}
            for label, kept in choices.items():
                write_trimmed(model.file, kept, folder / f"{label}.gguf")
            generation(model, {label: folder / f"{label}.gguf" for label in choices}, options.turns)
    if options.only in (None, "selection"):
        sizes = [int(one) for one in options.sizes.split(",")]
        selection(model, options.data, languages, sizes, options.split, options.lines)


if __name__ == "__main__":
    main()
