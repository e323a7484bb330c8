"""The calibrations that edgekit brings: fitted on FLORES dev and NTREX, measured on lines that the fit has not seen.

    python benchmarks/confidence.py --data ../shared/data            # print them
    python benchmarks/confidence.py --data ../shared/data --write    # and replace edgekit/confidence/calibrations.json

`firefox-en-pt` and `firefox-pt-en` must be installed. Translates 2 x 1,997 lines and their translations back.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from edgekit.confidence.calibration import Confidence, encode
from edgekit.core.atomic import write_bytes
from edgekit.core.languages import Direction
from edgekit.evaluate.confidence import Labelled, fit_confidence, label
from edgekit.evaluate.systems import open_system, translate_lines

_TEXTS = {
    "FLORES-200 dev": ("flores/dev.en", "flores/dev.pt"),
    "NTREX-128": ("ntrex/newstest2019.eng", "ntrex/newstest2019.por-BR"),
}
_LICENCE = (
    "FLORES-200 and NTREX-128 are CC BY-SA 4.0; a calibration holds numbers computed from them, none of their text"
)


def calibrate(data: Path, direction: Direction) -> Confidence:
    """The calibration of one direction from both texts."""
    back = Direction(direction.target, direction.source)
    there, again = (open_system(None, one, threads=1) for one in (direction, back))
    texts: dict[str, Labelled] = {}
    with there.translator, again.translator:
        for name, files in _TEXTS.items():
            english, portuguese = ((data / file).read_text(encoding="utf-8").splitlines() for file in files)
            lines, references = (english, portuguese) if direction.source == "en" else (portuguese, english)
            found = translate_lines(there.translator, lines, scores=True, alignment=True)
            returned = [one.text for one in translate_lines(again.translator, [one.text for one in found])]
            texts[name] = label(found, references, direction, returned)
    fitted = fit_confidence(texts, direction, there.model)
    return Confidence(
        fitted.direction,
        fitted.model,
        fitted.threshold,
        fitted.plain,
        fitted.with_round_trip,
        {
            **fitted.provenance,
            "licence": _LICENCE,
            "command": "python benchmarks/confidence.py --data ../shared/data --write",
        },
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
