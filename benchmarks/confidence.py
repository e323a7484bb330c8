"""The calibrations that edgekit brings: fitted on FLORES dev and NTREX, measured on lines that the fit has not seen.

    python benchmarks/confidence.py --data ../shared/data            # print them
    python benchmarks/confidence.py --data ../shared/data --write    # and replace edgekit/confidence/calibrations.json
    python benchmarks/confidence.py --data ../shared/data --damaged  # and what they say of text with mistakes in it

`firefox-en-pt` and `firefox-pt-en` must be installed. Translates 2 x 1,997 lines and their translations back.
Texts are damaged in two ways: every tenth word has two letters swapped, or there are no capitals and no punctuation. A
line of these is right by the chrF from which the same line would be right without the damage.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

from edgekit.confidence.calibration import Confidence, encode
from edgekit.core.atomic import write_bytes
from edgekit.core.languages import Direction
from edgekit.evaluate.calibration import reliability
from edgekit.evaluate.confidence import Labelled, fit_confidence, label
from edgekit.evaluate.systems import open_system, translate_lines

_TEXTS = {
    "FLORES-200 dev": ("flores/dev.en", "flores/dev.pt"),
    "NTREX-128": ("ntrex/newstest2019.eng", "ntrex/newstest2019.por-BR"),
}
_LICENCE = (
    "FLORES-200 and NTREX-128 are CC BY-SA 4.0; a calibration holds numbers computed from them, none of their text"
)


def calibrate(data: Path, direction: Direction, *, damaged: bool) -> Confidence:
    """The calibration of one direction from both texts; with what each says of the other one damaged, where asked."""
    back = Direction(direction.target, direction.source)
    there, again = (open_system(None, one, threads=1) for one in (direction, back))
    texts: dict[str, Labelled] = {}
    worse: dict[tuple[str, str], Labelled] = {}
    with there.translator, again.translator:
        for name, files in _TEXTS.items():
            english, portuguese = ((data / file).read_text(encoding="utf-8").splitlines() for file in files)
            lines, references = (english, portuguese) if direction.source == "en" else (portuguese, english)
            found = translate_lines(there.translator, lines, scores=True, alignment=True)
            returned = [one.text for one in translate_lines(again.translator, [one.text for one in found])]
            texts[name] = label(found, references, direction, returned)
            for kind, damage in _DAMAGES.items() if damaged else ():
                found = translate_lines(there.translator, [*map(damage, lines)], scores=True, alignment=True)
                worse[kind, name] = label(found, references, direction)
    fitted = fit_confidence(texts, direction, there.model)
    provenance = {
        **fitted.provenance,
        "licence": _LICENCE,
        "command": f"python benchmarks/confidence.py --data ../shared/data{' --damaged' if damaged else ''} --write",
    }
    for (kind, name), lines in worse.items():
        (other,) = texts.keys() - {name}
        seen = fit_confidence({other: texts[other]}, direction, there.model)
        held = _held(seen, lines, median(texts[name].chrf) - fitted.margin)
        provenance[f"{name}, {kind}, by {other}"] = held
    return replace(fitted, provenance=provenance)


def _held(confidence: Confidence, lines: Labelled, least: float) -> dict[str, float]:
    told = [confidence.of(one) or 0.0 for one in lines.signals]
    held = reliability(told, [one >= least for one in lines.chrf])
    return {
        "confidence": round(sum(told) / len(told), 4),
        "right": round(held.right, 4),
        "error": round(held.error, 4),
        "auc": round(held.auc or 0.0, 4),
    }


def _mistyped(line: str) -> str:
    """Every tenth word with its second and third letter swapped, where it has four."""
    words = line.split(" ")
    words[4::10] = [f"{word[0]}{word[2]}{word[1]}{word[3:]}" if len(word) > 3 else word for word in words[4::10]]
    return " ".join(words)


def _bare(line: str) -> str:
    return re.sub(r"[^\w\s'-]", "", line).lower()


_DAMAGES: dict[str, Callable[[str], str]] = {"mistyped": _mistyped, "no capitals or punctuation": _bare}


def main() -> None:
    """Fit, print, and write where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with flores/ and ntrex/")
    parser.add_argument("--write", action="store_true", help="replace the packaged calibrations")
    parser.add_argument("--damaged", action="store_true", help="say what they are worth on text with mistakes in it")
    arguments = parser.parse_args()
    fitted = [
        calibrate(arguments.data, Direction(*tags), damaged=arguments.damaged) for tags in (("en", "pt"), ("pt", "en"))
    ]
    for one in fitted:
        print(one.direction, json.dumps(one.provenance, indent=1))
    if arguments.write:
        write_bytes(Path(__file__).parents[1] / "edgekit/confidence/calibrations.json", encode(fitted))


if __name__ == "__main__":
    main()
