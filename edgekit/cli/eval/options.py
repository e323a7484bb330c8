"""What the commands of `edgekit eval` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edgekit.cli.options import AsJson as AsJson
from edgekit.cli.options import ProgressMode as ProgressMode
from edgekit.cli.options import Threads as Threads
from edgekit.cli.text_io import open_file

SourceFile = Annotated[Path, typer.Argument(metavar="SOURCE", help="A text, one sentence a line, UTF-8.")]
ReferenceFile = Annotated[Path, typer.Argument(metavar="REFERENCE", help="Its translation by a person, line by line.")]
From = Annotated[str, typer.Option("--from", metavar="TAG", help="Language of the source.")]
To = Annotated[str, typer.Option("--to", metavar="TAG", help="Language of the reference.")]
Model = Annotated[
    str | None,
    typer.Option(
        "--model", metavar="ID|PATH", help="An installed model or an artifact's folder; else the one that is installed."
    ),
]


def read_lines(path: Path) -> list[str]:
    """The lines of a file without their endings. Raises UnavailableError, InputError (which line is not UTF-8)."""
    with open_file(path) as given:
        return [line.text for window in given.reader.windows() for line in window]
