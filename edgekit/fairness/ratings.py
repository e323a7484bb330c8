"""Reads what people and a judge said of the same items, and what was answered to the same questions."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edgekit.core.errors import InputError
from edgekit.fairness.consistency import Said
from edgekit.fairness.judge_trial import Pair
from edgekit.fairness.text_file import read_text
from edgekit.grading.intake import take_in
from edgekit.grading.reading import EMPTY
from edgekit.grading.validity import check_validity
from edgekit.quiz.model import Question

MOST_BYTES = 48 << 20  # a million ratings of 50 characters
MOST_PAIRS = 100_000
_JUDGES = ("judge", "shuffled")
_LEAST_LANGUAGES = 2


@dataclass(frozen=True, slots=True)
class Ratings:
    """Of one language: the labels of people, as many for each item, and the judge's.

    shuffled: the judge's of the same items with a tenth of the words in another order, empty where nobody tried that.
    """

    people: tuple[tuple[str, ...], ...]
    judge: tuple[str, ...]
    shuffled: tuple[str, ...] = ()


def read_ratings(path: Path) -> Mapping[str, Ratings]:
    """Language -> ratings, of a CSV with `judge`, perhaps `language`, and a column for each person.

    `shuffled` is the judge's as well; `item` and columns without a name are no people. Raises InputError with every row
    that lacks a label.
    """
    rows = _rows(path)
    people = [name for name in rows[0] if name and name not in ("item", "id", "language", *_JUDGES)]
    reasons = [] if people else ["it has no column of a person's labels"]
    if "judge" not in rows[0]:
        reasons.append("it has no column `judge`")
    found: dict[str, tuple[list[tuple[str, ...]], list[str], list[str]]] = defaultdict(lambda: ([], [], []))
    for number, row in enumerate(rows, 2):
        empty = [name for name in (*_JUDGES, *people) if name in row and not (row[name] or "").strip()]
        if empty:
            reasons.append(f"row {number} has no label of {', '.join(f'`{name}`' for name in empty[:5])}")
        elif not reasons:
            labels, judge, shuffled = found[(row.get("language") or "").strip() or "und"]
            labels.append(tuple(row[name].strip() for name in people))
            judge.append(row["judge"].strip())
            shuffled += [row["shuffled"].strip()] if "shuffled" in row else []
    if reasons:
        raise InputError(f"`{path}` holds no ratings that can be compared", reasons=reasons[:50])
    return {
        language: Ratings(tuple(labels), tuple(judge), tuple(shuffled))
        for language, (labels, judge, shuffled) in found.items()
    }


def read_said(path: Path) -> list[Said]:
    """Answers of a CSV with `question`, `language` and `answer`.

    An answer that is empty, or says no more than that it is none (`I do not know`), was not known. Raises InputError
    where there are not two languages to compare.
    """
    rows = _rows(path)
    missing = [name for name in ("question", "language", "answer") if name not in rows[0]]
    if missing:
        raise InputError(f"`{path}` has no column {', '.join(f'`{name}`' for name in missing)}")
    if len({row["language"] for row in rows}) < _LEAST_LANGUAGES:
        raise InputError(f"`{path}` has answers in one language only, and none to compare them with")
    return [Said(row["question"], row["language"], row["answer"] if _is_known(row) else None) for row in rows]


def _is_known(row: Mapping[str, str]) -> bool:
    language, asked = row["language"], row["question"]
    question = Question(asked, "explain", language, {language: asked}, 1)
    reasons = check_validity(take_in(row["answer"]), question, languages=(language,))
    return not any(reason.code in EMPTY for reason in reasons)


def read_pairs(path: Path) -> list[Pair]:
    """JSON lines with `prompt` (or `question`), `chosen`, `rejected` and perhaps `language`, as M-RewardBench has them.

    Raises InputError with every bad line.
    """
    found: list[Pair] = []
    reasons = []
    for number, line in enumerate(read_text(path, MOST_BYTES).splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            texts = [row.get("prompt", row.get("question")), row["chosen"], row["rejected"], row.get("language", "und")]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            texts = []
        if len(found) >= MOST_PAIRS:
            raise InputError(f"`{path}` has more than {MOST_PAIRS:,} pairs")
        if not texts or not all(isinstance(one, str) and one.strip() for one in texts):
            reasons.append(f"line {number} has no `prompt`, `chosen` and `rejected`")
        else:
            found.append(Pair(texts[3], *texts[:3]))
    if reasons or not found:
        raise InputError(f"`{path}` holds no pairs of answers", reasons=reasons[:50] or ["it has no lines"])
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    text = read_text(path, MOST_BYTES)
    # Spreadsheets of languages that write 0,5 part cells with semicolons.
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as problem:
        raise InputError(f"`{path}` cannot be read: {problem}") from problem
    ragged = [number for number, row in enumerate(rows, 2) if None in row or None in row.values()]
    if ragged or not rows:
        reasons = [f"row {number} has another number of cells than the first" for number in ragged[:50]]
        raise InputError(f"`{path}` is no table", reasons=reasons or ["it has no rows"])
    return rows
