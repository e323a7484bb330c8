"""Translation by a language model, each prompt of the catalogue, beside the small translation model: chrF.

    python benchmarks/prompted.py --data ../shared/data [--lines 100] [--prompt plain] [--to pt,sw,am] [--threads 1]

Needs an installed `gemma-3-270m` (another one with `--model`), and `firefox-en-pt` for the row beside it. Text: the
first lines of FLORES-200 dev from English, of NTREX-128 where FLORES is not there. `as given out` is what a user gets:
a line whose second answer is wrong as well stays in English; `copied source` is what that alone is worth.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from edgekit.catalogue.load import load_catalogue
from edgekit.core.chrf import corpus_chrf
from edgekit.core.errors import UnavailableError
from edgekit.core.languages import Direction
from edgekit.generate.generator import open_generator
from edgekit.translate.prompting import make_filler, prompted
from edgekit.translate.translator import open_translator

NTREX = {"am": "amh", "pt": "por-BR", "sw": "swa", "en": "eng", "ha": "hau", "yo": "yor", "zu": "zul"}


def lines(data: Path, target: str, count: int) -> tuple[str, list[str], list[str]]:
    """Name of the set, English lines, reference lines."""
    flores = data / "flores"
    if (flores / f"dev.{target}").is_file():
        name, files = "FLORES dev", [flores / "dev.en", flores / f"dev.{target}"]
    else:
        name, files = "NTREX", [data / "ntrex" / f"newstest2019.{NTREX[code]}" for code in ("en", target)]
    english, other = (path.read_text(encoding="utf-8").splitlines()[:count] for path in files)
    return name, english, other


def small_model(target: str, source: Sequence[str], reference: Sequence[str]) -> str | None:
    """chrF of the installed translation model, where there is one."""
    try:
        with open_translator("en", target, threads=1) as translator:
            return f"{corpus_chrf([one.text for one in translator.translate(source)], reference):.1f}"
    except UnavailableError:
        return None


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", default="gemma-3-270m")
    parser.add_argument("--lines", type=int, default=100)
    parser.add_argument("--prompt", action="append")
    parser.add_argument("--to", default="pt,sw,am")
    parser.add_argument("--threads", type=int)
    given = parser.parse_args()
    prompts = given.prompt or list(load_catalogue().prompts)
    print("| direction | text | system | chrF as given out | lines left in English | findings | s a line |")
    print("|---|---|---|---:|---:|---|---:|")
    with open_generator(given.model, threads=given.threads) as generator:
        for target in given.to.split(","):
            name, source, reference = lines(given.data, target, given.lines)
            where = f"| en→{target} | {name}, {len(source)} lines |"
            print(f"{where} copied source | {corpus_chrf(source, reference):.1f} | {len(source)} | | |", flush=True)
            if chrf := small_model(target, source, reference):
                print(f"{where} small model | {chrf} | 0 | | |", flush=True)
            for prompt in prompts:
                translator = prompted(make_filler(Direction("en", target), prompt), generator)
                began = time.monotonic()
                made = translator.translate(source)
                each = (time.monotonic() - began) / len(source)
                kinds = Counter(finding.kind for one in made for finding in one.findings)
                chrf = f"{corpus_chrf([one.text for one in made], reference):.1f}"
                left = sum(not one.complete for one in made)
                told = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
                print(f"{where} {given.model}, {prompt} | {chrf} | {left} | {told} | {each:.1f} |", flush=True)


if __name__ == "__main__":
    main()
