"""Reads what people and a judge said of the same items, and what was answered to the same questions."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edgekit.core.errors import InputError
from edgekit.fairness.consistency import Said

MOST_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Ratings:
    """Of one language: the labels of people, as many for each item, and the judge's."""

    people: tuple[tuple[str, ...], ...]
    judge: tuple[str, ...]


def read_ratings(path: Path) -> Mapping[str, Ratings]:
    """Language -> ratings, of a CSV with `judge`, perhaps `language`, and a column for each person.

    `item` and columns without a name are no people. Raises InputError with every row that lacks a label.
    """
    rows = _rows(path)
    people = [name for name in rows[0] if name and name not in ("item", "id", "language", "judge")]
    reasons = [] if people else ["it has no column of a person's labels"]
    if "judge" not in rows[0]:
        reasons.append("it has no column `judge`")
    found: dict[str, tuple[list[tuple[str, ...]], list[str]]] = defaultdict(lambda: ([], []))
    for number, row in enumerate(rows, 2):
        empty = [name for name in ("judge", *people) if name in row and not (row[name] or "").strip()]
        if empty:
            reasons.append(f"row {number} has no label of {', '.join(f'`{name}`' for name in empty[:5])}")
        elif not reasons:
            labels, judge = found[(row.get("language") or "").strip() or "und"]
            labels.append(tuple(row[name].strip() for name in people))
            judge.append(row["judge"].strip())
    if reasons:
        raise InputError(f"`{path}` holds no ratings that can be compared", reasons=reasons[:50])
    return {language: Ratings(tuple(labels), tuple(judge)) for language, (labels, judge) in found.items()}


def read_said(path: Path) -> list[Said]:
    """Answers of a CSV with `question`, `language` and `answer`; an empty answer is one that was not known."""
    rows = _rows(path)
    missing = [name for name in ("question", "language", "answer") if name not in rows[0]]
    if missing:
        raise InputError(f"`{path}` has no column {', '.join(f'`{name}`' for name in missing)}")
    return [Said(row["question"], row["language"], row["answer"]) for row in rows]


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"`{path}` is larger than {MOST_BYTES:,} bytes")
        text = path.read_text("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise InputError(f"`{path}` cannot be read: {problem}") from problem
    ragged = [number for number, row in enumerate(rows, 2) if None in row or None in row.values()]
    if ragged or not rows:
        reasons = [f"row {number} has another number of cells than the first" for number in ragged[:50]]
        raise InputError(f"`{path}` is no table", reasons=reasons or ["it has no rows"])
    return rows
