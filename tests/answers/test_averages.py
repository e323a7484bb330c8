"""Rows of averages below a table are no students, in any language of Moodle; who has such a name is one."""

from __future__ import annotations

from pathlib import Path

import pytest
from answers.ice import quiz_of_ice, read

from edgekit.answers.write import write_marks
from edgekit.quiz.model import Quiz

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
    assert len((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()) == 4 + row.count("\n")
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
