"""How fast a translation memory of many entries answers, and that it finds what a comparison with all entries finds.

    python -m benchmarks.memory FILE.en FILE.pt [--entries 100000]

Entries are the lines, and lines with half of their words changed; what is looked up are lines with one word changed.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from edgekit.core.languages import Direction
from edgekit.memory.entries import Entry, Origin
from edgekit.memory.grams import folded
from edgekit.memory.memory import LEAST, open_memory
from edgekit.memory.tmx import read_tmx, write_tmx

DIRECTION = Direction("en", "pt")


def entries(sources: Sequence[str], targets: Sequence[str], count: int, rng: random.Random) -> Iterator[Entry]:
    """The lines, then variations of them."""
    words = [word for line in sources for word in line.split()]
    for number in range(count):
        source, target = sources[number % len(sources)], targets[number % len(sources)]
        if number >= len(sources):
            source = " ".join(rng.choice(words) if rng.random() < 0.5 else word for word in source.split())
        yield Entry(source, target, DIRECTION, Origin("imported", "benchmark"))


def main() -> None:
    """Print processor times, and as ratios to comparing with every entry in memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--entries", type=int, default=100_000)
    arguments = parser.parse_args()
    sources = arguments.source.read_text("utf-8").splitlines()
    targets = arguments.target.read_text("utf-8").splitlines()
    rng = random.Random(7)
    with tempfile.TemporaryDirectory() as folder, open_memory(Path(folder) / "memory.sqlite") as memory:
        begun = time.process_time()
        memory.take_in(entries(sources, targets, arguments.entries, rng))
        spent = time.process_time() - begun
        print(f"{arguments.entries:,} entries taken in, {1e6 * spent / arguments.entries:.0f} µs each")
        print(f"{memory.stats().size_bytes / arguments.entries:.0f} bytes each on disk")
        texts = []
        for line in rng.sample(sources, 200):
            words = line.split()
            words[rng.randrange(len(words))] = "something"
            texts.append(" ".join(words))
        begun = time.process_time()
        answers = [memory.lookup(text, DIRECTION, most=1) for text in texts]
        indexed = (time.process_time() - begun) / len(texts)
        begun = time.process_time()
        for line in sources:
            memory.lookup(line, DIRECTION, most=1)
        exact = (time.process_time() - begun) / len(sources)
        everything = [folded(entry.source) for entry in memory.entries()]
        begun = time.process_time()
        best = [
            process.extractOne(folded(text), everything, scorer=Levenshtein.normalized_similarity, score_cutoff=LEAST)
            for text in texts[:40]
        ]
        brute = (time.process_time() - begun) / len(best)
        wanted = [(answer, found) for answer, found in zip(answers, best, strict=False) if found is not None]
        agreed = sum(bool(answer) and folded(answer[0].entry.source) == found[0] for answer, found in wanted)
        print(
            f"fuzzy lookup {1000 * indexed:.2f} ms, every entry compared {1000 * brute:.1f} ms: {brute / indexed:.0f} x"
        )
        print(f"the best entry found {agreed} of {len(wanted)}; exact lookup {1000 * exact:.3f} ms")
        path = Path(folder) / "memory.tmx"
        begun = time.process_time()
        write_tmx(path, memory.entries(), version="benchmark")
        wrote = time.process_time() - begun
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begun = time.process_time()
        count = sum(1 for _ in read_tmx(path))
        read = time.process_time() - begun
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        size = path.stat().st_size / 1e6
        print(f"TMX of {size:.0f} MB: written {wrote / size:.2f} s/MB, read {read / size:.2f} s/MB, {count:,} entries,")
        print(f"  reading it took {grown:.0f} MB of memory more")


if __name__ == "__main__":
    main()
