"""`edgekit grade sessions` and `lint`: what was graded, and what a quiz will grade badly."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgekit.cli import output
from edgekit.cli.grade.options import SCHEMA, AsJson, Book, require_there
from edgekit.core.errors import IntegrityError
from edgekit.core.units import counted

if TYPE_CHECKING:
    from edgekit.gradebook.book import Gradebook


def sessions(book: Book = None, as_json: AsJson = False) -> None:
    """List the sessions of the gradebook: number, quiz and its digest, answers, marks, rows of the record, when.

    \b
    Examples:
      edgekit grade sessions
    """
    from edgekit.cli.grade.showing import cells
    from edgekit.cli.memory.options import in_words
    from edgekit.core.paths import gradebook_file
    from edgekit.gradebook.book import open_gradebook

    if book is not None:
        require_there(book)
    path = book or gradebook_file()
    found = []
    marks: dict[int, int | None] = {}
    if path.exists():
        with open_gradebook(path) as opened:
            found = opened.sessions()
            marks = {one.id: _marks(opened, one.id) for one in found}
    if as_json:
        rows = [
            {
                "session": one.id,
                "title": one.title,
                "quiz": one.quiz_digest,
                "parent": one.parent,
                "answers": one.answers,
                "marks": marks[one.id],
                "rows": one.rows,
                "when": in_words(one.created) or None,
            }
            for one in found
        ]
        output.json_object({"schema": SCHEMA, "path": str(path), "sessions": rows})
        return
    for one in found:
        when = in_words(one.created) or "no clock"
        made = marks[one.id]
        output.data(
            cells(
                *(str(one.id), one.title, one.quiz_digest[:12], counted(one.answers, "answer")),
                "damaged" if made is None else counted(made, "mark"),
                *(counted(one.rows, "row"), when),
            )
        )
    if not found:
        output.narrate("no sessions")


def _marks(book: Gradebook, number: int) -> int | None:
    """How many answers of a session have a mark; None where its record is broken, which is told when it is opened."""
    try:
        return sum(one.is_mark for one in book.session(number).standings)
    except IntegrityError:
        return None


def lint(
    quiz: Annotated[Path, typer.Argument(metavar="QUIZ", help="A quiz, a TOML file.")],
    as_json: AsJson = False,
) -> None:
    """Find what a quiz will grade badly: vague and overlapping criteria, points that do not add up, orders to a grader.

    Each with its place, what it is and the key of TOML to write. Exit code 1 where one makes marks wrong, 0 where there
    is only advice.

    \b
    Examples:
      edgekit grade lint quiz.toml
    """
    from edgekit.cli.grade.showing import sheet
    from edgekit.grading.quiz_orders import orders_in
    from edgekit.quiz.lint import lint as findings_of
    from edgekit.quiz.lint_keys import key_to_write
    from edgekit.quiz.places import place_of
    from edgekit.quiz.read import read_quiz

    asked = read_quiz(quiz)
    findings = (*findings_of(asked), *orders_in(asked))
    if as_json:
        rows = [
            {
                "code": one.code,
                "question": one.question,
                "criterion": one.criterion,
                "place": place_of(asked, one.question, one.criterion),
                "detail": one.detail,
                "advice": one.is_advice,
                "key": key_to_write(one, asked),
            }
            for one in findings
        ]
        output.json_object({"schema": SCHEMA, "quiz": asked.digest, "findings": rows})
    else:
        for one in findings:
            where = place_of(asked, one.question, one.criterion)
            kind = "advice: " if one.is_advice else ""
            said = where, one.code, f"{kind}{one.detail}", f"write `{key_to_write(one, asked)}`"
            for line in sheet(*said):
                output.data(line)
        faults = sum(not one.is_advice for one in findings)
        output.narrate(
            f"{counted(len(asked.questions), 'question')}, {counted(faults, 'finding')}, "
            f"{len(findings) - faults:,} of advice; "
            f"digest {asked.digest[:12]}"
        )
    if not all(one.is_advice for one in findings):
        raise typer.Exit(1)
