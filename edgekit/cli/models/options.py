"""Options that the commands of `edgekit models` share."""

from __future__ import annotations

from typing import Annotated

import typer

SCHEMA = "edgekit.models/1"

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
ModelId = Annotated[str, typer.Argument(metavar="ID", help="Id or alias of a model.")]
