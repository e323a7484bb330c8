"""`edgekit eval`: how good translations are, which way they should go, how far their confidence can be trusted."""

from __future__ import annotations

import typer

from edgekit.cli.eval.confidence import confidence
from edgekit.cli.eval.route import route
from edgekit.cli.eval.translate import translate

group = typer.Typer(help="Measure translations on text of your own.", no_args_is_help=True, rich_markup_mode=None)
group.command("translate")(translate)
group.command("confidence")(confidence)
group.command("route")(route)
