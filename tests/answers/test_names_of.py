"""By which columns of a row a student is known."""

from __future__ import annotations

import pytest

from edgekit.answers.column_names import names_of
from edgekit.quiz.suggestion import Answer


@pytest.mark.parametrize(
    ("student", "extra", "names"),
    [
        ("ana@school.example", {"Full name": " Ana Lima ", "Timestamp": "9:01"}, {"ana@school.example", "Ana Lima"}),
        ("a@b.example", {"Nombre y apellidos": "Ana Díaz", "Estado": "Finalizado"}, {"a@b.example", "Ana Díaz"}),
        # Two students of a class may share a first name.
        ("a@b.example", {"Apellido(s)": "Díaz", "Nombre": "Ana"}, {"a@b.example"}),
        ("a@b.example", {"Nombre": "Ana Díaz"}, {"a@b.example", "Ana Díaz"}),
        ("7", {"Name": "Anonymous"}, {"7"}),
        (None, {"Name": ""}, set()),
    ],
)
def test_a_student_is_named_by_each_column_that_names_students(
    student: str | None, extra: dict[str, str], names: set[str]
) -> None:
    assert names_of(Answer("a", "q", "x", student, extra=extra)) == names
