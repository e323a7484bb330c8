"""`edgekit memory ls`, `search`, `stats`: what there is."""

from __future__ import annotations

import shlex
from itertools import islice
from typing import Annotated

import typer

from edgekit.cli import output
from edgekit.cli.memory.options import (
    SCHEMA,
    AsJson,
    Document,
    Source,
    Target,
    as_cells,
    as_line,
    as_object,
    needed_direction,
    one_direction,
    opened,
)
from edgekit.core.units import bytes_in_words, counted


def list_entries(
    text: Annotated[str, typer.Argument(metavar="[TEXT]", help="Only entries with it.", show_default=False)] = "",
    source: Source = None,
    target: Target = None,
    document: Document = "",
    most: Annotated[int, typer.Option("--most", min=1, metavar="N", help="At most so many.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List entries, in the order they came.

    \b
    Examples:
      edgekit memory ls photosynthesis
      edgekit memory ls --from en --to pt --document unit3.docx --json
    """
    direction = one_direction(source, target)
    with opened() as memory:
        found = list(islice(memory.entries(direction=direction, text=text, document=document), most + 1))
    shown = found[:most]
    if as_json:
        more = len(found) > most
        output.json_object({"schema": SCHEMA, "entries": [as_object(entry) for entry in shown], "more": more})
        return
    for entry in shown:
        output.data(as_line(entry))
    if not found:
        output.narrate("no entries")
    elif len(found) > most:
        output.narrate(f"there are more than {most:,}: see them with `--most`")


def search(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A segment.")],
    source: Source = None,
    target: Target = None,
    previous: Annotated[str, typer.Option("--previous", metavar="TEXT", help="The segment before it.")] = "",
    least: Annotated[
        float, typer.Option("--least", metavar="P", min=0.0, max=1.0, help="The lowest score, 0 to 1.")
    ] = 0.7,
    most: Annotated[int, typer.Option("--most", min=1, metavar="N", help="At most so many.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Find entries that are like a text, the best first: segment, translation, score, origin, id, parted by tabs.

    \b
    Examples:
      edgekit memory search "The cell is small." --from en --to pt
    """
    direction = needed_direction(source, target)
    with opened() as memory:
        matches = memory.lookup(text, direction, previous=previous, least=least, most=most)
    if as_json:
        rows = [
            {
                "kind": match.kind,
                "score": round(match.score, 4),
                "target": match.target,
                "substituted": match.substituted,
                "usable": match.usable,
                "entry": as_object(match.entry),
            }
            for match in matches
        ]
        output.json_object({"schema": SCHEMA, "matches": rows})
        return
    for match in matches:
        score = f"{100 * match.score:.0f} % {match.kind}" + (", numbers put in" if match.substituted else "")
        origin = match.entry.origin.who or match.entry.origin.kind
        output.data(as_cells(match.entry.source, match.target, score, origin, str(match.entry.id)))
    if not matches:
        output.narrate("nothing like it")
        output.narrate(f"`{shlex.join(['edgekit', 'memory', 'ls', text])}` lists what has it inside")


def stats(as_json: AsJson = False) -> None:
    """Count entries by direction and origin.

    \b
    Examples:
      edgekit memory stats
    """
    with opened() as memory:
        found = memory.stats()
        path = memory.path
    if as_json:
        output.json_object(
            {
                "schema": SCHEMA,
                "path": str(path),
                "entries": found.entries,
                "directions": dict(found.by_direction),
                "origins": dict(found.by_origin),
                "documents": found.documents,
                "size_bytes": found.size_bytes,
            }
        )
        return
    entries, documents = counted(found.entries, "entry", "entries"), counted(found.documents, "document")
    output.data(f"{entries} of {documents}, {bytes_in_words(found.size_bytes)}, {path}")
    for name, count in (*found.by_direction, *found.by_origin):
        output.data(f"  {name}  {count:,}")
