"""CSV and TSV, and Moodle's report of responses: read whole, and written again with the same rows and columns."""

from __future__ import annotations

import csv
import io
import re
import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from edgekit.answers.answers import Also, Answers, Form, Lookup, nothing_else
from edgekit.answers.cells import BREAK, COLUMNS, DELIMITERS, TableStyle, as_typed, csv_line, decimal_sign, mark_cells
from edgekit.answers.column_names import ROLES
from edgekit.answers.columns import Layout, find_layout, mark_columns
from edgekit.answers.decoding import MOST_BYTES, Decoded, decode
from edgekit.answers.header import breaks_of, count_lines, header_at, lines_of
from edgekit.answers.moodle_columns import RESPONSE
from edgekit.answers.rows import Row, answers_of, problems_by_line
from edgekit.core.errors import InputError, capped
from edgekit.quiz.suggestion import Mark

# What Excel writes into a first line of its own, and obeys there.
_SEPARATOR = re.compile(r'"?sep=([\t;,|])"?(?:\r\n|\r|\n)', re.IGNORECASE)
_SAMPLE = 50
_SAMPLE_CHARACTERS = 1 << 16
_MOST_ROWS = 200_000
_MOST_COLUMNS = 2_000


@dataclass(frozen=True, slots=True)
class TableSource:
    """The cells of a table as they were; places: answer id -> (index of its row, id of its question).

    placed: the same places in the order of the answers.  said: the first line, where it only says what parts the cells.
    above: the lines above the names of the columns.
    """

    decoded: Decoded
    style: TableStyle
    rows: Sequence[Row]
    layout: Layout
    width: int
    places: Mapping[str, tuple[int, str]]
    placed: Sequence[tuple[int, str]]
    said: str = ""
    above: str = ""

    def written(self, marks: Mapping[str, Mark], *, names: bool) -> bytes:
        """Every row with its columns, those of marks behind them or where they were; formulas are made harmless.

        A table without names of columns gets them: else nobody knew which are marks. It is a line longer then, so that
        answers that are named by their lines get a column `id`.
        """
        layout = self.layout
        new = mark_columns(layout)
        header = layout.header
        missing = [name for name in new if name not in layout.ours]
        placed = {**layout.ours, **{name: self.width + index for index, name in enumerate(missing)}}
        own = {*layout.ours.values()}
        by_row: dict[int, dict[int, str]] = {}
        ids = [self.width + len(missing)] if not header and layout.id is None else []
        for answer_id, (number, question) in self.places.items():
            prefix = f"{question} " if layout.asked else ""
            row_id = answer_id.removesuffix(f".{question}") if layout.asked else answer_id
            by_row.setdefault(number, {}).update((at, row_id) for at in ids)
            for column, cell in zip(COLUMNS, mark_cells(marks.get(answer_id), self.style), strict=True):
                by_row[number][placed[prefix + column]] = cell
        # What is no answer, as a row of averages, is as wide as the others.
        nothing = dict.fromkeys((placed[name] for name in missing), "")
        lines: list[str] = []
        first = {**{at: name for name, at in placed.items()}, **dict.fromkeys(ids, "id")}
        if not header:
            lines.append(self._line(self._names(), first))
        above = self.above if names else breaks_of(self.above)
        line = 1 + count_lines(self.said + above)
        for number, row in enumerate(self.rows, start=-1 if header else 0):
            # Averages are of nobody, and would be taken for a student without what they are called.
            hidden = layout.personal if not names and number in by_row else frozenset[int]()
            # Answers without ids are named by their lines: none is left out.
            lines.append(self.style.ending * (row.line - row.above - line))
            line = row.line - row.above + 1 + _breaks(row.cells, {*own, *hidden})
            lines.append(self._line(row.cells, first if number < 0 else by_row.get(number, nothing), hidden))
        return self.decoded.encoded(self.said + above + "".join(lines))

    def _names(self) -> list[str]:
        roles = {getattr(self.layout, role): role for role in ROLES} | dict(self.layout.asked)
        return [roles.get(at, f"column {at + 1}") for at in range(self.width)]

    def _line(self, cells: Sequence[str], changed: Mapping[int, str], hidden: Collection[int] = ()) -> str:
        width = max([self.width, len(cells), *(at + 1 for at in changed)])
        undo = bool(self.layout.ours)
        row = [as_typed(cell) if undo else cell for cell in cells] + [""] * (width - len(cells))
        row = ["" if at in hidden else cell for at, cell in enumerate(row)]
        for at, cell in changed.items():
            row[at] = cell
        return csv_line(row, self.style)


def read_table(
    data: bytes,
    path: Path,
    lookup: Lookup,
    languages: Sequence[str],
    columns: Mapping[str, str] | None,
    form: str | None,
    encoding: str | None,
    also: Also = nothing_else,
) -> Answers:
    """Answers of a table. form: `tsv` parts by tabs, everything else by what fits best.

    Raises InputError with every problem and its line.
    """
    decoded = decode(data, path, languages, encoding)
    said = _SEPARATOR.match(decoded.text)
    delimiter = "\t" if form == "tsv" else said[1] if said is not None else _delimiter(decoded.text, lookup)
    rows, problems = _rows(decoded.text, delimiter, after=said[0] if said is not None else "")
    if not rows:
        raise InputError(f"`{path}` has no rows", reasons=problems)
    if max(len(row.cells) for row in rows[:_SAMPLE]) > _MOST_COLUMNS or len(rows) > _MOST_ROWS:
        raise InputError(f"`{path}` has more than {_MOST_COLUMNS:,} columns or {_MOST_ROWS:,} rows")
    top = header_at([row.cells for row in rows[:_SAMPLE]], lookup, _names_said(columns))
    first = said[0] if said is not None else ""
    above = lines_of(decoded.text, rows[top].line - 1)[len(first) :] if top else ""
    rows = rows[top:]
    width = len(rows[0].cells)
    layout = find_layout([row.cells for row in rows], lookup, columns, path)
    if layout.ours:
        rows = _as_before(rows, layout.ours.values())
    if not layout.header:
        width = max(len(row.cells) for row in rows)
    moodle = form == "moodle" or (form is None and any(RESPONSE.fullmatch(cell.strip()) for cell in rows[0].cells))
    body = rows[1:] if layout.header else rows
    names = [cell.strip() for cell in rows[0].cells] if layout.header else [str(at + 1) for at in range(width)]
    found = answers_of(body, names, layout, lookup, moodle=moodle)
    places = {answer.answer_id: place for answer, place in zip(found.answers, found.places, strict=True)}
    style = TableStyle(delimiter, _ending(decoded.text), _decimal(rows, layout, delimiter))
    source = TableSource(decoded, style, rows, layout, width, places, found.places, first, above)
    kind: Form = "moodle" if moodle else "tsv" if delimiter == "\t" else "csv"
    notes = [*decoded.notes]
    if top:
        notes.append(f"the names of the columns stand in line {rows[0].line}: what is above them stays as it is")
    notes += [*layout.notes, *found.notes]
    answers = Answers(tuple(found.answers), kind, decoded.codec, tuple(notes), source, style)
    problems = problems_by_line([*problems, *found.problems, *also(answers)])
    if problems:
        _refuse(path, problems, names, layout, lookup)
    if not found.answers:
        raise InputError(f"`{path}` has a header and no answers", hint="answers stand in the rows below the names")
    return answers


def _names_said(columns: Mapping[str, str] | None) -> list[str]:
    """The columns that a teacher said by their names."""
    return [value for value in (columns or {}).values() if not value.isdigit()]


def _refuse(path: Path, problems: Sequence[str], names: Sequence[str], layout: Layout, lookup: Lookup) -> NoReturn:
    """Raise InputError with all problems and what helps with the first kind that something helps with."""

    def has(part: str) -> bool:
        return any(part in one for one in problems)

    hint: str | None = None
    if has("names no question of the quiz"):
        known = [f"`{name}`" for name in lookup.names()]
        hint = f"its questions are {', '.join(known[:10])}"
    elif has("has the id of line") and layout.id is not None and layout.header:
        name = shlex.quote(f"student={names[layout.id]}")
        hint = f"where these are ids of students who answered twice, `--column {name}` names answers by their lines"
    elif has("its id is longer"):
        hint = "`--column id=NAME` says which column has the ids"
    elif has("quotation mark"):
        hint = "a spreadsheet that opens the file and saves it as CSV again writes such marks twice"
    elif has("cells"):
        hint = "a cell that holds a line break or the sign between cells stands between quotation marks"
    raise InputError(f"the answers `{path}` have problems", reasons=capped(problems), hint=hint)


def _as_before(rows: Sequence[Row], ours: Collection[int]) -> list[Row]:
    """The rows with how many lines the marks in earlier ones take."""
    found: list[Row] = []
    above = 0
    for row in rows:
        found.append(Row(row.line, row.cells, above))
        above += _breaks(row.cells) - _breaks(row.cells, ours)
    return found


def _breaks(cells: Sequence[str], but: Collection[int] = ()) -> int:
    """The line breaks in the cells of a row, but for some columns."""
    return sum(len(BREAK.findall(cell)) for at, cell in enumerate(cells) if at not in but)


def _rows(text: str, delimiter: str, *, after: str) -> tuple[list[Row], list[str]]:
    """Rows that are not blank, up to what cannot be read, and why that is; after: the line that is none."""
    # Of the whole process, 131,072 characters at first: one student's pasted book must not keep a class from its marks.
    csv.field_size_limit(max(csv.field_size_limit(), MOST_BYTES))
    reader = csv.reader(io.StringIO(text[len(after) :], newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    skipped = count_lines(after)
    line = 1 + skipped
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(Row(line, cells))
            line = reader.line_num + 1 + skipped
    except csv.Error as problem:
        said = str(problem)
        reasons = [f"line {line}: {said}"]
        # Left open, a quotation mark takes everything behind it.
        if "end of data" in said:
            reasons = [f"line {line}: a quotation mark is never closed"]
        elif "expected after" in said:
            reasons = [f"line {line}: a closing quotation mark stands within a cell, where it has to be written twice"]
        return rows, reasons
    return rows, []


def _delimiter(text: str, lookup: Lookup) -> str:
    """The one whose header names most questions and roles; then the one that gives the most rows the same width."""
    sample = text[:_SAMPLE_CHARACTERS]

    def worth(delimiter: str) -> tuple[float, float, int]:
        widths: list[int] = []
        first: list[str] = []
        try:
            for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
                first = first or cells
                widths += [len(cells)] if cells else []
                if len(widths) == _SAMPLE:
                    break
        except csv.Error:
            pass
        usual = max(sorted({*widths}, reverse=True), key=widths.count, default=1)
        known = sum(lookup.find(cell) is not None or RESPONSE.fullmatch(cell.strip()) is not None for cell in first)
        return (known if len(first) > 1 else 0, widths.count(usual) / len(widths) if usual > 1 else 0.0, usual)

    best = max(DELIMITERS, key=worth)
    # A single column has none, and with tabs its marks would be no table to a spreadsheet.
    return best if worth(best)[-1] > 1 else ","


def _decimal(rows: Sequence[Row], layout: Layout, delimiter: str) -> str:
    """The sign of the numbers in a table, but for those that edgekit wrote."""
    ours = {*layout.ours.values()}
    return decimal_sign((cell for row in rows for at, cell in enumerate(row.cells) if at not in ours), delimiter)


def _ending(text: str) -> str:
    """The line break of the first line; within quotes there may be others."""
    at = text.find("\n")
    return "\r\n" if at > 0 and text[at - 1] == "\r" else "\n"
