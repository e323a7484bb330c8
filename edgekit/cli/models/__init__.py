"""`edgekit models`: what there is, and what is here."""

from __future__ import annotations

import typer

from edgekit.cli.models.adding import add
from edgekit.cli.models.listing import list_models
from edgekit.cli.models.pinning import pin
from edgekit.cli.models.removing import remove
from edgekit.cli.models.showing import path, show
from edgekit.cli.models.validating import validate

group = typer.Typer(help="See, find and remove models.", no_args_is_help=True, rich_markup_mode=None)
group.command("ls")(list_models)
group.command("show")(show)
group.command("add")(add)
group.command("pin")(pin)
group.command("rm")(remove)
group.command("path")(path)
group.command("validate")(validate)
