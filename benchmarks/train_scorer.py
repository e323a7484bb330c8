"""Trains the scorer that edgekit brings on SciEntsBank's and Beetle's train splits; every choice by held-out questions.

    python benchmarks/train_scorer.py --cache build/states           # print what held-out questions give
    python benchmarks/train_scorer.py --cache build/states --write   # and replace edgekit/grading/scorer.json

`multilingual-e5-small` must be installed, with vectors of tokens, and `benchmarks.train_pairs` have been run: what its
networks say of questions, and of answers, that they have not seen is weighed here. Reads 11,000 texts once: minutes.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import log
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import edgekit
from benchmarks.graded import KeptStates, digest, read_set
from benchmarks.graded_figures import area, figures, macro_f1, suggested, sure_at, weighted_f1
from edgekit.core.atomic import write_bytes
from edgekit.grading.calibration import fit_brief, fit_calibration, spread_by_length
from edgekit.grading.conformal import Conformal, fit_conformal
from edgekit.grading.contradiction import compare_any
from edgekit.grading.features import FEATURES, OPPOSING, SIGNS, aligned, pair_features
from edgekit.grading.linear import Linear, fit_linear, shares
from edgekit.grading.local_marks import Marked, local_features
from edgekit.grading.pairs import Pairs, decode_pairs
from edgekit.grading.scorer import Scorer
from edgekit.grading.text_states import Space, TextStates, read_texts, unit

Floats = NDArray[np.float64]
FOLDS = 5
# Chosen on held-out questions: 1e4 of 1e3, 1e4, 3e4 and 1e5 for the agreement, 3 for the weights; Beetle's answers
# count .5 for the one and .3 for the other.
_AGREEMENT_RIDGE, _IMPORTANCE_RIDGE, _RIDGE = 1e4, 1e3, 3.0
_BEETLE_AGREEMENT, _BEETLE = 0.5, 0.3
# How often an answer to a held-out question counts in the calibration beside a held-out answer to a seen one.
_NEW_QUESTIONS = 1
_AT = {name: at for at, name in enumerate(FEATURES)}
_LICENCE = "SciEntsBank and Beetle (SemEval-2013 task 7) are CC BY-SA 3.0; the weights hold none of their text"


@dataclass(frozen=True, slots=True)
class Answers:
    """tables: of each answer (wordings, features), agreement left out.  products: what agreement is learned from."""

    rows: list[dict[str, Any]]
    texts: list[TextStates]
    tables: list[Floats]
    products: list[NDArray[np.float32]]
    right: Floats
    questions: list[str]
    is_beetle: NDArray[np.bool_]

    def folds(self) -> NDArray[np.int64]:
        """The fold of each answer: all answers to a question are in one."""
        fold = folds_of(self.questions)
        return np.array([fold[name] for name in self.questions])


@dataclass(frozen=True, slots=True)
class Fitted:
    """agreement: see `Space`.  met: the weights."""

    agreement: Floats
    bias: float
    met: Linear


def folds_of(questions: Sequence[str]) -> dict[str, int]:
    """Question -> its fold."""
    names = sorted(set(questions))
    np.random.default_rng(0).shuffle(names)
    return {name: at % FOLDS for at, name in enumerate(names)}


def answer_folds(rows: Sequence[Mapping[str, Any]]) -> NDArray[np.int64]:
    """The fold of each answer where every fold has answers to each question; what was answered twice is in one."""
    said = [(row["question_id"], " ".join(row["answer"].casefold().split())) for row in rows]
    names = sorted(set(said))
    order = np.random.default_rng(1).permutation(len(names))
    fold = {names[place]: at % FOLDS for at, place in enumerate(order.tolist())}
    return np.array([fold[one] for one in said])


def heads_of(cache: Path, questions: Sequence[str]) -> list[Pairs]:
    """The network that has not seen the question of each, of `benchmarks.train_pairs`, which must have been run."""
    fold = folds_of(questions)
    kept = [decode_pairs(network_path(cache, str(at)).read_bytes()) for at in range(FOLDS)]
    return [kept[fold[name]] for name in questions]


def network_path(cache: Path, head: str) -> Path:
    """Of a network: a fold of questions, `all`, or `answers-` and a fold of answers."""
    return cache / f"pairs-{head}.json"


def texts_of(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Answers and wordings, from which a space is learned."""
    return sorted({text for row in rows for text in (row["answer"], *row["reference"])})


def learn_space(encoder: KeptStates, sets: Sequence[Sequence[str]]) -> Space:
    """Means of both sets in equal parts, and a token's inverse frequency in either set from its state."""
    means, states, targets, embeddings = [], [], [], []
    for texts in sets:
        found = encoder.token_states(texts)
        counts: defaultdict[str, int] = defaultdict(int)
        for one in found:
            for piece in set(one.pieces):
                counts[piece] += 1
        means.append(np.concatenate([one.states for one in found]).mean(axis=0))
        embeddings.append(np.stack([one.embedding for one in found]).mean(axis=0))
        states.append(np.concatenate([one.states for one in found]))
        targets.append(
            np.array([log((len(found) + 1) / (counts[piece] + 0.5)) for one in found for piece in one.pieces])
        )
    mean = np.mean(means, axis=0)
    rows, wanted = unit(np.concatenate(states) - mean).astype(np.float64), np.concatenate(targets)
    middle = wanted.mean()
    centre = rows.mean(axis=0)
    inner = rows - centre
    found_weights = np.linalg.solve(
        inner.T @ inner + _IMPORTANCE_RIDGE * np.eye(rows.shape[1]) * rows.var(), inner.T @ (wanted - middle)
    )
    print(f"importance: correlation {np.corrcoef(rows @ found_weights, wanted)[0, 1]:.3f} with the inverse frequency")
    zeros = np.zeros(len(mean), np.float32)
    bias = float(middle - centre @ found_weights)
    return _stored(Space(np.mean(embeddings, axis=0), mean, found_weights, bias, zeros, 0.0))


def read_answers(
    encoder: KeptStates,
    space: Space,
    rows: Sequence[dict[str, Any]],
    kept: dict[str, TextStates],
    heads: Sequence[Pairs],
) -> Answers:
    """The features of answers.  heads: of each, the network of `train_pairs` that reads it."""
    wanted = sorted(
        {text for row in rows for text in (row["answer"], row["question"], *row["reference"])} - kept.keys()
    )
    kept.update(zip(wanted, read_texts(encoder, space, wanted, "en"), strict=True))
    tables, products = [], []
    for row, pairs in zip(rows, heads, strict=True):
        answer, question = kept[row["answer"]], kept[row["question"]]
        wordings = [kept[text] for text in row["reference"]]
        mismatch = compare_any(row["reference"], row["answer"], row["language"])
        tables.append(pair_features(replace(space, pairs=pairs), answer, wordings, question, mismatch))
        products.append(np.stack([aligned(answer, wording, question) for wording in wordings]))
    return Answers(
        list(rows),
        [kept[row["answer"]] for row in rows],
        tables,
        products,
        np.array([float(row["label"] == "correct") for row in rows]),
        [row["question_id"] for row in rows],
        np.array([row["set"] == "beetle" for row in rows]),
    )


def fit(answers: Answers, chosen: NDArray[np.bool_], folds: NDArray[np.int64]) -> Fitted:
    """Weights of the answers chosen; agreement enters them by what other folds' agreement says."""
    best = [
        int(table[:, [_AT["cosine"], _AT["recall"], _AT["precision"]]].sum(axis=1).argmax()) for table in answers.tables
    ]
    for _ in range(2):
        products = np.stack([one[at] for one, at in zip(answers.products, best, strict=True)]).astype(np.float64)
        table = np.stack([one[at] for one, at in zip(answers.tables, best, strict=True)])
        for fold in sorted(set(folds[chosen])):
            weights, bias = _agreement(answers, products, chosen & (folds != fold))
            there = chosen & (folds == fold)
            table[there, _AT["agreement"]] = products[there] @ weights + bias
        share = np.where(answers.is_beetle, _BEETLE, 1.0)[chosen]
        signs = list(SIGNS.values())
        met = fit_linear(table[chosen], answers.right[chosen], signs=signs, ridge=_RIDGE, weights=share)
        weights, bias = _agreement(answers, products, chosen)
        fitted = Fitted(weights, bias, met)
        best = [int(met.logits(_with_agreement(answers, at, fitted)).argmax()) for at in range(len(best))]
    return fitted


def predict(answers: Answers, fitted: Fitted, which: Sequence[int]) -> Floats:
    """The features of the best wording of each."""
    found = []
    for at in which:
        table = _with_agreement(answers, at, fitted)
        found.append(table[int(fitted.met.logits(table).argmax())])
    return np.array(found)


def held_out(answers: Answers, folds: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Log odds and features of each answer by weights that have not seen its question."""
    odds, features = np.zeros(len(folds)), np.zeros((len(folds), len(FEATURES)))
    for fold in range(FOLDS):
        fitted = fit(answers, folds != fold, folds)
        there = np.flatnonzero(folds == fold)
        features[there] = predict(answers, fitted, there.tolist())
        odds[there] = fitted.met.logits(features[there])
    return odds, features


def held_out_answers(answers: Answers, seen: Answers, folds: NDArray[np.int64], apart: NDArray[np.int64]) -> Floats:
    """Log odds of each answer by weights, and a network, that have seen other answers to its question.

    answers: read by networks of held-out questions, from which the weights come as the shipped ones do.  seen: the
    same, each read by the network of its fold of answers (`apart`), as the shipped network reads what is new to it.
    """
    odds = np.zeros(len(folds))
    for fold in range(FOLDS):
        fitted = fit(answers, apart != fold, folds)
        there = np.flatnonzero(apart == fold)
        odds[there] = fitted.met.logits(predict(seen, fitted, there.tolist()))
    return odds


def fit_head(answers: Answers, priors: Floats, calibrated: Floats, which: NDArray[np.bool_]) -> Linear:
    """Weights of a teacher's marks, from random numbers of them; prints what 85 of 100 known give, held out."""
    chooser = np.random.default_rng(0)
    members: defaultdict[str, list[int]] = defaultdict(list)
    for at in np.flatnonzero(which):
        members[answers.questions[at]].append(int(at))
    folds = answers.folds()
    some, most, labels, places = [], [], [], []
    for of_question in members.values():
        for at in of_question:
            others = [other for other in of_question if other != at]
            if not others:
                continue
            for share, to in ((chooser.uniform(0, 1), some), (0.85, most)):
                count = max(1, round(share * len(others)))
                known = chooser.choice(others, count, replace=False)
                marked = [Marked(answers.texts[one], answers.right[one], calibrated[one]) for one in known]
                to.append(local_features(answers.texts[at], priors[at], marked))
            labels.append(answers.right[at])
            places.append(at)
    few, many, right, of_fold = np.array(some), np.array(most), np.array(labels), folds[places]
    everything, every_label = np.concatenate([few, many]), np.concatenate([right, right])
    odds = np.zeros(len(right))
    for fold in range(FOLDS):
        inside = np.concatenate([of_fold, of_fold]) != fold
        head = fit_linear(everything[inside], every_label[inside], signs=[1] * 4)
        odds[of_fold == fold] = head.logits(many[of_fold == fold])
    print("with marks of the question:", figures(shares(odds), right))
    return fit_linear(everything, every_label, signs=[1] * 4)


def _agreement(answers: Answers, products: Floats, chosen: NDArray[np.bool_]) -> tuple[Floats, float]:
    """Ridge regression of a teacher's yes on the standardised products."""
    share = np.where(answers.is_beetle, _BEETLE_AGREEMENT, 1.0)[chosen]
    rows, right = products[chosen], answers.right[chosen]
    mean, scale = np.average(rows, axis=0, weights=share), rows.std(axis=0) + 1e-9
    table = (rows - mean) / scale
    middle = np.average(right, weights=share)
    inner = (table * share[:, None]).T @ table + _AGREEMENT_RIDGE * np.eye(table.shape[1])
    found = np.linalg.solve(inner, (table * share[:, None]).T @ (right - middle)) / scale
    return found, float(-mean @ found)


def _with_agreement(answers: Answers, at: int, fitted: Fitted) -> Floats:
    table = answers.tables[at].copy()
    table[:, _AT["agreement"]] = answers.products[at] @ fitted.agreement + fitted.bias
    return table


def _stored(space: Space) -> Space:
    """With the precision that it is stored with."""
    names = ("embedding_mean", "state_mean", "importance", "agreement")
    return replace(space, **{name: np.asarray(getattr(space, name), "<f2").astype(np.float32) for name in names})


def train(encoder: KeptStates, cache: Path) -> Scorer:
    """Everything, with what held-out questions give printed."""
    rows = {name: [row for row in read_set(name) if row["split"] == "train"] for name in ("scientsbank", "beetle")}
    for name, every in ((one, read_set(one)) for one in rows):
        # All of the set's texts, unseen splits included, so that one file serves every script.
        encoder.prepare(name, [text for row in every for text in (row["answer"], row["question"], *row["reference"])])
    space = learn_space(encoder, [texts_of(some) for some in rows.values()])
    kept: dict[str, TextStates] = {}
    every_row = [row for some in rows.values() for row in some]
    heads = heads_of(cache, [row["question_id"] for row in every_row])
    answers = read_answers(encoder, space, every_row, kept, heads)
    folds = answers.folds()
    odds, features = held_out(answers, folds)
    mine = ~answers.is_beetle
    for name, some in (("SciEntsBank", mine), ("Beetle", ~mine)):
        print(name, "held-out questions:", figures(shares(odds[some]), answers.right[some]))
    fitted = fit(answers, np.ones(len(folds), bool), folds)
    space = _stored(replace(space, agreement=fitted.agreement, agreement_bias=round(fitted.bias, 6)))
    # Held-out questions say what a new question's answers get, held-out answers what those to a seen one get, as both
    # are asked for. How much a network has learned from hardly counts: on the same held-out SciEntsBank questions the
    # slope is .84 with three fifths of the others, .87 with four and .87 with nine tenths.
    apart = answer_folds(answers.rows)
    networks = [decode_pairs(network_path(cache, f"answers-{fold}").read_bytes()) for fold in range(FOLDS)]
    seen = read_answers(encoder, space, every_row, kept, [networks[fold] for fold in apart])
    seen_odds = held_out_answers(answers, seen, folds, apart)
    both_kinds = [odds] * _NEW_QUESTIONS + [seen_odds]
    right, mixed = np.tile(answers.right, len(both_kinds)), np.concatenate(both_kinds)
    calibration = fit_calibration(mixed.tolist(), (right > 0.5).tolist(), ["en"] * len(mixed))
    platt, lengths = calibration.of("en"), features[:, _AT["length"]]
    print(f"calibration: slope {platt.slope:.3f}, intercept {platt.intercept:+.3f}")
    brief = fit_brief(mixed, np.tile(lengths, len(both_kinds)), right, platt)
    print(f"odds against an answer count {brief:.3f} more for each unit of log length that it is shorter")
    odds, seen_odds = (spread_by_length(one, lengths, brief) for one in (odds, seen_odds))
    calibrated = platt.probabilities(odds)
    against = np.array([float(row["label3"] == "contradictory") for row in answers.rows])
    contradicted, lean = _contradicted(answers, features, calibrated, against, folds, mine)
    head = fit_head(answers, odds, calibrated, mine)
    # What is promised is promised of new questions.
    both = np.stack([1 - calibrated, calibrated], axis=1)
    conformal = widest(
        [
            fit_conformal(["en"] * int(some.sum()), answers.right[some].astype(int).tolist(), both[some])
            for some in (mine, ~mine)
        ]
    )
    sure = sure_at(calibrated, answers.right, accuracy=0.85)
    for kind, met in (("held-out questions", calibrated), ("held-out answers", platt.probabilities(seen_odds))):
        for name, some in (("SciEntsBank", mine), ("Beetle", ~mine)):
            print(f"{name} {kind}, calibrated:", figures(met[some], answers.right[some]))
            print("   ", suggested(met[some], answers.right[some], sure, conformal))
    print(f"conformal {dict(conformal.thresholds)}")
    for name, weight in zip(FEATURES, fitted.met.weight, strict=True):
        print(f"  {name:18}{weight:8.3f}")
    provenance = {
        "sets": {name: {"sha256": digest(name), "split": "train", "answers": len(some)} for name, some in rows.items()},
        "encoder": "multilingual-e5-small",
        "script": "benchmarks/train_scorer.py",
        "licence": _LICENCE,
        "held_out_questions": {
            "auc": round(area(odds[mine], answers.right[mine]), 4),
            "macro_f1": round(macro_f1(answers.right[mine], (calibrated[mine] > 0.5).astype(float)), 4),
        },
    }
    return Scorer(
        space, fitted.met, contradicted, lean, head, calibration, conformal, round(sure, 4), provenance, brief=brief
    )


def widest(some: Sequence[Conformal]) -> Conformal:
    """Holds what each of them holds: a class is like one set or the other, and nobody knows which."""
    names = sorted({name for one in some for name in one.thresholds})
    wide = {name: tuple(map(max, zip(*(one.threshold(name) for one in some), strict=True))) for name in names}
    return Conformal(some[0].alpha, some[0].labels, wide)


def _contradicted(
    answers: Answers,
    features: Floats,
    calibrated: Floats,
    against: Floats,
    folds: NDArray[np.int64],
    mine: NDArray[np.bool_],
) -> tuple[Linear, float]:
    """Of what is not right, what says the opposite; and the lean that names all three best."""
    signs = [1 if name in OPPOSING else 0 for name in FEATURES]
    wrong = answers.right < 0.5
    weight = np.where(mine, 1.0, _BEETLE)
    share = np.zeros(len(folds))
    for fold in range(FOLDS):
        inside = wrong & (folds != fold)
        there = folds == fold
        found = fit_linear(features[inside], against[inside], signs=signs, ridge=_RIDGE, weights=weight[inside])
        share[there] = shares(found.logits(features[there]))
    truth = np.where(against > 0.5, 2, answers.right).astype(int)[mine]
    states = np.stack([(1 - calibrated) * (1 - share), calibrated, (1 - calibrated) * share], axis=1)[mine]
    leans = np.round(np.arange(0.5, 4.01, 0.1), 2)
    scores = [weighted_f1(truth, (states * [1, 1, lean]).argmax(axis=1)) for lean in leans]
    best = int(np.argmax(scores))
    print(f"three ways: weighted F1 {scores[best]:.4f} with a lean of {leans[best]}, {scores[5]:.4f} with 1")
    found = fit_linear(features[wrong], against[wrong], signs=signs, ridge=_RIDGE, weights=weight[wrong])
    return found, float(leans[best])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--cache", type=Path, required=True, help="folder for token states, with `train_pairs`' networks"
    )
    parser.add_argument("--write", action="store_true", help="replace edgekit/grading/scorer.json")
    arguments = parser.parse_args()
    with edgekit.open_encoder("multilingual-e5-small", threads=1) as encoder:
        scorer = train(KeptStates(encoder, arguments.cache), arguments.cache)
    data = scorer.encode()
    print(f"{len(data):,} bytes")
    if arguments.write:
        write_bytes(Path(__file__).resolve().parents[1] / "edgekit" / "grading" / "scorer.json", data)


if __name__ == "__main__":
    main()
