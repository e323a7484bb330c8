"""Which session a file of answers belongs to, and which marks go along: other students, another quiz, a late one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from cli.graded_class import ANSWERS, QUIZ, as_json, grade, rows

from edgekit.cli.app import run
from edgekit.core.paths import gradebook_file

pytestmark = pytest.mark.usefixtures("home")


def _sessions(capsys: pytest.CaptureFixture[str]) -> list[tuple[int, int | None]]:
    return [(one["session"], one["parent"]) for one in as_json(capsys, "sessions")["sessions"]]


def test_another_class_with_the_same_words_has_its_own_names(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grade()
    assert run(["grade", "accept", "a1", "a2", "a3"]) == 0
    other = ANSWERS.replace("Ana", "Leo").replace("Ben", "Mia").replace("Eva", "Noa")
    (home / "answers.csv").write_text(other, encoding="utf-8")
    grade("-o", "b.csv")
    assert sorted(one["student"] for one in rows(home / "b.csv")) == ["Leo", "Mia", "Noa"]
    assert {one["mark"] for one in rows(home / "b.csv")} == {""}
    assert _sessions(capsys) == [(1, None), (2, None)]


def test_a_name_that_was_corrected_is_the_name_and_the_marks_stay(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grade()
    assert run(["grade", "accept", "a1", "a2"]) == 0
    (home / "answers.csv").write_text(ANSWERS.replace("Ana", "Anna"), encoding="utf-8")
    capsys.readouterr()
    grade("-o", "b.csv")
    told = capsys.readouterr().err
    assert "1 answer is another than in session 1: this is session 2" in told
    assert "2 marks of session 1 stand: question and answer are the same" in told
    assert {one["id"]: one["student"] for one in rows(home / "b.csv")}["a1"] == "Anna"
    grade()
    assert _sessions(capsys) == [(1, None), (2, 1)]


def test_a_student_who_comes_later_finds_the_session_with_the_marks(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grade()
    assert run(["grade", "accept", "a1", "a2"]) == 0
    grade("--new")
    (home / "answers.csv").write_text(ANSWERS + "a4,Zoe,light\n", encoding="utf-8")
    capsys.readouterr()
    grade()
    told = capsys.readouterr().err
    assert "1 answer is another than in session 1: this is session 3" in told
    assert "2 marks of session 1 stand" in told


def test_a_corrected_quiz_names_the_session_of_the_class_and_its_marks(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quiz = QUIZ + '[[questions]]\nid = "q2"\ntext = "Which?"\nreferences = ["one"]\n'
    both = "id,student,question,answer\na1,Ana,q1,plants need light to\na2,Ana,q2,one\n"
    (home / "quiz.toml").write_text(quiz, encoding="utf-8")
    (home / "answers.csv").write_text(both, encoding="utf-8")
    grade()
    assert run(["grade", "accept", "a1", "a2"]) == 0
    (home / "answers.csv").write_text(both.replace("Ana", "Leo").replace("light", "sun"), encoding="utf-8")
    grade()
    (home / "answers.csv").write_text(both, encoding="utf-8")
    (home / "quiz.toml").write_text(quiz.replace('"one"', '"two"'), encoding="utf-8")
    capsys.readouterr()
    grade()
    told = capsys.readouterr().err
    assert "the quiz is another than in session 1: this is session 3; `--regrade 1` tells what differs" in told
    assert "takes over the marks that still fit, of 2" in told
    grade("--regrade", "1")
    told = capsys.readouterr().err
    assert "1 mark of session 1 stands: question and answer are the same" in told
    assert "1 mark of session 1 does not: question or answer is another, so decide again" in told


def test_the_list_of_sessions_tells_which_has_marks_and_which_is_damaged(capsys: pytest.CaptureFixture[str]) -> None:
    grade()
    assert run(["grade", "accept", "a1", "a2"]) == 0
    grade("--new")
    assert [one["marks"] for one in as_json(capsys, "sessions")["sessions"]] == [2, 0]
    with sqlite3.connect(gradebook_file()) as connection:
        connection.execute("DROP TRIGGER record_is_never_changed")
        connection.execute("UPDATE record SET time = 5 WHERE session = 1 AND number = 2")
    connection.close()
    assert run(["grade", "sessions"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert "3 answers\tdamaged\t" in first
    assert "3 answers\t0 marks\t" in second


BY_LINE = "student,q1\nAna,plants need light to\nBen,sun\nEva,las plantas necesitan luz\n"


@pytest.mark.parametrize(
    ("text", "stands", "said"),
    [
        ("student,q1\nEva,las plantas necesitan luz\nAna,plants need light to\nBen,sun\n", 2, "in another order"),
        ("student,q1\nBen,sun\nEva,las plantas necesitan luz\n", 1, "1 answer fewer than in session 1"),
        (BY_LINE.replace("Ana", "Abel,light\nAna"), 2, "1 answer is another"),
        (BY_LINE.replace("sun", "the sun"), 1, "1 answer is another"),
    ],
)
def test_marks_go_with_the_student_where_answers_are_named_by_their_lines(
    home: Path, capsys: pytest.CaptureFixture[str], text: str, stands: int, said: str
) -> None:
    (home / "answers.csv").write_text(BY_LINE, encoding="utf-8")
    grade()
    assert run(["grade", "change", "line2.q1", "2"]) == 0
    assert run(["grade", "change", "line3.q1", "0.5"]) == 0
    (home / "answers.csv").write_text(text, encoding="utf-8")
    capsys.readouterr()
    grade("-o", "again.csv")
    told = capsys.readouterr().err
    assert said in told
    assert f"session 1 stand{'s' if stands == 1 else ''}: question and answer are the same" in told
    marks = {one["student"]: one["mark"] for one in rows(home / "again.csv")}
    assert marks.get("Ana", "2") == "2"
    assert marks["Ben"] == ("" if "the sun" in text else "0.5")
    assert marks["Eva"] == ""


def test_two_students_of_one_name_keep_their_own_marks_or_none(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "answers.csv").write_text("student,q1\nAna,sun\nAna,sun\nBen,light\n", encoding="utf-8")
    grade()
    assert run(["grade", "change", "line2.q1", "2"]) == 0
    assert run(["grade", "change", "line3.q1", "1"]) == 0
    (home / "answers.csv").write_text("student,q1\nBen,light\nAna,sun\nAna,sun\n", encoding="utf-8")
    grade("-o", "again.csv")
    assert [one["mark"] for one in rows(home / "again.csv") if one["student"] == "Ben"] == [""]
    found = [(one["id"], one["mark"]) for one in rows(home / "again.csv") if one["student"] == "Ana"]
    assert sorted(found) == [("line3.q1", "1"), ("line4.q1", "2")]


def test_an_answer_of_an_older_session_is_told_with_its_session(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grade()
    (home / "answers.csv").write_text("id,student,answer\nb1,Ana,light\n", encoding="utf-8")
    (home / "quiz.toml").write_text(QUIZ.replace('"Plants"', '"Trees"'), encoding="utf-8")
    grade()
    capsys.readouterr()
    assert run(["grade", "accept", "a1"]) == 3
    told = capsys.readouterr().err
    assert "session 2 has no answer `a1`" in told
    assert "session 1, `Plants`, has it: `--session 1`" in told
    assert run(["grade", "accept", "#7"]) == 3
    assert "`edgekit grade review --session 2` shows the ids" in capsys.readouterr().err
    assert run(["grade", "accept", "a1", "--session", "1"]) == 0
    assert "accepted 1 of session 1" in capsys.readouterr().err
