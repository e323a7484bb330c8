"""`edgekit memory forget`: entries out of the memory, once somebody said yes."""

from __future__ import annotations

from typing import Annotated

import typer

from edgekit.cli import output
from edgekit.cli.asking import has_terminal, is_agreed
from edgekit.cli.memory.options import SCHEMA, AsJson, Document, Source, Target, Yes, one_direction, opened
from edgekit.core.errors import UnavailableError, UsageError
from edgekit.core.units import counted


def forget(
    ids: Annotated[
        list[int] | None, typer.Argument(metavar="[ID]...", help="Ids, as `edgekit memory ls` shows them.")
    ] = None,
    document: Document = "",
    source: Source = None,
    target: Target = None,
    everything: Annotated[bool, typer.Option("--all", help="All entries, or all of a direction or document.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Remove entries, by id, or all of a document or direction. Asks first when they are not named by id.

    \b
    Examples:
      edgekit memory forget 17 18
      edgekit memory forget --all --document unit3.docx
    """
    direction = one_direction(source, target)
    if bool(ids) == everything:
        raise UsageError("say which entries", hint="name ids, or `--all`")
    if ids and (document or direction):
        raise UsageError("ids and `--document`, `--from`, `--to` do not go together", hint="use `--all` with these")
    with opened() as memory:
        wanted = list(ids or (entry.id for entry in memory.entries(direction=direction, document=document)))
        if everything and wanted and not yes:
            entries = counted(len(wanted), "entry", "entries")
            if not has_terminal():
                raise UsageError(
                    f"forgetting {entries} asks for a yes, and there is no terminal to ask on",
                    hint="add `--yes`",
                )
            if not is_agreed(f"Forget {entries} of {memory.path}?"):
                output.narrate("nothing was forgotten")
                raise typer.Exit(1)
        count = memory.forget(wanted)
    if ids and not count:
        raise UnavailableError(
            f"there is no entry {', '.join(f'`{one}`' for one in ids)}", hint="`edgekit memory ls` shows the ids"
        )
    if as_json:
        output.json_object({"schema": SCHEMA, "forgotten": count})
    else:
        output.narrate(f"forgot {count:,} of {len(wanted):,}")
