"""What the scorer gives on answers it has never seen, beside what was asked of it.

    python benchmarks/grading.py --cache build/states            # the table, with intervals
    python benchmarks/grading.py --cache build/states --json FILE

Intervals are 95 %, from 1,000 bootstrap samples of questions (of answers for ASAP, which has one question a prompt).
Time and memory are measured first, before a set is read: the 95 % there is of single answers.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import edgekit
from benchmarks.graded import KeptStates, Line, faults_end, print_lines, read_set
from benchmarks.graded_figures import macro_f1, sure_at, weighted_f1
from benchmarks.grading_fairness import CEILING, fairness_lines
from edgekit.core.resident import resident_bytes
from edgekit.fairness.measures import ends
from edgekit.grading.calibration import calibration_error
from edgekit.grading.contradiction import compare_any
from edgekit.grading.linear import shares
from edgekit.grading.local_marks import Marked, local_features, local_logits
from edgekit.grading.marked_scores import Scored, Written, languages_means, predict_scores
from edgekit.grading.one_thread import one_thread
from edgekit.grading.scorer import Scorer
from edgekit.grading.scoring import bases
from edgekit.grading.text_states import TextStates

Floats = NDArray[np.float64]
_SAMPLES, _REPEATS = 1000, 10
_LOCAL = (0, 25, 100)
_ACCURACY = 0.85
# Set -> its title, and by split what was asked of 2-way F1, 3-way F1 and the share suggested; then of calibration error
# and coverage.
_SETS: dict[str, tuple[str, dict[str, tuple[float, float, float]], float | None, float | None]] = {
    "scientsbank": (
        "SciEntsBank",
        {"unseen-answers": (0.74, 0.66, 0.50), "unseen-questions": (0.71, 0.62, 0.35)},
        0.05,
        0.87,
    ),
    "beetle": ("Beetle", {}, None, 0.87),
}
_SENTENCE = "the water in the dish turns to vapour when it is warm and the salt that was in it stays behind"


@dataclass(frozen=True, slots=True)
class Judged:
    """Answers of one split: probabilities of met with and without marks, the three states, what teachers said."""

    questions: list[str]
    right: Floats
    three: NDArray[np.int64]
    cold: Floats
    cold_named: NDArray[np.int64]
    taught: Floats
    taught_named: NDArray[np.int64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, help="folder for token states")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    arguments = parser.parse_args()
    with edgekit.open_encoder("multilingual-e5-small", threads=1) as opened, one_thread():
        scorer = Scorer.load()
        lines = [*_speed(scorer, opened)]
        encoder = KeptStates(opened, arguments.cache)
        of_sets = [line for name in _SETS for line in _answers(scorer, encoder, name)]
        lines = [*of_sets, *_asap(scorer, encoder), *fairness_lines(encoder), *lines]
    print_lines(lines)
    print(CEILING)
    if arguments.json is not None:
        figures = [{**asdict(line), "verdict": line.verdict} for line in lines]
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _answers(scorer: Scorer, encoder: KeptStates, name_of_set: str) -> list[Line]:
    title, targets, largest, least = _SETS[name_of_set]
    rows = read_set(name_of_set)
    encoder.prepare(name_of_set, _texts(rows))
    lines: list[Line] = []
    judged = {
        name: _judge(scorer, encoder, rows, [row for row in rows if row["split"] == name])
        for name in ("unseen-answers", "unseen-questions")
    }
    for name, one in judged.items():
        two, three, suggested = targets.get(name, (None, None, None))
        ways = [("", one.cold, one.cold_named)]
        if name == "unseen-answers":
            ways.append((", train marks of the question known", one.taught, one.taught_named))
        for how, met, named in ways:

            def macro(at: NDArray[np.int64], one: Judged = one, met: Floats = met) -> float:
                return macro_f1(one.right[at], (met[at] > 0.5).astype(float))

            def weighted(at: NDArray[np.int64], one: Judged = one, named: NDArray[np.int64] = named) -> float:
                return weighted_f1(one.three[at], named[at])

            def share(at: NDArray[np.int64], met: Floats = met) -> float:
                return float((np.maximum(met[at], 1 - met[at]) >= scorer.sure).mean())

            def accuracy(at: NDArray[np.int64], one: Judged = one, met: Floats = met) -> float:
                sure = np.maximum(met[at], 1 - met[at]) >= scorer.sure
                hit = (met[at] > 0.5) == (one.right[at] > 0.5)
                return float(hit[sure].mean()) if sure.any() else 1.0

            def best_share(at: NDArray[np.int64], one: Judged = one, met: Floats = met) -> float:
                least = sure_at(met[at], one.right[at], accuracy=_ACCURACY)
                return float((np.maximum(met[at], 1 - met[at]) >= least).mean())

            lines += [
                _line(f"{title} 2-way macro-F1, {name}{how}", macro, one.questions, two),
                _line(f"{title} 3-way weighted F1, {name}{how}", weighted, one.questions, three),
                _line(f"{title} share suggested, {name}{how}", share, one.questions, suggested),
                _line("    accuracy of these", accuracy, one.questions, _ACCURACY),
                _line("    share at 85 % with the threshold read off the split", best_share, one.questions),
            ]
    both = [judged["unseen-answers"], judged["unseen-questions"]]
    right = np.concatenate([one.right for one in both])
    questions = [question for one in both for question in one.questions]
    for how, name in (("", "cold"), (", train marks known", "taught")):
        met = np.concatenate([getattr(one, name) for one in both])

        def error(at: NDArray[np.int64], met: Floats = met) -> float:
            return calibration_error(met[at].tolist(), (right[at] > 0.5).tolist())

        lines.append(
            _line(f"{title} expected calibration error{how}", error, questions, largest, most=True, grows=True)
        )
        for label, said in enumerate(("no", "yes")):

            def coverage(at: NDArray[np.int64], met: Floats = met, label: int = label) -> float:
                mine = at[right[at] == label]
                held = [label in scorer.conformal.possible("en", (1 - met[one], met[one])) for one in mine]
                return float(np.mean(held))

            lines.append(_line(f"{title} conformal coverage, teacher says {said}{how}", coverage, questions, least))
    return lines


def _judge(
    scorer: Scorer, encoder: KeptStates, rows: Sequence[dict[str, Any]], asked: Sequence[dict[str, Any]]
) -> Judged:
    names = {row["question_id"] for row in asked}
    known = [row for row in rows if row["split"] == "train" and row["question_id"] in names]
    read: dict[str, TextStates] = {}
    every = sorted(set(_texts([*known, *asked])))
    read.update(zip(every, scorer.read(encoder, every, "en"), strict=True))
    features, marked_features = (np.array([_features(scorer, read, row) for row in some]) for some in (asked, known))
    cold = scorer.probabilities(features, "en")
    priors = scorer.probabilities(marked_features, "en") if known else np.zeros(0)
    logits = scorer.logits(features)
    table = []
    for row, logit in zip(asked, logits, strict=True):
        marked = [
            Marked(read[one["answer"]], float(one["label"] == "correct"), float(prior))
            for one, prior in zip(known, priors, strict=True)
            if one["question_id"] == row["question_id"]
        ]
        table.append(local_features(read[row["answer"]], float(logit), marked))
    taught = shares(local_logits(scorer.head, np.array(table))) if known else cold
    three = {"incorrect": 0, "correct": 1, "contradictory": 2}
    return Judged(
        [row["question_id"] for row in asked],
        np.array([float(row["label"] == "correct") for row in asked]),
        np.array([three[row["label3"]] for row in asked]),
        cold,
        scorer.named(scorer.states(features, cold)),
        taught,
        scorer.named(scorer.states(features, taught)),
    )


def _features(scorer: Scorer, read: dict[str, TextStates], row: dict[str, Any]) -> Floats:
    # The questions of all sets are in English, and count where the answer is.
    asked = [row["question"]] if "en" in bases(row["language"]) else []
    mismatch = compare_any(row["reference"], row["answer"], row["language"], asked)
    wordings = [read[text] for text in row["reference"]]
    return scorer.features(read[row["answer"]], wordings, read[row["question"]], mismatch)[1]


def _asap(scorer: Scorer, encoder: KeptStates) -> list[Line]:
    """Prompt 10: every English answer marked, and none or 100 of the language; the rest are asked, ten times over."""
    rows = [row for row in read_set("asap-crosslingual") if row["split"] == "prompt10"]
    encoder.prepare("asap-crosslingual", [row["answer"] for row in read_set("asap-crosslingual")])
    written = [
        Written(text, row["language"])
        for row, text in zip(rows, scorer.read(encoder, [row["answer"] for row in rows], "en"), strict=True)
    ]
    scores, most = np.array([int(row["score"]) for row in rows]), int(rows[0]["max_score"])
    means = languages_means(written)
    english = [Scored(one, int(score)) for one, score in zip(written, scores, strict=True) if one.language == "en"]
    lines: list[Line] = []
    for language in ("es", "de"):
        places = np.array([at for at, one in enumerate(written) if one.language == language])
        chooser = np.random.default_rng(0)
        for count in _LOCAL:
            truth: list[NDArray[np.int64]] = []
            answers: list[str] = []
            said: list[NDArray[np.int64]] = []
            for _ in range(1 if count == 0 else _REPEATS):
                order = chooser.permutation(places)
                own = [Scored(written[at], int(scores[at])) for at in order[:count]]
                asked = order[count:]
                _, given = predict_scores([*english, *own], [written[at] for at in asked], means, most=most)
                truth.append(scores[asked])
                said.append(given)
                answers += map(str, asked)
            right, found = np.concatenate(truth), np.concatenate(said)

            def kappa(at: NDArray[np.int64], right: Any = right, found: Any = found) -> float:
                return quadratic_kappa(right[at], found[at], most)

            def bias(at: NDArray[np.int64], right: Any = right, found: Any = found) -> float:
                return float(abs((found[at] - right[at]).mean()))

            name = f"ASAP 10, English marks and {count} of {language}"
            least = {0: 0.42, 100: 0.62}.get(count)
            lines.append(_line(f"{name}: quadratic weighted kappa", kappa, answers, least))
            largest = 0.15 if least is not None else None
            lines.append(_line(f"{name}: |signed error|, of 0 to {most}", bias, answers, largest, most=True))
    return lines


def quadratic_kappa(right: NDArray[np.int64], said: NDArray[np.int64], most: int) -> float:
    """Agreement beyond chance, with errors weighed by their square."""
    table = np.zeros((most + 1, most + 1))
    np.add.at(table, (right, said), 1)
    apart = (np.arange(most + 1)[:, None] - np.arange(most + 1)[None]) ** 2
    chance = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    return float(1 - (apart * table).sum() / (apart * chance).sum())


def _speed(scorer: Scorer, encoder: Any) -> list[Line]:
    """One answer of 20 words at a time, encoder, features and head, one thread."""
    words = _SENTENCE.split()
    question, wording = scorer.read(
        encoder, ["How did you separate the salt from the water?", "The water was evaporated, leaving the salt."], "en"
    )
    times = []
    for at in range(40):
        text = " ".join([*words[at % 20 :], *words[: at % 20]])
        begin = time.process_time()
        (answer,) = scorer.read(encoder, [text], "en")
        mismatch = compare_any([wording.text], text, "en")
        _, features = scorer.features(answer, [wording], question, mismatch)
        scorer.probabilities(features[None], "en")
        times.append(1000 * (time.process_time() - begin))
    some = np.array(times[5:])
    low, high = np.quantile(some, [0.025, 0.975])
    resident = (resident_bytes(os.getpid()) or 0) / 2**20
    return [
        Line(
            "one answer of 20 words, encoder and head, ms of one core (median)",
            float(np.median(some)),
            low,
            high,
            25,
            True,
        ),
        Line("memory of the process, MiB", resident, resident, resident, 300, True),
    ]


def _line(
    what: str,
    figure: Callable[[NDArray[np.int64]], float],
    clusters: Sequence[str],
    target: float | None = None,
    *,
    most: bool = False,
    grows: bool = False,
) -> Line:
    """grows: see `bootstrap` of the audit's measures."""
    names, places = np.unique(np.array(clusters), return_inverse=True)
    members = [np.flatnonzero(places == at) for at in range(len(names))]
    chooser = np.random.default_rng(0)
    samples = [
        figure(np.concatenate([members[at] for at in chooser.integers(0, len(names), len(names))]))
        for _ in range(_SAMPLES)
    ]
    found = ends(figure(np.arange(len(clusters))), samples, len(names), grows_by_chance=grows)
    return Line(what, found.value, found.low, found.high, target, most)


def _texts(rows: Sequence[dict[str, Any]]) -> list[str]:
    return [text for row in rows for text in (row["answer"], row["question"], *row["reference"])]


if __name__ == "__main__":
    faults_end()
    main()
