"""`edgekit generate`: a prompt or a chat in, what a language model goes on with out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgekit.cli import output
from edgekit.cli.options import Threads
from edgekit.cli.text_io import Sink, open_file, open_sink, open_stdin
from edgekit.core.errors import InputError, UsageError
from edgekit.core.events import Event, Note

if TYPE_CHECKING:
    from edgekit.generate.generator import Generation, Generator

SCHEMA = "edgekit.generation/1"
# The longest context that a model was trained with is some 10 MB of text.
_MOST_CHARACTERS = 1 << 25


def generate(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="An installed model's id, or a GGUF file.")],
    prompt: Annotated[
        str | None,
        typer.Argument(
            metavar="[PROMPT|-]",
            help="The text to go on from. Left out or `-`: standard input.",
            show_default=False,
        ),
    ] = None,
    chat: Annotated[bool, typer.Option("--chat", help="The prompt is a message, and the model answers it.")] = False,
    system: Annotated[
        str | None, typer.Option("--system", metavar="TEXT", help="What the model is told before; includes `--chat`.")
    ] = None,
    max_tokens: Annotated[int, typer.Option("--max-tokens", min=1, metavar="N", help="Stop after N tokens.")] = 256,
    temperature: Annotated[
        float,
        typer.Option("--temperature", metavar="T", help="0: the most probable token each time; above: drawn."),
    ] = 0.0,
    top_k: Annotated[
        int, typer.Option("--top-k", min=0, metavar="K", help="Draw from the K most probable; 0: from all.")
    ] = 40,
    top_p: Annotated[
        float, typer.Option("--top-p", metavar="P", help="Draw from the most probable that sum up to P.")
    ] = 0.95,
    min_p: Annotated[
        float, typer.Option("--min-p", metavar="P", help="Draw from those at least P times as probable as the best.")
    ] = 0.05,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, metavar="N", help="Draw the same again; see it with `--json`.")
    ] = None,
    stop: Annotated[
        list[str] | None, typer.Option("--stop", metavar="TEXT", help="Stop before TEXT; may be given several times.")
    ] = None,
    grammar: Annotated[
        Path | None, typer.Option("--grammar", metavar="FILE", help="A GBNF grammar that the text must match.")
    ] = None,
    logprobs: Annotated[
        int | None,
        typer.Option("--logprobs", min=0, metavar="N", help="With `--json`: probabilities of N alternatives."),
    ] = None,
    context: Annotated[
        int | None, typer.Option("--context", min=1, metavar="N", help="Tokens of prompt and answer together.")
    ] = None,
    threads: Threads = None,
    gpu_layers: Annotated[
        int | None, typer.Option("--gpu-layers", min=-1, metavar="N", help="Layers on the graphics card; -1: all.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object when all is done.")] = False,
) -> None:
    """Go on from a prompt with a language model, or answer it with `--chat`.

    \b
    Examples:
      edgekit generate gemma-3-270m "The three states of water are"
      edgekit generate ./model.gguf --chat "Why is the sky blue?" --temperature 0.7
      edgekit generate gemma-3-270m "2 + 2 =" --max-tokens 4 --json --logprobs 3
    """
    if logprobs is not None and not as_json:
        raise UsageError("`--logprobs` needs `--json`", hint="add `--json`")
    rules = None if grammar is None else _read_file(grammar)
    text = _read_prompt(prompt)
    given: Any = text
    if chat or system is not None:
        given = [{"role": "user", "content": text}]
        if system is not None:
            given.insert(0, {"role": "system", "content": system})
    # Threads of llama.cpp that spin while they wait take twice the processor's time where another program runs.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    from edgekit.generate.generator import open_generator

    with open_generator(model, context=context, threads=threads, gpu_layers=gpu_layers, report=_tell) as generator:
        asked: dict[str, Any] = {
            "max_tokens": max_tokens,
            "temperature": temperature,
            "top_k": top_k,
            "top_p": top_p,
            "min_p": min_p,
            "seed": seed,
            "stop": stop or (),
            "grammar": rules,
            "log_probabilities": logprobs,
        }
        if as_json:
            output.json_object(_as_json(model, generator.generate(given, **asked)))
            return
        with open_sink(None) as sink:
            _stream(generator, given, asked, sink)


def _stream(generator: Generator, given: Any, asked: dict[str, Any], sink: Sink) -> None:
    last = ""
    with generator.stream(given, **asked) as stream:
        for piece in stream:
            sink.write(piece.text)
            sink.flush()
            last = piece.text[-1:] or last
    if last != "\n":
        sink.write("\n")


def _as_json(model: str, made: Generation) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "schema": SCHEMA,
        "model": model,
        "text": made.text,
        "finish": made.finish,
        "prompt_tokens": made.prompt_tokens,
        "tokens": len(made.tokens),
        "seed": made.seed,
    }
    if any(token.log_probability is not None for token in made.tokens):
        fields["log_probabilities"] = [
            {
                **_probability(token.id, token.data, token.log_probability),
                "alternatives": [_probability(one.id, one.data, one.log_probability) for one in token.alternatives],
            }
            for token in made.tokens
        ]
    return fields


def _probability(number: int, data: bytes, value: float | None) -> dict[str, Any]:
    return {
        "id": number,
        "text": data.decode("utf-8", "replace"),
        "log_probability": None if value is None else round(value, 6),
    }


def _read_prompt(prompt: str | None) -> str:
    if prompt is not None and prompt != "-":
        try:
            prompt.encode("utf-8")
        except UnicodeEncodeError:
            raise InputError(
                "the prompt on the command line is not UTF-8", hint="use a UTF-8 locale, or pass it through a pipe"
            ) from None
        return prompt
    with open_stdin() as given:
        return _all(given.reader.windows(), "the standard input").removesuffix("\n")


def _read_file(path: Path) -> str:
    with open_file(path) as given:
        return _all(given.reader.windows(), f"`{path}`")


def _all(windows: Any, name: str) -> str:
    parts, length = [], 0
    for window in windows:
        parts += [line.text + line.ending for line in window]
        length += sum(len(line.text) for line in window)
        if length > _MOST_CHARACTERS:
            raise InputError(f"{name} has more than {_MOST_CHARACTERS:,} characters")
    return "".join(parts)


def _tell(event: Event) -> None:
    if isinstance(event, Note):  # the graphics card has too little memory
        output.narrate(event.text)
