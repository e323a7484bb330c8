"""`edgekit models validate`: whether a catalogue file is sound."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edgekit.cli import output
from edgekit.cli.models.options import SCHEMA, AsJson
from edgekit.core.errors import CatalogueError
from edgekit.core.units import counted


def validate(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A catalogue file; without one, those that edgekit reads.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a catalogue file and print every problem in it.

    \b
    Examples:
      edgekit models validate
      edgekit models validate my-models.toml
    """
    from edgekit.catalogue.load import check_file, packaged_file, user_file

    files = [file] if file is not None else [packaged_file(), *([user_file()] if user_file().exists() else [])]
    checked = [check_file(one) for one in files]
    problems = [problem for _, found in checked for problem in found]
    count = sum(len(catalogue.models) for catalogue, _ in checked)
    if as_json:
        output.json_object(
            {
                "schema": SCHEMA,
                "valid": not problems,
                "files": [str(one) for one in files],
                "models": count,
                "problems": [
                    {"file": str(one.file), "line": one.line, "key": one.key, "message": one.message}
                    for one in problems
                ],
            }
        )
        if problems:
            raise typer.Exit(CatalogueError.exit_code)
        return
    if problems:
        raise CatalogueError(
            f"{len(problems)} problem{'s' if len(problems) > 1 else ''} in {', '.join(f'`{one}`' for one in files)}",
            reasons=[str(problem) for problem in problems],
        )
    output.narrate(f"{counted(count, 'model')} in {', '.join(str(one) for one in files)}, no problem")
