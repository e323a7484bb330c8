"""JSON lines: an object a row, one answer or one student in each."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from edgekit.answers.answers import Also, Answers, Lookup, nothing_else
from edgekit.answers.cells import COLUMNS, feedback_of, status_of
from edgekit.answers.columns import Layout, find_layout
from edgekit.answers.decoding import Decoded, decode
from edgekit.answers.nested import columns_of, flat_keys, names_of, without
from edgekit.answers.rows import Row, answers_of, problems_by_line
from edgekit.core.characters import escaped
from edgekit.core.errors import InputError, capped
from edgekit.quiz.suggestion import Mark

_MARKS = "marks"
_OURS = frozenset({_MARKS, *COLUMNS})
_MOST_KEYS = 2_000
_MOST_ROWS = 200_000
_MOST_DIGITS = 400


@dataclass(frozen=True, slots=True)
class JsonSource:
    """The objects as they were, without what edgekit writes, and the line of each; paths: of each column, into them.

    places: answer id -> (index of its object, id of its question).  placed: the same in the order of the answers.
    marks: what stood under edgekit's keys.
    """

    decoded: Decoded
    objects: Sequence[dict[str, Any]]
    lines: Sequence[int]
    layout: Layout
    paths: Sequence[tuple[str, ...]]
    places: Mapping[str, tuple[int, str]]
    placed: Sequence[tuple[int, str]]
    marks: Sequence[Mapping[str, Any]]

    def given(self, number: int, question: str) -> str:
        """The mark that stood in an object, or in its `marks` under a question; nothing where there is none."""
        found: Any = self.marks[number]
        if self.layout.asked:
            found = found.get(_MARKS)
            found = found.get(question) if isinstance(found, dict) else None
        said = found.get(COLUMNS[0]) if isinstance(found, dict) else None
        return "" if said is None else str(said)

    def written(self, marks: Mapping[str, Mark], *, names: bool) -> bytes:
        """Every object with its keys in their order; marks in keys of their own, under `marks` where it has several."""
        hidden = {self.paths[at] for at in self.layout.personal} if not names else set()
        objects = [without(one, hidden) if hidden else dict(one) for one in self.objects]
        for answer_id, (number, question) in self.places.items():
            entry = mark_entry(marks.get(answer_id))
            if self.layout.asked:
                objects[number].setdefault(_MARKS, {})[question] = entry
            else:
                objects[number] |= entry
        # Answers without ids are named by their lines: blank ones stay.
        blank = [line - before - 1 for before, line in pairwise((0, *self.lines))]
        text = "".join(
            "\n" * count + escaped(json.dumps(one, ensure_ascii=False)) + "\n"
            for count, one in zip(blank, objects, strict=True)
        )
        return self.decoded.encoded(text)


def mark_entry(mark: Mark | None) -> dict[str, Any]:
    """The keys of `COLUMNS`, null where an answer has no mark at all."""
    if mark is None:
        return dict.fromkeys(COLUMNS)
    suggestion = mark.suggestion
    return {
        "mark": mark.final,
        "suggested": suggestion.points if suggestion else None,
        "status": status_of(mark),
        "reasons": [f"{one.code}: {one.detail}" for one in suggestion.reasons] if suggestion else [],
        "feedback": feedback_of(mark),
    }


def read_jsonl(
    data: bytes,
    path: Path,
    lookup: Lookup,
    languages: Sequence[str],
    columns: Mapping[str, str] | None,
    encoding: str | None,
    also: Also = nothing_else,
) -> Answers:
    """Answers of JSON lines. Raises InputError with every problem and its line."""
    decoded = decode(data, path, languages, encoding)
    objects, lines, problems = _objects(decoded.text)
    flat = [flat_keys(one) for one in objects]
    paths = [path for path in columns_of(flat, lines, problems) if path[0] not in _OURS]
    names = names_of(paths, lookup, (columns or {}).values())
    if not objects or not names or len(names) > _MOST_KEYS or len(objects) > _MOST_ROWS:
        reasons = problems or [f"{len(objects):,} objects with {len(names):,} keys"]
        raise InputError(f"the answers `{path}` have problems", reasons=capped(reasons))
    # What was marked before says what is left out, so that it is the same file.
    marks = [{key: value for key, value in one.items() if key in _OURS} for one in objects]
    objects = [{key: value for key, value in one.items() if key not in _OURS} for one in objects]
    rows = [
        Row(line, [_text(one.get(path), line, problems) for path in paths])
        for line, one in zip(lines, flat, strict=True)
    ]
    try:
        layout = find_layout([names, *(row.cells for row in rows)], lookup, columns, path, named=True)
    except InputError:
        # What is missing may stand in a line that is no JSON.
        if problems:
            raise InputError(f"the answers `{path}` have problems", reasons=capped(problems)) from None
        raise
    found = answers_of(rows, names, layout, lookup, moodle=False)
    places = {answer.answer_id: place for answer, place in zip(found.answers, found.places, strict=True)}
    source = JsonSource(decoded, objects, lines, layout, paths, places, found.places, marks)
    notes = (*decoded.notes, *layout.notes, *found.notes)
    answers = Answers(tuple(found.answers), "jsonl", decoded.codec, notes, source)
    problems = problems_by_line([*problems, *found.problems, *also(answers)])
    if problems:
        raise InputError(f"the answers `{path}` have problems", reasons=capped(problems))
    return answers


def _objects(text: str) -> tuple[list[dict[str, Any]], list[int], list[str]]:
    objects: list[dict[str, Any]] = []
    lines: list[int] = []
    problems: list[str] = []
    for line, said in enumerate(text.split("\n"), start=1):
        if not said.strip():
            continue
        try:
            value = json.loads(
                said, object_pairs_hook=_unique, parse_constant=_no_number, parse_int=_whole, parse_float=_decimal
            )
        except json.JSONDecodeError as problem:
            problems.append(f"line {line}: no JSON: {problem.msg}, column {problem.colno}")
        except RecursionError:
            problems.append(f"line {line}: nested too deeply")
        except ValueError as problem:
            problems.append(f"line {line}: {problem}")
        else:
            if isinstance(value, dict):
                objects.append(value)
                lines.append(line)
            else:
                problems.append(f'line {line}: no object, as `{{"question": ..., "answer": ...}}`')
    return objects, lines, problems


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key comes twice")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"`{name}` is no number of JSON")


def _whole(said: str) -> int:
    if len(said) > _MOST_DIGITS:
        raise ValueError(f"a number of {len(said):,} digits")
    return int(said)


def _decimal(said: str) -> float:
    """A number that JSON can hold again: `1e999` would be written as `Infinity`."""
    value = float(said)
    if not math.isfinite(value):
        raise ValueError("a number beyond 1.8e308")
    return value


def _text(value: Any, line: int, problems: list[str]) -> str:
    """A value as a cell: several texts are one, parted by semicolons."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        value = "; ".join(value)
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        problems.append(f"line {line}: holds half of a character (a lone surrogate)")
        return ""
    return text
