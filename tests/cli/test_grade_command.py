"""`edgekit grade` as a person types it, with a grader that needs no model."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.graded_class import ANSWERS, QUIZ, as_json, grade, rows, typed
from gradebook.toy_tools import Breaking, ToyTools

from edgekit.cli.app import run
from edgekit.cli.grade.showing import unseen
from edgekit.gradebook.book import open_gradebook
from edgekit.quiz.read import read_quiz
from edgekit.quiz.suggestion import Answer

pytestmark = pytest.mark.usefixtures("home")


def test_a_class_is_graded_reviewed_released_and_exported(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    grade("-o", "marks.csv")
    told = capsys.readouterr()
    assert told.out == ""
    assert "session 1: 3 answers, 1 suggested, 2 to review; written to marks.csv" in told.err
    assert "suggested by variety: en 1 of 2, es 0 of 1" in told.err
    assert "Ana" not in told.err
    found = rows(home / "marks.csv")
    assert [one["id"] for one in found] == ["a2", "a3", "a1"]
    assert [(one["mark"], one["suggested"], one["status"]) for one in found] == [
        ("", "0", "suggested"),
        ("", "0", "suggested"),
        ("", "2", "suggested"),
    ]
    assert run(["grade", "export", "-o", "final.csv"]) == 2
    assert "3 of 3 answers have no mark yet" in capsys.readouterr().err
    typed(monkeypatch, "a\nc 1,5\n")
    assert run(["grade", "review"]) == 0
    assert capsys.readouterr().err.endswith("2 decided, 0 left\n")
    assert run(["grade", "accept", "--all-suggested", "--above", ".9", "--yes"]) == 0
    assert run(["grade", "release", "--all", "--yes"]) == 0
    assert run(["grade", "export", "-o", "final.csv"]) == 0
    assert [(one["id"], one["mark"], one["status"]) for one in rows(home / "final.csv")] == [
        ("a1", "2", "released"),
        ("a2", "0", "released"),
        ("a3", "1.5", "released"),
    ]


def test_the_review_shows_evidence_in_the_students_words_and_no_escape_sequence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    grade()
    capsys.readouterr()
    typed(monkeypatch, "l\nq\n")
    assert run(["grade", "review"]) == 0
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "| [sun] ␛[31mred, =1+1" in shown
    assert "- light: missing, 0" in shown
    assert "? uncertain: more than one mark is possible" in shown
    assert "Ben" not in shown


def test_an_undone_decision_comes_up_again(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    grade()
    typed(monkeypatch, "a\nu\nc 2\nc three\nc 1\nx\nq\n")
    assert run(["grade", "review"]) == 0
    told = capsys.readouterr()
    assert "`three` is no number of points" in told.err
    assert told.err.endswith("2 decided, 0 left\n")
    answers = {one["id"]: one for one in as_json(capsys, "answers.csv", "--quiz", "quiz.toml")["answers"]}
    assert (answers["a2"]["mark"], answers["a3"]["mark"], answers["a1"]["mark"]) == (2.0, 1.0, None)


def test_every_decision_is_there_when_the_pipe_ends(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    grade()
    typed(monkeypatch, "a")
    assert run(["grade", "review"]) == 0
    assert capsys.readouterr().err.endswith("1 decided, 1 left\n")


def test_grading_again_goes_on_and_a_changed_quiz_is_a_new_session(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grade()
    grade()
    assert [one["session"] for one in as_json(capsys, "sessions")["sessions"]] == [1]
    (home / "quiz.toml").write_text(QUIZ.replace("light to grow", "las plantas necesitan luz"), encoding="utf-8")
    grade("--regrade", "1")
    told = capsys.readouterr().err
    assert "#3\ta3\tq1\t0 review → 2 suggest" in told
    assert [(one["session"], one["parent"]) for one in as_json(capsys, "sessions")["sessions"]] == [(1, None), (2, 1)]
    grade("--new")
    assert len(as_json(capsys, "sessions")["sessions"]) == 3
    (home / "quiz.toml").write_text(QUIZ.replace("to grow", "and water"), encoding="utf-8")
    capsys.readouterr()
    grade()
    assert "the quiz is another than in session 3: this is session 4" in capsys.readouterr().err


def test_marks_are_carried_over_when_one_answer_is_corrected(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    grade()
    assert run(["grade", "accept", "a1", "a2", "a3"]) == 0
    capsys.readouterr()
    (home / "answers.csv").write_text(ANSWERS.replace("light to", "light too"), encoding="utf-8")
    grade()
    told = capsys.readouterr().err
    assert "1 answers are others than in session 1: this is session 2" in told
    assert "2 marks of session 1 stand: question and answer are the same" in told
    answers = {one["id"]: one for one in as_json(capsys, "answers.csv", "--quiz", "quiz.toml")["answers"]}
    assert [answers[one]["mark"] for one in ("a1", "a2", "a3")] == [None, 0.0, 0.0]
    assert [(one["session"], one["parent"]) for one in as_json(capsys, "sessions")["sessions"]] == [(1, None), (2, 1)]


def test_nothing_is_carried_over_when_another_class_answers(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grade()
    assert run(["grade", "accept", "a1", "a2", "a3"]) == 0
    other = ANSWERS.replace("Ana", "Leo").replace("Ben", "Mia").replace("luz", "agua")
    (home / "answers.csv").write_text(other, encoding="utf-8")
    capsys.readouterr()
    grade()
    told = capsys.readouterr().err
    assert "the answers are others than in session 1: this is session 2" in told
    assert "stand: question" not in told


def test_the_export_names_its_session_and_another_one_with_more_marks(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grade()
    assert run(["grade", "accept", "a1", "a2"]) == 0
    (home / "quiz.toml").write_text(QUIZ.replace("to grow", "and water"), encoding="utf-8")
    grade("--regrade", "1")
    assert run(["grade", "accept", "a2"]) == 0
    capsys.readouterr()
    assert run(["grade", "export", "-o", "final.csv", "--pending"]) == 0
    told = capsys.readouterr().err
    assert "wrote 1 marks of session 2 to final.csv" in told
    assert "session 1 of the same quiz has 1 marks that session 2 lacks: `--session 1` writes them" in told
    assert run(["grade", "export", "-o", "final.csv", "--pending", "--force", "--session", "1"]) == 0
    told = capsys.readouterr().err
    assert "wrote 2 marks of session 1 to final.csv" in told
    assert "warning" not in told


def test_a_mistyped_command_is_told_and_a_file_of_that_name_is_graded(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["reveiw"], ["exprot", "-o", "x.csv"], ["session"]):
        assert run(["grade", *words]) == 2
    told = capsys.readouterr().err
    assert "`reveiw` is neither a command nor a file" in told
    for meant in ("review", "export", "sessions"):
        assert f"did you mean `{meant}`?" in told
    (home / "reveiw").write_text(ANSWERS, encoding="utf-8")
    assert run(["grade", "reveiw", "--quiz", "quiz.toml", "--from", "csv"]) == 0


@pytest.mark.parametrize("name", ["final.csv", "scores.json", "final.jsonl"])
def test_suggested_feedback_does_not_go_out_with_points_that_a_person_changed(home: Path, name: str) -> None:
    grade()
    assert run(["grade", "change", "a1", "0"]) == 0
    assert run(["grade", "release", "a1"]) == 0
    assert run(["grade", "change", "a2", "1"]) == 0
    assert run(["grade", "change", "a3", "1", "--feedback", "Say it in one sentence."]) == 0
    assert run(["grade", "export", "-o", name]) == 0
    told = (home / name).read_text(encoding="utf-8")
    assert "Good." not in told
    assert "Say what plants need." not in told
    assert "Say it in one sentence." in told
    assert run(["grade", "undo", "a1", "a2"]) == 0
    assert run(["grade", "undo", "a1"]) == 0
    assert run(["grade", "accept", "a1", "a2"]) == 0
    assert run(["grade", "export", "-o", name, "--force"]) == 0
    told = (home / name).read_text(encoding="utf-8")
    assert "Good." in told
    assert "Say what plants need." in told


def test_feedback_that_was_accepted_goes_out_when_something_else_is_suggested_later(home: Path) -> None:
    grade()
    assert run(["grade", "accept", "a1", "a2", "a3"]) == 0
    assert run(["grade", "rule", "q1", "light", "las plantas necesitan luz", "--language", "es"]) == 0
    assert run(["grade", "export", "-o", "final.csv"]) == 0
    assert [one["feedback"] for one in rows(home / "final.csv")][2] == "Say what plants need."


@pytest.mark.parametrize("words", [(), ("--regrade", "1"), ("--new",)])
def test_an_interruption_tells_what_is_kept_and_the_same_command_goes_on(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = 1
    if words:
        grade()
        assert run(["grade", "change", "a2", "1"]) == 0
        number = 2
    monkeypatch.setattr("edgekit.grading.opening.open_tools", lambda **_: Breaking(2))
    monkeypatch.setattr("edgekit.cli.output.silence_stdout", lambda: None)
    capsys.readouterr()
    assert run(["grade", "answers.csv", "--quiz", "quiz.toml", *words]) == 130
    told = capsys.readouterr().err
    assert f"2 of 3 suggestions are kept in session {number}: the same command" in told
    assert ("without `--new`" in told) == ("--new" in words)
    monkeypatch.setattr("edgekit.grading.opening.open_tools", lambda **_: ToyTools())
    grade(*(one for one in words if one != "--new"))
    told = capsys.readouterr().err
    assert f"session {number}: 3 answers" in told
    assert ("1 marks of session 1 stand" in told) == ("--regrade" in words)


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
    assert "learned from 1 marks" in told.err
    assert "#3\ta3\tq1\t0 review → 1 review" in told.out
    (home / "marked.csv").write_text("id,answer,mark\nx1,sun,9\n", encoding="utf-8")
    assert run(["grade", "calibrate", "marked.csv"]) == 2
    assert run(["grade", "calibrate"]) == 0


def test_marks_that_were_exported_are_learned_from(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grade()
    assert run(["grade", "accept", "a1", "a2", "a3"]) == 0
    assert run(["grade", "export", "-o", "long.csv"]) == 0
    assert run(["grade", "export", "-o", "same.csv", "--answers", "answers.csv"]) == 0
    (home / "wide.csv").write_text("id,q1,q1 mark\nx,sun,1.5\ny,moon,\n", encoding="utf-8")
    for name, count in (("long.csv", 3), ("same.csv", 3), ("wide.csv", 1)):
        capsys.readouterr()
        assert run(["grade", "calibrate", name]) == 0
        assert f"learned from {count} marks" in capsys.readouterr().err


def test_the_record_is_replayed_and_a_difference_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    grade()
    assert as_json(capsys, "replay")["same"] == 3
    assert "first_difference" not in as_json(capsys, "replay", "--record-only")
    monkeypatch.setattr("edgekit.grading.opening.open_tools_of", lambda *_, **__: ToyTools(off=0.1))
    assert run(["grade", "replay"]) == 1
    assert capsys.readouterr().out.startswith("row 5 differs: #1\ta1")


def test_reports_of_students_and_statements_are_exported(home: Path) -> None:
    grade()
    assert run(["grade", "export", "-o", "all.html"]) == 2
    assert run(["grade", "export", "-o", "x.json", "--as", "xapi"]) == 0
    assert (home / "x.json").read_text(encoding="utf-8").count("scaled") == 0
    assert run(["grade", "accept", "a1"]) == 0
    assert run(["grade", "export", "-o", "all.html", "--pending"]) == 0
    assert run(["grade", "export", "-o", "all.md", "--pending", "--no-names"]) == 0
    assert run(["grade", "export", "-o", "all.zip", "--as", "md", "--pending"]) == 0
    text = (home / "all.md").read_text(encoding="utf-8")
    assert "Ana" not in text
    assert text.count("2 of 2") == 2  # the mark, and all marks together
    assert text.count("not marked yet") == 2


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
        ('options = ["sun", "moon"]\ncorrect = "a"', ["right: a"]),
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


def test_a_student_is_forgotten_and_what_is_left_is_replayed_and_exported(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    grade()
    assert run(["grade", "accept", "a1", "a2"]) == 0
    assert run(["grade", "forget", "--student", "Ana"]) == 2
    assert run(["grade", "forget"]) == 2
    assert run(["grade", "forget", "a1", "--student", "Ana"]) == 2
    assert run(["grade", "forget", "--student", "Ana", "--session", "1"]) == 2
    assert run(["grade", "forget", "--student", "nobody", "--yes"]) == 3
    assert as_json(capsys, "forget", "--student", "Ana", "--yes")["forgotten"] == 1
    assert as_json(capsys, "forget", "a3", "--yes")["forgotten"] == 1
    replayed = as_json(capsys, "replay")
    assert (replayed["same"], replayed["removed"], replayed["beside"]) == (1, 2, 0)
    assert run(["grade", "replay"]) == 0
    assert "2 more are of answers whose texts were removed" in capsys.readouterr().err
    assert run(["grade", "export", "-o", "final.csv"]) == 0
    found = {
        one["id"]: (one["student"], one["answer"], one["mark"], one["feedback"]) for one in rows(home / "final.csv")
    }
    assert found["a1"] == ("", "", "2", "")
    assert found["a3"] == ("", "", "", "")
    assert found["a2"][0] == "Ben"
    typed(monkeypatch, "q\n")
    assert run(["grade", "review", "--all"]) == 0
    assert "a3" not in capsys.readouterr().out


def test_an_exported_record_is_verified_without_the_gradebook(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grade()
    assert run(["grade", "accept", "a1"]) == 0
    assert run(["grade", "export", "-o", "record.jsonl", "--as", "record"]) == 0
    head = as_json(capsys, "replay", "--record-only")["head"]
    for one in (home / "home").rglob("*.sqlite*"):
        one.unlink()
    assert as_json(capsys, "replay", "--record", "record.jsonl") == {
        "schema": "edgekit.grading/1",
        "rows": 8,
        "head": head,
    }
    lines = (home / "record.jsonl").read_text(encoding="utf-8").splitlines()
    for changed, said in (
        ([*lines[:7], lines[7].replace("accepted", "returned")], "row 8 is not what was written"),
        ([*lines[:3], *lines[4:]], "row 4 is missing"),
        ([*lines[:2], "[]", *lines[3:]], "line 3 is no row"),
        ([], "is empty"),
    ):
        (home / "changed.jsonl").write_text("".join(f"{line}\n" for line in changed), encoding="utf-8")
        assert run(["grade", "replay", "--record", "changed.jsonl"]) != 0
        assert said in capsys.readouterr().err
    assert run(["grade", "replay", "--record", "record.jsonl", "--session", "1"]) == 2


def test_forms_that_can_say_so_take_what_nobody_decided(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grade()
    assert run(["grade", "accept", "a1"]) == 0
    assert run(["grade", "export", "-o", "scores.json"]) == 0
    text = (home / "scores.json").read_text(encoding="utf-8")
    assert text.count("PendingManual") == 2
    assert run(["grade", "export", "-o", "all.csv", "--pending", "--no-names"]) == 0
    assert [one["mark"] for one in rows(home / "all.csv")] == ["2", "", ""]
    assert "Ana" not in (home / "all.csv").read_text(encoding="utf-8")
    assert run(["grade", "export", "-o", "same.csv", "--answers", "answers.csv", "--pending"]) == 0
    assert [one["student"] for one in rows(home / "same.csv")] == ["Ana", "Ben", "Eva"]
    assert run(["grade", "export", "-o", "record.jsonl", "--as", "record"]) == 0
    assert "Ana" not in (home / "record.jsonl").read_text(encoding="utf-8")
    assert run(["grade", "export", "-o", "record.jsonl", "--as", "record"]) == 2


def test_what_is_sent_to_review_is_not_accepted_with_many(capsys: pytest.CaptureFixture[str]) -> None:
    grade()
    assert run(["grade", "accept", "--all-suggested"]) == 2
    assert as_json(capsys, "accept", "--all-suggested", "--yes")["numbers"] == [1]
    assert as_json(capsys, "accept", "a2", "#3")["numbers"] == [2, 3]
    assert as_json(capsys, "change", "a2", "0.5", "--feedback", "Try again.")["changed"] == 1
    assert as_json(capsys, "undo", "a2")["undone"] == 1
    assert as_json(capsys, "return", "a2")["returned"] == 1


def test_the_audit_of_a_small_quiz_is_no_verdict_and_tells_what_to_add(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["grade", "audit", "quiz.toml"]) == 1
    told = capsys.readouterr()
    assert "no verdict" in told.out
    assert "FAIL" not in told.out
    for word in ("`accepted`", "`refuted`", "`misconceptions`", "`--parallel FILE`"):
        assert word in told.err


def test_a_quiz_is_linted_and_advice_alone_is_no_fault(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["grade", "lint", "quiz.toml"]) == 1
    told = capsys.readouterr()
    assert told.out.startswith("q1\tlanguage\tanswers")
    assert 'write `statement = { en = "…", es = "…" }`' in told.out
    sound = QUIZ.replace('languages = ["en", "es"]', "")
    (home / "quiz.toml").write_text(sound, encoding="utf-8")
    assert run(["grade", "lint", "quiz.toml"]) == 0
    told = capsys.readouterr()
    assert "q1.light\tno_negative\tadvice: " in told.out
    assert 'write `refuted = ["…"]`' in told.out
    assert "0 findings, 1 of advice" in told.err
    (home / "quiz.toml").write_text(sound + 'refuted = ["…"]\n', encoding="utf-8")
    assert as_json(capsys, "lint", "quiz.toml")["findings"] == []
    (home / "quiz.toml").write_text("title = 3", encoding="utf-8")
    assert run(["grade", "lint", "quiz.toml"]) == 2
