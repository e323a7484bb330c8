"""`edgekit romanize`: lines in any script, in Latin letters."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from edgekit.cli.text_argument import open_text
from edgekit.cli.text_io import open_sink
from edgekit.core.languages import normalise_tag

SCHEMA = "edgekit.romanization/1"


def romanize(
    text: Annotated[
        str | None,
        typer.Argument(
            metavar="[TEXT|FILE|-]",
            help="A text, or the name of an existing file. Left out or `-`: the standard input.",
            show_default=False,
        ),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option("--from", metavar="TAG", help="Language of the text; some have rules of their own."),
    ] = None,
    for_search: Annotated[
        bool, typer.Option("--search", help="As search compares it: small letters, no accents, no punctuation.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a line, with the source span of each character.")
    ] = False,
    literal: Annotated[bool, typer.Option("--text", help="TEXT is a text, even where a file has that name.")] = False,
) -> None:
    """Write each line in Latin letters, by uroman; what has no romanization stays as it is.

    For reading and for search. A model that translates is never given romanized text: it was trained on the other.

    \b
    Examples:
      echo "ሰላም ለሁሉም" | edgekit romanize
      edgekit romanize letter.txt --from ru
    """
    from edgekit.identify.romanize import normalised_for_search
    from edgekit.identify.romanize import romanize as run

    tag = normalise_tag(language) if language is not None else None
    with open_text(text, literal=literal) as given, open_sink(None) as sink:
        number = 0
        for window in given.reader.windows():
            for line in window:
                number += 1
                if for_search:
                    written = normalised_for_search(line.text, tag)
                    fields = {"schema": SCHEMA, "line": number, "source": line.text, "text": written}
                else:
                    result = run(line.text, tag)
                    written = result.text
                    fields = {"schema": SCHEMA, "line": number, "source": line.text, "text": written}
                    fields["spans"] = [list(span) for span in result.spans] if as_json else []
                sink.write(json.dumps(fields, ensure_ascii=False) + "\n" if as_json else written + line.ending)
            sink.flush()
