"""`edgekit models add`: an artifact onto this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edgekit.cli import output
from edgekit.cli.models.options import SCHEMA, AsJson


def add(
    folder: Annotated[
        Path, typer.Argument(metavar="PATH", help="Folder of an artifact, as `edgekit export` writes it.")
    ],
    force: Annotated[bool, typer.Option("--force", help="Take the place of a model of the same id.")] = False,
    as_json: AsJson = False,
) -> None:
    """Install an artifact on this machine, checked against its receipt. Prints the model's folder.

    \b
    Examples:
      edgekit models add out/gemma-3-270m-en-pt
      edgekit models add --force /media/stick/gemma-3-270m-en-pt
    """
    from edgekit.cli.progress import Renderer
    from edgekit.store.add import add as add_folder

    with Renderer() as report:
        installed = add_folder(folder, report=report, force=force)
    if as_json:
        receipt = installed.receipt
        output.json_object(
            {"schema": SCHEMA, "id": receipt.id, "folder": str(installed.folder), "size_bytes": receipt.size_bytes}
        )
    else:
        output.data(str(installed.folder))
