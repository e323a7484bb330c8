"""Options that the commands of `edgekit models` share."""

from __future__ import annotations

from typing import Annotated

import typer

from edgekit.cli.options import AsJson as AsJson

SCHEMA = "edgekit.models/1"

ModelId = Annotated[str, typer.Argument(metavar="ID", help="Id or alias of a model.")]
