"""A quiz of two questions in Spanish, one of them in English as well, and files of answers as they are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgekit.answers.answers import Answers
from edgekit.answers.read import read_answers
from edgekit.core.errors import InputError
from edgekit.quiz.model import Quiz
from edgekit.quiz.read import check_quiz

SOURCE = """
title = "T"
language = "es"
[[questions]]
id = "q-one"
text = { es = "¿Por qué flota el hielo?", en = "Why does ice float?" }
references = "Es menos denso."
[[questions]]
id = "two"
text = "¿Qué es el vapor?"
references = "Agua en forma de gas."
"""


def quiz_of_ice() -> Quiz:
    found, problems = check_quiz(SOURCE.encode(), Path("q"))
    assert found is not None, problems
    return found


def read(tmp_path: Path, data: str | bytes, quiz: Quiz, name: str = "a.csv", **options: object) -> Answers:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_answers(path, quiz=quiz, **options)  # type: ignore[arg-type]  # options of any type


def wrong(tmp_path: Path, data: str | bytes, quiz: Quiz, **options: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(tmp_path, data, quiz, **options)  # type: ignore[arg-type]  # options of any type
    return [caught.value.message, *caught.value.reasons]
