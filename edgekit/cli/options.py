"""Options that commands of several groups share."""

from __future__ import annotations

from typing import Annotated

import typer

from edgekit.cli.progress import Mode

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
ProgressMode = Annotated[Mode, typer.Option("--progress", metavar="HOW", help="auto, plain, json or none.")]
Threads = Annotated[int | None, typer.Option("--threads", min=1, metavar="N", help="How many cores to use.")]
Languages = Annotated[
    list[str] | None, typer.Option("--languages", metavar="TAGS", help="Languages to keep, as `pt,en`.")
]
Vocab = Annotated[int | None, typer.Option("--vocab", metavar="N", help="Keep N tokens.")]
EmbeddingQuant = Annotated[
    str | None, typer.Option("--embedding-quant", metavar="TYPE", help="Quantise the table of words, as `q8_0`.")
]
CorpusField = Annotated[
    str | None, typer.Option("--corpus-field", metavar="NAME", help="Field of JSON lines that holds the text.")
]
MostSize = Annotated[
    str | None, typer.Option("--max-size", metavar="SIZE", help="What its files may take, as `120MB`.")
]
MostMemory = Annotated[
    str | None, typer.Option("--max-memory", metavar="SIZE", help="What it may take when it runs, as `300MB`.")
]
Device = Annotated[
    str | None, typer.Option("--target", metavar="DEVICE", help="Both for a device: pi-zero, pi5, laptop.")
]
