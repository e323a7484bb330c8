"""`edgekit grade contest` and `grade forget`: what students may ask for after they have their marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from edgekit.cli import output
from edgekit.cli.asking import has_terminal, is_agreed
from edgekit.cli.grade.options import SCHEMA, AsJson, Book, Ids, SessionNumber, Who, Yes, about, numbers_of, opened
from edgekit.core.errors import UnavailableError, UsageError
from edgekit.core.units import counted

if TYPE_CHECKING:
    from edgekit.gradebook.session import Session


def contest(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of answers, or `#N`.")],
    why: Annotated[str | None, typer.Option("--why", metavar="TEXT", help="What the student says.")] = None,
    session: SessionNumber = None,
    who: Who = "student",
    book: Book = None,
    as_json: AsJson = False,
) -> None:
    """Open marks again that a student contests, released ones as well; the record keeps what they were.

    They are no marks until you decide again, and come first in `grade review`.

    \b
    Examples:
      edgekit grade contest a17 --why "I wrote that the salt stays"
    """
    from edgekit.gradebook.again import contest as contested

    with opened(book, session) as found:
        numbers = numbers_of(found, ids)
        contested(found, numbers, why=why, who=who)
        shown = f"edgekit grade review{about(found)}"
    if as_json:
        output.json_object({"schema": SCHEMA, "contested": len(numbers), "numbers": numbers})
    else:
        output.narrate(f"opened again {len(numbers):,}: `{shown}` begins with them")


def forget(
    ids: Ids = None,
    student: Annotated[
        str | None, typer.Option("--student", metavar="NAME", help="All answers of a student, in every session.")
    ] = None,
    session: SessionNumber = None,
    who: Who = "teacher",
    book: Book = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Remove what a student wrote, their name, and all words about it from the gradebook; that is never undone.

    Points and ids stay, and the record with its digests, so that it is still verified: `grade replay` tells how many
    texts are gone. Files that were written before, and other gradebooks, still have them.

    \b
    Examples:
      edgekit grade forget a17 a18
      edgekit grade forget --student "Ana"
    """
    from edgekit.answers.column_names import names_of
    from edgekit.gradebook.forgetting import answers_of
    from edgekit.gradebook.forgetting import forget as forgotten

    with opened(book, session) as found:
        if (student is None) == (not ids):
            raise UsageError("say whose answers", hint="name ids, or `--student NAME`")
        if student is not None and session is not None:
            raise UsageError("a student is forgotten in every session", hint="leave `--session` out")
        asked: list[tuple[Session, list[int]]] = (
            [(found, numbers_of(found, ids or []))]
            if student is None
            else list(answers_of(found.book, lambda answer: student in names_of(answer)))
        )
        count = sum(len(numbers) for _, numbers in asked)
        if not count:
            raise UnavailableError("no answer has that student's name", hint="names are as they came in, to the letter")
        _ask(count, yes=yes)
        removed = sum(forgotten(one, numbers, who=who) for one, numbers in asked)
    if as_json:
        output.json_object({"schema": SCHEMA, "forgotten": removed, "sessions": [one.id for one, _ in asked]})
    else:
        output.narrate(f"removed the texts of {counted(removed, 'answer')}; their marks stay")


def _ask(count: int, *, yes: bool) -> None:
    if yes:
        return
    if not has_terminal():
        raise UsageError(
            f"to remove {counted(count, 'text')} for good asks for a yes, and there is no terminal to ask on",
            hint="add `--yes`",
        )
    if not is_agreed(f"Remove {counted(count, 'text')} for good?"):
        output.narrate("nothing was done")
        raise typer.Exit(1)
