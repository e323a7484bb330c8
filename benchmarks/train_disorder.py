"""Makes `edgekit/grading/disorder.json`: what words without a sentence are like.

    python -m benchmarks.train_disorder [--cache build/states]

A logistic regression on what the encoder makes of a text and its tokens: answers of SciEntsBank, Beetle and SAF (train
splits) and pieces of FLORES dev lines in every language that is there, against the same words shuffled, and against
their long words alone, shuffled or as a list. Prints what it gives on the other splits, and on sets it learned nothing
of.
"""

from __future__ import annotations

import argparse
import random
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import edgekit
from benchmarks.graded import DATA, KeptStates, read_set
from edgekit.engine.encoder import Encoder
from edgekit.grading.disorder import Disorder, pooled
from edgekit.grading.linear import fit_linear
from edgekit.grading.scorer import Scorer

Floats = NDArray[np.float64]
OUT = Path(__file__).resolve().parents[1] / "edgekit" / "grading" / "disorder.json"
_SETS = {"scientsbank": 800, "beetle": 400, "saf": 300}
_OTHERS = ("lak-spanglish", "isls-variations")
_TESTED, _LINES = 250, 25
_RIDGE = 40.0
_LEAST_WORDS = 4
_MIXED = 0.6
_SPANISH = {
    "the": "el",
    "a": "una",
    "and": "y",
    "of": "de",
    "in": "en",
    "with": "con",
    "is": "es",
    "are": "son",
    "because": "porque",
    "but": "pero",
    "that": "que",
    "for": "para",
    "to": "a",
    "it": "eso",
    "when": "cuando",
    "from": "de",
    "water": "agua",
    "energy": "energía",
    "so": "entonces",
    "not": "no",
    "more": "más",
    "they": "ellos",
    "has": "tiene",
    "be": "ser",
    "can": "puede",
    "this": "este",
    "which": "que",
    "was": "era",
    "would": "sería",
    "you": "tú",
    "will": "va",
    "or": "o",
    "have": "tienen",
    "if": "si",
    "on": "en",
    "then": "luego",
    "by": "por",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, help="folder for what the encoder gives")
    options = parser.parse_args()
    answers = [text for name, most in _SETS.items() for text in _answers(name, most, trained=True)]
    real = [*answers, *map(_mixed, answers[:500]), *_pieces(0)]
    tested = {f"{name}, other splits": _answers(name, _TESTED, trained=False) for name in ("scientsbank", "beetle")}
    tested["FLORES dev, other lines"] = _pieces(700)[::4]
    for name in _OTHERS:
        for language in sorted({row["language"] for row in read_set(name)}):
            tested[f"{name} {language}"] = _answers(name, _TESTED, language=language)
    fake = [made for text in real for made in _spoiled(text)]
    spoiled = {
        f"{name}, spoiled": [made for text in texts for made in _spoiled(text)][:_TESTED]
        for name, texts in tested.items()
    }
    every = [*real, *fake, *(text for some in (tested, spoiled) for texts in some.values() for text in texts)]
    scorer = Scorer.load()
    with edgekit.open_encoder("multilingual-e5-small", threads=1) as opened:
        assert isinstance(opened, Encoder)
        encoder = KeptStates(opened, options.cache)
        encoder.prepare("disorder", every)
        unique = sorted(set(every))
        known = {text: pooled(one) for text, one in zip(unique, scorer.read(encoder, unique, "en"), strict=True)}

    def rows(texts: Sequence[str]) -> Floats:
        return np.stack([known[text] for text in texts]).astype(np.float64)

    labels = np.array([0.0] * len(real) + [1.0] * len(fake))
    table = np.concatenate([rows(real), rows(fake)])
    found = fit_linear(table, labels, signs=[0] * table.shape[1], ridge=_RIDGE)
    weights = np.array(found.weight) / np.array(found.scale)
    made = Disorder(weights.astype(np.float32), found.intercept - float(weights @ np.array(found.mean)))
    OUT.write_bytes(made.encode())
    for name, texts in {**tested, **spoiled}.items():
        odds = rows(texts) @ made.weights + made.bias
        row = "  ".join(f">{least:g}: {100 * (odds > least).mean():6.2f} %" for least in (0, 1, 2, 3, 4))
        print(f"{name:36}{len(odds):6,}  {row}")


def _answers(name: str, most: int, *, trained: bool | None = None, language: str | None = None) -> list[str]:
    """Of those with marks."""
    found = sorted(
        {
            row["answer"]
            for row in read_set(name)
            if (trained is None or ("train" in row["split"]) is trained)
            and language in (None, row["language"])
            and (row["score"] > 0 if "score" in row else row["label"] in ("correct", "acceptable"))
            and len(row["answer"].split()) >= _LEAST_WORDS
        }
    )
    random.Random(0).shuffle(found)
    return [" ".join(text.split()[:40]) for text in found[:most]]


def _mixed(text: str) -> str:
    """With Spanish small words in it, each as often as not: what a class that mixes writes is no bag of words."""
    draw = random.Random(zlib.crc32(text.encode()))
    words = text.split()
    return " ".join(_SPANISH.get(word.lower(), word) if draw.random() < _MIXED else word for word in words)


def _pieces(first: int) -> list[str]:
    """Runs of 5 to 14 words of lines in each language."""
    found = []
    for path in sorted((DATA.parent / "flores").glob("dev.*")):
        for line in path.read_text(encoding="utf-8").splitlines()[first : first + _LINES]:
            words = line.split()
            draw = random.Random(zlib.crc32(line.encode()))
            size = draw.randint(5, 14)
            if len(words) > size:
                begin = draw.randint(0, len(words) - size)
                found.append(" ".join(words[begin : begin + size]))
    return found


def _spoiled(text: str) -> list[str]:
    """The words in another order, or the long ones alone."""
    draw = random.Random(zlib.crc32(text.encode()))
    words = text.split()
    long = [word.strip(".,;:!?").lower() for word in words if len(word) > 3]
    made = [" ".join(draw.sample(words, len(words)))]
    if len(long) >= _LEAST_WORDS:
        made.append(draw.choice((" ", ", ")).join(draw.sample(long, len(long))))
    return made


if __name__ == "__main__":
    main()
