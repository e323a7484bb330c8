"""`edgekit translate`: lines in, their translations out."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgekit.cli import output
from edgekit.cli.text_io import FileBlocks, Input, Line, LineReader, check_out, open_file, open_sink, open_stdin
from edgekit.core.errors import DirectionError, InputError, UnavailableError, UsageError
from edgekit.core.events import Event, Note, Progress, Reporter, StepFinished, StepStarted, silent
from edgekit.core.languages import Direction, base_language, normalise_tag

if TYPE_CHECKING:
    from edgekit.translate.translator import Translation, Translator

SCHEMA = "edgekit.translation/1"
# A person who waits longer than this wants to know for how long.
_QUIET_SECONDS = 3.0
_MOST_LINES = 10
# A missing argument with one of these endings, or that begins like a path, was meant as a file.
_FILE_ENDINGS = (
    *(".csv", ".docx", ".epub", ".htm", ".html", ".json", ".jsonl"),
    *(".log", ".md", ".odt", ".pdf", ".po", ".rst", ".srt"),
    *(".tex", ".text", ".toml", ".tsv", ".txt", ".vtt", ".xml"),
)


def translate(
    text: Annotated[
        str | None,
        typer.Argument(
            metavar="[TEXT|FILE|-]",
            help="A text, or the name of an existing file. Left out or `-`: the standard input.",
            show_default=False,
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="TAG", help="Language of the text; not needed where the installed models leave one."
        ),
    ] = None,
    target: Annotated[
        str | None, typer.Option("--to", metavar="TAG", help="Language to translate to; the same.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Write to FILE when all is done.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line of input.")] = False,
    score: Annotated[
        bool, typer.Option("--score", help="Before each line its mean log-probability a token, and a tab.")
    ] = False,
    align: Annotated[
        bool,
        typer.Option("--align", help="After each line a tab and which characters became which, as `0-4:0-3 5-9:4-8`."),
    ] = False,
    threads: Annotated[int | None, typer.Option("--threads", min=1, metavar="N", help="How many cores to use.")] = None,
    device: Annotated[
        str,
        typer.Option("--device", metavar="NAME", help="auto, npu, gpu, cpu, or one provider of `edgekit device`."),
    ] = "auto",
    literal: Annotated[bool, typer.Option("--text", help="TEXT is a text, even where a file has that name.")] = False,
    bring: Annotated[bool, typer.Option("--pull", help="Pull the model first if it is not installed.")] = False,
) -> None:
    """Translate text, a file or the standard input, line by line.

    Every line of input gives one line of output, in order; blank lines and line endings stay as they are.

    \b
    Examples:
      echo "Good morning, class." | edgekit translate --from en --to pt
      edgekit translate letter.txt --from en --to pt -o carta.txt
    """
    if out is not None and str(out) == "-":
        out = None
    if out is not None:
        check_out(out)
    wanted = (normalise_tag(source) if source else None, normalise_tag(target) if target else None)
    if wanted[0] is not None and wanted[0] == wanted[1]:
        raise UsageError(f"source and target are both `{wanted[0]}`", hint="name two languages")
    with _open_input(text, literal=literal) as given:
        direction = choose_direction(*wanted)
        with (
            _open_translator(direction, threads=threads, device=device, bring=bring) as translator,
            _progress(watched=out is None) as report,
            open_sink(out) as sink,
        ):
            report(StepStarted("translate"))
            number, cut = 0, []
            for window in given.reader.windows():
                results = translator.translate([line.text for line in window], scores=score, alignment=align)
                for line, result in zip(window, results, strict=True):
                    number += 1
                    if not result.complete:
                        cut.append(number)
                    if as_json:
                        sink.write(json.dumps(_as_json(number, result, score, align), ensure_ascii=False) + "\n")
                    else:
                        sink.write(_as_text(line, result, score, align))
                sink.flush()
                report(Progress("translate", number, given.lines, "lines"))
            report(StepFinished("translate", f"{number} lines"))
    if cut:
        shown = ", ".join(f"{line:,}" for line in cut[:_MOST_LINES]) + (", ..." if len(cut) > _MOST_LINES else "")
        output.narrate(f"not complete, the model came to no end: line {shown} ({len(cut):,} of {number:,})")


def _as_json(number: int, result: Translation, score: bool, align: bool) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "schema": SCHEMA,
        "line": number,
        "source": result.source,
        "text": result.text,
        "complete": result.complete,
    }
    if score:
        fields["score"] = None if result.score is None else round(result.score, 6)
    if align:
        fields["alignment"] = [
            {"source": list(one), "target": list(other)}
            for segment in result.segments
            for one, other in segment.alignment or ()
        ]
    return fields


def _as_text(line: Line, result: Translation, score: bool, align: bool) -> str:
    text = result.text
    if line.text.strip():
        if score:
            text = ("" if result.score is None else f"{result.score:.4f}") + "\t" + text
        if align:
            pairs = [pair for segment in result.segments for pair in segment.alignment or ()]
            text += "\t" + " ".join(f"{one[0]}-{one[1]}:{other[0]}-{other[1]}" for one, other in pairs)
    return text + line.ending


@contextlib.contextmanager
def _open_input(text: str | None, *, literal: bool) -> Iterator[Input]:
    if text is None or (text == "-" and not literal):
        with open_stdin() as given:
            yield given
        return
    if not literal and text:
        try:
            path = Path(text)
            named = path.exists()
        except (OSError, ValueError):  # longer than a file name can be, or with a NUL
            named = False
        if named and path.is_dir():
            raise InputError(f"`{text}` is a folder", hint="name a file in it, or add `--text` to translate the word")
        if named:
            with open_file(path) as given:
                yield given
            return
        if _looks_like_a_file(text):
            raise UnavailableError(f"there is no file `{text}`", hint="add `--text` if it is a text to translate")
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError:
        raise InputError(
            "the text on the command line is not UTF-8", hint="use a UTF-8 locale, or pass the text through a pipe"
        ) from None
    if not text.endswith(("\n", "\r")):
        data += b"\n"
    yield Input(LineReader(FileBlocks(io.BytesIO(data)), "the text"), None)


def _looks_like_a_file(text: str) -> bool:
    if any(character.isspace() for character in text):
        return False
    return text.startswith(("/", "./", "../", "~/")) or text.lower().endswith(_FILE_ENDINGS)


def choose_direction(source: str | None, target: str | None) -> Direction:
    """The direction that is meant, out of what is installed where a side is left out.

    Raises UsageError (the installed models leave several choices), DirectionError (they leave none).
    """
    if source is not None and target is not None:
        return Direction(source, target)
    from edgekit.store.installed import find_directions

    installed = sorted(find_directions())
    fitting = [
        direction
        for direction in installed
        if (source is None or base_language(direction.source) == base_language(source))
        and (target is None or base_language(direction.target) == base_language(target))
    ]
    if len(fitting) == 1:
        return fitting[0]
    missing = [flag for flag, value in (("--from", source), ("--to", target)) if value is None]
    if fitting:
        raise UsageError(
            f"{' and '.join(f'`{flag}`' for flag in missing)} cannot be left out: several installed models fit",
            reasons=[f"{direction}" for direction in fitting],
            hint=f"add `--from {fitting[0].source} --to {fitting[0].target}`, for example",
        )
    asked = f" from `{source}`" if source else f" to `{target}`" if target else ""
    raise DirectionError(
        f"no installed model translates{asked}",
        reasons=[f"installed: {direction}" for direction in installed],
        hint="see `edgekit models ls` for what there is, then run `edgekit pull ID`",
    )


def _open_translator(direction: Direction, *, threads: int | None, device: str, bring: bool) -> Translator:
    from edgekit.translate.translator import open_translator

    def tell(event: Event) -> None:
        if isinstance(event, Note):  # a device failed, the next one took over
            output.narrate(event.text)

    try:
        return open_translator(direction.source, direction.target, threads=threads, device=device, report=tell)
    except DirectionError:
        if not bring:
            raise
    _pull(direction)
    return open_translator(direction.source, direction.target, threads=threads, device=device, report=tell)


@contextlib.contextmanager
def _progress(*, watched: bool) -> Iterator[Reporter]:
    """Progress on stderr once it takes more than a few seconds; none where the lines appear on a terminal anyway."""
    if watched and sys.stdout.isatty():
        yield silent
        return
    from edgekit.cli.progress import Renderer

    with Renderer(delay_seconds=_QUIET_SECONDS) as report:
        yield report


def _pull(direction: Direction) -> None:
    """Bring the first model of the catalogue that translates direction."""
    from edgekit.catalogue.load import load_catalogue
    from edgekit.cli.progress import Renderer
    from edgekit.store.installed import closest
    from edgekit.store.pull import pull

    offered: dict[Direction, str] = {}
    for model in load_catalogue().models.values():
        if model.task == "translate" and model.can_be_pulled and not model.is_checkpoint:
            for one in model.languages.directions():
                offered.setdefault(one, model.id)
    found = closest(direction, list(offered))
    if found is None:
        raise DirectionError(
            f"no model of the catalogue translates `{direction.source}` to `{direction.target}`",
            hint="run `edgekit models ls` to see which directions there are",
        )
    with Renderer() as report:
        pull(offered[found], report=report)
