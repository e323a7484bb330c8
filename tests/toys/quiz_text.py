"""Texts of quizzes as a test writes them, and what is read of them."""

from __future__ import annotations

from pathlib import Path

from edgekit.quiz.model import Quiz
from edgekit.quiz.read import check_quiz

HEAD = 'title = "T"\nlanguage = "en"\n'
ASK = HEAD + '[[questions]]\ntext = "Why?"\n'
FILE = Path("quiz.toml")


def good(text: str) -> Quiz:
    quiz, problems = check_quiz(text.encode(), FILE)
    assert quiz is not None, problems
    return quiz


def wrong(text: str | bytes) -> list[str]:
    quiz, problems = check_quiz(text if isinstance(text, bytes) else text.encode(), FILE)
    assert quiz is None
    assert problems
    return [str(problem).removeprefix("quiz.toml:") for problem in problems]
