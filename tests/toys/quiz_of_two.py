"""A quiz of two questions, and a file of answers to it as it is read."""

from __future__ import annotations

from pathlib import Path

from edgekit.answers.answers import Answers
from edgekit.answers.read import read_answers
from edgekit.quiz.model import Quiz
from edgekit.quiz.read import check_quiz

SOURCE = 'title = "T"\nlanguage = "en"\n' + "".join(
    f'[[questions]]\nid = "{name}"\ntext = "What is {name}?"\nreferences = "x"\n' for name in ("q1", "q2")
)


def quiz_of_two() -> Quiz:
    found, problems = check_quiz(SOURCE.encode(), Path("q"))
    assert found is not None, problems
    return found


def read(tmp_path: Path, data: str | bytes, quiz: Quiz, name: str = "in.csv") -> Answers:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_answers(path, quiz=quiz)
