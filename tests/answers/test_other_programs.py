"""Exports of programs that schools use, as they come: every answer has its question, its student and its way back."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from answers.ice import quiz_of_ice, read, wrong

from edgekit.answers.answers import Lookup
from edgekit.answers.given_marks import given_marks
from edgekit.answers.header import header_at
from edgekit.answers.table import TableSource
from edgekit.answers.write import write_marks
from edgekit.core.errors import InputError
from edgekit.quiz.model import Quiz
from edgekit.quiz.read import check_quiz
from edgekit.quiz.suggestion import Mark

SOCRATIVE = """Ice quiz,,,,
"Wednesday, May 6 2026 9:00 AM",,,,
Room: ANA,,,,
,,,,
Student Names,Total Score (0 - 100),Number of correct answers,Why does ice float?,¿Qué es el vapor?
"García, Ana",50,1,menos densa,gas
"López, Ben",0,0,flota,agua
Class Scoring,25%,0.5,50%,0%
"""
KAHOOT = """Question Number,Question,Answer 1,Answer 2,Correct Answers,Time (seconds),Player,Answer,Correct / Incorrect
1 Quiz,Why does ice float?,a,b,a,20,"García, Ana",menos densa,Correct
2 Quiz,¿Qué es el vapor?,a,b,a,20,"García, Ana",gas,Correct
1 Quiz,Why does ice float?,a,b,a,20,"López, Ben",flota,Incorrect
2 Quiz,¿Qué es el vapor?,a,b,a,20,"López, Ben",agua,Incorrect
"""
INSPERA = """CandidateExternalId,Participant,QuestionNo,QuestionTitle,QuestionId,CandidateResponse,FinalGrade
c1,"García, Ana",1,Why does ice float?,555,menos densa,
c1,"García, Ana",2,¿Qué es el vapor?,556,gas,
c2,"López, Ben",1,Why does ice float?,555,flota,
c2,"López, Ben",2,¿Qué es el vapor?,556,agua,
"""
FORMS = """ID;Start time;Completion time;Email;Name;Total points;Why does\xa0ice float?;Points - Why;\
¿Qué es el vapor?\xa0;Points - ¿Qué es el vapor?
1;9:00;9:05;anonymous;García, Ana;;menos densa;;gas;
2;9:00;9:05;anonymous;López, Ben;;flota;;agua;
"""
NUMBERED = """Nombre,1. ¿Por qué flota el hielo? (2 puntos) *,Q2) ¿Qué es el vapor? [1 pt]
"García, Ana",menos densa,gas
"López, Ben",flota,agua
Totales,1,-
"""
MOODLE = """Apellido(s),Nombre,Dirección de correo,Estado,"Calificación/3,00",Respuesta 1,Respuesta 2
"García,",Ana,ana@x.org,Finalizado,Aún sin calificar,menos densa,gas
"López,",Ben,ben@x.org,Finalizado,Aún sin calificar,flota,agua
Promedio general,,,,"1,5 (2)",,
"""


@pytest.fixture(scope="module")
def quiz() -> Quiz:
    return quiz_of_ice()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("data", [SOCRATIVE, KAHOOT, INSPERA, FORMS, NUMBERED, MOODLE])
def test_an_export_is_read_and_written_again_with_marks(tmp_path: Path, quiz: Quiz, data: str, encoding: str) -> None:
    found = read(tmp_path, data.encode(encoding), quiz)
    assert [(one.question_id, one.text) for one in found.answers] == [
        ("q-one", "menos densa"),
        ("two", "gas"),
        ("q-one", "flota"),
        ("two", "agua"),
    ]
    names = [sorted((one.student or "").replace(",", "").split()) for one in found.answers]
    assert names == [["Ana", "García"]] * 2 + [["Ben", "López"]] * 2
    marks = [Mark(one.answer_id, one.question_id, 1.0, "changed", points=1.0) for one in found.answers[1:]]
    marks.append(Mark(found.answers[0].answer_id, "q-one", 1.0))
    write_marks(found, marks, tmp_path / "out.csv")
    again = read(tmp_path, (tmp_path / "out.csv").read_bytes(), quiz, name="again.csv")
    assert again.answers == found.answers
    write_marks(again, marks, tmp_path / "twice.csv")
    assert (tmp_path / "twice.csv").read_bytes() == (tmp_path / "out.csv").read_bytes()
    write_marks(found, marks, tmp_path / "out.csv", names=False)
    bare = (tmp_path / "out.csv").read_bytes().decode(found.encoding.removesuffix("-sig"))
    assert not any(name in bare for name in ("García", "López", "Ana", "ANA", "ana@"))
    again = read(tmp_path, (tmp_path / "out.csv").read_bytes(), quiz, name="again.csv")
    assert [one.answer_id for one in again.answers] == [one.answer_id for one in found.answers]
    write_marks(found, marks, tmp_path / "scores.json", form="lti")
    scores = json.loads((tmp_path / "scores.json").read_text(encoding="utf-8"))
    progress = [one["gradingProgress"] for one in scores["scores"]]
    assert sorted(progress) == ["FullyGraded"] * 3 + ["PendingManual"]


def test_the_line_of_the_names_is_told_and_what_is_above_them_stays(tmp_path: Path, quiz: Quiz) -> None:
    found = read(tmp_path, "sep=,\n" + SOCRATIVE, quiz)
    assert "the names of the columns stand in line 6: what is above them stays as it is" in found.notes
    assert [one.answer_id for one in found.answers] == ["line7.q-one", "line7.two", "line8.q-one", "line8.two"]
    write_marks(found, [], tmp_path / "out.csv")
    written = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert written[:4] == ["sep=,", *SOCRATIVE.splitlines()[:3]]
    found = read(tmp_path, "Klasse 5b\nWer;Eis;Dampf\nAna;leicht;Gas\n", quiz, columns={"q-one": "Eis", "two": "Dampf"})
    assert [one.text for one in found.answers] == ["leicht", "Gas"]


def test_a_row_of_names_is_no_other_where_the_first_names_columns_or_is_as_full(quiz: Quiz) -> None:
    names, answer = ["id", "student", "q-one", "two", "answer"], ["gas", "Ana", "", "", ""]
    lookup = Lookup(quiz.questions)
    assert header_at([["two", "name", "", "", ""], answer, names], lookup, ()) == 0
    assert header_at([["Test", "5b", "", "", ""], answer, names], lookup, ()) == 2
    assert header_at([["Test", "5b", "May", "", ""], answer, names], lookup, ()) == 0
    assert header_at([["Test"]] * 20 + [names], lookup, ()) == 20
    for name, at in (("answer", 0), ("two", 0), ("x", 0)):
        assert header_at([["Test", "", ""], [name, "gas", "x"]], lookup, ()) == at
    assert header_at([["Test", "", ""], ["student", "two", "x"]], lookup, ()) == 1
    assert header_at([["Test", "", ""], ["q-one", "two", "x"]], lookup, ()) == 1
    assert header_at([["Test"]] * 21 + [names], lookup, ()) == 0


def test_questions_that_only_their_numbers_tell_apart_are_not_guessed(tmp_path: Path) -> None:
    source = "\n".join(
        ['title = "T"', 'language = "en"']
        + [f'[[questions]]\nid = "q{at}"\ntext = "{at}. Explain."\nreferences = "x"' for at in (1, 2)]
    )
    quiz, problems = check_quiz(source.encode(), Path("q"))
    assert quiz is not None, problems
    found = read(tmp_path, "name,2. Explain.,1. Explain.\nAna,b,a\n", quiz)
    assert {one.question_id: one.text for one in found.answers} == {"q1": "a", "q2": "b"}
    assert wrong(tmp_path, "name,3. Explain.,4. Explain.\nAna,b,a\n", quiz)


def test_the_wrong_report_of_moodle_is_told_as_one(tmp_path: Path, quiz: Quiz) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, "Nombre,Calificación/3.00,P. 1 /2.00,Q. 2 /1.00\nAna,3,2,1\n", quiz)
    assert caught.value.hint == "this is Moodle's report of grades: what students wrote is in its report of responses"


@pytest.mark.parametrize(
    ("data", "reason", "hint"),
    [
        (
            "id,two\nAna,gas\nAna,agua\n",
            "line 3: has the id of line 2, for the same question",
            "where these are ids of students who answered twice, `--column student=id` names answers by their lines",
        ),
        (
            f"id,two\n{'x' * 201},gas\n",
            "line 2: its id is longer than 200 characters or no plain text",
            "`--column id=NAME` says which column has the ids",
        ),
        (
            "id;two\na1;gas; y agua\n",
            "line 2: 3 cells, but there are 2 columns",
            "a cell that holds a line break or the sign between cells stands between quotation marks",
        ),
        (
            'id,two\na1,"gas"es\n',
            "line 2: a closing quotation mark stands within a cell, where it has to be written twice",
            "saves it as CSV again",
        ),
    ],
)
def test_what_is_wrong_is_told_with_what_helps(tmp_path: Path, quiz: Quiz, data: str, reason: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, data, quiz)
    assert reason in caught.value.reasons
    assert caught.value.hint is not None
    assert hint in caught.value.hint
    if "student=id" in hint:
        found = read(tmp_path, data, quiz, columns={"student": "id"})
        assert [(one.student, one.answer_id) for one in found.answers] == [("Ana", "line2.two"), ("Ana", "line3.two")]


def test_answers_that_are_named_by_their_lines_keep_their_names_when_lines_of_other_cells_are_left_out(
    tmp_path: Path, quiz: Quiz
) -> None:
    found = read(tmp_path, 'name,told,two\n"A\nna","a\nb\n",gas\nBen,c,agua\n', quiz)
    assert [one.answer_id for one in found.answers] == ["line2.two", "line6.two"]
    write_marks(found, [], tmp_path / "out.csv", names=False)
    again = read(tmp_path, (tmp_path / "out.csv").read_bytes(), quiz)
    assert [(one.answer_id, one.text) for one in again.answers] == [("line2.two", "gas"), ("line6.two", "agua")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are of Unix")
def test_a_pipe_stays_a_pipe_and_a_link_a_link(tmp_path: Path, quiz: Quiz) -> None:
    found = read(tmp_path, "id,two\na1,gas\n", quiz)
    os.mkfifo(tmp_path / "pipe.csv")
    reading = os.open(tmp_path / "pipe.csv", os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_marks(found, [], tmp_path / "pipe.csv")
        assert os.read(reading, 1 << 16).startswith(b"id,two,two mark")
    finally:
        os.close(reading)
    assert (tmp_path / "pipe.csv").is_fifo()
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    write_marks(found, [], tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").is_file()


@pytest.mark.parametrize(
    ("data", "mark"),
    [
        ("id;two\na1;gas\n", "1,5"),
        ("id;Nota/3,00;two\na1;2.5;gas\na2;2,5;x\na3;1,5;x\n", "1,5"),
        ("id;score;two\na1;2.5;gas\n", "1.5"),
        ("id\ttwo\na1\tgas\n", "1.5"),
        ("id\tNota/3,00\ttwo\na1\t-\tgas\n", "1,5"),
        ('id,two,x\na1,gas,"2,5"\n', "1.5"),
    ],
)
def test_a_mark_has_the_decimal_sign_that_the_spreadsheet_of_its_file_reads(
    tmp_path: Path, quiz: Quiz, data: str, mark: str
) -> None:
    found = read(tmp_path, data, quiz)
    given = [Mark("a1.two", "two", 2.0, "changed", points=1.5)]
    write_marks(found, given, tmp_path / "out.csv")
    written = (tmp_path / "out.csv").read_bytes()
    assert isinstance(found.source, TableSource)
    assert mark in written.decode().splitlines()[1].split(found.style.delimiter)
    again = read(tmp_path, written, quiz)
    assert [text for _, _, text in given_marks(again)] == [mark]
    write_marks(again, given, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == written
