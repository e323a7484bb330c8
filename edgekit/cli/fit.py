"""`edgekit fit`: the best model that a device can carry."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from edgekit.cli import output
from edgekit.cli.export import listed
from edgekit.cli.options import AsJson, CorpusField, Device, MostMemory, MostSize, ProgressMode
from edgekit.core.languages import normalise_tag
from edgekit.core.units import parse_bytes


def fit(
    task: Annotated[str, typer.Option("--task", metavar="TASK", help="translate, grade or generate.")],
    languages: Annotated[
        list[str],
        typer.Option("--languages", metavar="TAGS", help="As `sw,en`; of a translation the source, then the target."),
    ],
    max_size: MostSize = None,
    max_memory: MostMemory = None,
    target: Device = None,
    model: Annotated[
        list[str] | None,
        typer.Option("--model", metavar="MODEL|PATH", help="Try only these; else all that are installed."),
    ] = None,
    corpus: Annotated[
        list[str] | None,
        typer.Option("--corpus", metavar="[TAG=]TEXT", help="Text of these languages; a tenth of it measures."),
    ] = None,
    corpus_field: CorpusField = None,
    aligned: Annotated[
        list[str] | None,
        typer.Option("--aligned", metavar="[TAG=]TEXT", help="Line-aligned text of both languages: measures chrF."),
    ] = None,
    builds: Annotated[int, typer.Option("--builds", metavar="N", help="Build at most so many candidates.")] = 4,
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="DIR", help="Folder for what is built; run again, it goes on there.")
    ] = Path("fit"),
    as_json: AsJson = False,
    progress: ProgressMode = "auto",
) -> None:
    """Find the best model that fits a device.

    Predicts the size and the memory of every vocabulary and every type of the weights, builds the few that are worth
    it, measures them here, and recommends one. Ends with 1 where nothing fits.

    \b
    Examples:
      edgekit fit --task generate --languages pt,en --max-size 100MB --corpus texts/ -o fit
      edgekit fit --task translate --languages en,pt --target pi-zero --aligned dev.en --aligned dev.pt -o fit
    """
    from edgekit.cli.progress import Renderer
    from edgekit.pipeline.budgets import FitRequest
    from edgekit.pipeline.run import budget_of, run_fit

    limits = [None if text is None else parse_bytes(text) for text in (max_size, max_memory)]
    request = FitRequest(
        task,
        tuple(dict.fromkeys(normalise_tag(tag) for tag in listed(languages))),
        budget_of(target, *limits),
        models=tuple(model or ()),
        corpora=tuple(corpus or ()),
        corpus_field=corpus_field,
        aligned=tuple(aligned or ()),
        builds=builds,
        out=out,
        command=shlex.join(["edgekit", *sys.argv[1:]]),
    )
    with Renderer(mode=progress) as report:
        found = run_fit(request, report=report)
    if as_json:
        output.json_object(found.to_json())
    else:
        for line in found.lines():
            output.data(line)
        output.narrate(f"report: {found.report_path}")
    found.check()
