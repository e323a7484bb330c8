"""Makes `edgekit/grading/addressed.json`: what an order to the grader is like, apart from its words.

    python -m benchmarks.train_addressed [--cache build/states]

A logistic regression on the centred embedding of one sentence: `grader_orders.ORDERS` against sentences of answers
of SciEntsBank, Beetle and SAF (train splits), lines of FLORES dev in every language that is there, and
`grader_orders.HONEST`. Prints what it gives on orders that the weights had not seen (ten folds) and on other splits.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import edgekit
from benchmarks.graded import DATA, KeptStates, read_set
from benchmarks.grader_orders import HONEST, ORDERS, UNSEEN, lines
from edgekit.engine.encoder import Encoder
from edgekit.grading.addressed import Addressed
from edgekit.grading.linear import fit_linear
from edgekit.grading.scorer import Scorer
from edgekit.grading.text_states import unit

Floats = NDArray[np.float64]
OUT = Path(__file__).resolve().parents[1] / "edgekit" / "grading" / "addressed.json"
_SETS = {"scientsbank": 1500, "beetle": 700, "saf": 900}
_FLORES = 60
# Of standardised numbers: those of a unit vector have a deviation of .05.
_RIDGE, _WEIGHT, _FOLDS = 400.0, 10.0, 10
_SENTENCE = re.compile(r"(?<=[.!?;\n])\s+|\n+")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, help="folder for what the encoder gives")
    options = parser.parse_args()
    orders, honest = lines(ORDERS), [*lines(HONEST), *_sentences(), *_news(0)]
    tested = {"unseen orders": list(lines(UNSEEN)), "FLORES dev, other lines": _news(600)}
    for name in _SETS:
        others = [row["answer"] for row in read_set(name) if "train" not in row["split"]]
        if others:
            tested[f"{name}, other splits"] = random.Random(1).sample(sorted(set(others)), 400)
    with edgekit.open_encoder("multilingual-e5-small", threads=1) as opened:
        assert isinstance(opened, Encoder)
        encoder = KeptStates(opened, options.cache)
        every = [*orders, *honest, *(text for texts in tested.values() for text in texts)]
        encoder.prepare("addressed", every)
        known = {text: found.embedding for text, found in zip(every, encoder.token_states(every), strict=True)}
    mean = Scorer.load().space.embedding_mean

    def embedded(texts: Sequence[str]) -> Floats:
        return unit(np.stack([known[text] for text in texts]) - mean).astype(np.float64)

    rows = np.concatenate([embedded(orders), embedded(honest)])
    labels = np.array([1.0] * len(orders) + [0.0] * len(honest))
    hard = len(orders) + len(lines(HONEST))
    weights = np.array([_WEIGHT] * hard + [1.0] * (len(rows) - hard))
    folds = np.random.default_rng(0).integers(0, _FOLDS, len(rows))
    apart = np.zeros(len(rows))
    for fold in range(_FOLDS):
        mine = folds != fold
        made = _fit(rows[mine], labels[mine], weights[mine])
        apart[~mine] = rows[~mine] @ made.weights + made.bias
    made = _fit(rows, labels, weights)
    OUT.write_bytes(made.encode())
    shown = {"orders, by folds": apart[: len(orders)], "honest, by folds": apart[len(orders) :]}
    shown.update({name: embedded(texts) @ made.weights + made.bias for name, texts in tested.items() if texts})
    for name, odds in shown.items():
        row = "  ".join(f">{least:g}: {100 * (odds > least).mean():6.2f} %" for least in (-1, -0.5, 0, 1, 2))
        print(f"{name:28}{len(odds):6,}  {row}")


def _fit(rows: Floats, labels: Floats, weights: Floats) -> Addressed:
    found = fit_linear(rows, labels, signs=[0] * rows.shape[1], ridge=_RIDGE, weights=weights)
    shares = np.array(found.weight) / np.array(found.scale)
    return Addressed(shares.astype(np.float32), found.intercept - float(shares @ np.array(found.mean)))


def _sentences() -> list[str]:
    found = []
    for name, most in _SETS.items():
        answers = [row["answer"] for row in read_set(name) if "train" in row["split"]]
        some = sorted({one.strip() for text in answers for one in _SENTENCE.split(text) if len(one) > 8})
        random.Random(0).shuffle(some)
        found += [one[:400] for one in some[:most]]
    return found


def _news(first: int) -> list[str]:
    paths = sorted((DATA.parent / "flores").glob("dev.*"))
    return [
        line
        for path in paths
        for line in path.read_text(encoding="utf-8").splitlines()[first : first + (_FLORES if first == 0 else 40)]
    ]


if __name__ == "__main__":
    main()
