"""`edgekit memory accept`: a translated document that a person has read and mended."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edgekit.cli import output
from edgekit.cli.eval.options import read_lines
from edgekit.cli.memory.options import SCHEMA, AsJson, Source, Target, needed_direction, opened
from edgekit.cli.review import BILINGUAL
from edgekit.cli.translate_files import kind_of_file
from edgekit.core.characters import has_letters
from edgekit.core.errors import InputError, UnavailableError
from edgekit.core.marked import MarkedText
from edgekit.core.units import counted


def accept(
    original: Annotated[Path, typer.Argument(metavar="SOURCE", help="The document that was translated.")],
    mended: Annotated[Path, typer.Argument(metavar="TRANSLATION", help="Its translation, as a person left it.")],
    source: Source = None,
    target: Target = None,
    kind: Annotated[
        str | None, typer.Option("--as", metavar="KIND", help="What both files are, as `edgekit translate` has it.")
    ] = None,
    who: Annotated[str, typer.Option("--who", metavar="NAME", help="Who says so.")] = "person",
    as_json: AsJson = False,
) -> None:
    """Keep every translation of a document that you have read, mended where it was wrong, and accept.

    The two files must have the same segments in the same order, as `edgekit translate` made them. A segment that is
    the same in both is none, and is not kept.

    \b
    Examples:
      edgekit translate worksheet.docx --from en --to pt -o ficha.docx --review
      edgekit memory accept worksheet.docx ficha.docx --from en --to pt
    """
    from edgekit.memory.entries import Origin

    direction = needed_direction(source, target)
    for path in (original, mended):
        if not path.is_file():
            raise UnavailableError(f"there is no file `{path}`")
    found = kind_of_file(original, kind, dry_run=False)
    if found in BILINGUAL:
        raise InputError(
            f"a {found} file holds both languages", hint="save it as TMX in the program that made it, and import that"
        )
    sides = [_segments(path, found) for path in (original, mended)]
    if len(sides[0]) != len(sides[1]):
        pairs = zip((original, mended), sides, strict=True)
        raise InputError(
            "the files do not belong together",
            reasons=[f"`{path}`: {counted(len(side), 'segment')}" for path, side in pairs],
            hint="mend the text and leave paragraphs, rows and cues as they are",
        )
    kept = 0
    previous = ""
    origin = Origin("person", who, original.name)
    with opened() as memory:
        for text, translation in zip(*sides, strict=True):
            words = text.text, translation.text
            if words[0] != words[1] and all(map(has_letters, words)):
                memory.add(text, translation, direction, origin=origin, previous=previous)
                kept += 1
            previous = text.text or previous
    if as_json:
        output.json_object({"schema": SCHEMA, "segments": len(sides[0]), "kept": kept})
    else:
        output.narrate(f"kept {kept:,} of {counted(len(sides[0]), 'segment')}")


def _segments(path: Path, kind: str | None) -> list[MarkedText]:
    """The texts of a document or of lines, without the white space around them."""
    if kind is None:
        return [MarkedText(line.strip()) for line in read_lines(path)]
    from edgekit.documents.open import open_document
    from edgekit.translate.remembered import stripped

    return [stripped(segment) for segment in open_document(path, kind=kind).segments]
