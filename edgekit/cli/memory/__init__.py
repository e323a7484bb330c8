"""`edgekit memory`: what was accepted, to look at, to move and to forget."""

from __future__ import annotations

import typer

from edgekit.cli.memory.accepting import accept
from edgekit.cli.memory.adding import add
from edgekit.cli.memory.forgetting import forget
from edgekit.cli.memory.listing import list_entries, search, stats
from edgekit.cli.memory.moving import export_file, import_file

group = typer.Typer(help="See, fill and move the translation memory.", no_args_is_help=True, rich_markup_mode=None)
group.command("ls")(list_entries)
group.command("search")(search)
group.command("accept")(accept)
group.command("add")(add)
group.command("import")(import_file)
group.command("export")(export_file)
group.command("forget")(forget)
group.command("stats")(stats)
