"""Marks that stand in a file of answers: what edgekit wrote there before, or a column of the teacher's."""

from __future__ import annotations

from collections.abc import Iterator

from edgekit.answers.answers import Answers
from edgekit.answers.cells import COLUMNS, as_typed
from edgekit.answers.table import TableSource
from edgekit.quiz.suggestion import Answer


def given_marks(answers: Answers, column: str = COLUMNS[0]) -> Iterator[tuple[Answer, str]]:
    """Each answer that has something in a column, and what; of a wide table in the column `QUESTION mark`.

    One column beside those of several questions holds a total, which is the mark of none of them.
    """
    source = answers.source if isinstance(answers.source, TableSource) else None
    wide = is_wide(answers)
    for answer in answers.answers:
        named = {name.strip().casefold(): value for name, value in answer.extra.items()}
        text = named.get(f"{answer.question_id} {column}".casefold()) or (
            "" if wide else named.get(column.casefold(), "")
        )
        if source is not None and column == COLUMNS[0]:
            text = text or _written(source, answer)
        if text.strip():
            yield answer, text.strip()


def is_wide(answers: Answers) -> bool:
    """Whether a table has a column for each of several questions."""
    return isinstance(answers.source, TableSource) and len(answers.source.layout.asked) > 1


def _written(source: TableSource, answer: Answer) -> str:
    """What stands where edgekit writes marks."""
    number, question = source.places[answer.answer_id]
    at = source.layout.ours.get(f"{question} {COLUMNS[0]}" if source.layout.asked else COLUMNS[0])
    cells = source.rows[number + (1 if source.layout.header else 0)].cells
    return as_typed(cells[at]) if at is not None and at < len(cells) else ""
