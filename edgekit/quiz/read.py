"""A quiz file: TOML that a teacher writes by hand, read with every problem in it."""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edgekit.catalogue.document import parse_toml
from edgekit.catalogue.problems import Checker, Problem
from edgekit.core.errors import InputError, capped
from edgekit.core.foreign_file import read_bounded
from edgekit.quiz.canonical import digest_of
from edgekit.quiz.model import Question, Quiz
from edgekit.quiz.places import placed
from edgekit.quiz.questions import read_question
from edgekit.quiz.slips import in_words
from edgekit.quiz.texts import MOST_ID, check_unique, clean, flag, is_id, of_id, read_id, read_languages, tag

MAX_BYTES = 1 << 20  # the example of a class has 6 kB; 500 questions with their wordings have 400 kB
MOST_QUESTIONS = 500

SCHEMA_FILE = Path(__file__).with_name("quiz.schema.json")
"""JSON Schema (draft 7, which editors of TOML read) of a quiz file."""
TOP_KEYS = ("title", "id", "language", "languages", "form_counts", "questions")


def read_quiz(path: Path) -> Quiz:
    """The quiz in a TOML file; `quiz.schema.json` beside this module is its JSON Schema.

    Raises UnavailableError (not there) and InputError: cannot be read, or has problems; every one is a reason with its
    line and the key it is about.
    """
    quiz, problems = check_quiz(read_bounded(path, MAX_BYTES, "quiz"), path)
    if quiz is None:
        raise InputError(f"the quiz `{path}` has problems", reasons=capped([str(problem) for problem in problems]))
    return quiz


def check_quiz(data: bytes, file: Path) -> tuple[Quiz | None, list[Problem]]:
    """The quiz, or None and all that is wrong, in the order of its lines; `file` names it in problems."""
    document, checker = parse_toml(data, file, MAX_BYTES)
    quiz = _quiz(checker, document) if document is not None else None
    if checker.problems:
        found = checker.problems if document is not None else [in_words(one, data) for one in checker.problems]
        return None, sorted(placed(found, document or {}), key=lambda problem: problem.line)
    return quiz, []


def quiz_of(document: Mapping[str, Any], file: Path) -> tuple[Quiz | None, list[Problem]]:
    """The quiz that a table says, made of another program's file as a teacher would have written it."""
    checker = Checker(file, {})
    quiz = _quiz(checker, document)
    return (None if checker.problems else quiz), placed(checker.problems, document)


def make_quiz(quiz_id: str, title: str, languages: tuple[str, ...], questions: tuple[Question, ...]) -> Quiz:
    """A quiz with its digest. languages: any order, they are kept sorted."""
    quiz = Quiz(quiz_id, title, tuple(sorted({*languages})), questions, "")
    return dataclasses.replace(quiz, digest=digest_of(quiz))


def slug(title: str) -> str:
    """`Plants and water` -> `plants-and-water`: the id of a quiz that has none."""
    plain = "".join(letter if of_id(letter) and letter != "." else " " for letter in title.casefold())
    found = unicodedata.normalize("NFC", "-".join(plain.split()))[:MOST_ID].strip("-")
    return found if is_id(found) else "quiz"


def _quiz(checker: Checker, document: Mapping[str, Any]) -> Quiz:
    top = checker.table(document, (), TOP_KEYS, ("title", "language", "questions"))
    title = clean(checker, top["title"], ("title",)) if "title" in top else ""
    quiz_id = read_id(checker, top, (), slug(title))
    language = (tag(checker, top["language"], ("language",)) if "language" in top else None) or "und"
    languages = read_languages(checker, top, (), (language,))
    form_counts = flag(checker, top, "form_counts", (), False)
    items = checker.items(top, "questions", ())
    if "questions" in top and top["questions"] == []:
        checker.problem(("questions",), "is empty")
    if len(items) > MOST_QUESTIONS:
        checker.problem(("questions",), f"has {len(items):,} questions, more than {MOST_QUESTIONS}")
        items = []
    questions = tuple(
        read_question(checker, value, ("questions", index), f"q{index + 1}", language, languages, form_counts)
        for index, value in enumerate(items)
    )
    check_unique(checker, [question.id for question in questions], ("questions",), "question")
    return make_quiz(quiz_id, title, languages, questions)
