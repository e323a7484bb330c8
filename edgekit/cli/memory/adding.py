"""`edgekit memory add`: one translation that a person accepts."""

from __future__ import annotations

from typing import Annotated

import typer

from edgekit.cli import output
from edgekit.cli.memory.options import SCHEMA, AsJson, Document, Source, Target, needed_direction, opened


def add(
    segment: Annotated[str, typer.Argument(metavar="SEGMENT", help="What is translated.")],
    translation: Annotated[str, typer.Argument(metavar="TRANSLATION", help="How.")],
    source: Source = None,
    target: Target = None,
    previous: Annotated[str, typer.Option("--previous", metavar="TEXT", help="The segment before it.")] = "",
    who: Annotated[str, typer.Option("--who", metavar="NAME", help="Who says so.")] = "person",
    document: Document = "",
    as_json: AsJson = False,
) -> None:
    """Keep a translation that you accept.

    \b
    Examples:
      edgekit memory add "Good morning, class." "Bom dia, turma." --from en --to pt
    """
    from edgekit.memory.entries import Origin

    direction = needed_direction(source, target)
    with opened() as memory:
        number = memory.add(segment, translation, direction, origin=Origin("person", who, document), previous=previous)
    if as_json:
        output.json_object({"schema": SCHEMA, "id": number})
    else:
        output.narrate(f"kept as {number}")
