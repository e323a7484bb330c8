"""Rows below a table that sum up a class, as Moodle writes them: no student is behind them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from edgekit.answers.column_names import folded
from edgekit.answers.columns import Layout

# `overallaverage` and `groupavg` of Moodle's language packs, `Class Scoring` of Socrative, and what teachers write.
_NAMES = """overall average, group average, class average, average, mean, promedio general, promedio global,
promedio del grupo, promedio, media general, media global, media del grupo, media, media geral, média global,
média do grupo, média da turma, moyenne générale, moyenne globale, moyenne du groupe, moyenne,
gesamtdurchschnitt, gruppendurchschnitt, durchschnitt, mittelwert, media complessiva, media globale,
media del gruppo, totaalgemiddelde, algemeen gemiddelde, groepsgemiddelde, gemiddelde, mitjana global,
mitjana general, mitjana del grup, średnia ogólna, ogólna średnia, średnia grupy, wastani wa jumla, wastani,
class scoring, total, totals, totales, totais, gesamt"""
_IS_AVERAGE = {folded(name) for name in _NAMES.split(",")}
# Moodle writes behind an average of how many it is.
_NUMBER = re.compile(r"-|[-+]?\d{0,9}(?:[.,]\d{0,9})?\s*%?(?:\s*\(\d{1,9}\))?", re.ASCII)
_FEWEST = 2


def averages(rows: Sequence[Sequence[str]], layout: Layout, *, moodle: bool) -> set[int]:
    """The last rows that hold averages, by their index.

    Such a row has no id, one text, which names an average, and else nothing or numbers. In a report of Moodle the name
    may be in any language: there the row has no answers, not even `-`, and nothing in columns that every other row
    fills (the state of the attempt, when it began).
    """
    found: set[int] = set()
    usual = _usual(rows) if moodle else set()
    for number in range(len(rows) - 1, 0, -1):
        row = rows[number]
        texts = [at for at in sorted(_filled(row)) if not _NUMBER.fullmatch(row[at].strip())]
        at = texts[0] if len(texts) == 1 and texts[0] not in layout.asked else None
        has_id = layout.id not in (None, at) and layout.id in _filled(row)
        named = at is not None and not has_id and folded(row[at]) in _IS_AVERAGE
        lacking = usual - _filled(row) - {*layout.asked}
        unnamed = moodle and at is not None and len(lacking) >= _FEWEST and not _filled(row) & {*layout.asked}
        if not (layout.asked and (named or unnamed)):
            break
        found.add(number)
    return found


def _filled(row: Sequence[str]) -> set[int]:
    """Columns in which a row has something."""
    return {at for at, cell in enumerate(row) if cell.strip()}


def _usual(rows: Sequence[Sequence[str]]) -> set[int]:
    """Columns with something in every row but the last two: averages of a group and of all may follow each other."""
    return set.intersection(*map(_filled, rows[:-2] or rows[:1])) if rows else set()
