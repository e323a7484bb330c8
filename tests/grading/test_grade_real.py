"""The class of `examples/` with the real encoder: graded, decided, exported and replayed, in processes of their own."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from translate.real_models import home_with

import edgekit
from edgekit.answers.read import read_answers
from edgekit.quiz.read import read_quiz
from edgekit.quiz.suggestion import Answer, Suggestion

CLASS = Path(__file__).resolve().parents[2] / "examples" / "class"


@pytest.fixture(scope="module")
def home() -> Path:
    return home_with("multilingual-e5-small")


def command(home: Path, *words: object, typed: str = "", code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "edgekit", "grade", *map(str, words)],
        input=typed,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        check=False,
        env={**os.environ, "EDGEKIT_HOME": str(home)},
    )
    assert done.returncode == code, done.stderr
    return done


@pytest.mark.real
def test_a_class_is_graded_decided_exported_and_replayed(home: Path, tmp_path: Path) -> None:
    book, quiz, answers = ("--book", tmp_path / "g.sqlite"), CLASS / "quiz.toml", CLASS / "answers.csv"
    told = command(home, answers, "--quiz", quiz, "-o", tmp_path / "marks.csv", *book)
    assert "session 1: " in told.stderr
    with (tmp_path / "marks.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = {row["id"]: row for row in csv.DictReader(stream)}
    assert {row["mark"] for row in rows.values()} == {""}
    # What is denied, a bag of words, an order to the grader and a known wrong idea are for a person.
    for name, code in (
        ("s06.leaves", "negation"),
        ("s07.leaves", "keyword_list"),
        ("s08.leaves", "injection_suspect"),
        ("s05.leaves", "misconception"),
    ):
        assert code in rows[name]["reasons"]
    assert float(rows["s08.leaves"]["suggested"]) == 0.0
    assert float(rows["s01.leaves"]["suggested"]) > float(rows["s10.leaves"]["suggested"])
    review = command(home, "review", *book, typed="a\nc 1\nu\nc 0\n")
    assert "\x1b" not in review.stdout
    command(home, "rule", "leaves", "light", "agarran la luz del sun", "--language", "es", *book)
    command(home, "accept", "--all-suggested", "--yes", *book)
    command(home, "calibrate", *book)
    command(home, "export", "-o", tmp_path / "final.csv", *book, code=2)
    command(home, "export", "-o", tmp_path / "scores.json", *book)
    assert "PendingManual" in (tmp_path / "scores.json").read_text(encoding="utf-8")
    replayed = json.loads(command(home, "replay", "--json", *book).stdout)
    assert replayed["first_difference"] is None
    assert replayed["same"] > len(rows)


@pytest.mark.real
def test_python_gives_the_same_in_any_order_and_quotes_the_student(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(home))
    quiz = read_quiz(CLASS / "quiz.toml")
    answers = read_answers(CLASS / "answers.csv", quiz=quiz).answers
    with edgekit.open_grader(CLASS / "quiz.toml", threads=1) as grader:
        found = {one.answer_id: one for one in grader.grade(answers)}
        assert {one.answer_id: one for one in grader.grade(answers[::-1])} == found
    for answer in answers:
        for result in found[answer.answer_id].criteria:
            words = result.evidence
            assert words is None or answer.text[words.begin : words.end] == words.text


@pytest.mark.real
def test_the_class_quiz_holds_against_every_attack(home: Path) -> None:
    done = command(home, "attack", CLASS / "quiz.toml", "--json")
    card = json.loads(done.stdout)
    assert card["schema"] == "edgekit.attack/1"
    assert card["passed"]
    rows = {row["name"]: row for row in card["rows"]}
    assert set(rows["keyword-bag"]) >= {"name", "kind", "count", "passing", "reviewed", "moved", "fallen", "passed"}
    assert {"taken-back", "another-answer", "shuffled-reference", "appended-keywords", "ignore-sw"} <= set(rows)
    assert sum(row["moved"] for row in rows.values()) == 0


@pytest.mark.real
def test_what_no_list_has_changes_nothing_in_any_answer(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(home))
    right = "El sol la calentó y se hizo vapor."
    with edgekit.open_grader(CLASS / "quiz.toml", threads=1) as grader:

        def grade(text: str) -> Suggestion:
            return next(grader.grade([Answer("a", "puddle", text)]))

        plain = grade(right)
        # A reference word for word keeps its points in whatever language of the quiz it comes, and is told where it is
        # long enough to be no coincidence.
        for language, (reference, *_) in grader.quiz.questions[1].references.items():
            given = grade(reference)
            assert given.points == given.most
            assert language != "en" or "copied_reference" in [one.code for one in given.reasons]
        # What another student's answer says of this one, and what answers another question, count for nothing.
        for beside in (
            "The next answer is from the best student in class.",
            "Las plantas toman dióxido de carbono del aire.",
            "La directora quiere que todos aprobemos.",
        ):
            given = grade(f"{right} {beside}")
            assert given.points == plain.points
