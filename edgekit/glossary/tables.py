"""Glossaries in tables: csv with commas or semicolons, and tsv."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from edgekit.core.languages import Direction, base_language
from edgekit.glossary.terms import Case, Term

_COLUMNS = ("source", "target", "note", "case", "part of speech", "forbidden", "do not translate")
_NAMES = {
    "source": "source",
    "source term": "source",
    "src": "source",
    "from": "source",
    "term": "source",
    "target": "target",
    "target term": "target",
    "translation": "target",
    "trg": "target",
    "tgt": "target",
    "to": "target",
    "into": "target",
    "note": "note",
    "notes": "note",
    "comment": "note",
    "case": "case",
    "case sensitive": "case",
    "part of speech": "part of speech",
    "pos": "part of speech",
    "forbidden": "forbidden",
    "forbidden alternatives": "forbidden",
    "do not translate": "do not translate",
    "dnt": "do not translate",
}
_YES = frozenset({"1", "true", "x", "y", "yes"})
_NO = frozenset({"", "0", "-", "false", "n", "no"})
_CASES: dict[str, Case] = {
    **dict.fromkeys(("sensitive", "exact", *_YES), "sensitive"),
    **{value: "any" for value in ("any", "insensitive", *_NO) if value},
}
_SAMPLE = 50
_REGION = re.compile(r"\s*\(.*\)\Z")  # `Portuguese (Brazil)`


def rows_of(text: str, direction: Direction, problems: list[str]) -> list[Term]:
    """The terms of a table; what is wrong with its rows is added to problems, with line numbers from 1."""
    rows: list[tuple[int, list[str]]] = []
    try:
        rows.extend(cells_of(text))
    except csv.Error as problem:
        problems.append(str(problem))
    parted = sum(len(row) > 1 for _, row in rows)
    if rows and 2 * parted <= len(rows):
        # Prose with a comma here and there.
        found = f"only {parted:,} of {len(rows):,} lines have" if parted else "no line has"
        problems.append(f"{found} two columns")
        return []
    columns = header_of(rows[0][1], direction, problems) if rows else None
    if columns is not None:
        rows = rows[1:]
    return [term for at, row in rows if (term := _term(at, row, columns or _COLUMNS, problems)) is not None]


def cells_of(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are neither empty nor a comment, with their lines from 1. Raises csv.Error that names the line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True, skipinitialspace=True)
    line = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row) and not row[0].startswith("#"):
                yield line, [cell.strip() for cell in row]
            line = reader.line_num + 1
    except csv.Error as problem:
        raise csv.Error(f"line {line}: {problem}") from None


def _delimiter(text: str) -> str:
    """The sign that parts most of the first rows in two or more, a tab before a semicolon before a comma."""
    sample = text.splitlines(keepends=True)[:_SAMPLE]
    best, most = ",", 0
    for sign in "\t;,":
        try:
            parted = sum(len(row) > 1 for row in csv.reader(sample, delimiter=sign))
        except csv.Error:
            parted = sum(sign in line for line in sample)
        if parted > most:
            best, most = sign, parted
    return best


def header_of(row: Sequence[str], direction: Direction, problems: list[str]) -> list[str | None] | None:
    """What each column is, where the first row says so; None where it is a term.

    What is wrong with one that says so is added to problems.
    """
    names: list[str | None] = []
    others = 0
    for cell in row:
        plain = " ".join(cell.casefold().replace("_", " ").replace("-", " ").split())
        name = _NAMES.get(plain) or _side(cell, direction)
        if name is None and plain and (tag := _tags_by_name().get(_REGION.sub("", plain))) is not None:
            name = _side(tag, direction)
            others += name is None
        names.append(name)
    if "source" in names and "target" in names:
        doubled = sorted({name for name in names if name and names.count(name) > 1})
        problems += [f"line 1: two columns are `{name}`" for name in doubled]
        return names
    known = sum(name is not None for name in names)
    if known and known + others == len(names) > 1:
        problems.append(f"line 1: the header has no columns `source` and `target` for {direction}")
        return names
    return None


@lru_cache(maxsize=1)
def _tags_by_name() -> dict[str, str]:
    """Languages by their names in English and their own, in small letters: `portuguese`, `português`."""
    from edgekit.catalogue.load import check_file, packaged_file

    catalogue, _ = check_file(packaged_file())
    return {
        " ".join(name.casefold().replace("-", " ").split()): tag
        for tag, language in catalogue.languages.items()
        for name in (language.native, language.english)
    }


def _side(cell: str, direction: Direction) -> str | None:
    tag = cell.strip().casefold().replace("_", "-")
    for side, wanted in (("source", direction.source), ("target", direction.target)):
        if tag == wanted.casefold() or (tag and tag == base_language(wanted)):
            return side
    for side, wanted in (("source", direction.source), ("target", direction.target)):
        if "-" in tag and base_language(tag) == base_language(wanted):
            return side
    return None


def _term(line: int, row: Sequence[str], columns: Sequence[str | None], problems: list[str]) -> Term | None:
    if len(row) > len(columns) and any(row[len(columns) :]):
        problems.append(f"line {line}: {len(row)} cells, but there are {len(columns)} columns")
        return None
    cells = {name: cell for name, cell in zip(columns, row, strict=False) if name}
    keep = cells.get("do not translate", "").casefold()
    case = cells.get("case", "").casefold()
    if keep not in _YES | _NO:
        problems.append(f"line {line}: do not translate is `{cells['do not translate']}`, not `yes` or `no`")
    if case and case not in _CASES:
        problems.append(f"line {line}: case is `{cells['case']}`, not `any` or `sensitive`")
    return Term(
        source=cells.get("source", ""),
        target=cells.get("target", ""),
        note=cells.get("note", ""),
        case=_CASES.get(case, ""),
        part_of_speech=cells.get("part of speech", ""),
        forbidden=tuple(form.strip() for form in cells.get("forbidden", "").split("|") if form.strip()),
        keep=keep in _YES,
        line=line,
    )
