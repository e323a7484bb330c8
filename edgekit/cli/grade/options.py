"""Options that the commands of `edgekit grade` share."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgekit.cli import output
from edgekit.cli.options import AsJson as AsJson
from edgekit.cli.options import ProgressMode as ProgressMode
from edgekit.cli.options import Threads as Threads
from edgekit.cli.text_io import check_out
from edgekit.core.errors import UnavailableError, UsageError

if TYPE_CHECKING:
    from edgekit.gradebook.session import Session

SCHEMA = "edgekit.grading/1"
_MOST_NAMED = 10

Book = Annotated[Path | None, typer.Option("--book", metavar="FILE", help="The gradebook; else the one of this user.")]
SessionNumber = Annotated[
    int | None, typer.Option("--session", min=1, metavar="N", help="A session of it; else the newest.")
]
Ids = Annotated[
    list[str] | None, typer.Argument(metavar="[ID]...", help="Ids of answers, or `#N`, as the review shows them.")
]
Who = Annotated[str, typer.Option("--who", metavar="NAME", help="Who says so; it stands in the record.")]
Column = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="WHAT=NAME", help="Of csv, tsv: `answer=Respuesta`, `id=3`, `q1=Question one`."),
]
InputForm = Annotated[
    str | None, typer.Option("--from", metavar="FORM", help="csv, tsv, jsonl, json, moodle or qti; else what is in it.")
]
Encoding = Annotated[str | None, typer.Option("--encoding", metavar="NAME", help="Of ANSWERS; else it is found.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@contextlib.contextmanager
def opened(book: Path | None, number: int | None) -> Iterator[Session]:
    """A session of a gradebook that is there; a warning where its quiz was changed since. Raises UnavailableError."""
    from edgekit.core.paths import gradebook_file
    from edgekit.gradebook.book import open_gradebook

    path = book or gradebook_file()
    require_there(path)
    with open_gradebook(path) as found:
        session = found.session(number)
        tell_of_changed_quiz(session)
        yield session


def about(session: Session) -> str:
    """What a command that is printed needs to be about a session, where it would be about another without it:
    ` --session 2`, ` --book FILE`.
    """
    import shlex

    from edgekit.core.paths import gradebook_file

    told = "" if session.id == session.book.session().id else f" --session {session.id}"
    if session.book.path.resolve() != gradebook_file().resolve():
        told += f" --book {shlex.quote(str(session.book.path))}"
    return output.visible(told, one_line=True)


def require_there(book: Path) -> None:
    """Raise UnavailableError where there is no such gradebook: looking makes none."""
    if not book.exists():
        raise UnavailableError(
            f"there is no gradebook `{book}`", hint="`edgekit grade ANSWERS --quiz QUIZ -o marks.csv` begins one"
        )


def tell_of_changed_quiz(session: Session) -> None:
    """Say that the file of a quiz is not what was locked when grading started."""
    import shlex

    from edgekit.gradebook.quiz_file import quiz_has_changed

    path = quiz_has_changed(session)
    if path is None:
        return
    told = (
        f"warning: `{path}` was changed after session {session.id} began: the quiz that was locked then counts; "
        f"`edgekit grade ANSWERS --quiz {shlex.quote(str(path))} --regrade {session.id}` tells what the new one changes"
    )
    output.narrate(output.visible(told, one_line=True))


def check_written(out: Path, read: Mapping[str, Path | None], *, force: bool) -> None:
    """Raise UsageError where a command may not write to out.

    read: what a file is, as in `the quiz` -> that file, which no `force` replaces, by whatever name it is given.
    """
    check_out(out)
    for what, path in read.items():
        if path is not None and out.is_file() and path.is_file() and out.samefile(path):
            raise UsageError(f"`{out}` is {what}, and would be lost", hint="name another file for `-o`")
    if out.exists() and not force:
        raise UsageError(f"`{out}` is there already", hint="add `--force` to replace it")


def form_of(out: Path, endings: Mapping[str, str]) -> str:
    """The form that a file's ending asks for. Raises UsageError with the endings that are known."""
    found = endings.get(out.suffix.lower())
    if found is None:
        said = f"`{out.suffix}` is no ending" if out.suffix else f"`{out}` has no ending"
        raise UsageError(f"{said} that says what to write", hint=f"let it be one of {', '.join(endings)}")
    return found


def require_question(session: Session, question: str | None) -> None:
    """Raise UsageError where the quiz has no question of that id."""
    if question is not None and session.quiz.question(question) is None:
        raise UsageError(
            f"the quiz has no question `{output.visible(question)}`",
            hint=f"it has {', '.join(f'`{one.id}`' for one in session.quiz.questions[:10])}",
        )


def numbers_of(session: Session, ids: list[str]) -> list[int]:
    """The answers that are named. Raises UnavailableError with every name that is none of theirs."""
    found = {one: session.number_of(one) for one in ids}
    unknown = [one for one, number in found.items() if number is None]
    if unknown:
        meant, other = session.number_of(f"#{unknown[0]}"), session.book.newest_with(unknown[0])
        hint = f"`edgekit grade review --session {session.id}` shows the ids"
        mine = [one.answer_id for one in session.answers.values() if one.answer_id.startswith(f"{unknown[0]}.")]
        if mine:
            shown = ", ".join(f"`{output.visible(one, one_line=True)}`" for one in mine[:_MOST_NAMED])
            hint = f"that is a row of several answers: {shown}"
        elif meant is not None:
            hint = f"the number that the review shows is written with its sign and quotes: `'#{meant}'`"
        elif other is not None:
            hint = f"session {other.id}, `{output.visible(other.title, one_line=True)}`, has it: `--session {other.id}`"
        raise UnavailableError(
            f"session {session.id} has no answer {', '.join(f'`{output.visible(one)}`' for one in unknown[:10])}",
            hint=hint,
        )
    return list(dict.fromkeys(number for number in found.values() if number is not None))


def columns_of(columns: Sequence[str] | None) -> dict[str, str] | None:
    """`answer=Respuesta` -> {answer: Respuesta}. Raises UsageError."""
    found = {}
    for one in columns or ():
        what, equals, name = one.partition("=")
        if not (what and equals and name):
            raise UsageError(f"`--column {one}` does not say what is where", hint="write `--column answer=Respuesta`")
        found[what] = name
    return found or None
