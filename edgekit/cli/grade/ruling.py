"""`edgekit grade rule`: a wording that counts from now on, and what it changes at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgekit.cli import output, signals
from edgekit.cli.grade.options import SCHEMA, AsJson, Book, ProgressMode, SessionNumber, Threads, about, opened
from edgekit.cli.progress import Mode
from edgekit.core.errors import UsageError
from edgekit.core.units import counted

if TYPE_CHECKING:
    from edgekit.answers.answers import Answers
    from edgekit.gradebook.session import Session
    from edgekit.grading.session_run import Difference
    from edgekit.quiz.teaching import TeacherMark

_LONGEST_MARK = 20


def rule(
    question: Annotated[str | None, typer.Argument(metavar="[QUESTION]", help="A question's id.")] = None,
    criterion: Annotated[str | None, typer.Argument(metavar="[CRITERION]", help="Of its criteria.")] = None,
    wording: Annotated[str | None, typer.Argument(metavar="[WORDING]", help="What counts as much.")] = None,
    language: Annotated[
        str | None, typer.Option("--language", metavar="TAG", help="What it is in; else that of the question.")
    ] = None,
    refuted: Annotated[bool, typer.Option("--refuted", help="It says the opposite: it must not pass.")] = False,
    undo: Annotated[int | None, typer.Option("--undo", min=1, metavar="N", help="Take ruling N back.")] = None,
    show: Annotated[bool, typer.Option("--list", help="Show the rulings that count.")] = False,
    session: SessionNumber = None,
    book: Book = None,
    threads: Threads = None,
    as_json: AsJson = False,
    progress: ProgressMode = "auto",
) -> None:
    """Accept a wording for a criterion, and suggest the marks of its question again; marks that you made stay.

    Marks that you made of its answers are learned from at the same time.

    \b
    Examples:
      edgekit grade rule q1 c2 "the water goes up" --language en
      edgekit grade rule --list
      edgekit grade rule --undo 412
    """
    with opened(book, session) as found:
        if show:
            _list(found, as_json=as_json)
            return
        if (undo is None) == (wording is None):
            raise UsageError("say what counts", hint="name QUESTION, CRITERION and WORDING, or `--list`, or `--undo N`")
        known: list[int] = []
        if undo is not None:
            asked_of = next((one.question_id for one in found.rulings if one.number == undo), None)
            found.unrule(undo)
            number = undo
        else:
            asked_of = question or ""
            asked = found.quiz.question(asked_of)
            known = [one.number for one in found.rulings]
            number = found.rule(
                asked_of,
                criterion or "",
                wording or "",
                _tag(language, asked.language if asked is not None else "en"),
                refuted=refuted,
            )
        # Marks that a person made since are learned from by the way, which moves suggestions as well.
        marks = sum(one.question_id == asked_of for one in found.teaching().marks)
        # Where it counts already, an interruption may have kept it from the suggestions.
        going_on = f"ruling {number} {'counts' if undo is None else 'is taken back'}"
        changed = again(found, asked_of, threads, progress, kept=going_on)
        back = f"--undo {number}{about(found)}"
    tell_differences(changed, as_json=as_json, ruling=number)
    if as_json:
        return
    if number in known:
        output.narrate(f"ruling {number} says so already, nothing was added; `{back}` takes it back")
        return
    if marks:
        output.narrate(
            counted(marks, f"mark of `{asked_of}` counts", f"marks of `{asked_of}` count")
            + " as well: its suggestions are learned from them, too"
        )
    if undo is None:
        output.narrate(f"this is ruling {number}: `edgekit grade rule {back}` takes it back")


def calibrate(
    marks: Annotated[
        Path | None,
        typer.Argument(metavar="[MARKS]", help="A table of answers with a column `mark`; else what you decided here."),
    ] = None,
    columns: Annotated[
        list[str] | None, typer.Option("--column", metavar="WHAT=NAME", help="`mark=Points`, `answer=Respuesta`.")
    ] = None,
    session: SessionNumber = None,
    book: Book = None,
    threads: Threads = None,
    as_json: AsJson = False,
    progress: ProgressMode = "auto",
) -> None:
    """Learn from marks that a teacher gave, and suggest again what has no mark yet.

    \b
    Examples:
      edgekit grade calibrate marks.csv
      edgekit grade calibrate
    """
    with opened(book, session) as found:
        if marks is not None:
            learned = _read_marks(found, marks, columns)
            found.learn(learned)
            output.narrate(f"learned from {counted(len(learned), 'mark')}")
        changed = again(found, None, threads, progress, kept="the marks are learned from")
    tell_differences(changed, as_json=as_json)


def again(
    session: Session, question: str | None, threads: int | None, progress: Mode, *, kept: str
) -> list[Difference]:
    """Suggest again with the models of a session.  kept: what is on the disk already where that is interrupted."""
    from edgekit.cli.progress import Renderer
    from edgekit.grading.opening import open_tools_of
    from edgekit.grading.same_grader import what_differs
    from edgekit.grading.session_run import suggest_again

    with (
        Renderer(mode=progress) as report,
        open_tools_of(session.settings, threads=threads, report=report) as tools,
    ):
        if what_differs(session.settings, tools.settings):
            output.narrate(
                f"the grader is another than when session {session.id} began, so some suggestions may differ for that "
                f"alone: `edgekit grade replay{about(session)}` tells in what"
            )
        try:
            return suggest_again(session, tools, question_id=question, report=report)
        except (KeyboardInterrupt, signals.TerminatedError):
            going_on = f"`edgekit grade calibrate{about(session)}` goes on"
            output.narrate(f"{kept}, and not every suggestion goes by it yet: {going_on}")
            raise


def tell_differences(changed: Sequence[Difference], *, as_json: bool, ruling: int | None = None) -> None:
    """What is suggested otherwise now."""
    from edgekit.cli.grade.showing import difference_line, difference_object

    if as_json:
        value = {"schema": SCHEMA, "differences": [difference_object(one) for one in changed]}
        output.json_object(value if ruling is None else {**value, "ruling": ruling})
        return
    for one in changed:
        output.data(difference_line(one))
    output.narrate(counted(len(changed), "suggestion is another now", "suggestions are others now"))


def _list(session: Session, *, as_json: bool) -> None:
    from edgekit.cli.grade.showing import cells

    if as_json:
        rows = [
            {
                "ruling": one.number,
                "question": one.question_id,
                "criterion": one.criterion,
                "language": one.language,
                "wording": one.wording,
                "refuted": one.refuted,
            }
            for one in session.rulings
        ]
        output.json_object({"schema": SCHEMA, "rulings": rows})
        return
    for one in session.rulings:
        output.data(cells(str(one.number), str(one)))
    if not session.rulings:
        output.narrate("no rulings")


def _tag(language: str | None, default: str) -> str:
    from edgekit.core.languages import normalise_tag

    return normalise_tag(language) if language is not None else default


def _read_marks(session: Session, path: Path, columns: Sequence[str] | None) -> list[TeacherMark]:
    """Answers of a table that have points in a column `mark`."""
    from edgekit.answers.given_marks import given_marks, is_wide
    from edgekit.answers.numbers import number_in
    from edgekit.answers.read import read_answers
    from edgekit.cli.grade.options import columns_of
    from edgekit.core.errors import InputError
    from edgekit.quiz.teaching import TeacherMark

    named = columns_of(columns) or {}
    column = named.pop("mark", "mark")
    found: list[TeacherMark] = []

    def take(given: Answers) -> list[str]:
        problems: list[str] = []
        for place, answer, text in given_marks(given, column):
            question = session.quiz.question(answer.question_id)
            if question is None:
                continue
            points = number_in(text)
            if points is None or not 0 <= points <= question.points:
                said = output.visible(text[:_LONGEST_MARK], one_line=True)
                problems.append(f"{place}: `{said}` is no number from 0 to {question.points:g}")
                continue
            found.append(TeacherMark(answer.question_id, answer.text, points, answer.language))
        return problems

    given = read_answers(path, quiz=session.quiz, columns=named or None, also=take)
    if not found:
        wide = is_wide(given)
        name = f"{given.answers[0].question_id} {column}" if wide else column
        raise InputError(
            f"no answer of `{path}` has a mark in a column `{name}`",
            hint="each question's marks have a column of their own" if wide else "name it: `--column mark=NAME`",
        )
    return found
