"""`edgekit grade ANSWERS`: a suggestion for every answer, kept in the gradebook, those first that need a person."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgekit.cli import output, signals
from edgekit.cli.grade.options import (
    SCHEMA,
    AsJson,
    Book,
    Column,
    Encoding,
    InputForm,
    ProgressMode,
    Threads,
    columns_of,
    form_of,
)
from edgekit.cli.grade.reading import TABLES, read_class
from edgekit.core.errors import OutputError
from edgekit.core.units import counted

if TYPE_CHECKING:
    from edgekit.answers.answers import Answers
    from edgekit.gradebook.book import SessionEntry
    from edgekit.gradebook.session import Session
    from edgekit.grading.session_run import Difference

Quiz = Annotated[Path, typer.Option("--quiz", metavar="FILE", help="The quiz, a TOML file.")]


def suggest(
    answers: Annotated[Path, typer.Argument(metavar="ANSWERS", help="Answers: csv, tsv, jsonl, json, Moodle, QTI.")],
    quiz: Quiz,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", metavar="FILE", help="Write a table of what is suggested: csv, or tsv by its ending."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file that `-o` names if it is there.")] = False,
    columns: Column = None,
    form: InputForm = None,
    encoding: Encoding = None,
    judge: Annotated[
        str | None,
        typer.Option(
            "--judge",
            metavar="ID|PATH",
            help="A language model (GGUF) as second opinion: it sends to review, gives no point.",
        ),
    ] = None,
    regrade: Annotated[
        int | None,
        typer.Option("--regrade", min=1, metavar="N", help="Begin a new session and tell what differs from session N."),
    ] = None,
    new: Annotated[bool, typer.Option("--new", help="Begin a new session, though there is one to go on with.")] = False,
    book: Book = None,
    names: Annotated[bool, typer.Option("--names/--no-names", help="Write students' names to FILE.")] = True,
    threads: Threads = None,
    as_json: AsJson = False,
    progress: ProgressMode = "auto",
) -> None:
    """Suggest marks; none is one before somebody accepts it.

    A table has a column a question, named after its id or its text, or an answer a row with columns `question` and
    `answer`. Ids and names of students are found by what their columns are called; `--column` says what is not found.

    The quiz is locked when grading starts: a changed one begins a new session, and so do changed answers, into which
    marks of answers that are the same are carried over. Run again after an interruption, it goes on where it was.

    \b
    Examples:
      edgekit grade answers.csv --quiz quiz.toml -o marks.csv
      edgekit grade review
      edgekit grade export -o final.csv
    """
    from edgekit.cli.progress import Renderer
    from edgekit.gradebook.book import open_gradebook
    from edgekit.gradebook.quiz_file import keep_quiz_file, sessions_of
    from edgekit.gradebook.table_style import keep_table_style
    from edgekit.grading.opening import open_tools
    from edgekit.grading.session_run import differences, same_class, suggest_waiting

    asked, given = read_class(
        answers,
        quiz,
        out=out,
        book=book,
        force=force,
        columns=columns_of(columns),
        form=form,
        encoding=encoding,
    )
    for note in given.notes:
        _tell(output.visible(note))
    with (
        Renderer(mode=progress) as report,
        open_gradebook(book) as opened,
        open_tools(judge=judge, threads=threads, report=report) as tools,
    ):
        older = opened.session(regrade) if regrade is not None else None
        session = None if new else opened.begun(asked, given.answers, tools.settings)
        if older is not None and session is not None and not _is_interrupted(session, older):
            session = None
        if session is None:
            before = older if older is not None or new else same_class(opened, asked, given.answers)
            parent = before.id if before is not None else None
            session = opened.begin(asked, given.answers, tools.settings, parent=parent)
            if not new and regrade is None:
                same = sessions_of(opened, quiz)
                _tell_of_change(
                    [one for one in opened.sessions() if one.title == session.title or one.id in same],
                    session,
                    before,
                    same_class(opened, asked, given.answers, changed=True),
                )
        keep_quiz_file(session, quiz)
        keep_table_style(session, *astuple(given.style))
        try:
            graded = suggest_waiting(session, tools, report)
        except (KeyboardInterrupt, signals.TerminatedError):
            _tell_of_interruption(session, new=new)
            raise
        if graded and session.parent is not None:
            # Of a session that was interrupted as well: nothing was carried over into it yet.
            _carry(opened.session(session.parent), session)
        changed = differences(older, session) if older is not None else []
        _write(session, given, out, changed, names=names, as_json=as_json, compared=older is not None)


def _carry(before: Session, session: Session) -> None:
    """Take marks over, and say how many and how many not."""
    from edgekit.grading.session_run import carry_over, left_open

    if carried := carry_over(before, session):
        _tell(
            counted(carried, f"mark of session {before.id} stands", f"marks of session {before.id} stand")
            + ": question and answer are the same"
        )
    if more := left_open(before, session):
        _tell(
            counted(more, f"mark of session {before.id} does not", f"marks of session {before.id} do not")
            + ": question or answer is another, so decide again"
        )


def _write(
    session: Session,
    given: Answers,
    out: Path | None,
    changed: Sequence[Difference],
    *,
    names: bool,
    as_json: bool,
    compared: bool,
) -> None:
    from edgekit.cli.grade.showing import as_object, difference_line, difference_object, line
    from edgekit.gradebook.queue import by_need

    order = by_need(session)
    if out is not None:
        try:
            _table(session, given, out, order, names=names)
        except OutputError:
            _tell(f"what was suggested is kept in session {session.id}: the same command with another `-o` writes it")
            raise
    if as_json:
        value: dict[str, Any] = {
            "schema": SCHEMA,
            "session": session.id,
            "quiz": session.quiz.digest,
            "out": str(out) if out is not None else None,
            "answers": [as_object(session, at) for at in order],
        }
        if compared:
            value["differences"] = [difference_object(one) for one in changed]
        output.json_object(value)
    elif out is None:
        for at in order:
            output.data(line(session.answers[at], session.standing(at), session.suggestion(at)))
    if compared and not as_json:
        for one in changed:
            _tell(difference_line(one))
        several = f"suggestions differ from those of session {session.parent}"
        _tell(counted(len(changed), f"suggestion differs from that of session {session.parent}", several))
    _summary(session, out)


def _table(session: Session, given: Answers, out: Path, order: Sequence[int], *, names: bool) -> None:
    """Those that need a person first, whatever the order and form of the file that they came in."""
    from dataclasses import replace

    from edgekit.answers.write import write_marks

    listed = replace(given, answers=tuple(session.answers[at] for at in order), source=None)
    write_marks(listed, [session.mark(at) for at in order], out, form=form_of(out, TABLES), names=names)


def _summary(session: Session, out: Path | None) -> None:
    """How many, of which variety, why; and what to do next."""
    found = [one for at in session.answers if (one := session.suggestion(at)) is not None]
    sure = [one for one in found if one.decision == "suggest"]
    _tell(
        f"session {session.id}: {counted(len(found), 'answer')}, {len(sure):,} suggested, "
        f"{len(found) - len(sure):,} to review"
        + (f"; written to {output.visible(str(out))}" if out is not None else "")
    )
    varieties = Counter(one.variety for one in found)
    good = Counter(one.variety for one in sure)
    _tell(
        "suggested by variety: "
        + ", ".join(f"{variety} {good[variety]:,} of {count:,}" for variety, count in sorted(varieties.items()))
    )
    reasons = Counter(code for one in found for code in {reason.code for reason in one.reasons})
    if reasons:
        _tell("reasons: " + ", ".join(f"{code} {count:,}" for code, count in reasons.most_common()))
    _tell("no mark is final before you say so: `edgekit grade review`")


def _tell(line: str) -> None:
    from edgekit.cli.grade.showing import fitted

    for part in fitted(line, sys.stderr):
        output.narrate(part)


def _is_interrupted(session: Session, older: Session) -> bool:
    """Whether grading an older session again ended before every answer had its suggestion."""
    return session.parent == older.id and any(one.state == "waiting" for one in session.standings)


def _tell_of_interruption(session: Session, *, new: bool) -> None:
    """What is on the disk, and how to go on."""
    kept = sum(one.state != "waiting" for one in session.standings)
    of_all = counted(len(session.answers), "suggestion is", "suggestions are")
    _tell(
        f"{kept:,} of {of_all} kept in session {session.id}: "
        f"the same command{' without `--new`' if new else ''} goes on"
    )


def _tell_of_change(
    sessions: Sequence[SessionEntry], session: Session, before: Session | None, older: Session | None
) -> None:
    """Say why this is not the session in which the same quiz was graded before.

    sessions: of its title or its file.  before: that of the same quiz and class.  older: one of the same class, of
    another quiz.
    """
    from edgekit.gradebook.pairing import written_by

    others = [one for one in sessions if one.id != session.id]
    if not others:
        return
    if before is None and (older is not None or others[-1].quiz_digest != session.quiz.digest):
        was = older.id if older is not None else others[-1].id
        told = f"the quiz is another than in session {was}: this is session {session.id}"
        if older is not None:
            told += f"; `--regrade {was}` tells what differs"
            marks = sum(one.is_mark for one in older.standings)
            told += f" and takes over the marks that still fit, of {marks:,}" if marks else ""
        _tell(told)
        return
    number = before.id if before is not None else others[-1].id
    changed = "the answers are others"
    if before is not None:
        known = written_by(before.answers.values())
        count = sum(not written_by([one]) <= known for one in session.answers.values())
        if count:
            changed = counted(count, "answer is another", "answers are others")
        elif len(before.answers) > len(session.answers):
            changed = counted(len(before.answers) - len(session.answers), "answer fewer", "answers fewer")
        elif before.settings != session.settings:
            changed = "the grader or its models are others"
        else:
            changed = "the answers stand in another order"
    _tell(f"{changed} than in session {number}: this is session {session.id}")
