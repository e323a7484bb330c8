"""`edgekit eval route`: directly or through another language, decided on text of your own."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgekit.cli import output
from edgekit.cli.eval.options import AsJson, From, ProgressMode, ReferenceFile, SourceFile, Threads, To, read_lines
from edgekit.core.columns import aligned_columns
from edgekit.core.errors import UsageError
from edgekit.core.languages import Direction, normalise_tag
from edgekit.core.units import counted

if TYPE_CHECKING:
    from edgekit.evaluate.route import RouteChoice
    from edgekit.translate.around import Around

SCHEMA = "edgekit.route/1"
# Less may well be chance.
_LEAST_P = 0.05


def route(
    source_file: SourceFile,
    reference_file: ReferenceFile,
    source: From,
    target: To,
    through: Annotated[
        str, typer.Option("--through", metavar="TAG", help="The language that may be gone through.")
    ] = "en",
    model: Annotated[
        str | None,
        typer.Option("--model", metavar="ID|PATH", help="A language model; else the installed translation models."),
    ] = None,
    prompt: Annotated[
        str, typer.Option("--prompt", metavar="ID", help="How to ask a language model; see `edgekit translate`.")
    ] = "plain",
    examples: Annotated[
        Path | None,
        typer.Option("--examples", metavar="FILE", help="What a language model is shown; see `edgekit translate`."),
    ] = None,
    threads: Threads = None,
    as_json: AsJson = False,
    progress: ProgressMode = "auto",
) -> None:
    """Choose between translating directly and through another language, by chrF on lines that a person translated.

    What comes of it is told with its figures, and as the options that `edgekit translate` takes. Lines that are like
    your own texts decide best; a few dozen do.

    \b
    Examples:
      edgekit eval route dev.pt dev.am --from pt --to am --model gemma-3-270m
      edgekit eval route dev.pt dev.fr --from pt --to fr --through en
    """
    from edgekit.cli.progress import Renderer
    from edgekit.evaluate.alignment import check_aligned
    from edgekit.evaluate.route import choose_route
    from edgekit.translate.around import Around

    direction = Direction(normalise_tag(source), normalise_tag(target))
    if direction.source == direction.target:
        raise UsageError(f"source and target are both `{direction.source}`", hint="name two languages")
    texts = {f"`{path}`": read_lines(path) for path in (source_file, reference_file)}
    check_aligned(texts)
    lines, references = (*texts.values(), *texts.values())[:2]
    around = Around(model=model, prompt=prompt, examples=examples, threads=threads)
    with Renderer(mode=progress) as report:
        found = choose_route(direction, normalise_tag(through), lines, references, around, report=report)
    options = _options(found, around)
    if as_json:
        output.json_object(
            {
                "schema": SCHEMA,
                "from": direction.source,
                "to": direction.target,
                "model": model,
                "prompt": None if model is None else prompt,
                **found.to_json(),
                "options": options,
            }
        )
        return
    for line in _table(found):
        output.data(line)
    way = found.through if found.chosen == "through" else found.direct
    if 2 * way.left > len(lines):
        output.narrate(
            f"{way} left parts of {way.left:,} of {counted(len(lines), 'line')} as they were: it hardly translates"
        )
    if found.chrf.randomization > _LEAST_P:
        output.narrate("so small a difference may well be chance: more lines would tell")
    output.narrate(f"translate so with `{shlex.join(['edgekit', 'translate', *options])}`")


def _options(found: RouteChoice, around: Around) -> list[str]:
    """The options of `edgekit translate` that go the chosen way."""
    begin, *middle, end = (found.through if found.chosen == "through" else found.direct).route
    named = {
        "--model": around.model,
        "--prompt": around.prompt if around.model else None,
        "--examples": around.examples,
    }
    return [
        *("--from", begin, "--to", end),
        *(part for tag in middle for part in ("--through", tag)),
        *(part for name, value in named.items() if value is not None for part in (name, str(value))),
    ]


def _table(found: RouteChoice) -> list[str]:
    rows = [["way", "lines", "chrF", "left as source", "s a line"]]
    rows += [
        [str(way), f"{len(way.texts):,}", f"{chrf:.2f}", f"{way.left:,}", f"{way.seconds:.2f}"]
        for way, chrf in ((found.direct, found.chrf.baseline), (found.through, found.chrf.score))
    ]
    chosen = found.through if found.chosen == "through" else found.direct
    return [
        *aligned_columns(rows),
        "",
        f"chosen: {chosen}, by {abs(found.chrf.difference):.2f} chrF (p {found.chrf.randomization:.4f}, randomization)",
    ]
