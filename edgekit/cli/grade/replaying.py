"""`edgekit grade replay`: every suggestion once more, to show that the record tells what happened."""

from __future__ import annotations

from typing import Annotated

import typer

from edgekit.cli import output
from edgekit.cli.grade.options import SCHEMA, AsJson, Book, ProgressMode, SessionNumber, Threads, opened


def replay(
    session: SessionNumber = None,
    book: Book = None,
    record_only: Annotated[
        bool, typer.Option("--record-only", help="Verify the chain of the record; needs no model.")
    ] = False,
    threads: Threads = None,
    as_json: AsJson = False,
    progress: ProgressMode = "auto",
) -> None:
    """Verify the record, and compute every suggestion in it again with the same models: they must be the same bytes.

    Exit code 1 where one is not; the first row that differs is named.

    \b
    Examples:
      edgekit grade replay
      edgekit grade replay --session 3 --record-only
    """
    from edgekit.cli.grade.showing import difference_line, difference_object
    from edgekit.cli.progress import Renderer
    from edgekit.grading.opening import open_tools_of
    from edgekit.grading.session_run import replay as compute

    with opened(book, session) as found:
        rows = list(found.rows())
        value = {"schema": SCHEMA, "session": found.id, "rows": len(rows), "head": rows[-1].hash}
        if record_only:
            if as_json:
                output.json_object(value)
            else:
                output.data(f"the record is whole: {len(rows):,} rows, the last one is {rows[-1].hash}")
            return
        with (
            Renderer(mode=progress) as report,
            open_tools_of(found.settings, threads=threads, report=report, same=True) as tools,
        ):
            result = compute(found, tools, report)
    first = result.difference
    if as_json:
        told = None if first is None else {"row": result.row, **difference_object(first)}
        output.json_object({**value, "same": result.suggestions, "first_difference": told})
    elif first is None:
        output.data(f"all {result.suggestions:,} suggestions come out the same; the record has {len(rows):,} rows")
    else:
        output.data(f"row {result.row} differs: {difference_line(first)}")
    if first is not None:
        raise typer.Exit(1)
