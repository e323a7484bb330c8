"""`edgekit detect`: which language each line is in."""

from __future__ import annotations

import json
from collections import Counter
from typing import Annotated

import typer

from edgekit.cli import output
from edgekit.cli.text_argument import open_text
from edgekit.cli.text_io import open_sink
from edgekit.core.units import counted

SCHEMA = "edgekit.language/1"
# BCP 47's tag for a language that is not determined.
_UNKNOWN = "und"


def detect(
    text: Annotated[
        str | None,
        typer.Argument(
            metavar="[TEXT|FILE|-]",
            help="A text, or the name of an existing file. Left out or `-`: the standard input.",
            show_default=False,
        ),
    ] = None,
    languages: Annotated[
        str | None,
        typer.Option(
            "--languages",
            metavar="TAGS",
            help="The languages to choose from, as `en,pt,sw`, or `all`. Left out: those of the installed models.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line of input.")] = False,
    literal: Annotated[bool, typer.Option("--text", help="TEXT is a text, even where a file has that name.")] = False,
) -> None:
    """Say which language each line is in: its tag, a tab and the probability; `und` where that cannot be told.

    Short lines, names and languages that are not among those to choose from are `und`: an answer is right or withheld.

    \b
    Examples:
      edgekit detect letter.txt
      echo "Habari za asubuhi" | edgekit detect --languages en,pt,sw
    """
    from edgekit.identify.identifier import open_identifier

    identifier = open_identifier(_chosen(languages))
    if identifier.uncovered:
        output.narrate(f"cannot be told apart from others: {', '.join(identifier.uncovered)}")
    with open_text(text, literal=literal) as given, open_sink(None) as sink:
        number = 0
        others: Counter[str] = Counter()
        for window in given.reader.windows():
            for line in window:
                number += 1
                found = identifier.identify(line.text)
                others.update([found.other] if found.other is not None else [])
                if as_json:
                    fields = {
                        "schema": SCHEMA,
                        "line": number,
                        "tag": found.tag,
                        "probability": round(found.probability, 6),
                        "other": found.other,
                    }
                    sink.write(json.dumps(fields, ensure_ascii=False) + "\n")
                else:
                    sink.write(f"{found.tag or _UNKNOWN}\t{found.probability:.4f}\n")
            sink.flush()
    if others:
        lines = counted(others.total(), "line is", "lines are")
        output.narrate(f"{lines} in none of the languages to choose from, but in: {', '.join(sorted(others))}")


def _chosen(languages: str | None) -> list[str] | None:
    if languages is not None:
        tags = [tag for part in languages.split(",") if (tag := part.strip())]
        return None if tags == ["all"] else tags
    from edgekit.store.installed import find_directions

    installed = sorted({tag for direction in find_directions() for tag in (direction.source, direction.target)})
    return installed or None
