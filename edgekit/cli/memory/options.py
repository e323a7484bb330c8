"""Options that the commands of `edgekit memory` share."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgekit.cli import output
from edgekit.cli.options import AsJson as AsJson
from edgekit.core.errors import UsageError
from edgekit.core.events import Event, Note
from edgekit.core.languages import Direction, normalise_tag

if TYPE_CHECKING:
    from edgekit.memory.entries import Entry
    from edgekit.memory.memory import Memory

SCHEMA = "edgekit.memory/1"

Source = Annotated[str | None, typer.Option("--from", metavar="TAG", help="Language of the segments.")]
Target = Annotated[str | None, typer.Option("--to", metavar="TAG", help="Language of the translations.")]
Document = Annotated[str, typer.Option("--document", metavar="NAME", help="What was translated.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def one_direction(source: str | None, target: str | None) -> Direction | None:
    """The direction of the two options, None where neither is given. Raises UsageError where one is missing."""
    if source is None and target is None:
        return None
    if source is None or target is None:
        raise UsageError("a direction has two languages", hint="give both `--from` and `--to`")
    direction = Direction(normalise_tag(source), normalise_tag(target))
    if direction.source == direction.target:
        raise UsageError(f"source and target are both `{direction.source}`", hint="name two languages")
    return direction


def needed_direction(source: str | None, target: str | None) -> Direction:
    """The same, where there must be one."""
    direction = one_direction(source, target)
    if direction is None:
        raise UsageError("the direction is missing", hint="give `--from` and `--to`")
    return direction


def opened() -> Memory:
    """The user's memory; what happened to it is told."""
    from edgekit.memory.memory import open_memory

    return open_memory(report=tell)


def tell(event: Event) -> None:
    """Notes, as lines for the person watching."""
    if isinstance(event, Note):
        output.narrate(event.text)


def as_object(entry: Entry) -> dict[str, Any]:
    """An entry for `--json`."""
    return {
        "id": entry.id,
        "from": entry.direction.source,
        "to": entry.direction.target,
        "source": entry.source,
        "target": entry.target,
        "previous": entry.previous,
        "origin": {"kind": entry.origin.kind, "who": entry.origin.who, "document": entry.origin.document},
        "when": in_words(entry.when) or None,
    }


def as_line(entry: Entry) -> str:
    """An entry on one line: id, direction, origin, the segment, its translation, parted by tabs."""
    who = entry.origin.who or entry.origin.kind
    return as_cells(str(entry.id), str(entry.direction), who, entry.source, entry.target)


def as_cells(*cells: str) -> str:
    """Texts on one line, parted by tabs."""
    return "\t".join(" ".join(cell.split()) for cell in cells)


def in_words(when: int | None) -> str:
    """`2026-05-04T10:00:00Z`, empty where it is not known."""
    if when is None or not 0 <= when < 253_402_300_800:
        return ""
    return datetime.datetime.fromtimestamp(when, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
