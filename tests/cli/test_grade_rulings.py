"""What a teacher adds to `edgekit grade`: rulings, marks to learn from, a contest, a second marking."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from cli.graded_class import QUIZ, as_json, grade, typed

from edgekit.cli.app import run
from edgekit.cli.grade.showing import unseen
from edgekit.gradebook.book import open_gradebook
from edgekit.quiz.read import read_quiz
from edgekit.quiz.suggestion import Answer

pytestmark = pytest.mark.usefixtures("home")


def test_a_ruling_counts_at_once_and_is_taken_back(capsys: pytest.CaptureFixture[str]) -> None:
    grade()
    made = as_json(capsys, "rule", "q1", "light", "las plantas necesitan luz", "--language", "es")
    assert [(one["id"], one["after"]["points"]) for one in made["differences"]] == [("a3", 2.0)]
    (ruling,) = as_json(capsys, "rule", "--list")["rulings"]
    assert (ruling["wording"], ruling["language"]) == ("las plantas necesitan luz", "es")
    undone = as_json(capsys, "rule", "--undo", str(made["ruling"]))
    assert [(one["id"], one["after"]["points"]) for one in undone["differences"]] == [("a3", 0.0)]
    assert run(["grade", "rule", "q1", "shade", "x"]) == 2
    assert run(["grade", "rule"]) == 2


def test_the_same_ruling_again_is_said_and_not_stored(capsys: pytest.CaptureFixture[str]) -> None:
    grade()
    words = ["rule", "q1", "light", "las plantas necesitan luz", "--language", "es"]
    made = as_json(capsys, *words)
    assert run(["grade", *words]) == 0
    assert f"ruling {made['ruling']} says so already, nothing was added" in capsys.readouterr().err
    assert len(as_json(capsys, "rule", "--list")["rulings"]) == 1
    assert run(["grade", *words, "--refuted"]) == 0
    assert "marks of" not in capsys.readouterr().err
    assert len(as_json(capsys, "rule", "--list")["rulings"]) == 2


def test_what_is_printed_to_be_typed_is_about_the_same_session_and_gradebook(
    capsys: pytest.CaptureFixture[str],
) -> None:
    grade("--book", "other.sqlite")
    grade("--book", "other.sqlite", "--new")
    capsys.readouterr()
    here = ["--session", "1", "--book", "other.sqlite"]
    assert run(["grade", "rule", "q1", "light", "they drink sun", *here]) == 0
    told = capsys.readouterr().err
    printed = told.rpartition("`edgekit ")[2].partition("`")[0]
    assert printed.endswith("--session 1 --book other.sqlite")
    assert run(shlex.split(printed)) == 0
    assert run(["grade", "rule", "--list", *here]) == 0
    assert "no rulings" in capsys.readouterr().err
    assert run(["grade", "contest", "a1", *here]) == 2  # nothing to contest
    assert run(["grade", "accept", "a1", "--yes", *here]) == 0
    assert run(["grade", "contest", "a1", *here]) == 0
    assert "`edgekit grade review --session 1 --book other.sqlite` begins with them" in capsys.readouterr().err
    assert run(["grade", "accept", "a1", "a2", "a3", "--yes", *here]) == 0
    assert run(["grade", "review", *here]) == 0
    assert "`edgekit grade export -o final.csv --session 1 --book other.sqlite` writes" in capsys.readouterr().err
    assert run(["grade", "rule", "q1", "light", "they drink sun", "--book", "other.sqlite"]) == 0
    told = capsys.readouterr().err
    assert " --book other.sqlite` takes it back" in told
    assert "--session" not in told


def test_a_ruling_tells_that_marks_of_its_question_count_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    grade()
    assert run(["grade", "change", "a1", "0"]) == 0
    assert run(["grade", "accept", "a2"]) == 0
    capsys.readouterr()
    assert run(["grade", "rule", "q1", "light", "they drink sun"]) == 0
    assert "2 marks of `q1` count as well" in capsys.readouterr().err


def test_marks_are_learned_from_a_file_and_from_decisions(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grade()
    (home / "marked.csv").write_text("id,answer,mark\nx1,las plantas necesitan luz,1\nx2,sun,\n", encoding="utf-8")
    assert run(["grade", "calibrate", "marked.csv"]) == 0
    told = capsys.readouterr()
    assert "learned from 1 mark\n" in told.err
    assert "#3\ta3\tq1\t0 review → 1 review" in told.out
    (home / "marked.csv").write_text("id,answer,mark\nx1,sun,9\n", encoding="utf-8")
    assert run(["grade", "calibrate", "marked.csv"]) == 2
    assert run(["grade", "calibrate"]) == 0


def test_all_that_is_wrong_with_a_file_of_marks_is_told_at_once(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grade()
    lines = ["id,language,answer,mark", "x1,en,sun,9", "x1,en,moon,1", "x3,en,", "x4,english,sea,1", "x5,en,sea,nan"]
    (home / "marked.csv").write_text("\n".join([*lines, "x6,en,sea,2,more", ""]), encoding="utf-8")
    capsys.readouterr()
    assert run(["grade", "calibrate", "marked.csv"]) == 2
    told = capsys.readouterr().err
    for line, what in (
        (2, "`9` is no number from 0 to 2"),
        (3, "has the id of line 2, for the same question"),
        (5, "its language is no tag such as `en`"),
        (6, "`nan` is no number from 0 to 2"),
        (7, "5 cells, but there are 4 columns"),
    ):
        assert f"line {line}: {what}" in told
    (home / "marked.jsonl").write_text('{"id": 1, "answer": "sun", "mark": 9}\n{"id": 2, "answer": NaN}\n')
    assert run(["grade", "calibrate", "marked.jsonl"]) == 2
    told = capsys.readouterr().err
    assert "line 1: `9` is no number from 0 to 2" in told
    assert "line 2: `NaN` is no number of JSON" in told


def test_marks_that_were_exported_are_learned_from(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grade()
    assert run(["grade", "accept", "a1", "a2", "a3"]) == 0
    assert run(["grade", "export", "-o", "long.csv"]) == 0
    assert run(["grade", "export", "-o", "same.csv", "--answers", "answers.csv"]) == 0
    assert run(["grade", "export", "-o", "lines.jsonl"]) == 0
    (home / "nested.jsonl").write_text('{"id": 1, "q1": "sun", "marks": {"q1": {"mark": 1}}}\n{"id": 2, "q1": "sea"}\n')
    (home / "wide.csv").write_text("id,q1,q1 mark\nx,sun,1.5\ny,moon,\n", encoding="utf-8")
    for name, count in (("long.csv", 3), ("same.csv", 3), ("wide.csv", 1), ("lines.jsonl", 3), ("nested.jsonl", 1)):
        capsys.readouterr()
        assert run(["grade", "calibrate", name]) == 0
        assert f"learned from {count} mark{'s' * (count > 1)}\n" in capsys.readouterr().err


def test_a_mark_is_contested_and_decided_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    grade()
    assert run(["grade", "contest", "a1"]) == 2
    assert run(["grade", "accept", "a1"]) == 0
    assert run(["grade", "release", "a1"]) == 0
    assert run(["grade", "contest", "a1", "--why", "It is \x1b[31mright"]) == 0
    capsys.readouterr()
    typed(monkeypatch, "c 1\nq\n")
    assert run(["grade", "review"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("#1  a1")
    assert "contested, it was 2: It is ␛[31mright" in shown


def test_a_second_marking_shows_no_mark_and_tells_how_far_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    grade()
    assert run(["grade", "accept", "a1", "a2"]) == 0
    capsys.readouterr()
    typed(monkeypatch, "9\nx\n1,5\n")
    assert run(["grade", "review", "--second", "--share", "1"]) == 0
    told = capsys.readouterr()
    assert "suggested" not in told.out
    assert "accepted" not in told.out
    assert "\x1b" not in told.out
    assert "the points must be from 0 to 2" in told.err
    assert "`x` is no number of points" in told.err
    assert "1 marked twice, 0 alike" in told.err
    typed(monkeypatch, "2\n")
    assert run(["grade", "review", "--second", "--share", "1"]) == 0
    assert "2 marked twice" in capsys.readouterr().err
    assert run(["grade", "review", "--second", "--share", "1"]) == 0
    assert "#" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ('kind = "exact"\nreferences = { en = ["sun", "light"] }', ["right: sun", "right: light"]),
        ('value = 5\nunit = "kg"', ["right: 5 kg"]),
        ('options = ["sun", "moon"]\ncorrect = "a"', ["right: a: sun"]),
        (
            'options = ["sun", "moon"]\ncorrect = "a"\npartly = { b = 0.5 }',
            ["right: a: sun", "right: b: moon, 0.5 of 2"],
        ),
        (
            'kind = "exact"\nreferences = "sun"\npartly = { star = 1 }',
            ["right: sun", "right: star, 1 of 2"],
        ),
        ('criteria = ["It needs light."]', ["2 for It needs light."]),
    ],
)
def test_a_second_marker_sees_what_is_right(tmp_path: Path, said: str, right: list[str]) -> None:
    text = QUIZ[: QUIZ.index("[[questions.criteria]]")] + said + "\n"
    (tmp_path / "other.toml").write_text(text, encoding="utf-8")
    with open_gradebook(tmp_path / "g.sqlite") as book:
        session = book.begin(read_quiz(tmp_path / "other.toml"), [Answer("a", "q1", "sun", "Ana")], {})
        lines = unseen(session, 1)
    assert lines[0] == "#1  question q1, up to 2"
    assert [line.strip() for line in lines[2 : 2 + len(right)]] == right
    assert "Ana" not in "".join(lines)


def test_a_total_beside_several_questions_is_the_mark_of_none(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    quiz = QUIZ + '[[questions]]\nid = "q2"\ntext = "Which?"\nkind = "exact"\nreferences = "one"\n'
    (home / "quiz.toml").write_text(quiz.replace('["en", "es"]', '["en"]'), encoding="utf-8")
    (home / "answers.csv").write_text("student,q1,q2,mark\nAna,sun,one,1\n", encoding="utf-8")
    grade()
    capsys.readouterr()
    assert run(["grade", "calibrate", "answers.csv"]) == 2
    told = capsys.readouterr().err
    assert "no answer of `answers.csv` has a mark in a column `q1 mark`" in told
    assert "hint: each question's marks have a column of their own" in told
    (home / "answers.csv").write_text("student,q1,q2,q1 mark,total\nAna,sun,one,1.5,1\n", encoding="utf-8")
    assert run(["grade", "calibrate", "answers.csv"]) == 0
    assert "learned from 1 mark" in capsys.readouterr().err
    assert run(["grade", "calibrate", "answers.csv", "--column", "mark=total"]) == 2
    (home / "answers.jsonl").write_text('{"student": "Ana", "q1": "sun", "q2": "one", "total": 1}\n', encoding="utf-8")
    capsys.readouterr()
    assert run(["grade", "calibrate", "answers.jsonl", "--column", "mark=total"]) == 2
    assert "no answer of `answers.jsonl` has a mark in a column `q1 total`" in capsys.readouterr().err
