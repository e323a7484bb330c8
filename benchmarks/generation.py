"""Text written by a GGUF model: edgekit in this process and in a child, beside llama-cpp-python with nothing set.

Every reader keeps the model open, and each round asks all of them in turning order for the same greedy text, so what
else the machine does falls on all alike; ratios are medians over the rounds.

    python benchmarks/generation.py path/to/model.gguf [--rounds 9]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.trimming_generation import PROMPT, TOKENS, Defaults, ratio, turns
from edgekit.generate.generator import Generator, open_generator

REFERENCE = "llama-cpp-python, nothing set"


def writing(generator: Generator, **asked: object) -> Callable[[], float]:
    """Seconds a token of a short text."""

    def measure() -> float:
        started = time.perf_counter()
        made = generator.generate(PROMPT, max_tokens=TOKENS, **asked)  # type: ignore[arg-type]
        return (time.perf_counter() - started) / len(made.tokens)

    return measure


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--rounds", type=int, default=9)
    given = parser.parse_args()
    with ExitStack() as stack:
        reference = stack.enter_context(closing(Defaults(given.model)))
        here, child = (
            stack.enter_context(open_generator(given.model, context=512, process=process)) for process in (False, True)
        )
        readers: dict[str, Callable[[], float]] = {
            REFERENCE: reference,
            "edgekit, in this process": writing(here),
            "edgekit, in a child": writing(child),
            "edgekit, drawn at temperature 0.8": writing(here, temperature=0.8, seed=1),
            "edgekit, with 5 log-probabilities a token": writing(here, log_probabilities=5),
            "edgekit, with a grammar of any letters": writing(here, grammar=r"root ::= [^\x00]*"),
        }
        found = turns(list(readers.values()), given.rounds)
    print(f"{TOKENS} tokens by turns, {given.rounds} rounds, medians; prompt and answer together")
    print("| reader | tokens/s | against llama-cpp-python | against edgekit in this process |")
    for name, one in zip(readers, found, strict=True):
        rate = 1 / statistics.median(one.seconds)
        print(f"| {name} | {rate:.1f} | {ratio(found[0], one):.2f} x | {ratio(found[1], one):.2f} x |")


if __name__ == "__main__":
    main()
