"""Rows of any table of answers to answers: the same for CSV, TSV, JSON lines and Moodle's report."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from edgekit.answers.answers import Lookup, shown
from edgekit.answers.averages import averages
from edgekit.answers.cells import as_typed, cell_of
from edgekit.answers.columns import Layout
from edgekit.answers.html_cells import without_html
from edgekit.answers.moodle_columns import unfinished
from edgekit.answers.parts import answers_in
from edgekit.core.characters import visible
from edgekit.core.errors import MOST_REASONS, UsageError
from edgekit.core.languages import normalise_tag
from edgekit.quiz.model import Question
from edgekit.quiz.suggestion import UNFINISHED, Answer
from edgekit.quiz.texts import MOST_ID

_MOST_ID = 200
_NOTHING = "-"
"""What Moodle writes for a response that was not given."""
_PLACE = re.compile(r"[a-z]+ (\d{1,18}):", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row, and the line of the file that it begins in.

    above: how many of the lines before it are only there for marks, which had none when the answers came in.
    unit: what `line` counts.
    """

    line: int
    cells: Sequence[str]
    above: int = 0
    unit: str = "line"

    @property
    def place(self) -> str:
        """`line 3`, or `entry 3` of a list."""
        return f"{self.unit} {self.line}"


@dataclass(slots=True)
class Found:
    """Answers, and for each the row it is in (by index) and, of a wide table, its question."""

    answers: list[Answer] = field(default_factory=list)
    places: list[tuple[int, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def answers_of(rows: Sequence[Row], names: Sequence[str], layout: Layout, lookup: Lookup, *, moodle: bool) -> Found:
    """The answers of all rows but the header; problems have their lines and no word of a student."""
    found = Found()
    # Apostrophes that edgekit put before formulas come off where it wrote the file.
    undo = bool(layout.ours)
    used = {layout.id, layout.student, layout.language, layout.question, layout.answer, *layout.asked}
    kept = [index for index in range(len(names)) if index not in used and index not in layout.ours.values()]
    needed = max(index for index in used if index is not None)
    typed = [[as_typed(cell) for cell in row.cells] if undo else list(row.cells) for row in rows]
    summed = averages(typed, layout, moodle=moodle)
    found.notes += [
        f"{rows[number].place} is left out: averages, and no student's answers" for number in sorted(summed)
    ]
    left = unfinished(names, typed) - summed if moodle else set()
    if left:
        found.notes.append(
            "one attempt is not finished: what it has so far is graded, and what it has not goes to you"
            if len(left) == 1
            else f"{len(left):,} attempts are not finished: what they have so far is graded, and what they have not "
            f"goes to you"
        )
    for number, row in enumerate(rows):
        if number in summed:
            continue
        cells = typed[number]
        if any(cell.strip() for cell in cells[len(names) :]):
            found.problems.append(f"{row.place}: {len(cells)} cells, but there are {len(names)} columns")
            continue
        if len(cells) <= needed:
            found.problems.append(f"{row.place}: only {len(cells)} cells of {len(names)}")
            continue
        extra = {names[index]: cells[index] for index in kept if index < len(cells)}
        whose = (cell_of(cells, at) for at in (layout.student, layout.surname) if at is not None)
        student = " ".join(filter(None, whose)) or None
        row_id = cells[layout.id].strip() if layout.id is not None else ""
        language = _language(cells, layout, row.place, found)
        if row_id and (len(row_id) > _MOST_ID or visible(row_id, one_line=True) != row_id):
            found.problems.append(f"{row.place}: its id is longer than {_MOST_ID} characters or no plain text")
            continue
        for question, text in _asked(cells, layout, lookup, row.place, found):
            if moodle and text.strip() == _NOTHING:
                text = ""
            answer_id = row_id or f"{row.unit}{row.line - row.above}"
            answer_id = f"{answer_id}.{question.id}" if layout.asked else answer_id
            more = extra | {UNFINISHED: "yes"} if number in left and not text.strip() else extra
            found.answers.append(Answer(answer_id, question.id, text, student, language, more))
            found.places.append((number, question.id))
    found.answers, notes = without_html(found.answers, lookup)
    found.notes += notes
    _make_unique(rows, layout, found)
    note_repeats(found.answers, found.notes)
    return found


def _asked(
    cells: Sequence[str], layout: Layout, lookup: Lookup, place: str, found: Found
) -> list[tuple[Question, str]]:
    if layout.asked:
        by_id = {question.id: question for question in lookup.questions}
        return [
            (by_id[one], text)
            for at, name in layout.asked.items()
            for one, text in _parts(cells[at], at, name, layout, place, found)
        ]
    assert layout.answer is not None  # noqa: S101  what `find_layout` gives has one or the other
    text = cells[layout.answer]
    if layout.question is None:
        return [(lookup.questions[0], text)]
    said = cells[layout.question].strip()
    question = lookup.find(said)
    if question is not None:
        return [(question, text)]
    if lookup.find(text):
        found.problems.append(f"{place}: the answer names a question, the question does not: are they swapped?")
        return []
    # An id with a typing error may be repeated; anything longer could be what a student wrote in the wrong column.
    look = len(said) <= MOST_ID and len(found.problems) < MOST_REASONS
    near = difflib.get_close_matches(said, lookup.names(), n=1, cutoff=0.75) if look else []
    meant = f": `{shown(said)}`; did you mean `{near[0]}`?" if near else ""
    found.problems.append(f"{place}: it names no question of the quiz{meant}" if said else f"{place}: no question")
    return []


def _parts(cell: str, at: int, name: str, layout: Layout, place: str, found: Found) -> Iterator[tuple[str, str]]:
    """Each question that a cell answers, and its answer: several where it is to the gaps of a text."""
    if name not in layout.parts:
        yield name, cell
        return
    given = answers_in(cell, layout.gaps[at])
    if given is None:
        found.notes.append(
            f"{place}: the answers to the gaps of `{name}` cannot be told apart, so each has the whole of them"
        )
    for number, question in layout.parts[name].items():
        yield question, cell if given is None else given.get(number, "")


def _language(cells: Sequence[str], layout: Layout, place: str, found: Found) -> str | None:
    said = cells[layout.language].strip() if layout.language is not None else ""
    if not said:
        return None
    try:
        return normalise_tag(said)
    except UsageError:
        found.problems.append(f"{place}: its language is no tag such as `en`")
        return None


def _make_unique(rows: Sequence[Row], layout: Layout, found: Found) -> None:
    """An id that is a student's, not an answer's, gets the question as well; then every answer has its own."""
    ids = Counter(answer.answer_id for answer in found.answers)
    if max(ids.values(), default=0) > 1 and not layout.asked:
        found.answers = [
            Answer(
                f"{one.answer_id}.{one.question_id}", one.question_id, one.text, one.student, one.language, one.extra
            )
            for one in found.answers
        ]
    first: dict[str, str] = {}
    for answer, (number, _) in zip(found.answers, found.places, strict=True):
        place = rows[number].place
        told = first.setdefault(answer.answer_id, place)
        if told != place:
            found.problems.append(f"{place}: has the id of {told}, for the same question")


def note_repeats(answers: Sequence[Answer], notes: list[str]) -> None:
    """Add what to tell where a student has answered a question more than once."""
    pairs = Counter((answer.student, answer.question_id) for answer in answers if answer.student is not None)
    again = sum(count > 1 for count in pairs.values())
    if again:
        notes.append(
            "a question has more than one answer of the same student: each answer is graded"
            if again == 1
            else f"{again} questions have more than one answer of the same student: each answer is graded"
        )


def problems_by_line(problems: Sequence[str]) -> list[str]:
    """Problems in the order of their lines or entries, each once."""

    def number(problem: str) -> int:
        found = _PLACE.match(problem)
        return int(found[1]) if found is not None else 0

    return sorted(dict.fromkeys(problems), key=number)
