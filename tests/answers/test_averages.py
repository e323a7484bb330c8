"""Rows of averages below a table are no students, in any language of Moodle; who has such a name is one."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from answers.ice import SOURCE, quiz_of_ice, read, wrong

from edgekit.answers.write import write_marks
from edgekit.quiz.model import Quiz
from edgekit.quiz.read import check_quiz

REPORT = (
    '"Last name","First name","Email address",Status,Started,"Grade/10.00","Response 1","Response 2"\n'
    'G,Ana,ana@example.org,Finished,"4 May 2026, 9:00",5.00,floats,-\n'
    'H,Eva,eva@example.org,Finished,"4 May 2026, 9:05",7.00,-,-\n'
)


@pytest.fixture(scope="module")
def quiz() -> Quiz:
    return quiz_of_ice()


@pytest.mark.parametrize(
    "row",
    [
        '"Overall average",,,,,"6,00",,',
        '"Promedio general",,,,,"6,00",,',
        ',"Media geral",,,,6.00,,',
        "Gesamtdurchschnitt,,,,,6.00,1.5,2",
        "Media general,,,,,,,",
        # In a language that no list has.
        "सम्पूर्ण औसत,,,,,6.00,,",
        "Group average,,,,,6.00,,\nOverall average,,,,,6.00,,",
    ],
)
def test_averages_below_a_report_are_no_student_and_stay_in_the_file(tmp_path: Path, quiz: Quiz, row: str) -> None:
    plain, found = read(tmp_path, REPORT, quiz), read(tmp_path, f"{REPORT}{row}\n", quiz)
    assert found.answers == plain.answers
    assert any("line 4 is left out: averages" in note for note in found.notes)
    write_marks(found, (), tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    assert len(rows) == 4 + row.count("\n")
    assert {len(one) for one in rows} == {18}
    assert read(tmp_path, (tmp_path / "out.csv").read_bytes(), quiz).answers == plain.answers


@pytest.mark.parametrize(
    ("data", "count"),
    [
        (REPORT + 'Average,Joe,joe@example.org,Finished,"4 May 2026",1.00,-,-\n', 3),
        # Nothing answered and in progress: a student all the same.
        (REPORT + "Average,,joe@example.org,Progress,4 May 2026,-,-,-\n", 3),
        (REPORT + "Iqbal,,joe@example.org,Progress,4 May 2026,-,,\n", 3),
        ("id,name,q-one,two\n1,Ana,x,y\n2,Media,,\n", 2),
        ("name,q-one,two\nAna,x,y\nEva,,\n", 2),
        ("name,q-one,two\nMedia,,\n", 1),
        ("name,q-one,two\nAna,x,y\nPromedio,3,\n", 1),
    ],
)
def test_students_stay_students_whatever_their_name(tmp_path: Path, quiz: Quiz, data: str, count: int) -> None:
    assert len(read(tmp_path, data, quiz).answers) == 2 * count


ASKED = (
    '"Last name",Status,Started,"Question 1","Response 1","Question 2","Response 2"\n'
    'G,Finished,"4 May","¿Qué es el vapor?",gas,"¿Por qué flota el hielo?",light\n'
    'H,Finished,"4 May","¿Qué es el vapor?",-,"¿Por qué flota el hielo?",-\n'
)


def test_texts_of_questions_are_believed_though_a_row_of_averages_has_none(tmp_path: Path, quiz: Quiz) -> None:
    found = read(tmp_path, ASKED + "Overall average,,,,,,\n", quiz)
    assert [(one.question_id, one.text) for one in found.answers[:2]] == [("two", "gas"), ("q-one", "light")]
    assert len(found.answers) == 4
    assert not any("by their numbers" in note for note in found.notes)


def test_responses_to_questions_drawn_at_random_are_never_taken_for_those_of_one(tmp_path: Path, quiz: Quiz) -> None:
    data = ASKED + 'I,Finished,"4 May","¿Por qué flota el hielo?",x,"¿Por qué flota el hielo?",light\n'
    found = read(tmp_path, data, quiz)
    assert {one.question_id for one in found.answers} == {"q-one"}
    assert "left out, responses that are to another question in each row: `Response 1`" in found.notes
    data += 'K,Finished,"4 May","¿Por qué flota el hielo?",x,"¿Qué es el vapor?",light\n'
    told = wrong(tmp_path, data, quiz)
    assert "none of the 7 columns" in told[0]
    assert told[-1] == "left out, responses that are to another question in each row: `Response 1`, `Response 2`"


def test_responses_that_are_no_questions_of_the_quiz_do_not_make_answers_of_what_was_asked(
    tmp_path: Path, quiz: Quiz
) -> None:
    data = '"Last name","Question 1","Response 8"\nG,What is rain?,water\n'
    assert "none of the 3 columns" in wrong(tmp_path, data, quiz)[0]


def test_texts_of_questions_that_look_like_formulas_are_known_again(tmp_path: Path) -> None:
    source = SOURCE.replace("¿Por qué flota el hielo?", "-5 + 3 = ?").replace("¿Qué es el vapor?", "=2+2?")
    quiz, problems = check_quiz(source.encode(), Path("q"))
    assert quiz is not None, problems
    asked = ASKED.replace("¿Por qué flota el hielo?", "-5 + 3 = ?").replace("¿Qué es el vapor?", "=2+2?")
    for data in (asked, "id,=2+2?,-5 + 3 = ?\n1,x,y\n"):
        found = read(tmp_path, data, quiz)
        write_marks(found, (), tmp_path / "out.csv")
        again = read(tmp_path, (tmp_path / "out.csv").read_bytes(), quiz)
        assert again.answers == found.answers
        assert [one.question_id for one in again.answers[:2]] == ["two", "q-one"]
