"""What a mark looks like in a cell, and cells that a spreadsheet must not compute."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from edgekit.quiz.suggestion import Mark

DELIMITERS = "\t;,|"


@dataclass(frozen=True, slots=True)
class TableStyle:
    """How a table is written: the sign between cells, what ends a row, and the sign in `1.5`.

    One of commas may not be a table to the spreadsheet that wrote another, and `1.5` may be the first of May to it.
    """

    delimiter: str = ","
    ending: str = "\n"
    decimal: str = "."


COMMAS = TableStyle()
"""What a table is like where nothing says otherwise."""


def style_of(values: tuple[str, str, str] | None) -> TableStyle:
    """The style of three signs that were kept; that of commas where they are none."""
    delimiter, ending, decimal = values or ("", "", "")
    known = delimiter in (*DELIMITERS,) and ending in ("\n", "\r\n") and decimal in (".", ",")
    return TableStyle(delimiter, ending, decimal) if known else COMMAS


COLUMNS = ("mark", "suggested", "status", "reasons", "feedback")
"""What is written of an answer: a person's points or nothing, the suggested ones, how far it is, why, and for whom."""

# OWASP, CSV injection; the wide forms are the same to a spreadsheet in East Asia.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_ESCAPED = re.compile(r"''*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
# Where `;` parts the cells of a spreadsheet, as it does in half of the world, a cell in a file of commas is cut at it
# whatever quotes are around, and what follows is a cell of its own.
_CUT = r"(?<=[;,\t\r\n])"
_WITHIN = re.compile(_CUT + r"(?=['\"]*[=+\-@\uff1d\uff0b\uff0d\uff20])([^;,\t\r\n]*)")
_LISTED = re.compile(r"- [^(|!]*")
_ESCAPED_WITHIN = re.compile(_CUT + r"'(?=['\"]*[=+\-@\uff1d\uff0b\uff0d\uff20])")
BREAK = re.compile(r"\r\n|\r|\n")
# `1,5`, and the points of a quiz in the name of a column, `Calificación/3,00`.
_DECIMAL = re.compile(r"(?:[^/]{1,40}/)?\d{1,6}([.,])\d{1,6}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def harmless(text: str) -> str:
    """A cell with an apostrophe before what a spreadsheet would compute, wherever it cuts; `as_typed` undoes it.

    Plain numbers stay, a lone `-`, which computes nothing and is what Moodle writes where nothing was answered, and
    the lines of a list, where they call no function and no other program.
    """
    within = _WITHIN.sub(lambda cut: cut[0] if _is_plain(cut[0]) or _LISTED.fullmatch(cut[0]) else f"'{cut[0]}", text)
    return f"'{within}" if _FORMULA.match(text) and not _is_plain(text) else within


def _is_plain(text: str) -> bool:
    return text == "-" or _NUMBER.fullmatch(text) is not None


def as_typed(text: str) -> str:
    """A cell that `harmless` wrote, as it was before."""
    return _ESCAPED_WITHIN.sub("", text[1:] if _ESCAPED.match(text) else text)


def csv_line(cells: Sequence[str], style: TableStyle) -> str:
    """A row of harmless cells, in quotes where needed; `csv` before Python 3.13 leaves a lone carriage return bare."""
    return style.delimiter.join(_quoted(harmless(cell), style.delimiter) for cell in cells) + style.ending


def _quoted(cell: str, delimiter: str) -> str:
    needed = any(sign in cell for sign in (delimiter, '"', "\r", "\n"))
    return '"' + cell.replace('"', '""') + '"' if needed else cell


def cell_of(row: Sequence[str], index: int) -> str:
    """What a row has in a column, without white space around it; nothing where the row is shorter."""
    return row[index].strip() if index < len(row) else ""


def points_text(points: float | None) -> str:
    """`2.0` -> `2`, `0.5` -> `0.5`, None -> nothing."""
    return "" if points is None else f"{round(points, 6):.10g}"


def feedback_of(mark: Mark) -> str:
    """A person's words, else the suggested ones."""
    return mark.feedback if mark.feedback is not None else mark.suggestion.feedback if mark.suggestion else ""


def reasons_of(mark: Mark) -> str:
    """Codes and sentences of why a person should look."""
    return "; ".join(f"{one.code}: {one.detail}" for one in mark.suggestion.reasons) if mark.suggestion else ""


def status_of(mark: Mark) -> str:
    """How far a mark is; `review` for a suggestion that a person should look at."""
    asks = mark.status == "suggested" and mark.suggestion is not None and mark.suggestion.decision == "review"
    return "review" if asks else mark.status


def decimal_sign(cells: Iterable[str], delimiter: str) -> str:
    """`,` or `.`: what the numbers of a table have, else what spreadsheets write that part cells by its delimiter.

    A Spanish one takes `1.5` for the first of May, and one that parts cells by `;` does so because of its `,`.
    """
    if delimiter == ",":
        return "."
    signs = Counter(found[1] for cell in cells if (found := _DECIMAL.fullmatch(cell.strip())) is not None)
    if signs:
        return max(",.", key=signs.__getitem__)
    return "," if delimiter == ";" else "."


def mark_cells(mark: Mark | None, style: TableStyle) -> list[str]:
    """The cells of `COLUMNS`, empty where an answer has no mark at all.

    Format: RFC 4180, 2 (6): lines within a cell end as rows do.
    """
    if mark is None:
        return [""] * len(COLUMNS)
    suggestion = mark.suggestion
    suggested = points_text(suggestion.points) if suggestion else ""
    texts = (BREAK.sub(style.ending, text) for text in (reasons_of(mark), feedback_of(mark)))
    numbers = (one.replace(".", style.decimal) for one in (points_text(mark.final), suggested))
    return [*numbers, status_of(mark), *texts]
