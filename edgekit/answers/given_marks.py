"""Marks that stand in a file of answers: what edgekit wrote there before, or a column of the teacher's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edgekit.answers.answers import Answers
from edgekit.answers.cells import COLUMNS, as_typed
from edgekit.answers.jsonl import JsonSource
from edgekit.answers.table import TableSource
from edgekit.quiz.suggestion import Answer


def given_marks(answers: Answers, column: str = COLUMNS[0]) -> Iterator[tuple[str, Answer, str]]:
    """The place, as `line 3`, of each answer that has something in a column, the answer, and what it is.

    Of a wide table it is the column `QUESTION mark`, of objects with several questions such a key: one column beside
    those of several questions holds a total, which is the mark of none of them.
    """
    source = answers.source
    if not isinstance(source, TableSource | JsonSource):
        return
    wide = is_wide(answers)
    for answer, (number, question) in zip(answers.answers, source.placed, strict=True):
        named = {name.strip().casefold(): value for name, value in answer.extra.items()}
        text = named.get(f"{answer.question_id} {column}".casefold()) or (
            "" if wide else named.get(column.casefold(), "")
        )
        if isinstance(source, JsonSource):
            place = source.place(number)
            if column == COLUMNS[0]:
                text = text or source.given(number, question)
        else:
            row = source.rows[number + (1 if source.layout.header else 0)]
            place = row.place
            if column == COLUMNS[0]:
                text = text or _written(source, row.cells, question)
        if text.strip():
            yield place, answer, text.strip()


def is_wide(answers: Answers) -> bool:
    """Whether each of several questions has a column, or a key of each object."""
    return isinstance(answers.source, TableSource | JsonSource) and len(answers.source.layout.questions) > 1


def _written(source: TableSource, cells: Sequence[str], question: str) -> str:
    """What stands where edgekit writes marks."""
    at = source.layout.ours.get(f"{question} {COLUMNS[0]}" if source.layout.asked else COLUMNS[0])
    return as_typed(cells[at]) if at is not None and at < len(cells) else ""
