"""What `edgekit grade` refuses, and that nothing that came in commands a terminal, a spreadsheet or a file."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from cli.graded_class import ANSWERS, QUIZ, as_json, grade, rows, typed

from edgekit.cli.app import run
from edgekit.core.errors import OutputError

pytestmark = pytest.mark.usefixtures("home")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["answers.csv"], 2),
        (["none.csv", "--quiz", "quiz.toml"], 3),
        (["regrade", "answers.csv", "--quiz", "quiz.toml"], 2),
        (["answers.csv", "--quiz", "none.toml"], 3),
        (["answers.csv", "--quiz", "quiz.toml", "-o", "answers.csv"], 2),
        (["answers.csv", "--quiz", "quiz.toml", "--column", "answer"], 2),
        (["answers.csv", "--quiz", "quiz.toml", "--regrade", "9"], 3),
        (["review"], 3),
        (["accept"], 3),
        (["release", "x"], 3),
        (["export", "-o", "x.csv"], 3),
        (["replay", "--session", "4"], 3),
    ],
)
def test_a_wrong_command_line_is_told(words: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["grade", *words]) == code
    assert "error: " in capsys.readouterr().err


@pytest.mark.parametrize("words", [["answers.csv", "--quiz", "quiz.toml"], ["export", "--as", "csv"]])
def test_no_file_is_called_a_dash(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["grade", *words, "-o", "-"]) == 2
    assert "`-` would be a file of that name" in capsys.readouterr().err
    assert not Path("-").exists()


@pytest.mark.parametrize("words", [["accept"], ["accept", "a9"], ["review", "--question", "q9"], ["change", "a1", "7"]])
def test_what_is_not_in_the_session_is_told(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    grade()
    assert run(["grade", *words]) in (2, 3)
    assert "error: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["change", "2", "1"], "hint: the number that the review shows is written with its sign and quotes: `'#2'`"),
        (["change", "a9", "1"], "hint: `edgekit grade review --session 1` shows the ids"),
        (["rule", "q9", "light", "sun"], "error: the quiz has no question `q9`\n\nhint: it has `q1`"),
        (
            ["accept", "--all-suggested", "--question", "q9"],
            "error: the quiz has no question `q9`\n\nhint: it has `q1`",
        ),
        (["audit"], "error: say what to audit"),
        (["audit", "quiz.toml", "--parallel", "quiz.toml"], "error: one thing is audited at a time"),
        (["calibrate", "unknown.csv"], "hint: its questions are `q1`"),
        (["calibrate", "wrong.csv"], "line 2: `seven` is no number from 0 to 2"),
    ],
)
def test_a_refusal_says_what_to_write(
    home: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "unknown.csv").write_text("question,answer,mark\nq1,sun,1\nnosuch,sun,1\n", encoding="utf-8")
    (home / "wrong.csv").write_text("question,answer,mark\nq1,sun,seven\n", encoding="utf-8")
    grade()
    capsys.readouterr()
    assert run(["grade", *words]) in (2, 3)
    assert said in capsys.readouterr().err


def test_nothing_to_release_says_what_comes_before(capsys: pytest.CaptureFixture[str]) -> None:
    grade()
    capsys.readouterr()
    assert run(["grade", "release", "--all"]) == 0
    assert "there is nothing to release: `edgekit grade review` shows what needs you" in capsys.readouterr().err


def test_an_export_counts_what_has_no_mark_yet(capsys: pytest.CaptureFixture[str]) -> None:
    grade()
    assert run(["grade", "accept", "a1"]) == 0
    capsys.readouterr()
    assert run(["grade", "export", "-o", "final.csv", "--pending"]) == 0
    assert "wrote 1 mark of session 1 to final.csv; 2 answers have none yet" in capsys.readouterr().err


def test_hostile_ids_names_and_texts_command_neither_terminal_nor_spreadsheet(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        {
            "id": "=HYPERLINK(1)",
            "student": "@Ana",
            "question": "q1",
            "answer": "+plants \x1b]0;t\x07 need \x9b31m light",
        },
        {"id": "--x", "student": "-1+1", "question": "q1", "answer": "\u202eplants\t\r\nneed light to"},
        {"id": "#3", "question": "q1", "answer": "-5"},
    ]
    text = "\n".join(json.dumps(line) for line in lines)
    (home / "hostile.jsonl").write_text(text, encoding="utf-8")
    assert run(["grade", "hostile.jsonl", "--quiz", "quiz.toml", "-o", "marks.csv"]) == 0
    for row in rows(home / "marks.csv"):
        assert not any(cell.startswith(("=", "+", "@")) for cell in row.values())
    typed(monkeypatch, "l\nl\nl\n")
    assert run(["grade", "review", "--all"]) == 0
    assert run(["grade", "hostile.jsonl", "--quiz", "quiz.toml", "--json"]) == 0
    assert run(["grade", "accept", "#1", "--json"]) == 0
    assert run(["grade", "contest", "#1", "--why", "\x9b31mwhy\n  mark 2"]) == 0
    typed(monkeypatch, "l\nl\nl\n")
    assert run(["grade", "review", "--all"]) == 0
    assert run(["grade", "hostile.jsonl", "--quiz", "quiz.toml", "-o", "\x1b[31m.csv"]) == 0
    for _ in range(2):
        run(["grade", "export", "-o", "\x1b[31mout\x9b.csv", "--pending"])
    assert run(["grade", "example", "\x1b[31m"]) == 0
    assert run(["grade", "accept", "\x1b[31mnobody"]) == 3
    assert run(["grade", "answers.csv", "--quiz", "\x1b[31m.toml"]) == 3
    told = capsys.readouterr()
    for sign in ("\x1b", "\x9b", "\x07", "\u202e", "Ana", "\n  mark 2"):
        assert sign not in told.out + told.err


@pytest.mark.parametrize("name", ["answers.csv", "quiz.toml", "linked.csv", "book.db"])
@pytest.mark.parametrize("words", [[], ["--force"]])
def test_what_is_read_is_never_replaced(
    home: Path, name: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "linked.csv").hardlink_to(home / "answers.csv")
    book = ["--book", "book.db"]
    grade(*book)
    before = (home / name).read_bytes()
    capsys.readouterr()
    assert run(["grade", "answers.csv", "--quiz", "quiz.toml", *book, "-o", f"./{name}", *words]) == 2
    assert "and would be lost" in capsys.readouterr().err
    if name != "quiz.toml":
        given = ["--answers", "answers.csv", "--as", "csv", "--pending"]
        assert run(["grade", "export", *book, *given, "-o", name, *words]) == 2
        assert "and would be lost" in capsys.readouterr().err
    assert (home / name).read_bytes() == before


def test_questions_are_not_replaced_by_the_quiz_that_is_made_of_them(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "q.gift").write_text("::a:: What is ice? {}\n", encoding="utf-8")
    assert run(["grade", "import", "q.gift", "--language", "en", "-o", "q.gift", "--force"]) == 2
    assert "and would be lost" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["marks.xlsx", "marks", "marks.txt"])
def test_an_ending_that_says_nothing_is_refused_with_those_that_do(
    home: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    grade()
    for words in (["answers.csv", "--quiz", "quiz.toml"], ["export", "--pending"]):
        capsys.readouterr()
        assert run(["grade", *words, "-o", name]) == 2
        assert "let it be one of .csv, .tsv, .tab" in capsys.readouterr().err
        assert not (home / name).exists()
    assert run(["grade", "export", "--pending", "--as", "csv", "-o", name]) == 0
    (home / "answers.txt").write_text(ANSWERS, encoding="utf-8")
    assert run(["grade", "export", "--pending", "--answers", "answers.txt", "-o", "marked.txt"]) == 0
    assert rows(home / "marked.txt")[0]["student"] == "Ana"


def test_a_report_of_moodle_asks_for_the_file_that_it_is_written_into(capsys: pytest.CaptureFixture[str]) -> None:
    grade()
    capsys.readouterr()
    assert run(["grade", "export", "--pending", "--as", "moodle", "-o", "m.csv"]) == 2
    told = capsys.readouterr().err
    assert "jsonl" not in told
    assert "--answers FILE" in told


def test_answers_without_a_mark_are_named_by_their_ids_and_the_rest_counted(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "answers.csv").write_text("id,answer\n" + "".join(f"s{at},light\n" for at in range(14)), encoding="utf-8")
    grade()
    capsys.readouterr()
    assert run(["grade", "export", "-o", "final.csv"]) == 2
    told = capsys.readouterr().err
    assert "`s0` is suggested" in told
    assert "`s9` is suggested" in told
    assert "and 4 more" in told
    assert "s10" not in told


def test_numbers_may_have_a_decimal_comma_and_one_below_zero_is_no_option(
    capsys: pytest.CaptureFixture[str],
) -> None:
    grade()
    assert run(["grade", "change", "a2", "1,5", "--feedback", "Why?"]) == 0
    assert run(["grade", "accept", "--all-suggested", "--above", "0,9", "--yes"]) == 0
    for words, part in (
        (["change", "a3", "-1"], "the points must be from 0 to 2"),
        (["change", "a3", "-0,5", "--who", "me"], "the points must be from 0 to 2"),
        (["change", "a3", "one"], "`one` is no number of points"),
        (["change", "a3", "nan"], "`nan` is no number of points"),
        (["change", "a3", "1", "--wo", "me"], "--wo"),
        (["accept", "--all-suggested", "--above", "90", "--yes"], "`90` is no number from 0 to 1"),
    ):
        capsys.readouterr()
        assert run(["grade", *words]) == 2
        assert part in capsys.readouterr().err
    given = as_json(capsys, "answers.csv", "--quiz", "quiz.toml")["answers"]
    assert {one["id"]: one["mark"] for one in given} == {"a1": 2, "a2": 1.5, "a3": None}


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_graded(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "shut").mkdir()
    monkeypatch.setattr("edgekit.cli.text_io.os.access", lambda path, _: Path(path).name != "shut")
    assert run(["grade", "answers.csv", "--quiz", "quiz.toml", "-o", "shut/marks.csv"]) == 1
    told = capsys.readouterr().err
    assert f"cannot write into `{(home / 'shut').absolute()}`" in told
    assert "hint: name another file for `-o`" in told
    assert as_json(capsys, "sessions")["sessions"] == []


def test_all_that_is_wrong_with_the_files_is_told_at_once(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "quiz.toml").write_text('title = "x"', encoding="utf-8")
    (home / "marks.csv").write_text("mine", encoding="utf-8")
    assert run(["grade", "nowhere.csv", "--quiz", "quiz.toml", "-o", "marks.csv"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: 3 things are wrong\n  - `marks.csv` is there already\n")
    assert "nowhere.csv" in told
    assert "quiz.toml" in told
    assert run(["grade", "answers.csv", "--quiz", "quiz.toml"]) == 2
    assert "things are wrong" not in capsys.readouterr().err


def test_a_quiz_and_answers_the_wrong_way_round_are_told_with_what_to_type(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "año 1").mkdir()
    (home / "answers.csv").rename(home / "año 1" / "las notas.csv")
    assert run(["grade", "quiz.toml", "--quiz", "año 1/las notas.csv"]) == 2
    told = capsys.readouterr().err
    assert "`quiz.toml` is a quiz and `año 1/las notas.csv` is none: the two files are the wrong way round" in told
    assert "hint: `edgekit grade 'año 1/las notas.csv' --quiz quiz.toml`" in told
    # The quiz that is none is told of where the answers may be any.
    assert run(["grade", "año 1/las notas.csv", "--quiz", "año 1/las notas.csv"]) == 2
    assert "is not TOML" in capsys.readouterr().err
    (home / "broken.toml").write_text(QUIZ.replace("points = 2", "points = x"), encoding="utf-8")
    assert run(["grade", "quiz.toml", "--quiz", "broken.toml"]) == 2
    assert "the quiz `broken.toml` has problems" in capsys.readouterr().err


def test_a_quiz_is_no_file_of_answers_and_needs_no_import(capsys: pytest.CaptureFixture[str]) -> None:
    grade()
    for words in (
        ["quiz.toml", "--quiz", "quiz.toml"],
        ["calibrate", "quiz.toml"],
        ["export", "-o", "x.csv", "--answers", "quiz.toml"],
    ):
        capsys.readouterr()
        assert run(["grade", *words]) == 2
        assert "error: `quiz.toml` is a quiz, and no file of answers" in capsys.readouterr().err
    assert run(["grade", "import", "quiz.toml", "--language", "en"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "error: `quiz.toml` is a quiz already\n\nhint: it needs no import" in told.err


def test_answers_on_the_standard_input_have_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["grade", "-", "--quiz", "quiz.toml"]) == 2
    assert "hint: name a file of answers, or `/dev/stdin`" in capsys.readouterr().err


def test_the_id_of_a_row_of_several_answers_is_told_with_theirs(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "answers.csv").write_text("id,q1\na1,plants need light to\na2,sun\n", encoding="utf-8")
    grade()
    assert run(["grade", "accept", "a1"]) == 3
    assert "hint: that is a row of several answers: `a1.q1`\n" in capsys.readouterr().err


def test_a_gradebook_that_was_named_and_is_not_there_is_told(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["grade", "sessions", "--book", "otro.sqlite"]) == 3
    assert "error: there is no gradebook `otro.sqlite`" in capsys.readouterr().err
    # That of this user need not be there before anything was graded.
    assert run(["grade", "sessions"]) == 0
    assert capsys.readouterr().err == "no sessions\n"
    assert not (home / "otro.sqlite").exists()


def test_what_is_no_record_is_told_by_its_name(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["grade", "replay", "--record", "answers.csv"]) == 2
    told = capsys.readouterr().err
    assert "error: `answers.csv` is no record\n\nhint: `edgekit grade export -o record.jsonl --as record`" in told
    (home / "r.jsonl").write_text('{"number": 1}\n', encoding="utf-8")
    assert run(["grade", "replay", "--record", "r.jsonl"]) == 1
    assert "line 1 is no row of it" in capsys.readouterr().err


def test_a_second_marking_without_marks_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    grade()
    capsys.readouterr()
    assert run(["grade", "review", "--second"]) == 0
    assert "no answer has a mark yet that could be given again" in capsys.readouterr().err


def test_an_interrupted_review_says_what_is_kept(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class _Keys(io.StringIO):
        def readline(self, _size: int | None = -1, /) -> str:
            found = super().readline()
            if not found:
                raise KeyboardInterrupt
            return found

    grade()
    capsys.readouterr()
    monkeypatch.setattr("edgekit.cli.output.silence_stdout", lambda: None)
    monkeypatch.setattr("sys.stdin", _Keys("a\n"))
    assert run(["grade", "review"]) == 130
    assert "\n1 decided and kept: the same command goes on\ninterrupted\n" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", _Keys("q\n"))
    assert run(["grade", "review", "--all"]) == 0
    assert "0 decided, 2 left" in capsys.readouterr().err


def test_suggestions_that_cannot_be_written_are_told_to_be_kept(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OutputError("cannot write `marks.csv`: No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("edgekit.answers.write.write_marks", full)
        assert run(["grade", "answers.csv", "--quiz", "quiz.toml", "-o", "marks.csv"]) == 1
    told = capsys.readouterr().err
    assert "what was suggested is kept in session 1: the same command with another `-o` writes it" in told
    grade("-o", "marks.csv")
    assert "session 1: 3 answers" in capsys.readouterr().err


def test_the_example_tells_the_command_for_its_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["grade", "example", "una clase"]) == 0
    told = capsys.readouterr()
    quiz, answers = told.out.splitlines()
    assert f"then run `edgekit grade '{answers}' --quiz '{quiz}'`" in told.err
    capsys.readouterr()
    assert run(["grade", answers, "--quiz", quiz]) == 0


@pytest.mark.parametrize("words", [["--above", ".9"], ["--question", "q1"]])
def test_what_chooses_among_all_is_not_passed_over_beside_ids(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    grade()
    capsys.readouterr()
    assert run(["grade", "accept", "a3", *words]) == 2
    assert "`--above` and `--question` choose among all" in capsys.readouterr().err
    answers = {one["id"]: one for one in as_json(capsys, "answers.csv", "--quiz", "quiz.toml")["answers"]}
    assert answers["a3"]["mark"] is None


def test_one_is_told_as_one_where_nobody_can_be_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    grade()
    typed(monkeypatch, "")
    capsys.readouterr()
    assert run(["grade", "accept", "--all-suggested"]) == 2
    assert "to accept 1 mark asks for a yes" in capsys.readouterr().err
    assert run(["grade", "forget", "a1"]) == 2
    assert "to remove 1 text for good asks for a yes" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["answers.csv", "quiz.toml"], ["suggest", "answers.csv", "quiz.toml", "--new"]])
def test_a_quiz_without_its_option_is_told_with_it(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["grade", *words]) == 2
    told = capsys.readouterr().err
    assert "the quiz is named behind `--quiz`\n\nhint: `edgekit grade answers.csv --quiz quiz.toml`" in told
    assert run(["grade", "answers.csv", "--quiz", "quiz.toml"]) == 0
