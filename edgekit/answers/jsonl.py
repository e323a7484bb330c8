"""JSON lines, or one list of JSON: an object a row, one answer or one student in each."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from edgekit.answers.answers import Also, Answers, Lookup, nothing_else, shown
from edgekit.answers.cells import COLUMNS, feedback_of, status_of
from edgekit.answers.columns import Layout, find_layout
from edgekit.answers.decoding import Decoded, decode
from edgekit.answers.json_objects import MOST_OBJECTS, depth_of, objects_in_lines, objects_in_list
from edgekit.answers.nested import columns_of, flat_keys, is_keyed, list_within, names_of, without
from edgekit.answers.rows import Row, answers_of, problems_by_line
from edgekit.core.characters import escaped
from edgekit.core.errors import InputError, capped
from edgekit.quiz.suggestion import Mark

_MARKS = "marks"
_HALF = re.compile("[\ud800-\udfff]")
_OURS = frozenset({_MARKS, *COLUMNS})
_MOST_KEYS = 2_000
# An object a student and its own keys in each would be a table of billions.
_MOST_CELLS = 20_000_000


@dataclass(frozen=True, slots=True)
class JsonSource:
    """The objects as they were, without what edgekit writes, and the line of each; paths: of each column, into them.

    lists: how many are around the objects; where there are any, `lines` has which entry an object is.
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
    lists: int = 0

    def place(self, number: int) -> str:
        """Where an object stands, as problems tell it."""
        return f"{'entry' if self.lists else 'line'} {self.lines[number]}"

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
        written = [escaped(json.dumps(one, ensure_ascii=False)) for one in objects]
        if self.lists:
            return self.decoded.encoded(as_list(written, self.lists))
        # Answers without ids are named by their lines: blank ones stay.
        blank = [line - before - 1 for before, line in pairwise((0, *self.lines))]
        return self.decoded.encoded(
            "".join("\n" * count + one + "\n" for count, one in zip(blank, written, strict=True))
        )


def as_list(objects: Sequence[str], lists: int = 1) -> str:
    """Objects that are written already as one list, a line each.  lists: how many are around them."""
    return "[" * lists + "\n" + ",\n".join(objects) + "\n" + "]" * lists + "\n"


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


def read_json(
    data: bytes,
    path: Path,
    lookup: Lookup,
    languages: Sequence[str],
    columns: Mapping[str, str] | None,
    encoding: str | None,
    also: Also = nothing_else,
    *,
    listed: bool,
) -> Answers:
    """Answers of JSON lines.  listed: of one list. Raises InputError with every problem and its line or entry."""
    decoded = decode(data, path, languages, encoding)
    read = objects_in_list(decoded.text) if listed else objects_in_lines(decoded.text)
    objects, lines, problems = read.found, read.numbers, read.problems
    if not listed and len(objects) == 1 and is_keyed(objects[0], lookup):
        raise InputError(
            f"`{path}` is one object of JSON, and the objects in it are no list",
            hint='write them as `[{"id": ..., "question": ..., "answer": ...}]`',
        )
    flat = [flat_keys(one) for one in objects]
    unit = "entry" if listed else "line"
    places = [f"{unit} {number}" for number in lines]
    paths = [path for path in columns_of(flat, places, problems) if path[0] not in _OURS]
    too_many = len(objects) > MOST_OBJECTS or len(paths) > _MOST_KEYS or len(objects) * len(paths) > _MOST_CELLS
    if not objects or not paths or too_many:
        reasons = problems or [f"{len(objects):,} objects with {len(paths):,} keys"]
        raise InputError(f"the answers `{path}` have problems", reasons=capped(reasons))
    names = names_of(paths, lookup, (columns or {}).values())
    # What was marked before says what is left out, so that it is the same file.
    marks = [{key: value for key, value in one.items() if key in _OURS} for one in objects]
    objects = [{key: value for key, value in one.items() if key not in _OURS} for one in objects]
    rows = [
        Row(line, [_text(one.get(path), place, problems) for path in paths], unit=unit)
        for line, place, one in zip(lines, places, flat, strict=True)
    ]
    try:
        layout = find_layout([names, *(row.cells for row in rows)], lookup, columns, path, named=True)
    except InputError as problem:
        # What is missing may stand in a line that is no JSON, or further in.
        if problems:
            raise InputError(f"the answers `{path}` have problems", reasons=capped(problems)) from None
        within = list_within(flat)
        if within is None:
            raise
        reasons = [f"`{shown(within)}` holds a list of objects: each of them has to stand for itself"]
        raise InputError(
            problem.message,
            reasons=[*problem.reasons, *reasons],
            hint='write all of them as `[{"id": ..., "question": ..., "answer": ...}]`',
        ) from None
    lists = depth_of(decoded.text) if listed else 0
    found = answers_of(rows, names, layout, lookup, moodle=lists > 1)
    by_id = {answer.answer_id: place for answer, place in zip(found.answers, found.places, strict=True)}
    source = JsonSource(decoded, objects, lines, layout, paths, by_id, found.places, marks, lists)
    notes = (*decoded.notes, *layout.notes, *found.notes)
    answers = Answers(tuple(found.answers), "json" if listed else "jsonl", decoded.codec, notes, source)
    problems = problems_by_line([*problems, *found.problems, *also(answers)])
    if problems:
        raise InputError(f"the answers `{path}` have problems", reasons=capped(problems))
    return answers


def _text(value: Any, place: str, problems: list[str]) -> str:
    """A value as a cell: several texts are one, parted by semicolons."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        value = "; ".join(value)
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if _HALF.search(text):
        problems.append(f"{place}: holds half of a character (a lone surrogate)")
        return ""
    return text
