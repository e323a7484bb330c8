"""`edgekit grade` as a person types it, with a grader that needs no model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.graded_class import ANSWERS, QUIZ, as_json, grade, rows, typed
from gradebook.toy_tools import Breaking, ToyTools

from edgekit.cli.app import run
from edgekit.grading import opening

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
        ("", "0", "review"),
        ("", "0", "review"),
        ("", "2", "suggested"),
    ]
    assert run(["grade", "export", "-o", "final.csv"]) == 2
    assert "3 of 3 answers have no mark yet" in capsys.readouterr().err
    typed(monkeypatch, "a\nc 1,5\n")
    assert run(["grade", "review"]) == 0
    assert capsys.readouterr().err.startswith("2 decided, 0 left\n1 more without a mark: `edgekit grade review --all`")
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
    # Nobody else has written the same.
    assert "the very same words" not in shown


def test_an_undone_decision_comes_up_again(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    grade()
    typed(monkeypatch, "a\nu\nc 2\nc three\nc 1\nx\nq\n")
    assert run(["grade", "review"]) == 0
    told = capsys.readouterr()
    assert "`three` is no number of points" in told.err
    assert "\n2 decided, 0 left\n" in told.err
    answers = {one["id"]: one for one in as_json(capsys, "answers.csv", "--quiz", "quiz.toml")["answers"]}
    assert (answers["a2"]["mark"], answers["a3"]["mark"], answers["a1"]["mark"]) == (2.0, 1.0, None)


def test_a_key_means_the_same_where_capitals_are_locked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    grade()
    typed(monkeypatch, "A\nU\nC 2\nR\nQ\n")
    assert run(["grade", "review"]) == 0
    assert "\n2 decided, " in capsys.readouterr().err
    answers = {one["id"]: one for one in as_json(capsys, "answers.csv", "--quiz", "quiz.toml")["answers"]}
    assert (answers["a2"]["mark"], answers["a3"]["state"]) == (2.0, "returned")


def test_help_names_nothing_that_a_command_does_not_have(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["grade", "export", "--help"]) == 0
    assert "ANSWERS" not in capsys.readouterr().out
    assert run(["grade", "undo", "--help"]) == 0
    assert "the last decision on the answers that you name" in " ".join(capsys.readouterr().out.split())


def test_what_there_is_to_do_next_is_told_when_the_queue_is_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    grade()
    for keys, told in (
        ("", "the same command goes on; every decision is kept"),
        ("a\na\n", "1 more without a mark: `edgekit grade review --all` shows each, "),
    ):
        typed(monkeypatch, keys)
        assert run(["grade", "review"]) == 0
        assert told in capsys.readouterr().err
    assert run(["grade", "accept", "a1"]) == 0
    assert run(["grade", "review"]) == 0
    assert "every answer has a mark: `edgekit grade export -o final.csv` writes them" in capsys.readouterr().err
    # Whose text was removed has none, and will have none.
    assert run(["grade", "return", "a1", "a2"]) == 0
    assert run(["grade", "forget", "a2", "--yes"]) == 0
    assert run(["grade", "review"]) == 0
    assert "every other answer has a mark: `edgekit grade export -o final.csv --pending`" in capsys.readouterr().err


ALIKE = """id,student,question,answer
b1,Ana,q1,sun  red
b2,Ben,q1,sun red
b3,Eva,q1,sun red today
b4,Ian,q1,sun red
b5,Leo,q1,sun red
b6,Mia,q1,sun red
"""


def test_answers_with_the_same_words_are_changed_at_once(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "answers.csv").write_text(ALIKE, encoding="utf-8")
    grade()
    assert run(["grade", "accept", "b5"]) == 0
    assert run(["grade", "contest", "b5"]) == 0
    assert run(["grade", "accept", "b6"]) == 0
    capsys.readouterr()
    assert run(["grade", "change", "b2", "1"]) == 0
    assert "2 answers have the same words: `--identical` changes them too" in capsys.readouterr().err
    # Nobody to ask, and more than what was named would change.
    assert run(["grade", "change", "b2", "1.5", "--identical"]) == 2
    assert "add `--yes`" in capsys.readouterr().err
    assert run(["grade", "change", "b2", "1.5", "--identical", "--feedback", "Say why.", "--yes"]) == 0
    told = capsys.readouterr().err
    assert "changed 3" in told
    assert "the same words" not in told
    assert run(["grade", "export", "-o", "final.csv", "--pending"]) == 0
    assert [(one["id"], one["mark"], one["status"]) for one in rows(home / "final.csv")] == [
        ("b1", "1.5", "changed"),
        ("b2", "1.5", "changed"),
        # Other words, a student's own question, a person's mark.
        ("b3", "", "review"),
        ("b4", "1.5", "changed"),
        ("b5", "", "returned"),
        ("b6", "0", "accepted"),
    ]
    assert run(["grade", "undo", "b1", "b2", "b4"]) == 0
    assert run(["grade", "accept", "b1", "--identical", "--yes"]) == 0
    assert "accepted 2" in capsys.readouterr().err
    assert run(["grade", "accept", "--all-suggested", "--identical"]) == 2


def test_answers_with_the_same_words_are_decided_and_taken_back_by_one_key(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "answers.csv").write_text(ALIKE, encoding="utf-8")
    grade()
    assert run(["grade", "accept", "b5"]) == 0
    assert run(["grade", "contest", "b5"]) == 0
    capsys.readouterr()
    # The contested one is first, and alone; then four of the same words, then the one of other words.
    typed(monkeypatch, "i a\nl\ni c 1.5\nu\ni a\ni r\nl\n")
    assert run(["grade", "review"]) == 0
    told = capsys.readouterr()
    assert "no other answer has the very same words" in told.err
    assert told.out.count("3 other answers have the very same words: `i a`, `i c POINTS`, `i r` decide on all 4") == 2
    assert "changed 4: #1, #2, #4, #6" in told.err
    assert "accepted 4: #1, #2, #4, #6" in told.err
    assert "\n4 decided, 2 left\n" in told.err
    answers = {one["id"]: one["mark"] for one in as_json(capsys, "answers.csv", "--quiz", "quiz.toml")["answers"]}
    assert answers == {"b1": 0.0, "b2": 0.0, "b3": None, "b4": 0.0, "b5": None, "b6": 0.0}


def test_only_ones_own_decision_is_undone(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grade()
    assert run(["grade", "change", "a1", "1"]) == 0
    assert run(["grade", "change", "a1", "1.5", "--who", "Ben"]) == 0
    assert run(["grade", "accept", "a2", "--who", "Ben"]) == 0
    assert run(["grade", "accept", "a3"]) == 0
    capsys.readouterr()
    assert run(["grade", "undo", "a1", "a2", "a3"]) == 2
    told = capsys.readouterr().err
    assert "answer `a1`: it is changed by `Ben`, and not by `teacher`" in told
    assert "answer `a2`: it is accepted by `Ben`, and not by `teacher`" in told
    assert "hint: `--who NAME` says who you are; `--anyone` takes back what somebody else decided" in told
    assert run(["grade", "undo", "a1", "--who", "Ben"]) == 0
    assert run(["grade", "undo", "a1"]) == 0
    assert run(["grade", "undo", "a2", "--anyone"]) == 0
    found = as_json(capsys, "answers.csv", "--quiz", "quiz.toml")["answers"]
    assert {one["id"]: one["mark"] for one in found} == {"a1": None, "a2": None, "a3": 0.0}
    # What a student contests is undone by whoever entered it.
    assert run(["grade", "contest", "a3"]) == 0
    assert run(["grade", "undo", "a3"]) == 0
    # Marks that an older session had are nobody's.
    (home / "answers.csv").write_text(ANSWERS.replace("light to", "light"), encoding="utf-8")
    grade()
    assert run(["grade", "undo", "a3"]) == 0


def test_every_decision_is_there_when_the_pipe_ends(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    grade()
    typed(monkeypatch, "a")
    assert run(["grade", "review"]) == 0
    assert capsys.readouterr().err.endswith("1 decided, 1 left\nthe same command goes on; every decision is kept\n")


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
    assert "1 answer is another than in session 1: this is session 2" in told
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
    assert ("1 mark of session 1 stands" in told) == ("--regrade" in words)


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


def test_answers_that_are_held_against_themselves_are_told(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = {"item": "i", "question": "What do plants need?", "label": 1}
    said = {"en": "They need light.", "es": "Necesitan luz."}
    lines = [json.dumps({**row, "variety": tag, "answer": text}) for tag, text in said.items()]
    (home / "pairs.jsonl").write_text("\n".join(lines))
    assert run(["grade", "audit", "--parallel", "pairs.jsonl"]) == 1
    assert "1 answer of `en`: no other right one is known" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["audit", "bad.toml"], ["audit", "--parallel", "bad.toml"], ["attack", "bad.toml"]])
def test_a_file_that_cannot_be_read_is_told_before_a_model_is_opened(
    words: list[str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("a model was opened")

    monkeypatch.setattr(opening, "open_tools", fail)
    (home / "bad.toml").write_text("title = 5\n")
    assert run(["grade", *words]) == 2


def test_an_example_is_written_and_replaces_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["grade", "example", str(home), "--language", "pt"]) == 0
    quiz, answers = map(Path, capsys.readouterr().out.splitlines())
    assert run(["grade", "lint", str(quiz)]) == 0
    assert answers.read_text(encoding="utf-8").startswith("id,student,")
    assert Path(as_json(capsys, "example", str(home), "--language", "pt")["quiz"]) != quiz
    assert run(["grade", "example", "--language", "xx"]) == 2


def test_a_quiz_is_linted_and_advice_alone_is_no_fault(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["grade", "lint", "quiz.toml"]) == 1
    told = capsys.readouterr()
    assert told.out.startswith("question 1 (`What do plants need?`)\tlanguage\tanswers")
    assert 'write `statement = { en = "…", es = "…" }`' in told.out
    sound = QUIZ.replace('languages = ["en", "es"]', "")
    (home / "quiz.toml").write_text(sound, encoding="utf-8")
    assert run(["grade", "lint", "quiz.toml"]) == 0
    told = capsys.readouterr()
    place = "question 1 (`What do plants need?`): criterion 1 (`light: Plants need light to grow.`)"
    assert f"{place}\tno_negative\tadvice: " in told.out
    assert [one["place"] for one in as_json(capsys, "lint", "quiz.toml")["findings"]] == [place]
    assert 'write `refuted = ["…"]`' in told.out
    assert "0 findings, 1 of advice" in told.err
    (home / "quiz.toml").write_text(sound + 'refuted = ["…"]\n', encoding="utf-8")
    assert as_json(capsys, "lint", "quiz.toml")["findings"] == []
    (home / "quiz.toml").write_text("title = 3", encoding="utf-8")
    assert run(["grade", "lint", "quiz.toml"]) == 2
