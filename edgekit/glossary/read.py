"""Glossaries from files: csv, tsv, TBX."""

from __future__ import annotations

import codecs
import csv
from pathlib import Path

from edgekit.core.errors import InputError
from edgekit.core.foreign_file import read_bounded
from edgekit.core.languages import Direction, code_page
from edgekit.glossary.tables import cells_of, header_of, rows_of
from edgekit.glossary.tbx import terms_of
from edgekit.glossary.terms import Glossary, of_terms

_MOST_BYTES = 100 << 20
_MOST_TERMS = 200_000
_MOST_CHARACTERS = 1_000
_TBX = (".tbx", ".xml")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_glossary(path: Path, direction: Direction) -> Glossary:
    """Read a glossary for one direction.

    path: `.tbx` or `.xml` is TBX (ISO 30042, versions 2 and 3, DCA and DCT style); everything else a table, separated
        by commas, semicolons or tabs, in UTF-8, UTF-16 or the code page of the languages. Columns are source, target,
        and, in this order or by a header, note, case, part of speech, forbidden alternatives (parted by `|`), do not
        translate. A header may name the two languages, by their tags, in English or as they call themselves, instead of
        source and target.
    Raises UnavailableError (not there) and InputError: no text, larger than 100 MB or 200,000 terms, no more than half
    of its lines in two columns, no terms; every wrong row is a reason, with its line. Conflicts are no error, they are
    in the result.
    """
    data = read_bounded(path, _MOST_BYTES, "glossary")
    problems: list[str] = []
    encoding = "xml"
    if path.suffix.lower() in _TBX:
        terms = terms_of(data, direction, path.name, problems)
    else:
        text, encoding = _decode(data, path, direction)
        terms = rows_of(text, direction, problems)
    problems += [
        f"line {term.line}: longer than {_MOST_CHARACTERS:,} characters"
        for term in terms
        if max(len(term.source), len(term.target), len(term.note)) > _MOST_CHARACTERS
    ]
    if len(terms) > _MOST_TERMS:
        problems.append(f"{len(terms):,} terms, more than {_MOST_TERMS:,}")
    if problems:
        raise InputError(f"the glossary `{path}` has problems", reasons=problems)
    glossary = of_terms(direction, terms, encoding)
    if not glossary.terms:
        raise InputError(
            f"the glossary `{path}` has no terms for {direction}",
            hint="write one row a term: `source,target`",
        )
    return glossary


def unheaded_row(path: Path, direction: Direction) -> tuple[str, str] | None:
    """The first two cells of a table without a header, which may be a table of anything: a person sees what it is.

    None where a header says which column is what, for TBX, and for what is no table of two columns.
    Raises as `read_glossary` does for a file that cannot be read as text.
    """
    data = read_bounded(path, _MOST_BYTES, "glossary")
    if path.suffix.lower() in _TBX:
        return None
    try:
        first = next(cells_of(_decode(data, path, direction)[0]), None)
    except csv.Error:
        return None
    if first is None or len(first[1]) < 2 or header_of(first[1], direction, []) is not None:
        return None
    return first[1][0], first[1][1]


def _decode(data: bytes, path: Path, direction: Direction) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError as problem:
                raise InputError(f"the glossary `{path}` is no {encoding} text: {problem.reason}") from None
    if b"\0" in data:
        raise InputError(f"the glossary `{path}` is no text", hint="save the table as csv in UTF-8")
    try:
        return data.decode(), "utf-8"
    except UnicodeDecodeError:
        pass
    for language in (direction.target, direction.source):
        page = code_page(language)
        if page is not None:
            try:
                return data.decode(page), page
            except UnicodeDecodeError:
                pass
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    if best is None:
        raise InputError(f"the encoding of the glossary `{path}` is unknown", hint="save the table as csv in UTF-8")
    return str(best), best.encoding
