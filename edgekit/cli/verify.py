"""`edgekit verify`: does an artifact hold what its receipt says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edgekit.cli import output
from edgekit.cli.options import ProgressMode
from edgekit.core.errors import FailedError


def verify(
    folder: Annotated[
        Path, typer.Argument(metavar="ARTIFACT", help="Folder that `edgekit export` wrote, or an installed model's id.")
    ],
    text: Annotated[
        list[Path] | None, typer.Option("--text", metavar="FILE", help="Prove it on these lines; again for more.")
    ] = None,
    aligned: Annotated[
        list[str] | None,
        typer.Option(
            "--aligned",
            metavar="[TAG=]TEXT",
            help="Line-aligned text, a file a language: how an encoder aligns them is compared with its source.",
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--source", metavar="MODEL|PATH", help="The model it was made from; found by itself where it is installed."
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object, with every line that changes.")
    ] = False,
    progress: ProgressMode = "auto",
) -> None:
    """Compare an artifact with its receipt, with text and with the model it was made from.

    Ends with 1 when anything does not hold. Lines that are cut into other pieces than before are no failure: they are
    what trimming costs, and each is shown.

    \b
    Examples:
      edgekit verify out/gemma-3-270m-pt-en
      edgekit verify out/gemma-3-270m-pt-en --text lesson.txt --source gemma-3-270m
    """
    from edgekit.cli.progress import Renderer
    from edgekit.pipeline.requests import VerifyRequest
    from edgekit.pipeline.run import verify as run

    with Renderer(mode=progress) as report:
        found = run(VerifyRequest(folder, tuple(text or ()), source, tuple(aligned or ())), report=report)
    if as_json:
        output.json_object(found.to_json())
    else:
        for line in found.lines():
            output.data(line)
    if found.failures:
        raise FailedError(f"`{folder}` does not hold", reasons=found.failures)
