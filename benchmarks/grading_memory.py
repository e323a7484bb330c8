"""What a process that grades takes at most, each class in a process of its own. Linux.

    python -m benchmarks.grading_memory [--answers 8] [--json FILE]

A class of ten questions of SciEntsBank with 30 answers each, its quiz in English, then in English and Portuguese, for
which the translators are opened that are installed; then long answers to one of the questions, which go on with words
of the set as they come. What is counted is the most that was resident at once (VmHWM), pages of files included, and
seconds of processor for an answer once the grader is open, or for a mark, which is read like one.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path

from benchmarks.graded import Line, faults_end, print_lines, read_set
from edgekit.grading.opening import open_grader
from edgekit.quiz.model import Question, Quiz
from edgekit.quiz.read import make_quiz
from edgekit.quiz.suggestion import Answer
from edgekit.quiz.teaching import TeacherMark

# Title -> languages of the quiz, questions, words of an answer (0: as it is), marks.
_CLASSES: dict[str, tuple[tuple[str, ...], int, int, int]] = {
    "10 x 30 answers": (("en",), 10, 0, 0),
    "10 x 30 answers, English and Portuguese": (("en", "pt"), 10, 0, 0),
    "answers of 400 words": (("en", "pt"), 1, 400, 0),
    "answers of 1,200 words": (("en", "pt"), 1, 1200, 0),
    "answers of 2,000 words": (("en", "pt"), 1, 2000, 0),
    "answers of 2,000 words, six such marks": (("en", "pt"), 1, 2000, 6),
}
_A_CLASS, _MOST_MIB = 30, 300e6 / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=8, help="how many long ones")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    parser.add_argument("--class", dest="title", choices=list(_CLASSES), help="grade one, in this process")
    arguments = parser.parse_args()
    if arguments.title is not None:
        print(json.dumps(_measured(arguments.title, arguments.answers)))
        return
    lines = []
    for title in _CLASSES:
        command = [sys.executable, "-m", "benchmarks.grading_memory", "--class", title]
        done = subprocess.run([*command, "--answers", str(arguments.answers)], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stderr)
        peak, opened, seconds = json.loads(done.stdout.splitlines()[-1])
        lines += [
            Line(f"{title}: memory at most, MiB", peak, opened, peak, _MOST_MIB, True),
            Line("    seconds of processor an answer or mark", seconds, seconds, seconds),
        ]
    print_lines(lines)
    print("in brackets: at most when the grader was open, and at the end")
    if arguments.json is not None:
        figures = [{**asdict(line), "verdict": line.verdict} for line in lines]
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _measured(title: str, count: int) -> tuple[float, float, float]:
    """MiB at most, and at most once the grader was open; seconds an answer."""
    quiz, answers, marks = _class(title, count)
    with open_grader(quiz, threads=1, marks=marks) as grader:
        opened, begin = _most(), time.process_time()
        done = sum(1 for _ in grader.grade(answers))
        return _most(), opened, (time.process_time() - begin) / (done + len(marks))


def _class(title: str, count: int) -> tuple[Quiz, list[Answer], list[TeacherMark]]:
    languages, several, length, marked = _CLASSES[title]
    rows = read_set("scientsbank")
    by_question = defaultdict(list)
    for row in rows:
        by_question[row["question_id"]].append(row)
    asked = [name for name in sorted(by_question) if len(by_question[name]) >= _A_CLASS][:several]
    pool = " ".join(row["answer"] for row in rows).split()
    draw = random.Random(0)

    def written(answer: str) -> str:
        begin = draw.randrange(len(pool) - length)
        return f"{answer.rstrip('.')}. {' '.join(pool[begin : begin + length])}" if length else answer

    questions = tuple(
        Question(name, "explain", "en", {"en": first["question"]}, 2.0, references={"en": tuple(first["reference"])})
        for name in asked
        for first in by_question[name][:1]
    )
    answers = [
        Answer(f"a{at}", name, written(row["answer"]))
        for name in asked
        for at, row in enumerate(by_question[name][: count if length else _A_CLASS])
    ]
    marks = [
        TeacherMark(name, written(row["answer"]), float(at % 3))
        for name in asked
        for at, row in enumerate(by_question[name][-marked:] if marked else [])
    ]
    return make_quiz("class", "Class", languages, questions), answers, marks


def _most() -> float:
    """The most that this process held at once, in MiB."""
    found = re.search(r"^VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"), re.MULTILINE)
    if found is None:
        raise SystemExit("this system does not tell what a process held at most")
    return int(found[1]) / 1024


if __name__ == "__main__":
    faults_end()
    main()
