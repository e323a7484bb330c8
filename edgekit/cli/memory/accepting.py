"""`edgekit memory accept`: a translated document that a person has read and mended."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgekit.cli import output
from edgekit.cli.eval.options import read_lines
from edgekit.cli.memory.options import SCHEMA, AsJson, Source, Target, needed_direction, opened
from edgekit.cli.review import BILINGUAL
from edgekit.cli.translate_files import kind_of_file
from edgekit.core.characters import has_letters
from edgekit.core.errors import InputError, UnavailableError, UsageError
from edgekit.core.units import counted

if TYPE_CHECKING:
    from edgekit.core.languages import Direction


def accept(
    original: Annotated[Path, typer.Argument(metavar="SOURCE", help="The document that was translated.")],
    mended: Annotated[Path, typer.Argument(metavar="TRANSLATION", help="Its translation, as a person left it.")],
    source: Source = None,
    target: Target = None,
    kind: Annotated[
        str | None, typer.Option("--as", metavar="KIND", help="What both files are, as `edgekit translate` has it.")
    ] = None,
    who: Annotated[str, typer.Option("--who", metavar="NAME", help="Who says so.")] = "person",
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Keep them though a file looks like the other language.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Keep every translation of a document that you have read, mended where it was wrong, and accept.

    The two files must have the same segments in the same order, as `edgekit translate` made them. A segment that is
    the same in both is none, and is not kept. Files that are the wrong way round are refused.

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
    kept_pairs = [_is_pair(*pair) for pair in zip(*sides, strict=True)]
    if not yes:
        texts = [[one for one, is_pair in zip(side, kept_pairs, strict=True) if is_pair] for side in sides]
        _require_languages(direction, list(zip((original, mended), texts, strict=True)))
    kept = 0
    previous = ""
    origin = Origin("person", who, original.name)
    with opened() as memory:
        for text, translation, is_pair in zip(*sides, kept_pairs, strict=True):
            if is_pair:
                memory.add(text, translation, direction, origin=origin, previous=previous)
                kept += 1
            previous = text or previous
    if as_json:
        output.json_object({"schema": SCHEMA, "segments": len(sides[0]), "kept": kept})
    else:
        output.narrate(f"kept {kept:,} of {counted(len(sides[0]), 'segment')}")


def _is_pair(text: str, translation: str) -> bool:
    return text != translation and has_letters(text) and has_letters(translation)


def _require_languages(direction: Direction, texts: Sequence[tuple[Path, Sequence[str]]]) -> None:
    """Raise UsageError where a file is surely in the language of the other; texts: source and target, in that order.

    What the identifier cannot tell, as of a few words, is taken for what it is said to be.
    """
    from edgekit.identify.identifier import open_identifier

    identifier = open_identifier([direction.source, direction.target])
    both = zip(texts, (direction.source, direction.target), strict=True)
    reasons = [
        f"`{path}` is `{found}` by its words, not `{said}`"
        for (path, segments), said in both
        if (found := identifier.identify("\n".join(segments)).tag) not in (None, said)
    ]
    if reasons:
        raise UsageError(
            "the files look like the wrong way round" if len(reasons) == 2 else "a file looks like the other language",
            reasons=reasons,
            hint="name the source first, or change `--from` and `--to`; `--yes` keeps them all the same",
        )


def _segments(path: Path, kind: str | None) -> list[str]:
    """The texts of a document or of lines, without the white space around them."""
    if kind is None:
        return [line.strip() for line in read_lines(path)]
    from edgekit.documents.open import open_document

    return [segment.text.strip() for segment in open_document(path, kind=kind).segments]
