"""A quiz that was imported from a file, and is the same once it is written and read again."""

from __future__ import annotations

from pathlib import Path

from edgekit.answers.questions import ImportedQuiz, import_quiz
from edgekit.quiz.read import check_quiz
from edgekit.quiz.write import quiz_toml


def read(tmp_path: Path, data: str | bytes, name: str = "q.xml", **options: str) -> ImportedQuiz:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    found = import_quiz(path, language=options.pop("language", "en"), **options)
    again, problems = check_quiz(quiz_toml(found.quiz, found.notes).encode(), Path("q.toml"))
    assert again == found.quiz, problems
    return found
