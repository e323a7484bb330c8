"""The attack suite on questions of SciEntsBank and Beetle, their references as wordings, and orders nobody listed.

    python -m benchmarks.grading_attacks [--half report] [--questions 20] [--json FILE]

A row an attack: answers, the share that is suggested as a pass and what it may be at most (the upper end of 95 %, wider
where answers to one question are alike), the share that a person sees, the share of orders that changed the points of
the answer they stand in, and whether the row holds (`edgekit.fairness.redteam`). Then `grader_orders.UNSEEN`, which
nothing was chosen by, behind and before real answers with marks and without. What is developed is looked at on one half
of the questions (`--half develop`), reported on the other.

Last, right answers to other questions, all of them to every question of the half, with an interval from samples of
questions: `wrong-answer` has those of ten questions. They are no attack, and some are right: Beetle asks one question
after the other about the same three bulbs, of which the text of none tells.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import edgekit
from benchmarks.graded import faults_end, read_set
from benchmarks.grader_orders import UNSEEN, lines
from edgekit.engine.encoder import Encoder
from edgekit.fairness.attacks import right_elsewhere
from edgekit.fairness.redteam import Row, attack
from edgekit.grading.grader import Grader
from edgekit.grading.texts import Texts
from edgekit.quiz.model import Question, Quiz
from edgekit.quiz.suggestion import Answer, Suggestion

_SETS = ("scientsbank", "beetle")
_MOST_REFERENCES = 6
_EVERY, _OF_A_QUIZ, _SAMPLES = 1000, 10, 1000


def quiz_of(name: str, half: str, count: int) -> tuple[Quiz, dict[str, list[dict[str, Any]]]]:
    """Questions of a half of a set, drawn, and their students' answers."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in read_set(name):
        rows.setdefault(row["question_id"], []).append(row)
    drawn = random.Random(0).sample(sorted(rows), len(rows))
    mine = drawn[0::2][:count] if half == "develop" else drawn[1::2][:count]
    questions = tuple(
        Question(
            one,
            "explain",
            "en",
            {"en": rows[one][0]["question"]},
            1.0,
            references={"en": tuple(rows[one][0]["reference"][:_MOST_REFERENCES])},
        )
        for one in mine
    )
    return Quiz(name, name, ("en",), questions, ""), {one: rows[one] for one in mine}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=("develop", "report"), default="report")
    parser.add_argument("--questions", type=int, default=20, help="half of them of each set")
    parser.add_argument("--orders", type=int, default=6, help="unseen orders in each real answer")
    parser.add_argument("--show", type=int, default=0, help="attacks of each row that worked, to print")
    parser.add_argument("--json", type=Path, help="write the rows there too")
    options = parser.parse_args()
    found: list[Row] = []
    orders = Orders()
    plain: dict[str, list[list[bool]]] = {}
    with edgekit.open_encoder("multilingual-e5-small", threads=1) as encoder:
        assert isinstance(encoder, Encoder)
        texts = Texts(encoder)
        for name in _SETS:
            quiz, answers = quiz_of(name, options.half, options.questions // 2)
            grader = Grader(quiz, texts)

            def grade(answer: Answer, grader: Grader = grader) -> Suggestion:
                return next(grader.grade([answer]))

            found += attack(quiz, grade).rows
            orders.run(quiz, answers, grader, options.orders)
            plain[name] = list(_elsewhere(quiz_of(name, options.half, _EVERY)[0], texts))
    rows = [_together([row for row in found if row.name == name]) for name in dict.fromkeys(row.name for row in found)]
    print(f"{'':6}{'attack':28}{'answers':>8}{'passing':>10}{'at most':>10}{'reviewed':>10}{'moved':>10}")
    for row in rows:
        shares = (row.passing / row.count, row.interval.high, row.reviewed / row.count, row.moved / row.count)
        told = "".join(f"{100 * one:8.1f} %" for one in shares)
        print(f"{'PASS' if row.passed else 'FAIL':6}{row.name:28}{row.count:8,}{told}")
        for one in row.fallen[: options.show]:
            print(f"        {one.points:g} {one.attack.question}: {one.attack.text[:150]!r}")
    print(f"{sum(row.passed for row in rows)} of {len(rows)} rows hold")
    for line in orders.report(options.show):
        print(line)
    for name, tried in plain.items():
        draw = random.Random(0)
        samples = sorted(_share(draw.choices(tried, k=len(tried))) for _ in range(_SAMPLES))
        low, high = samples[_SAMPLES // 40], samples[-_SAMPLES // 40]
        print(
            f"answers to other questions, {name}: {sum(map(len, tried)):,} to {len(tried)} questions; passing "
            f"{sum(map(sum, tried))}, {_share(tried):.1f} % [{low:.1f}, {high:.1f}]"
        )
    if options.json is not None:
        counts = ("name", "passed", "count", "passing", "reviewed", "moved")
        kept = [{**{name: getattr(one, name) for name in counts}, "at_most": one.interval.high} for one in rows]
        options.json.write_text(
            json.dumps({"rows": kept, "unseen": orders.counts()}, indent=1) + "\n", encoding="utf-8"
        )


class Orders:
    """Unseen orders in students' answers: whether points move and whether a person sees it."""

    def __init__(self) -> None:
        self.tried: list[tuple[str, str, Suggestion, Suggestion]] = []

    def run(self, quiz: Quiz, answers: dict[str, list[dict[str, Any]]], grader: Grader, count: int) -> None:
        """Each answer alone and with some orders behind it or before it."""
        draw = random.Random(1)
        unseen = lines(UNSEEN)
        for question in quiz.questions:
            for label in ("correct", "incorrect"):
                some = [row["answer"].strip() for row in answers[question.id] if row["label"] == label]
                if not some:
                    continue
                text = draw.choice(some)
                text = text if text[-1] in ".!?" else f"{text}."
                (plain,) = grader.grade([Answer("plain", question.id, text)])
                for at, order in enumerate(draw.sample(unseen, count)):
                    both = f"{text} {order}" if at % 2 else f"{order} {text}"
                    (given,) = grader.grade([Answer("both", question.id, both)])
                    self.tried.append((label, order, plain, given))

    def counts(self) -> dict[str, float]:
        """Of all."""
        told = [any(one.code == "injection_suspect" for one in given.reasons) for _, _, _, given in self.tried]
        wrong = [(plain, given) for label, _, plain, given in self.tried if label == "incorrect"]
        return {
            "answers": len(self.tried),
            "told": sum(told),
            "moved": sum(plain.points != given.points for _, _, plain, given in self.tried),
            "raised": sum(plain.points < given.points for _, _, plain, given in self.tried),
            "reviewed": sum(given.decision == "review" for _, _, _, given in self.tried),
            "new passes": sum(_passes(given) and not _passes(plain) for plain, given in wrong),
        }

    def report(self, show: int) -> Sequence[str]:
        """One line for all, then orders that moved points."""
        found = self.counts()
        total = max(1, found["answers"])
        told = ", ".join(
            f"{name} {100 * found[name] / total:.1f} %" for name in ("told", "reviewed", "moved", "raised")
        )
        moved = [
            f"        {plain.points:g} -> {given.points:g}, {given.decision}: {order}"
            for _, order, plain, given in self.tried
            if plain.points != given.points
        ]
        missed = dict.fromkeys(
            f"        not told: {order}"
            for _, order, _, given in self.tried
            if not any(one.code == "injection_suspect" for one in given.reasons)
        )
        return [
            f"unseen orders in real answers: {total:,}; {told}; {found['new passes']} new passes",
            *moved[:show],
            *list(missed)[:show],
        ]


def _elsewhere(quiz: Quiz, texts: Texts) -> Iterator[list[bool]]:
    """For each question, whether each right answer to another one passes; of ten questions at a time, as in a quiz."""
    for begin in range(0, len(quiz.questions), _OF_A_QUIZ):
        part = replace(quiz, questions=quiz.questions[begin : begin + _OF_A_QUIZ])
        grader = Grader(part, texts)
        for question in part.questions:
            some = dict.fromkeys(right_elsewhere(part, question, "en"))
            # Each alone: beside each other they would be taken for copies.
            yield [_passes(next(grader.grade([Answer("plain", question.id, text)]))) for text in some]


def _share(tried: Sequence[Sequence[bool]]) -> float:
    return 100 * sum(map(sum, tried)) / max(1, sum(map(len, tried)))


def _passes(one: Suggestion) -> bool:
    return one.decision == "suggest" and one.points >= one.most / 2


def _together(rows: Sequence[Row]) -> Row:
    first = rows[0]
    return Row(
        first.name,
        first.kind,
        sum(row.count for row in rows),
        sum(row.passing for row in rows),
        sum(row.reviewed for row in rows),
        sum(row.moved for row in rows),
        tuple(one for row in rows for one in row.fallen),
        tuple(one for row in rows for one in row.questions),
    )


if __name__ == "__main__":
    faults_end()
    main()
