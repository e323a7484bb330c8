"""Letter pairs of `edgekit/grading/letter_pairs.py`: `python -m benchmarks.letter_pairs [--data ../shared/data]`.

Of FLORES dev in languages with Latin letters: for each letter and the one after it (`_` for the edge of a word) the
negative logarithm of the probability in the language that has it most, in bits, rounded down, 9 and more as 9.
"""

from __future__ import annotations

import argparse
import math
import re
from collections import Counter
from pathlib import Path

from edgekit.grading.intake import matching_form

_LETTERS = "_abcdefghijklmnopqrstuvwxyz"


def pairs(lines: list[str]) -> Counter[tuple[str, str]]:
    """How often each letter follows each in the words of some lines."""
    found: Counter[tuple[str, str]] = Counter()
    for line in lines:
        for word in re.findall(r"[a-z]+", matching_form(line)):
            found.update(zip(f"_{word}", f"{word}_", strict=True))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--languages", nargs="+", default=["en", "es", "pt", "de", "fr", "it", "nl", "sw", "id", "tl"])
    options = parser.parse_args()
    best = {(one, other): 9 for one in _LETTERS for other in _LETTERS}
    for language in options.languages:
        path = options.data / "flores" / f"dev.{language}"
        if not path.exists():
            continue
        counts = pairs(path.read_text(encoding="utf-8").splitlines())
        totals: Counter[str] = Counter()
        for (one, _), count in counts.items():
            totals[one] += count
        for pair, count in counts.items():
            bits = -math.log2((count + 0.1) / (totals[pair[0]] + 2.7))
            best[pair] = min(best[pair], int(bits))
    for one in _LETTERS:
        print(f'    "{"".join(str(best[one, other]) for other in _LETTERS)}",  # {one}')


if __name__ == "__main__":
    main()
