"""`edgekit grade replay`: every suggestion once more, to show that the record tells what happened."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgekit.cli import output
from edgekit.cli.grade.options import SCHEMA, AsJson, Book, ProgressMode, SessionNumber, Threads, opened
from edgekit.core.errors import InputError, UnavailableError, UsageError
from edgekit.core.units import counted

if TYPE_CHECKING:
    from edgekit.gradebook.chain import Row
    from edgekit.grading.session_run import Replay


def replay(
    session: SessionNumber = None,
    book: Book = None,
    record_only: Annotated[
        bool, typer.Option("--record-only", help="Verify the chain of the record; needs no model.")
    ] = False,
    record: Annotated[
        Path | None,
        typer.Option("--record", metavar="FILE", help="Verify a record that was exported, with no gradebook or model."),
    ] = None,
    here: Annotated[
        bool, typer.Option("--here", help="With the grader of this machine, though it is another than then.")
    ] = False,
    threads: Threads = None,
    as_json: AsJson = False,
    progress: ProgressMode = "auto",
) -> None:
    """Verify the record, and compute every suggestion in it again with the same grader: they must be the same bytes.

    Exit code 1 where one is not; the first row that differs is named. Where a judge's process died, or it was out of
    time, the record says so, and the judge is not asked again.

    A grader that was updated since, has other models or another processor is told with what is another, and nothing
    is computed: what another grader suggests says nothing against the record. `--here` computes it all the same, and
    counts.

    \b
    Examples:
      edgekit grade replay
      edgekit grade replay --session 3 --record-only
      edgekit grade replay --record record.jsonl
    """
    from edgekit.cli.grade.showing import difference_line, difference_object
    from edgekit.cli.progress import Renderer
    from edgekit.grading.opening import open_tools_of
    from edgekit.grading.same_grader import what_differs
    from edgekit.grading.session_run import replay as compute

    if record is not None:
        if session is not None or book is not None:
            raise UsageError(
                "a record that was exported is not in a gradebook", hint="leave `--session` and `--book` out"
            )
        _tell_whole(_exported(record), {"schema": SCHEMA}, as_json=as_json)
        return
    with opened(book, session) as found:
        rows = list(found.rows())
        found.require_end()
        value = {"schema": SCHEMA, "session": found.id}
        if record_only:
            _tell_whole(rows, value, as_json=as_json)
            return
        with (
            Renderer(mode=progress) as report,
            open_tools_of(found.settings, threads=threads, report=report) as tools,
        ):
            others = what_differs(found.settings, tools.settings)
            if others and not here:
                raise UnavailableError(
                    f"the record of session {found.id} is whole, but another grader than this one wrote its "
                    f"suggestions: they cannot be computed again",
                    reasons=others,
                    hint="the same command with `--here` counts what this grader suggests otherwise",
                )
            result = compute(found, tools, report, here)
    first = result.difference
    if as_json:
        told = None if first is None else {"row": result.row, **difference_object(first)}
        output.json_object(
            {
                **_summed(rows, value),
                "same": result.suggestions,
                "removed": result.removed,
                "beside": result.beside,
                "recalled": result.recalled,
                "unanswered": result.unanswered,
                "different": result.others,
                "moved": result.moved,
                "elsewhere": result.elsewhere,
                "grader": others,
                "first_difference": told,
            }
        )
    elif first is None:
        output.data(f"{_all(result.suggestions)} out the same; the record has {counted(len(rows), 'row')}")
    else:
        output.data(f"row {result.row} differs: {difference_line(first)}")
        _tell_why(result, len(rows), others)
    if not as_json and result.elsewhere:
        output.narrate(
            f"{result.elsewhere:,} more were suggested by another grader, after an update or on another processor: "
            f"`--here` computes them, too"
        )
    if not as_json and result.removed:
        output.narrate(f"{result.removed:,} more are of answers whose texts were removed, and cannot be computed again")
    if not as_json and result.beside:
        output.narrate(f"{result.beside:,} more come out otherwise: they are of questions to which a text was removed")
    if not as_json and result.recalled:
        output.narrate(
            f"of {result.recalled:,} the judge gave no second opinion then, for its process died or was out of time: "
            f"that is taken from the record"
        )
    if not as_json and result.unanswered:
        output.narrate(
            f"{result.unanswered:,} more had a second opinion, and the judge's process died or was out of time now: "
            f"whether they come out the same is not known"
        )
    if first is not None or result.unanswered:
        raise typer.Exit(1)


def _tell_why(result: Replay, rows: int, others: Sequence[str]) -> None:
    """How many differ, in what, and that the record is not to blame for it."""
    from edgekit.cli.grade.showing import fitted

    count = counted(result.suggestions + result.others, "suggestion comes", "suggestions come")
    told = [
        f"{result.others:,} of {count} out otherwise, {result.moved:,} with other points or another decision; "
        f"the record itself is whole: none of its {counted(rows, 'row')} was changed"
    ]
    if others:
        told += ["it was written by another grader than this one, so that some differ is to be expected:"]
        told += [f"  {one}" for one in others]
    else:
        told += [
            "the grader is the same to the byte, and so are the instructions of the processor as far as they are known;"
            " another make of it may compute other last digits"
        ]
    for line in told:
        for part in fitted(line, sys.stderr):
            output.narrate(output.visible(part))


def _all(count: int) -> str:
    return "the one suggestion comes" if count == 1 else f"all {count:,} suggestions come"


def _exported(path: Path) -> list[Row]:
    """The rows of a file of `grade export --as record`. Raises IntegrityError with its line, InputError: no record."""
    from edgekit.cli.eval.options import read_lines
    from edgekit.gradebook.chain import read_line, verified

    lines = read_lines(path)
    if not lines or not lines[0].lstrip().startswith("{"):
        raise InputError(
            f"`{path}` is {'no record' if lines else 'empty'}",
            hint="`edgekit grade export -o record.jsonl --as record` writes one",
        )
    return list(verified(read_line(line, at) for at, line in enumerate(lines, 1)))


def _tell_whole(rows: Sequence[Row], value: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        output.json_object(_summed(rows, value))
    else:
        output.data(f"the record is whole: {counted(len(rows), 'row')}, the last one is {rows[-1].hash}")


def _summed(rows: Sequence[Row], value: Mapping[str, Any]) -> dict[str, Any]:
    return {**value, "rows": len(rows), "head": rows[-1].hash}
