"""CSV and TSV: cells of chosen columns; delimiters, quotes and every other cell stay byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edgekit.core.characters import has_letters
from edgekit.core.errors import InputError, UsageError
from edgekit.core.marked import MarkedText
from edgekit.documents.base import Document, DocumentOptions
from edgekit.documents.encoding import decoded
from edgekit.documents.plain import text_units
from edgekit.documents.prose import reads_like_prose
from edgekit.documents.spliced import Raw, Splice, SplicedDocument, Unit, rewritten

_DELIMITERS = (",", ";", "\t", "|")
# Records that decide on the delimiter, the header and the columns.
_LOOK = 200
# A column's name has seldom more words.
_NAME_WORDS = 2
# What makes a cell a formula for a spreadsheet (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Cell:
    """A field with its quotes; text is what it says."""

    begin: int
    end: int
    quoted: bool
    text: str


@dataclass(frozen=True, slots=True)
class Record:
    """The fields of a row, and where it ends before its line break."""

    cells: tuple[Cell, ...]
    end: int


def read_csv(data: bytes, name: str, options: DocumentOptions) -> Document:
    """Comma-separated values, or whatever separates them. Raises InputError, and UsageError for unknown columns."""
    source = decoded(data, name, options=options)
    delimiter = _delimiter(source.text)
    return SplicedDocument(source, *_units(source.text, delimiter, name, options))


def read_tsv(data: bytes, name: str, options: DocumentOptions) -> Document:
    """Tab-separated values."""
    source = decoded(data, name, options=options)
    return SplicedDocument(source, *_units(source.text, "\t", name, options))


def records(text: str, delimiter: str, name: str = "the text") -> Iterator[Record]:
    """Rows with positions (RFC 4180; a quote within an unquoted field is itself). InputError for a quote left open."""
    plain = re.compile(rf"[^{re.escape(delimiter)}\r\n]*")
    at, length = 0, len(text)
    while at < length:
        cells: list[Cell] = []
        while True:
            begin = at
            if text.startswith('"', at):
                place = at + 1
                while (close := text.find('"', place)) >= 0 and text.startswith('"', close + 1):
                    place = close + 2
                if close < 0:
                    line = text.count("\n", 0, begin) + 1
                    raise InputError(f"`{name}` opens a quotation mark in line {line} that never closes")
                at = plain.match(text, close + 1).end()  # type: ignore[union-attr]
                said = text[begin + 1 : close].replace('""', '"') + text[close + 1 : at]
                cells.append(Cell(begin, at, at == close + 1, said))
            else:
                at = plain.match(text, at).end()  # type: ignore[union-attr]
                cells.append(Cell(begin, at, False, text[begin:at]))
            if not text.startswith(delimiter, at):
                break
            at += 1
        yield Record(tuple(cells), at)
        at += 2 if text.startswith("\r\n", at) else 1


def _delimiter(text: str) -> str:
    """The one that gives the most records the same number of fields, of two or more."""
    head = text[: 1 << 16]

    def agreement(delimiter: str) -> tuple[float, int]:
        counts: list[int] = []
        try:
            for record in records(head, delimiter):
                counts.append(len(record.cells))
                if len(counts) == _LOOK:
                    break
        except InputError:
            counts = counts or [1]
        usual = max(set(counts), key=counts.count) if counts else 1
        return (counts.count(usual) / len(counts) if usual > 1 else 0.0, usual)

    return max(_DELIMITERS, key=agreement)


def _units(text: str, delimiter: str, name: str, options: DocumentOptions) -> tuple[list[Unit], list[str]]:
    rows = [
        record for record in records(text, delimiter, name) if record.cells != () and record.end > record.cells[0].begin
    ]
    if not rows:
        return [], []
    width = max(len(record.cells) for record in rows[:_LOOK])
    header = _has_header(rows, options) if options.header is None else options.header
    names = [cell.text.strip() for cell in rows[0].cells] if header else []
    body = rows[1:] if header else rows
    chosen = _chosen(options.columns, names, width, name) if options.columns else _prose(body, width)
    notes = [f"columns translated: {', '.join(_called(index, names) for index in chosen) or 'none'}"]
    if header:
        notes.append("the first row names the columns and is left as it is")
    into = _into(options, names, width, chosen, name)
    tally = replaced = 0
    units: list[Unit] = []
    if into is not None and into >= len(names) and header:
        units.append(_appended_name(rows[0], delimiter, options.into or ""))
    for record in body:
        for index in chosen:
            if index >= len(record.cells):
                continue
            cell = record.cells[index]
            if _is_formula(cell.text):
                tally += 1
            elif into is not None:
                there = into < len(record.cells) and into != index and bool(record.cells[into].text.strip())
                if there and not cell.text.strip():
                    continue
                replaced += there
                units.append(_copied(record, index, into, delimiter))
            elif has_letters(cell.text):
                units += _cell_units(cell, delimiter)
    if replaced:
        notes.append(f"cells of {_called(into or 0, names)} with a text that the translation replaces: {replaced}")
    if tally:
        notes.append(
            f"{tally} cells are formulas, left as they are" if tally > 1 else "1 cell is a formula, left as it is"
        )
    return units, notes


def _called(index: int, names: Sequence[str]) -> str:
    return f"{index + 1} ({names[index]})" if index < len(names) and names[index] else str(index + 1)


def _has_header(rows: Sequence[Record], options: DocumentOptions) -> bool:
    """Whether the first row names the columns: asked for by name, or all of it short, filled, distinct and of another
    kind than what is below.
    """
    first = [cell.text.strip() for cell in rows[0].cells]
    if any(not column.isdigit() and column in first for column in options.columns):
        return True
    if len(rows) < 2 or len(first) < 2 or not all(first) or len({*first}) < len(first):
        return False
    if not all(len(cell) <= 40 and not re.search(r"[.!?]$|^\W*\d", cell) for cell in first):
        return False
    # A row that looks like the ones below it may well be one of them: translated, it is less of a loss than skipped.
    sentences = any(len(cell.split()) > _NAME_WORDS for cell in first)
    body = [record.cells[: len(first)] for record in rows[1:_LOOK]]
    numbers = any(
        all(not has_letters(cells[index].text) for cells in body if index < len(cells)) for index in range(len(first))
    )
    below = sum(len(cell.text) for cells in body for cell in cells) / len(body)
    filled = [cell.text for cells in body for cell in cells if cell.text.strip()]
    identifiers = all(map(_is_identifier, first)) and not all(map(_is_identifier, filled))
    return numbers or (not sentences and (identifiers or below > 2 * sum(map(len, first))))


def _is_identifier(text: str) -> bool:
    return re.fullmatch(r"[a-z][a-z0-9_]*", text.strip()) is not None


def _chosen(columns: Sequence[str], names: Sequence[str], width: int, name: str) -> list[int]:
    found, problems = [], []
    for column in columns:
        if column in names:
            found.append(names.index(column))
        elif (index := _counted(column, width)) is not None:
            found.append(index)
        else:
            problems.append(f"`{column}` is none of them")
    if problems:
        there = ", ".join(_called(index, names) for index in range(width))
        raise UsageError(f"`{name}` has the columns {there}", reasons=problems)
    return sorted({*found})


def _prose(body: Sequence[Record], width: int) -> list[int]:
    """Columns of which half of what is filled reads like prose."""
    found = []
    for index in range(width):
        cells = [record.cells[index].text for record in body[:_LOOK] if index < len(record.cells)]
        filled = [cell for cell in cells if cell.strip()]
        if filled and sum(reads_like_prose(cell) for cell in filled) * 2 >= len(filled):
            found.append(index)
    return found


def _into(options: DocumentOptions, names: Sequence[str], width: int, chosen: Sequence[int], name: str) -> int | None:
    if options.into is None:
        return None
    if len(chosen) != 1:
        raise UsageError(
            f"`{name}`: one column goes into `{options.into}`, not {len(chosen)}", hint="choose the column"
        )
    if options.into in names:
        return names.index(options.into)
    index = _counted(options.into, width)
    return width if index is None else index


def _counted(column: str, width: int) -> int | None:
    """The index of a column that is told by its number, from 1; None for what is no number of a column."""
    number = int(column) if re.fullmatch(r"[0-9]{1,9}", column) else 0
    return number - 1 if 1 <= number <= width else None


def _is_formula(text: str) -> bool:
    """Whether a spreadsheet would compute it; a dash or a plus before words is text."""
    return text.startswith(("=", "@")) or (text.startswith(("+", "-")) and not has_letters(text))


def _cell_units(cell: Cell, delimiter: str) -> list[Unit]:
    """A cell's units: its own lines; written with quotes where it had them, or where it needs them now."""
    parts = text_units(cell.text)
    segments = tuple(segment for part in parts for segment in part.segments)

    def render(translated: Sequence[MarkedText], _raw: Raw) -> list[Splice]:
        text = _harmless(rewritten(cell.text, parts, translated), cell.text)
        return [Splice(cell.begin, cell.end, _written(text, cell.quoted, delimiter))]

    return [Unit(cell.begin, cell.end, segments, render)] if segments else []


def _copied(record: Record, index: int, into: int, delimiter: str) -> Unit:
    """A cell whose translation goes to another column, which is filled even where nothing changed."""
    cell = record.cells[index]
    parts = text_units(cell.text)
    segments = tuple(segment for part in parts for segment in part.segments)

    def render(translated: Sequence[MarkedText], _raw: Raw) -> list[Splice]:
        said = _written(_harmless(rewritten(cell.text, parts, translated), cell.text), cell.quoted, delimiter)
        if into < len(record.cells):
            return [Splice(record.cells[into].begin, record.cells[into].end, said)]
        return [Splice(record.end, record.end, delimiter * (into - len(record.cells) + 1) + said)]

    begin = record.cells[into].begin if into < len(record.cells) else record.end
    end = record.cells[into].end if into < len(record.cells) else record.end
    return Unit(begin, end, segments, render, always=True)


def _appended_name(record: Record, delimiter: str, name: str) -> Unit:
    quoted = record.cells[-1].quoted
    made = Splice(record.end, record.end, delimiter + _written(name, quoted, delimiter))
    return Unit(record.end, record.end, (), lambda _translated, _raw: [made], always=True)


def _harmless(text: str, source: str) -> str:
    """A translation that became a formula where the source was none has an apostrophe before it (OWASP)."""
    return f"'{text}" if text.startswith(_FORMULA) and not source.startswith(_FORMULA) else text


def _written(text: str, quoted: bool, delimiter: str) -> str:
    if quoted or any(sign in text for sign in (delimiter, '"', "\r", "\n")):
        return '"' + text.replace('"', '""') + '"'
    return text
