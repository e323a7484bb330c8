"""The trade-off of a trimming as lines of text: a table of what it costs, and a curve a language."""

from __future__ import annotations

import math
from collections.abc import Sequence

from edgekit.core.columns import aligned_columns
from edgekit.core.units import bytes_in_words
from edgekit.store.vocabulary import Alignment, AlignmentRecord
from exporters.selection.base import Cost, Point, Selection

_HEIGHT = 5
_LABELS = 9  # columns left of a curve
_WIDEST = 72
# Unicode 0x2800: the bits of a braille cell, by column and row of its dots.
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))


def trade_off(selection: Selection, before: int, *, width: int = 80, plain: bool = False) -> list[str]:
    """The table and the curves.  before: tokens of the original.  plain: nothing but ASCII."""
    chosen = selection.chosen
    whole = max(selection.curve, key=lambda point: point.tokens, default=chosen)
    lines = [
        f"tokens  {chosen.tokens:,} of {before:,}",
        f"size    {bytes_in_words(chosen.size_bytes)}"
        + (f", was {bytes_in_words(whole.size_bytes)}" if whole.tokens == before else ""),
        "",
        *_costs(chosen.costs),
        "",
        *_sizes(selection),
    ]
    for cost in chosen.costs:
        curve = _curve(selection, cost.language, min(width, _WIDEST), plain)
        lines += ["", f"{cost.language or 'any'}: expected loss over tokens", *curve] if curve else []
    return [_ascii(line) for line in lines] if plain else lines


def alignment_cells(one: AlignmentRecord) -> tuple[str, str, str, str]:
    """A language, its MEXA, its Language Ranker and the cosine of no translations, each before and after."""
    return (
        one.language,
        "{:.2f} → {:.2f}".format(*one.mexa),
        "{:.3f} → {:.3f}".format(*one.language_ranker),
        "{:.3f} → {:.3f}".format(*one.baseline),
    )


def alignment_table(alignment: Alignment) -> list[str]:
    """How well an encoder aligns languages, before and after; the cosine of no translations beside that of some."""
    rows = [("", "MEXA", "Language Ranker", "of no translations")]
    rows += map(alignment_cells, alignment.languages)
    before = f", `{alignment.prefix}` before each" if alignment.prefix else ""
    return [f"alignment with {alignment.pivot}, {alignment.sentences} sentences{before}:", *aligned_columns(rows)]


def _costs(costs: Sequence[Cost]) -> list[str]:
    measured = any(cost.bits_per_byte is not None for cost in costs)
    rows = [("", "kept", "tokens a word", "unknown or byte", "expected loss", *(["bits per byte"] if measured else []))]
    for cost in costs:
        bits = "not measured" if cost.bits_per_byte is None else "{:.4f} → {:.4f}".format(*cost.bits_per_byte)
        rows.append(
            (
                cost.language or "any",
                f"{cost.coverage:.2%}",
                f"{cost.fertility_before:.3f} → {cost.fertility_after:.3f}",
                f"{cost.fallback_before:.2%} → {cost.fallback_after:.2%}",
                f"{cost.expected_loss:+.2%}",
                *([bits] if measured else []),
            )
        )
    return aligned_columns(rows)


def _sizes(selection: Selection) -> list[str]:
    chosen = selection.chosen
    points = sorted(
        {point.tokens: point for point in [*selection.curve, chosen]}.values(), key=lambda point: point.tokens
    )
    rows = [("", "tokens", "size", *(f"{cost.language or 'any'} loss" for cost in chosen.costs))]
    for point in points:
        losses = {cost.language: f"{cost.expected_loss:+.2%}" for cost in point.costs}
        rows.append(
            (
                "chosen" if point.tokens == chosen.tokens else "",
                f"{point.tokens:,}",
                bytes_in_words(point.size_bytes),
                *(losses.get(cost.language, "") for cost in chosen.costs),
            )
        )
    return aligned_columns(rows)


def _curve(selection: Selection, language: str, width: int, plain: bool) -> list[str]:
    points = sorted({point.tokens: point for point in [*selection.curve, selection.chosen]}.values(), key=_tokens)
    places = [
        (math.log(max(1, point.tokens)), max(0.0, cost.expected_loss))
        for point in points
        for cost in point.costs
        if cost.language == language
    ]
    columns = width - _LABELS - 2
    if len(places) < 2 or columns < 16 or places[0][0] == places[-1][0]:
        return []
    low, high = places[0][0], places[-1][0]
    most = max(loss for _, loss in places) or 1.0
    across = [(at - low) / (high - low) for at, _ in places]
    cells = _drawn(across, [loss / most for _, loss in places], columns, plain)
    marked = round((math.log(max(1, selection.chosen.tokens)) - low) / (high - low) * (columns - 1))
    lines = []
    for row in range(_HEIGHT):
        label = f"{most:.1%}" if row == 0 else "0.0%" if row == _HEIGHT - 1 else ""
        text = "".join(
            ("|" if plain else "┊") if column == marked and cell == " " else cell
            for column, cell in enumerate(cells[row])
        )
        lines.append(f"{label:>{_LABELS}} {'|' if plain else '│'}{text}".rstrip())
    first, last, chosen = (f"{number:,}" for number in (points[0].tokens, points[-1].tokens, selection.chosen.tokens))
    axis = first.ljust(columns - len(last)) + last
    begin = min(max(len(first) + 2, marked - len(chosen) // 2), columns - len(last) - len(chosen) - 2)
    if len(first) + 2 <= begin and chosen not in (first, last):
        axis = axis[:begin] + chosen + axis[begin + len(chosen) :]
    return [*lines, " " * (_LABELS + 2) + axis]


def _tokens(point: Point) -> int:
    return point.tokens


def _drawn(across: Sequence[float], up: Sequence[float], columns: int, plain: bool) -> list[list[str]]:
    """Rows of cells with the line through these places (0 to 1 both ways); in braille, 2 by 4 dots a cell."""
    wide, tall = (1, 1) if plain else (2, 4)
    dots = [[False] * (columns * wide) for _ in range(_HEIGHT * tall)]
    previous: int | None = None
    for x in range(columns * wide):
        row = round((1 - _between(across, up, x / (columns * wide - 1))) * (_HEIGHT * tall - 1))
        for y in range(
            min(row, row if previous is None else previous + 1), max(row, row if previous is None else previous - 1) + 1
        ):
            dots[y][x] = True
        previous = row
    if plain:
        return [["*" if dot else " " for dot in line] for line in dots]
    return [
        [
            chr(
                0x2800 + sum(_DOTS[dx][dy] for dx in range(2) for dy in range(4) if dots[4 * row + dy][2 * column + dx])
            )
            if any(dots[4 * row + dy][2 * column + dx] for dx in range(2) for dy in range(4))
            else " "
            for column in range(columns)
        ]
        for row in range(_HEIGHT)
    ]


def _between(across: Sequence[float], up: Sequence[float], x: float) -> float:
    for (x0, y0), (x1, y1) in zip(zip(across, up, strict=True), zip(across[1:], up[1:], strict=True), strict=False):
        if x <= x1:
            return y0 if x1 == x0 else y0 + (y1 - y0) * (max(x, x0) - x0) / (x1 - x0)
    return up[-1]


def _ascii(line: str) -> str:
    return line.replace("→", "->")
