"""`edgekit plan`: what a model would be, before anything is built."""

from __future__ import annotations

from typing import Annotated

import typer

from edgekit.cli import output
from edgekit.cli.export import listed
from edgekit.cli.progress import Mode
from edgekit.core.languages import normalise_tag
from edgekit.core.units import parse_bytes


def plan(
    model: Annotated[
        str, typer.Argument(metavar="MODEL|PATH", help="An installed model, a GGUF file, a folder or an artifact.")
    ],
    languages: Annotated[
        list[str] | None, typer.Option("--languages", metavar="TAGS", help="Languages to keep, as `pt,en`.")
    ] = None,
    corpus: Annotated[
        list[str] | None, typer.Option("--corpus", metavar="[TAG=]TEXT", help="Text of these languages.")
    ] = None,
    vocab: Annotated[int | None, typer.Option("--vocab", metavar="N", help="Keep N tokens.")] = None,
    quant: Annotated[
        str | None, typer.Option("--quant", metavar="TYPE", help="Quantise the weights, as `q4_k_m`.")
    ] = None,
    embedding_quant: Annotated[
        str | None, typer.Option("--embedding-quant", metavar="TYPE", help="Quantise the table of words, as `q8_0`.")
    ] = None,
    container: Annotated[
        str | None, typer.Option("--format", metavar="NAME", help="gguf, where a Hugging Face folder becomes one.")
    ] = None,
    max_size: Annotated[
        str | None, typer.Option("--max-size", metavar="SIZE", help="What its files may take, as `120MB`.")
    ] = None,
    max_memory: Annotated[
        str | None, typer.Option("--max-memory", metavar="SIZE", help="What it may take when it runs, as `300MB`.")
    ] = None,
    target: Annotated[
        str | None, typer.Option("--target", metavar="DEVICE", help="Both for a device: pi-zero, pi5, laptop.")
    ] = None,
    context: Annotated[
        int, typer.Option("--context", metavar="N", help="Tokens of a text that a language model runs with.")
    ] = 512,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    progress: Annotated[Mode, typer.Option("--progress", metavar="HOW", help="auto, plain, json or none.")] = "auto",
) -> None:
    """Say how large a model would be, how much memory it would take, and what it would lose. Nothing is built.

    Ends with 1 where that is over a budget, and says what the nearest is that is not.

    \b
    Examples:
      edgekit plan gemma-3-270m
      edgekit plan gemma-3-270m --languages pt,en --vocab 64000 --quant q4_0 --target pi-zero
    """
    from edgekit.cli.progress import Renderer
    from edgekit.pipeline.budgets import PlanRequest
    from edgekit.pipeline.run import budget_of, plan_model

    limits = [None if text is None else parse_bytes(text) for text in (max_size, max_memory)]
    request = PlanRequest(
        model,
        tuple(dict.fromkeys(normalise_tag(tag) for tag in listed(languages))),
        tuple(corpus or ()),
        vocab=vocab,
        quant=quant,
        embedding_quant=embedding_quant,
        format=container,
        context=context,
        budget=budget_of(target, *limits),
    )
    with Renderer(mode=progress) as report:
        found = plan_model(request, report=report)
    if as_json:
        output.json_object(found.to_json())
    else:
        for line in found.lines():
            output.data(line)
    found.check()
