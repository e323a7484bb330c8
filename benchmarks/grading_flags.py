"""What honest answers are flagged for.

    python -m benchmarks.grading_flags --cache build/flags [--half develop] [--count 300] [--show 5]

First the checks that need no encoder. A row a set and language: of the answers that their teachers gave marks for, the
share in per cent with each reason code; then the share of answers of no marks. The first are honest by their marks, so
every flag but `duplicate` and `copied_reference`, which are true there, is a false one. Sets without marks above
nothing have `acceptable` for one.

Then the whole grader, where its encoder is installed (`flags_of_grader`): right answers alone, all of them or `--count`
of each set and variety, drawn. All take an hour of one core the first time and minutes with `--cache`. What is
developed is looked at on one half of the questions (`--half develop`), reported on the other (`--half report`).
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import edgekit
from benchmarks.flags_of_grader import count_flags, report
from benchmarks.graded import KeptStates, faults_end
from edgekit.core.errors import EdgekitError
from edgekit.engine.encoder import Encoder
from edgekit.grading.evasions import find_hedges
from edgekit.grading.injection import find_instructions
from edgekit.grading.intake import take_in
from edgekit.grading.validity import check_validity
from edgekit.quiz.model import Question
from edgekit.quiz.suggestion import Reason

SETS = ("scientsbank", "beetle", "saf", "asap-crosslingual", "lak-spanglish", "isls-variations")
_GIVEN = frozenset({"correct", "acceptable"})


def rows(data: Path, name: str) -> list[dict[str, Any]]:
    """The answers of a set."""
    path = data / "grading" / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def has_marks(row: dict[str, Any]) -> bool:
    """Whether a teacher gave a mark above nothing."""
    return row["score"] > 0 if "score" in row else row["label"] in _GIVEN


def question_of(row: dict[str, Any]) -> Question:
    """The question of an answer, as a quiz would have it."""
    language = row["language"].split("+")[0]
    text = {language: row["question"]} if row.get("question") else {}
    references = {language: tuple(row["reference"])} if row.get("reference") else {}
    return Question(row["question_id"], "explain", language, text, 1.0, references=references)


def expected(row: dict[str, Any]) -> list[str]:
    """Languages of the quiz: both where a set mixes them, whatever the answer is called."""
    return ["en", "es"] if row["set"].startswith(("lak", "isls")) else [row["language"]]


def reasons(row: dict[str, Any], others: list[str]) -> tuple[Reason, ...]:
    """Everything that is said of an answer before it is compared with a reference."""
    question = question_of(row)
    intake = take_in(row["answer"])
    references = row.get("reference") or ()
    return (
        *check_validity(intake, question, others=others, languages=expected(row)),
        *find_instructions(intake.text, " ".join((row.get("question") or "", *references))),
        *find_hedges(intake.text, row["language"], references),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument("--show", type=int, default=0, help="flagged answers of each code to print")
    parser.add_argument("--peers", action="store_true", help="compare with the other answers of the question")
    parser.add_argument("--count", type=int, help="answers of each set and variety for the whole grader, drawn")
    parser.add_argument("--half", choices=("develop", "report"), help="of the questions, for the whole grader")
    parser.add_argument("--cache", type=Path, help="folder for what the encoder gives")
    parser.add_argument("--checks-only", action="store_true", help="leave the whole grader out")
    options = parser.parse_args()
    checks(options)
    if options.checks_only:
        print("the whole grader was left out: these are the checks that need no encoder")
    else:
        whole(options)


def checks(options: argparse.Namespace) -> None:
    """The checks that need no encoder."""
    print("the checks that need no encoder")
    total: dict[tuple[str, str, bool], Counter[str]] = defaultdict(Counter)
    shown: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in options.sets:
        answers = rows(options.data, name)
        by_question: dict[tuple[str, str], list[str]] = defaultdict(list)
        for row in answers:
            by_question[row["question_id"], row["language"] + row["split"]].append(row["answer"])
        for row in answers:
            others = list(by_question[row["question_id"], row["language"] + row["split"]])
            others.remove(row["answer"])
            found = reasons(row, others if options.peers else [])
            count = total[name, row["language"], has_marks(row)]
            count["n"] += 1
            count["any"] += bool(found)
            for code in {one.code for one in found}:
                count[code] += 1
                shown[code, "+" if has_marks(row) else "-"].append(f"{name} {row['language']}: {row['answer'][:160]!r}")
    for line in table(total):
        print(line)
    flagged = list(translations(options.data))
    print(f"FLORES dev, lines as answers: {sum(flagged)} of {len(flagged):,} flagged")
    random.seed(0)
    for (code, kind), texts in sorted(shown.items()):
        for text in random.sample(texts, min(options.show, len(texts))):
            print(f"{code} {kind} {text}")


def whole(options: argparse.Namespace) -> None:
    """The whole grader; where its encoder is not installed, a line that says so."""
    try:
        opened = edgekit.open_encoder("multilingual-e5-small", threads=1)
    except EdgekitError as problem:
        print(f"the whole grader was not counted, its encoder cannot be opened: {problem.message}; {problem.hint}")
        return
    with opened as encoder:
        assert isinstance(encoder, Encoder)
        kept = KeptStates(encoder, options.cache)
        rows_of = count_flags(kept, options.sets, options.count, half=options.half)
        found = {(name, variety): one for name, variety, one in rows_of}
    for line in report(found):
        print(line)
    for (name, variety), one in found.items():
        for code, texts in sorted(one.shown.items()):
            for text in texts[: options.show]:
                print(f"{code} {name} {variety}: {text[:160]!r}")


def translations(data: Path, lines: int = 300) -> Iterator[bool]:
    """Whether each of the first lines of FLORES dev in each language, as an answer in a quiz in it, is flagged."""
    for path in sorted((data / "flores").glob("dev.*")):
        language = path.suffix[1:]
        question = Question("q", "explain", language, {}, 1.0)
        for line in path.read_text(encoding="utf-8").splitlines()[:lines]:
            yield bool(check_validity(take_in(line), question, languages=[language]) or find_instructions(line))


def table(total: dict[tuple[str, str, bool], Counter[str]]) -> Iterator[str]:
    """A line for each set, language and whether there were marks."""
    for (name, language, given), count in sorted(total.items(), key=lambda item: (not item[0][2], item[0])):
        codes = ", ".join(
            f"{code} {100 * number / count['n']:.2f}"
            for code, number in sorted(count.items())
            if code not in ("n", "any")
        )
        share = 100 * count["any"] / count["n"]
        print_marks = "marks" if given else "none"
        yield f"{print_marks:5} {name:18} {language:6} {count['n']:6,} any {share:5.2f} %  {codes}"
    for given in (True, False):
        count = sum((one for (_, _, kind), one in total.items() if kind is given), Counter[str]())
        if count["n"]:
            yield f"all, {'marks' if given else 'no marks'}: {100 * count['any'] / count['n']:.2f} % of {count['n']:,}"


if __name__ == "__main__":
    faults_end()
    main()
