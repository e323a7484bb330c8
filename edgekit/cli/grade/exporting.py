"""`edgekit grade export`: marks that a person made, in the form that they are needed in, and the record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgekit.cli import output
from edgekit.cli.grade.options import (
    SCHEMA,
    AsJson,
    Book,
    Column,
    InputForm,
    SessionNumber,
    check_written,
    columns_of,
    form_of,
    opened,
)
from edgekit.cli.text_io import open_sink
from edgekit.core.errors import UnavailableError, UsageError, capped
from edgekit.core.units import counted

if TYPE_CHECKING:
    from edgekit.answers.answers import Answers
    from edgekit.gradebook.session import Session

# Forms that say of a mark that nobody has made it yet.
_PENDING = ("lti", "xapi")
# Forms that say when a mark was made; a platform keeps the later one (AGS 2.0, 3.4.4).
_TIMED = ("lti", "xapi", "qti")
_REPORTS = ("html", "md")
_MOST_SHOWN = 10
_ENDINGS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".xml": "qti",
    ".zip": "qti",
    ".json": "lti",
    ".html": "html",
    ".htm": "html",
    ".md": "md",
}


def export(
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The file to write.")],
    form: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="FORM",
            help="csv, tsv, jsonl, json, moodle, qti, lti, xapi; html, md: a report for each student, in a `.zip` a "
            "file each; `record`: all that happened, as JSON lines. Else by FILE's ending.",
        ),
    ] = None,
    answers: Annotated[
        Path | None,
        typer.Option("--answers", metavar="FILE", help="The file of answers, to write it again with marks in it."),
    ] = None,
    columns: Column = None,
    read_as: InputForm = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", metavar="NAME", help="Of the file of `--answers`; else it is found.")
    ] = None,
    pending: Annotated[
        bool, typer.Option("--pending", help="Also answers without a mark; in csv and tsv their mark stays empty.")
    ] = False,
    names: Annotated[bool, typer.Option("--names/--no-names", help="Write students' names.")] = True,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it is there.")] = False,
    session: SessionNumber = None,
    book: Book = None,
    as_json: AsJson = False,
) -> None:
    """Write marks to a file. An answer that nobody has decided on stops it, unless you say `--pending`.

    In LTI such an answer is `PendingManual`, in xAPI it has no score. Reports of students never tell what is only
    suggested.

    \b
    Examples:
      edgekit grade export -o final.csv
      edgekit grade export -o scores.json --as lti
      edgekit grade export -o marked.csv --answers responses.csv --as moodle
      edgekit grade export -o marked.csv --answers answers.csv --column answer=Respuesta
      edgekit grade export -o for-students.html --no-names
      edgekit grade export -o reports.zip --as md
      edgekit grade export -o record.jsonl --as record
    """
    from edgekit.answers.read import read_answers
    from edgekit.core.clock import known_now
    from edgekit.core.paths import gradebook_file
    from edgekit.gradebook.elsewhere import marked_elsewhere

    kept = {"the file of answers itself": answers, "the gradebook": book or gradebook_file()}
    check_written(out, kept, force=force)
    # With the same ending, a file of answers is written again in its own form.
    same = answers is not None and out.suffix.lower() == answers.suffix.lower()
    if answers is None and (columns or read_as or encoding):
        raise UsageError(
            "`--column`, `--from` and `--encoding` are about the file of answers", hint="name it: `--answers FILE`"
        )
    form = form or (None if same else form_of(out, _ENDINGS))
    with opened(book, session) as found:
        if form == "record":
            count = _record(found, out)
        else:
            given = None
            if answers is not None:
                said = columns_of(columns)
                given = read_answers(answers, quiz=found.quiz, columns=said, form=read_as, encoding=encoding)
                form = form or given.form
            count = _marks(found, out, form, given, pending=pending, names=names)
        lacking = marked_elsewhere(found)
    if as_json:
        output.json_object({"schema": SCHEMA, "session": found.id, "path": str(out), "written": count})
    else:
        what = counted(count, "row" if form == "record" else "mark")
        more = len(_waiting(found)) if form != "record" else 0
        output.narrate(
            f"wrote {what} of session {found.id} to {output.visible(str(out), one_line=True)}"
            + (f"; {counted(more, 'answer has', 'answers have')} none yet" if more else "")
        )
    if form in _TIMED and known_now() is None:
        output.narrate(
            "warning: the clock of this machine cannot be right, and the marks have its time: a platform that has older"
            " ones may keep those; set it and export again with `--force`"
        )
    for number, more in lacking.items():
        output.narrate(
            f"warning: session {number} of the same quiz has {counted(more, 'mark')} that session {found.id} lacks: "
            f"`--session {number}` writes them"
        )


def _record(session: Session, out: Path) -> int:
    count = 0
    with open_sink(out) as sink:
        for line in session.lines():
            sink.write(line + "\n")
            count += 1
    return count


def _marks(session: Session, out: Path, form: str | None, given: Answers | None, *, pending: bool, names: bool) -> int:
    from edgekit.answers.answers import Answers
    from edgekit.answers.cells import style_of
    from edgekit.answers.write import write_marks
    from edgekit.gradebook.table_style import table_style

    waiting = _waiting(session)
    if waiting and not pending and form not in _PENDING:
        raise UsageError(
            f"{len(waiting):,} of {len(session.answers):,} answers have no mark yet",
            reasons=capped([_undecided(session, at) for at in waiting], _MOST_SHOWN),
            hint="`edgekit grade review` decides on them, `--pending` writes them without a mark",
        )
    # A report of what was removed is a page for nobody.
    gone = session.forgotten if form in _REPORTS and given is None else frozenset[int]()
    if given is not None:
        _require_same(session, given)
    else:
        left = tuple(one for at, one in session.answers.items() if at not in gone)
        given = Answers(left, "csv", "utf-8", style=style_of(table_style(session)))
    marks = [session.mark(at) for at in session.answers if at not in gone]
    write_marks(given, marks, out, form=form, names=names, quiz=session.quiz)
    return sum(one.is_mark for one in session.standings if one.number not in gone)


def _waiting(session: Session) -> list[int]:
    """Answers without a mark that may get one."""
    return [at for at in session.answers if not session.standing(at).is_mark and at not in session.forgotten]


def _undecided(session: Session, at: int) -> str:
    return f"`{session.answers[at].answer_id}` is {session.standing(at).state}"


def _require_same(session: Session, given: Answers) -> None:
    there = {(one.answer_id, one.question_id): one.text for one in given.answers}
    here = {(one.answer_id, one.question_id): at for at, one in session.answers.items()}
    # What was removed from the gradebook may still stand in the teacher's file.
    others = [
        name
        for (name, question), at in here.items()
        if at not in session.forgotten
        and there.get((name, question), session.answers[at].text) != session.answers[at].text
    ]
    reasons = [
        *(f"`{name}` is in the file alone" for name, question in there if (name, question) not in here),
        *(f"`{name}` is in the session alone" for name, question in here if (name, question) not in there),
        *(f"`{name}` is another text" for name in others),
    ]
    if reasons:
        raise UnavailableError(
            f"the file has other answers than session {session.id}",
            reasons=capped(reasons, _MOST_SHOWN),
            hint="name the file that was graded, with the same `--column`, or another `--session`, or grade this one: "
            "its marks go along",
        )
