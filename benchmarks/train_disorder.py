"""Makes `edgekit/grading/disorder.json`: what words without a sentence are like, and bags of a wording's words.

    python -m benchmarks.train_disorder [--cache build/states]

Two logistic regressions (`disordered` makes their texts). The first is on what the encoder makes of a text and its
tokens: answers of SciEntsBank, Beetle and SAF (train splits) and pieces of FLORES dev lines in every language that is
there, against the same words shuffled, their long words alone, and bags of reference answers. The second is on its log
odds, given by five folds of questions that each was not fitted to, with what a text shares with a wording. Prints what
they give on the training splits so, then on the other splits and on sets they learned nothing of.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import edgekit
from benchmarks.disordered import MOST_WORDS, Text, answers, mixed, quiz_texts, runs, spoiled
from benchmarks.graded import read_set
from edgekit.engine.encoder import Encoder
from edgekit.grading.bags import evidence, features, pieces
from edgekit.grading.disorder import FEATURES, Disorder, pooled
from edgekit.grading.linear import Linear, fit_linear
from edgekit.grading.texts import Texts

Floats = NDArray[np.float64]
OUT = Path(__file__).resolve().parents[1] / "edgekit" / "grading" / "disorder.json"
_SETS = {"scientsbank": 800, "beetle": 400, "saf": 300}
_OTHERS = ("lak-spanglish", "isls-variations")
_TESTED, _MIXED = 250, 500
_RIDGE, _RIDGE_LISTED = 150.0, 3.0
_FOLDS = 5
_AT_ONCE = 500
# Below, a text is no bag, however it is written.
_LEAST_WORDS = 3
_LEVELS = (0.0, 1.0, 1.5, 2.0, 3.0)


class Pooled:
    """(3 d,) of texts, kept in a file in half precision."""

    def __init__(self, encoder: Encoder, folder: Path | None) -> None:
        self._texts = Texts(encoder)
        self._path = None if folder is None else folder / "pooled.npz"
        self.known: dict[str, NDArray[np.float16]] = {}
        if self._path is not None and self._path.is_file():
            stored = np.load(self._path)
            self.known = dict(zip(json.loads(str(stored["texts"])), stored["vectors"], strict=True))

    def read(self, texts: Sequence[str]) -> None:
        """Those that are not known yet."""
        new = sorted(set(texts) - self.known.keys())
        for at, text in enumerate(new, 1):
            self.known[text] = pooled(self._texts.of(text, "en")).astype(np.float16)
            if at % _AT_ONCE == 0 or at == len(new):
                print(f"{at:,} of {len(new):,} texts read", flush=True)
                self._store()

    def rows(self, texts: Sequence[str]) -> Floats:
        """(n, 3 d)."""
        return np.stack([self.known[text] for text in texts]).astype(np.float64)

    def _store(self) -> None:
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            np.savez(self._path, texts=np.array(json.dumps(list(self.known))), vectors=np.stack([*self.known.values()]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, help="folder for what the encoder gives")
    options = parser.parse_args()
    quiz = list(quiz_texts())
    folds = _folds(quiz)
    loose = _loose(quiz, folds)
    tested = {f"{name}, other splits": answers(name, _TESTED, trained=False) for name in ("scientsbank", "beetle")}
    tested["FLORES dev, other lines"] = runs(700)[::4]
    for name in _OTHERS:
        for language in sorted({row["language"] for row in read_set(name)}):
            tested[f"{name} {language}"] = answers(name, _TESTED, language=language)
    tested |= {
        f"{name}, spoiled": [made for text in texts for made in spoiled(text)][:_TESTED]
        for name, texts in tested.items()
    }
    with edgekit.open_encoder("multilingual-e5-small", threads=1) as encoder:
        assert isinstance(encoder, Encoder)
        known = Pooled(encoder, options.cache)
        known.read([*(one.text for one in loose), *(piece for text in quiz for piece in _pieces(text.text))])
        known.read([text for texts in tested.values() for text in texts])
    units = [*loose, *_units(quiz, folds)]
    table = known.rows([one.text for one in units])
    labels, of = np.array([float(one.is_fake) for one in units]), np.array([one.fold for one in units])
    fitted = [_weights(table[of != fold], labels[of != fold]) for fold in range(_FOLDS)]
    rows = [
        (place, features(evidence(piece, text.wordings, [text.language]), _odds(known, piece, fitted[fold])))
        for place, (text, fold) in enumerate(zip(quiz, folds, strict=True))
        for piece in _pieces(text.text)
    ]
    listed = _fit_listed(quiz, rows)
    _report_bags(quiz, rows, listed)
    weights, bias = _weights(table, labels)
    disorder = Disorder(weights.astype(np.float32), bias, listed)
    OUT.write_bytes(disorder.encode())
    for name, texts in tested.items():
        odds = known.rows(texts) @ disorder.weights + disorder.bias
        row = "  ".join(f">{least:g}: {100 * (odds > least).mean():6.2f} %" for least in (0, 1, 2, 3, 4))
        print(f"{name:36}{len(odds):6,}  {row}")


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence, or words without one.  fold: of its question; -1 of none."""

    text: str
    is_fake: bool
    fold: int


def _loose(quiz: Sequence[Text], folds: Sequence[int]) -> list[_Unit]:
    """Answers by themselves, in Spanish small words, and lines of FLORES; and all of them spoiled."""
    of = {" ".join(one.text.split()[:MOST_WORDS]): fold for one, fold in zip(quiz, folds, strict=True)}
    learned = [text for name, most in _SETS.items() for text in answers(name, most, trained=True)]
    real = [(text, of.get(text, -1)) for text in learned]
    real += [(mixed(text), fold) for text, fold in real[:_MIXED]]
    real += [(text, -1) for text in runs(0)]
    return [
        *(_Unit(text, False, fold) for text, fold in real),
        *(_Unit(made, True, fold) for text, fold in real for made in spoiled(text)),
    ]


def _units(quiz: Sequence[Text], folds: Sequence[int]) -> list[_Unit]:
    """Each sentence once; what stands in a bag and in an answer alike says nothing."""
    found: dict[str, _Unit] = {}
    unclear: set[str] = set()
    for text, fold in zip(quiz, folds, strict=True):
        # Before what was appended stands a student's sentence.
        for piece in _pieces(text.text)[-1 if text.kind == "appended" else 0 :]:
            one = found.setdefault(piece, _Unit(piece, not text.is_honest, fold))
            if one.is_fake is text.is_honest:
                unclear.add(piece)
    return [one for piece, one in found.items() if piece not in unclear and len(piece.split()) >= _LEAST_WORDS]


def _pieces(text: str) -> list[str]:
    return [text[slice(*one)] for one in pieces(text)]


def _folds(quiz: Sequence[Text]) -> list[int]:
    questions = sorted({(one.of, one.question) for one in quiz})
    random.Random(0).shuffle(questions)
    places = {question: at % _FOLDS for at, question in enumerate(questions)}
    return [places[one.of, one.question] for one in quiz]


def _weights(table: Floats, labels: Floats) -> tuple[Floats, float]:
    found = fit_linear(table, labels, signs=[0] * table.shape[1], ridge=_RIDGE)
    weights = np.array(found.weight) / np.array(found.scale)
    return weights, found.intercept - float(weights @ np.array(found.mean))


def _odds(known: Pooled, text: str, fitted: tuple[Floats, float]) -> float:
    return float(known.known[text].astype(np.float64) @ fitted[0]) + fitted[1]


def _fit_listed(quiz: Sequence[Text], rows: Sequence[tuple[int, Floats]]) -> Linear:
    """Right answers against what was made of references; not what was made of answers, and what stands behind one."""
    used = [(at, found) for at, found in rows if len(found) and quiz[at].kind not in ("wrong", "appended", "spoiled")]
    table = np.concatenate([found for _, found in used])
    labels = np.array([float(not quiz[at].is_honest) for at, found in used for _ in found])
    return fit_linear(table, labels, signs=[0] * len(FEATURES), ridge=_RIDGE_LISTED)


def _report_bags(quiz: Sequence[Text], rows: Sequence[tuple[int, Floats]], listed: Linear) -> None:
    """By set and kind, the share above each of some log odds, by folds that had not seen the question."""
    best = np.full(len(quiz), -np.inf)
    for at, found in rows:
        if len(found):
            best[at] = max(best[at], float(listed.logits(found).max()))
    print({name: round(weight, 3) for name, weight in zip(FEATURES, listed.weight, strict=True)})
    for of, kind in sorted({(one.of, one.kind) for one in quiz}):
        mine = best[[one.of == of and one.kind == kind for one in quiz]]
        shares = "  ".join(f">{least:g}: {100 * (mine > least).mean():6.2f} %" for least in _LEVELS)
        print(f"{of:14}{kind:16}{len(mine):6,}  {shares}")


if __name__ == "__main__":
    main()
