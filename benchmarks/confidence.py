"""The calibrations that edgekit brings: fitted on FLORES dev and NTREX, measured on lines that the fit has not seen.

    python benchmarks/confidence.py --data ../shared/data            # print them
    python benchmarks/confidence.py --data ../shared/data --write    # and replace edgekit/confidence/calibrations.json

`firefox-en-pt` and `firefox-pt-en` must be installed. Translates 2 x 1,997 lines and their translations back, as they
are and with mistakes put in: a letter of every tenth word of one line and of every third word of the next is left out,
doubled, replaced or swapped with the one after it. Both are fitted. A line with mistakes is right by the chrF from
which it would be right without them.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from random import Random
from statistics import median
from string import ascii_lowercase

from edgekit.confidence.calibration import Confidence, encode
from edgekit.core.atomic import write_bytes
from edgekit.core.languages import Direction
from edgekit.evaluate.confidence import Labelled, fit_confidence, label
from edgekit.evaluate.systems import open_system, translate_lines

_TEXTS = {
    "FLORES-200 dev": ("flores/dev.en", "flores/dev.pt"),
    "NTREX-128": ("ntrex/newstest2019.eng", "ntrex/newstest2019.por-BR"),
}
_SHARES = (0.1, 0.3)
_LICENCE = (
    "FLORES-200 and NTREX-128 are CC BY-SA 4.0; a calibration holds numbers computed from them, none of their text"
)


def calibrate(data: Path, direction: Direction) -> Confidence:
    """The calibration of one direction from both texts."""
    back = Direction(direction.target, direction.source)
    there, again = (open_system(None, one, threads=1) for one in (direction, back))
    texts: dict[str, Labelled] = {}
    worse: dict[str, dict[str, Labelled]] = {}
    with there.translator, again.translator:

        def labelled(lines: list[str], references: list[str]) -> Labelled:
            found = translate_lines(there.translator, lines, scores=True, alignment=True)
            returned = [one.text for one in translate_lines(again.translator, [one.text for one in found])]
            return label(found, references, direction, returned)

        for name, files in _TEXTS.items():
            english, portuguese = ((data / file).read_text(encoding="utf-8").splitlines() for file in files)
            lines, references = (english, portuguese) if direction.source == "en" else (portuguese, english)
            texts[name] = labelled(lines, references)
            mistyped = labelled(_mistyped(lines), references)
            worse[name] = {"mistyped": replace(mistyped, usual=median(texts[name].chrf))}
    fitted = fit_confidence(texts, direction, there.model, damaged=worse)
    provenance = {
        **fitted.provenance,
        "licence": _LICENCE,
        "command": "python benchmarks/confidence.py --data ../shared/data --write",
    }
    return replace(fitted, provenance=provenance)


def _mistyped(lines: list[str]) -> list[str]:
    """Lines with a mistake in a share of their words of four letters or more; the same ones every time."""
    draw = Random(1)
    return [
        " ".join(_mistake(word, draw) if draw.random() < share and len(word) > 3 else word for word in line.split(" "))
        for line, share in zip(lines, cycle(_SHARES), strict=False)
    ]


def _mistake(word: str, draw: Random) -> str:
    at = draw.randrange(len(word) - 1)
    one, two = word[at], word[at + 1]
    return (
        word[:at] + draw.choice((two, two + one, one + one + two, draw.choice(ascii_lowercase) + two)) + word[at + 2 :]
    )


def main() -> None:
    """Fit, print, and write where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with flores/ and ntrex/")
    parser.add_argument("--write", action="store_true", help="replace the packaged calibrations")
    arguments = parser.parse_args()
    fitted = [calibrate(arguments.data, Direction(*tags)) for tags in (("en", "pt"), ("pt", "en"))]
    for one in fitted:
        print(one.direction, json.dumps(one.provenance, indent=1))
    if arguments.write:
        write_bytes(Path(__file__).parents[1] / "edgekit/confidence/calibrations.json", encode(fitted))


if __name__ == "__main__":
    main()
