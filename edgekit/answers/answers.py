"""A file of answers: what was in it, what form it had, and what it takes to write it again with marks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from edgekit.answers.cells import COMMAS, TableStyle
from edgekit.answers.parts import gapped_text, parts_of
from edgekit.quiz.model import Question
from edgekit.quiz.suggestion import Answer, Mark

Form: TypeAlias = Literal[
    "csv",
    "tsv",
    "jsonl",
    "json",  # one list of objects
    "moodle",  # the quiz report `Responses` of Moodle, as CSV
    "qti",  # QTI results reporting, 2.1 to 3.0
    "lti",  # scores of LTI Assignment and Grade Services; only written
    "xapi",  # statements `answered`; only written
    "html",  # a report for each student; only written
    "md",
]


class Source(Protocol):
    """The file that answers came from."""

    def written(self, marks: Mapping[str, Mark], *, names: bool) -> bytes:
        """It again, with what stands of each answer's mark; names: with those of the students."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers in the order of their file.

    encoding: as it was read.  style: of the table that they came in.  notes: one sentence each for the teacher, without
    names or texts of students.
    """

    answers: tuple[Answer, ...]
    form: Form
    encoding: str
    notes: tuple[str, ...] = ()
    source: Source | None = field(default=None, repr=False, compare=False)
    style: TableStyle = COMMAS


Also: TypeAlias = Callable[[Answers], Sequence[str]]
"""More problems of a file, each as `line N: ...`, by the answers that could be read: told with the others."""


def nothing_else(_answers: Answers) -> Sequence[str]:
    """No more problems."""
    return ()


def shown(text: str, most: int = 60) -> str:
    """The beginning of a text on one line, for a note: without anything that a terminal would obey."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def plain_name(text: str) -> str:
    """`Student_ID ` -> `student id`: how names of columns and questions are compared."""
    return " ".join(text.casefold().replace("_", " ").replace("-", " ").split())


# `1. `, `Q1) `, the number that Canvas gives a question; ` *` and `(2 points)` behind what has to be answered.
_MOST_BEHIND = 60
_NUMBER_BEFORE = re.compile(
    r"\s*(?:q|question|item|pregunta|pergunta|p|frage|questão|questao)?\s*\d{1,12}\s*[.:)–—-]\s*(?=\S)", re.IGNORECASE
)
_BEHIND = re.compile(
    r"(?:\s*(?:\*|[(\[]\s*\d{1,3}(?:[.,]\d{1,2})?\s*(?:p|pts?|points?|puntos?|pontos?|punkte?|marks?)\.?\s*[)\]]))+\s*",
    re.IGNORECASE,
)


def bare_name(text: str) -> str:
    """`3. Why does ice float? (2 points) *` -> `Why does ice float?`: a question as a form shows it."""
    begin = _NUMBER_BEFORE.match(text)
    text = text[begin.end() :] if begin is not None else text
    # From the end, where few characters stand in question.
    end = next(
        (
            found.start()
            for found in _BEHIND.finditer(text, max(0, len(text) - _MOST_BEHIND))
            if found.end() == len(text)
        ),
        len(text),
    )
    return text[:end]


def by_student(answers: Sequence[Answer]) -> Iterator[tuple[str, tuple[Answer, ...]]]:
    """What each student answered, by their name, else by their row, in the order of the file."""
    found: dict[tuple[str, str], list[Answer]] = {}
    for answer in answers:
        # Two students of one name have two rows; an answer a row has only the name to go by.
        row = row_of(answer)
        key = (answer.student or row, row if row != answer.answer_id else "")
        found.setdefault(key, []).append(answer)
    for (student, _), own in found.items():
        yield student, tuple(own)


def row_of(answer: Answer) -> str:
    """The id of the row that an answer stood in: that of a wide table without its question."""
    return answer.answer_id.removesuffix(f".{answer.question_id}")


class Lookup:
    """Questions by their id, else by their text in any language."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self.questions = tuple(questions)
        self._by_name: dict[str, Question] = {}
        for question in questions:
            for text in question.text.values():
                self._by_name.setdefault(plain_name(text), question)
        self._by_name |= {plain_name(question.id): question for question in questions}
        bare: dict[str, dict[str, Question]] = {}
        for name, question in self._by_name.items():
            bare.setdefault(bare_name(name), {})[question.id] = question
        # `1. Explain` and `2. Explain` are told apart by nothing but their numbers.
        self._by_bare = {name: next(iter(found.values())) for name, found in bare.items() if len(found) == 1}
        self._by_id = {question.id: question for question in questions}
        self.parts = parts_of(questions)
        self._texts = {
            plain_name(name): text
            for text, gaps in self.parts.items()
            for name in (*(gapped_text(one) for gap in gaps.values() for one in gap.text.values()), text)
        }

    def find(self, name: str) -> Question | None:
        """The question of that id or text."""
        plain = plain_name(name)
        return (
            self._by_id.get(name.strip()) or self._by_name.get(plain) or self._by_bare.get(plain_name(bare_name(name)))
        )

    def text(self, name: str) -> str | None:
        """What a text whose gaps are questions is called here, by its id or by itself as Moodle shows it."""
        return self._texts.get(plain_name(name)) or self._texts.get(plain_name(gapped_text(name)))

    def items(self) -> list[str]:
        """Ids of questions, and in the place of those that are gaps of one text what that is called."""
        of = {gap.id: text for text, gaps in self.parts.items() for gap in gaps.values()}
        return list(dict.fromkeys(of.get(question.id, question.id) for question in self.questions))

    def names(self) -> list[str]:
        """Ids, for a suggestion of what may have been meant."""
        return [question.id for question in self.questions]
