"""`edgekit models rm`: a model off this machine, once somebody said yes."""

from __future__ import annotations

from typing import Annotated

import typer

from edgekit.cli import output
from edgekit.cli.asking import has_terminal, is_agreed
from edgekit.cli.models.options import SCHEMA, AsJson, ModelId
from edgekit.core.errors import UsageError
from edgekit.core.units import bytes_in_words


def remove(
    model_id: ModelId,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove a model from this machine. Asks first.

    \b
    Examples:
      edgekit models rm firefox-en-pt
      edgekit models rm --yes firefox-en-pt
    """
    from edgekit.store.remove import folder_of
    from edgekit.store.remove import remove as remove_folder

    folder = folder_of(model_id)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    if not yes:
        if not has_terminal():
            raise UsageError(
                f"removing `{folder.name}` asks for a yes, and there is no terminal to ask on",
                hint=f"run `edgekit models rm --yes {folder.name}`",
            )
        if not is_agreed(f"Remove {folder.name} ({bytes_in_words(size)}) from {folder.parent}?"):
            output.narrate("nothing was removed")
            raise typer.Exit(1)
    remove_folder(folder.name, report=lambda event: output.narrate(getattr(event, "text", "")))
    if as_json:
        output.json_object({"schema": SCHEMA, "id": folder.name, "removed": True, "freed_bytes": size})
    else:
        output.narrate(f"removed {folder.name}, {bytes_in_words(size)}")
