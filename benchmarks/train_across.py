"""Learns what answers in another language than the wording are given back, without a mark in any other language.

    python benchmarks/train_across.py --cache build/states           # print what held-out questions give
    python benchmarks/train_across.py --cache build/states --write   # and replace edgekit/grading/across.json

Weights: English answers of SciEntsBank's and Beetle's train splits, translated to Portuguese by machine and held against
the English wordings, with the marks that the English answers got. Lines: sentences of FLORES dev, in each language
against English ones that say the same, half of it, what comes next or something else, so that they get the odds that
Portuguese ones get. `multilingual-e5-small` (with vectors of tokens) and `firefox-en-pt` must be installed; run it again
when edgekit/grading/scorer.json is trained again. Reads 8,000 texts once: minutes.
"""

from __future__ import annotations

import argparse
import hashlib
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import edgekit
from benchmarks.graded import DATA, KeptStates, read_set
from benchmarks.train_scorer import area, macro_f1
from edgekit.core.atomic import write_bytes
from edgekit.grading.across import Across
from edgekit.grading.calibration import Platt, calibration_error
from edgekit.grading.contradiction import compare_any
from edgekit.grading.features import SIGNS
from edgekit.grading.linear import fit_linear
from edgekit.grading.scorer import Scorer
from edgekit.grading.text_states import TextStates

Floats = NDArray[np.float64]
_FLORES = DATA.parent / "flores"
# All of both sets give the same weights to the second digit, and take three times as long.
_ROWS = {"scientsbank": 2200, "beetle": 700}
_BEETLE = 0.3
_FOLDS = 5
_LINES = 110
# The answer's line less the wording's.
_NEXT, _OTHER = 1, 37
# Where odds have to be stretched more, the encoder hardly tells the same from something else.
_MOST_SLOPE = 2.0
_LICENCE = (
    "SciEntsBank and Beetle (SemEval-2013 task 7) are CC BY-SA 3.0, FLORES-200 is CC BY-SA 4.0; the weights hold none "
    "of their text"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, help="folder for token states")
    parser.add_argument("--write", action="store_true", help="replace edgekit/grading/across.json")
    arguments = parser.parse_args()
    scorer = Scorer.load()
    with (
        edgekit.open_encoder("multilingual-e5-small", threads=1) as opened,
        edgekit.open_translator("en", "pt", threads=1, device="cpu") as translator,
    ):
        encoder = KeptStates(opened, arguments.cache)
        across = learn_weights(scorer, encoder, translator)
        across = learn_lines(scorer, encoder, translator, across)
    data = across.encode()
    print(f"{len(data):,} bytes, {len(across.lines)} lines")
    if arguments.write:
        write_bytes(Path(__file__).resolve().parents[1] / "edgekit" / "grading" / "across.json", data)


def learn_weights(scorer: Scorer, encoder: KeptStates, translator: Any) -> Across:
    """From marks of answers that were translated; prints what they give on held-out questions beside the English."""
    rows = []
    for name, count in _ROWS.items():
        encoder.prepare(name, [text for row in read_set(name) for text in _texts(row)])
        some = [row for row in read_set(name) if row["split"] == "train"]
        random.Random(0).shuffle(some)
        rows += some[:count]
    answers = [row["answer"] for row in rows]
    translated = [one.text for one in translator.translate(answers)]
    encoder.prepare("across-pt", translated)
    read = _read(scorer, encoder, [*translated, *(text for row in rows for text in _texts(row))])
    english, other = [], []
    for row, text in zip(rows, translated, strict=True):
        wordings, question = [read[one] for one in row["reference"]], read[row["question"]]
        mismatch = compare_any(row["reference"], row["answer"], "en")
        english.append(scorer.features(read[row["answer"]], wordings, question, mismatch)[1])
        other.append(scorer.features(read[text], wordings, question)[1])
    right = np.array([float(row["label"] == "correct") for row in rows])
    weights = np.array([_BEETLE if row["set"] == "beetle" else 1.0 for row in rows])
    names = sorted({row["question_id"] for row in rows})
    random.Random(0).shuffle(names)
    fold = np.array([names.index(row["question_id"]) % _FOLDS for row in rows])
    table, signs = np.array(other), list(SIGNS.values())
    odds = np.zeros(len(rows))
    for at in range(_FOLDS):
        inside = fold != at
        found = fit_linear(table[inside], right[inside], signs=signs, weights=weights[inside])
        odds[~inside] = found.logits(table[~inside])
    platt = scorer.calibration.of("en")
    for name in _ROWS:
        mine = np.array([row["set"] == name for row in rows])
        for how, logits in (
            ("English", scorer.logits(np.array(english))),
            ("translated, as if English", scorer.logits(table)),
            ("translated, held out", odds),
        ):
            print(f"{name:12} {how:26}", _figures(platt.probabilities(logits)[mine], right[mine]))
    provenance = {
        "sets": {name: {"split": "train", "answers": count} for name, count in _ROWS.items()},
        "parallel": {"set": "FLORES-200 dev", "lines": _LINES},
        "encoder": "multilingual-e5-small",
        "translator": "firefox-en-pt",
        "scorer": hashlib.sha256(scorer.encode()).hexdigest(),
        "script": "benchmarks/train_across.py",
        "licence": _LICENCE,
    }
    return Across(fit_linear(table, right, signs=signs, weights=weights), {}, provenance)


def learn_lines(scorer: Scorer, encoder: KeptStates, translator: Any, across: Across) -> Across:
    """Slope and intercept of each language against English, both ways, by what machine-made Portuguese gets."""
    assert across.weights is not None
    tags = sorted(path.name.removeprefix("dev.") for path in _FLORES.glob("dev.*"))
    text = {tag: (_FLORES / f"dev.{tag}").read_text("utf-8").splitlines()[:_LINES] for tag in tags}
    halves = [line[: line.rfind(" ", 0, len(line) // 2)] for line in text["en"]]
    made = [one.text for one in translator.translate(text["en"])]
    sets = {**{f"fl-{tag}": lines for tag, lines in text.items()}, "fl-made": made, "fl-en": [*text["en"], *halves]}
    for name, lines in sets.items():
        encoder.prepare(name, lines)
    english, half = _of_lines(scorer, encoder, text["en"]), _of_lines(scorer, encoder, halves)
    shown = {tag: _of_lines(scorer, encoder, lines) for tag, lines in text.items()}
    wanted = {
        way: across.weights.logits(_pairs(scorer, pairs))
        for way, pairs in _ways(_of_lines(scorer, encoder, made), english, half).items()
    }
    lines = {}
    for tag in tags:
        if tag == "en":
            continue
        for way, pairs in _ways(shown[tag], english, half).items():
            odds, target = across.weights.logits(_pairs(scorer, pairs)), wanted[way]
            slope = float(target.std() / odds.std())
            intercept = float(target.mean() - slope * odds.mean())
            pair = f"{tag}>en" if way == "to" else f"en>{tag}"
            apart = np.repeat([1.0, 0.0], [_LINES, _LINES])
            chosen = np.concatenate([odds[:_LINES], odds[-2 * _LINES : -_LINES]])
            kept = slope <= _MOST_SLOPE
            print(f"{pair:8} slope {slope:.2f} intercept {intercept:+.2f}, same from next {area(chosen, apart):.3f}")
            if kept:
                lines[pair] = Platt(round(slope, 4), round(intercept, 4))
    return Across(across.weights, lines, across.provenance)


def _ways(
    other: Sequence[TextStates], english: Sequence[TextStates], half: Sequence[TextStates]
) -> dict[str, list[tuple[TextStates, TextStates, TextStates]]]:
    """Answer, wording and question of every pair, answers in the other language (`to`) or wordings (`from`).

    The same content, half of it, what comes next, something else; the line before stands for a question.
    """
    count = len(english)
    there: list[tuple[TextStates, TextStates, TextStates]] = []
    back: list[tuple[TextStates, TextStates, TextStates]] = []
    for apart in (0, None, _NEXT, _OTHER):
        for at in range(count):
            place = at if apart is None else (at + apart) % count
            there.append((other[at], half[at] if apart is None else english[place], english[at - 1]))
            back.append((half[at] if apart is None else english[at], other[place], other[at - 1]))
    return {"to": there, "from": back}


def _pairs(scorer: Scorer, pairs: Sequence[tuple[TextStates, TextStates, TextStates]]) -> Floats:
    return np.array([scorer.features(answer, [wording], question)[1] for answer, wording, question in pairs])


def _figures(probabilities: Floats, right: Floats) -> str:
    said = probabilities > 0.5
    return (
        f"AUC {area(probabilities, right):.3f}, macro-F1 {macro_f1(right, said.astype(float)):.3f}, ECE "
        f"{calibration_error(probabilities.tolist(), (right > 0.5).tolist()):.3f}, wrong accepted "
        f"{said[right < 0.5].mean():.3f}, right refused {1 - said[right > 0.5].mean():.3f}"
    )


def _texts(row: dict[str, Any]) -> list[str]:
    return [row["answer"], row["question"], *row["reference"]]


def _read(scorer: Scorer, encoder: KeptStates, texts: Sequence[str]) -> dict[str, TextStates]:
    every = sorted(set(texts))
    return dict(zip(every, scorer.read(encoder, every, "en"), strict=True))


def _of_lines(scorer: Scorer, encoder: KeptStates, lines: Sequence[str]) -> list[TextStates]:
    read = _read(scorer, encoder, lines)
    return [read[line] for line in lines]


if __name__ == "__main__":
    main()
