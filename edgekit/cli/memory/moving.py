"""`edgekit memory import` and `export`: TMX files."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from edgekit.cli import output
from edgekit.cli.memory.options import SCHEMA, AsJson, Source, Target, one_direction, opened
from edgekit.cli.text_io import check_out
from edgekit.core.errors import UsageError
from edgekit.core.events import Progress, StepFinished, StepStarted
from edgekit.core.units import counted


def import_file(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A TMX file.")],
    source: Source = None,
    target: Target = None,
    as_json: AsJson = False,
) -> None:
    """Take in the entries of a TMX file; those that are there already are left as they are.

    \b
    Examples:
      edgekit memory import ministry.tmx --from en --to pt
    """
    from edgekit.cli.progress import Renderer
    from edgekit.memory.tmx import read_tmx

    direction = one_direction(source, target)
    skipped: Counter[str] = Counter()
    with opened() as memory, Renderer(mode="auto") as report:
        report(StepStarted("import", path.name))
        new, came = memory.take_in(
            read_tmx(path, direction, skipped=skipped),
            report=lambda done: report(Progress("import", done, None, "lines")),
        )
        report(StepFinished("import", f"{counted(came, 'entry', 'entries')}, {new:,} of them new"))
    for reason, count in sorted(skipped.items()):
        output.narrate(f"left out: {reason} ({count:,})")
    if as_json:
        output.json_object({"schema": SCHEMA, "entries": came, "new": new, "left_out": dict(sorted(skipped.items()))})


def export_file(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The TMX file to write.")],
    source: Source = None,
    target: Target = None,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the entries to a TMX file, which any translation program reads.

    \b
    Examples:
      edgekit memory export school.tmx
    """
    from edgekit import __version__
    from edgekit.memory.tmx import write_tmx

    check_out(path)
    if path.suffix.lower() not in ("", ".tmx", ".xml"):
        raise UsageError(
            f"`{path}` would be TMX, whatever its ending says", hint=f"name it `{path.with_suffix('.tmx')}`"
        )
    if path.exists() and not force:
        raise UsageError(f"`{path}` is there already", hint=f"run `edgekit memory export --force {path}`")
    direction = one_direction(source, target)
    with opened() as memory:
        count = write_tmx(path, memory.entries(direction=direction), version=__version__)
    if as_json:
        output.json_object({"schema": SCHEMA, "path": str(path), "entries": count})
    else:
        output.narrate(f"wrote {counted(count, 'entry', 'entries')} to {output.visible(str(path), one_line=True)}")
