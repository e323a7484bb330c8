"""`edgekit glossary`: whether a glossary says what it should."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from edgekit.cli import output
from edgekit.cli.options import AsJson
from edgekit.core.languages import Direction, normalise_tag
from edgekit.core.units import counted

SCHEMA = "edgekit.glossary/1"
_MOST_CONFLICTS = 20

group = typer.Typer(help="Look a glossary over.", no_args_is_help=True, rich_markup_mode=None)


@group.callback()
def _group() -> None:
    """Look a glossary over."""


@group.command("check")
def check(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A csv, tsv or TBX file.")],
    source: Annotated[str, typer.Option("--from", metavar="TAG", help="Language of the terms.")],
    target: Annotated[str, typer.Option("--to", metavar="TAG", help="Language of what they become.")],
    as_json: AsJson = False,
) -> None:
    """Read a glossary and tell its terms and conflicts. Exit code 1 where there are conflicts to decide.

    \b
    Examples:
      edgekit glossary check terms.csv --from en --to pt
    """
    from edgekit.glossary.read import read_glossary

    glossary = read_glossary(path, Direction(normalise_tag(source), normalise_tag(target)))
    kinds = Counter(conflict.kind for conflict in glossary.conflicts)
    # A term inside another is no mistake: `cell`, `cell membrane`.
    undecided = sum(count for kind, count in kinds.items() if kind != "contains")
    if as_json:
        output.json_object(
            {
                "schema": SCHEMA,
                "terms": len(glossary.terms),
                "encoding": glossary.encoding,
                "kept_as_they_are": sum(term.keep for term in glossary.terms),
                "counts": dict(sorted(kinds.items())),
                "conflicts": [
                    {"kind": conflict.kind, "lines": list(conflict.lines), "detail": conflict.detail}
                    for conflict in glossary.conflicts
                ],
            }
        )
    else:
        output.data(f"{counted(len(glossary.terms), 'term')}, {counted(undecided, 'conflict')}")
        for conflict in glossary.conflicts[:_MOST_CONFLICTS]:
            lines = ", ".join(f"{line:,}" for line in conflict.lines)
            output.data(f"  line {lines}: {conflict.detail}")
        if len(glossary.conflicts) > _MOST_CONFLICTS:
            output.narrate(f"{len(glossary.conflicts) - _MOST_CONFLICTS:,} more: see them with `--json`")
    if undecided:
        raise typer.Exit(1)
