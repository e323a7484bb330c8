"""`edgekit plan`: what a model would be, before anything is built."""

from __future__ import annotations

from typing import Annotated

import typer

from edgekit.cli import output
from edgekit.cli.export import listed
from edgekit.cli.options import AsJson, Device, EmbeddingQuant, Languages, MostMemory, MostSize, ProgressMode, Vocab
from edgekit.core.languages import normalise_tag
from edgekit.core.units import parse_bytes


def plan(
    model: Annotated[
        str, typer.Argument(metavar="MODEL|PATH", help="An installed model, a GGUF file, a folder or an artifact.")
    ],
    languages: Languages = None,
    corpus: Annotated[
        list[str] | None, typer.Option("--corpus", metavar="[TAG=]TEXT", help="Text of these languages.")
    ] = None,
    vocab: Vocab = None,
    quant: Annotated[
        str | None, typer.Option("--quant", metavar="TYPE", help="Quantise the weights, as `q4_k_m`.")
    ] = None,
    embedding_quant: EmbeddingQuant = None,
    container: Annotated[
        str | None, typer.Option("--format", metavar="NAME", help="gguf, where a Hugging Face folder becomes one.")
    ] = None,
    max_size: MostSize = None,
    max_memory: MostMemory = None,
    target: Device = None,
    context: Annotated[
        int, typer.Option("--context", metavar="N", help="Tokens of a text that a language model runs with.")
    ] = 512,
    as_json: AsJson = False,
    progress: ProgressMode = "auto",
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
