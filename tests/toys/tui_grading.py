"""A class to grade without a model: answers in many scripts, and some that would command a terminal."""

from __future__ import annotations

import csv
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gradebook.toy_tools import ToyGrader, ToyTools

from edgekit.core.errors import ModelNotFoundError
from edgekit.core.events import Event, Reporter, silent
from edgekit.quiz.model import Quiz
from edgekit.quiz.suggestion import Answer, Suggestion
from edgekit.quiz.teaching import TeacherMark
from tui.book_grades import BookGrades

SECONDS = 30.0
QUIZ = """
title = "Plants"
language = "en"
languages = ["en", "es", "pt"]

[[questions]]
id = "light"
text = { en = "What do plants need?", pt = "Do que as plantas precisam?" }
points = 2

[[questions.criteria]]
id = "light"
statement = { en = "plants need light", es = "las plantas necesitan luz" }
"""
SCRIPTS = {
    "Devanagari": "पौधों को प्रकाश की आवश्यकता होती है",
    "Tamil": "தாவரங்களுக்கு ஒளி தேவை",
    "Khmer": "រុក្ខជាតិត្រូវការពន្លឺ",
    "Burmese": "အပင်များသည်အလင်းလိုအပ်သည်",
    "Arabic": "النباتات تحتاج إلى الضوء",
    "Hebrew": "צמחים צריכים אור",
    "Amharic": "ተክሎች ብርሃን ያስፈልጋቸዋል",
    "Thai": "พืชต้องการแสงเพื่อเจริญเติบโต",
    "Chinese": "植物需要光才能生长",
    "emoji": "👩🏽‍🏫🌱 👨‍👩‍👧‍👦 🇧🇷 light",
}
HOSTILE = {
    "escape": "\x1b[31mred\x1b]0;title\x07 light",
    "link": "\x1b]8;;http://example.org\x1b\\light\x1b]8;;\x1b\\",
    "markup": "[bold red]light[/] [@click=app.quit]plants[/]",
    "direction": "plants \u202ethgil\u202c",
    "hidden": "plants\U000e0041\u2066 light\x85\x9b31m",
}


def class_files(folder: Path, answers: Sequence[str], *, name: str = "answers.csv") -> tuple[Path, Path]:
    """A quiz and a file of answers to it."""
    quiz, table = folder / "quiz.toml", folder / name
    quiz.write_text(QUIZ, encoding="utf-8")
    with table.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerows([("id", "light"), *((f"s{at:02}", text) for at, text in enumerate(answers, 1))])
    return quiz, table


class HeldGrader(ToyGrader):
    """Grades as many answers as it may, and waits for the rest."""

    gate: threading.Event
    free: int

    def grade(
        self, answers: Sequence[Answer], report: Reporter = silent, *, among: Sequence[Answer] = ()
    ) -> Iterator[Suggestion]:
        for at, suggestion in enumerate(super().grade(answers, report, among=among)):
            assert at < self.free or self.gate.wait(SECONDS)
            yield suggestion


class HeldTools(ToyTools):
    """gate: set when all may be graded, free: so many answers before that."""

    def __init__(self, gate: threading.Event, free: int) -> None:
        super().__init__()
        self.gate, self.free = gate, free

    def grader(self, quiz: Quiz, marks: Sequence[TeacherMark] = ()) -> HeldGrader:
        grader = HeldGrader(quiz, marks)
        grader.gate, grader.free = self.gate, self.free
        return grader


def toy_grades(book: Path, tools: Callable[[], Any] = ToyTools) -> BookGrades:
    """A gradebook of its own, graded by a toy."""
    return BookGrades(book, lambda _settings, _report: tools())


def without_encoder(_settings: Mapping[str, Any] | None, _report: Callable[[Event], None]) -> Any:
    """What opening the models raises where the encoder is not installed."""
    raise ModelNotFoundError("there is no model `e5`", hint="run `edgekit pull e5`")
