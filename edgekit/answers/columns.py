"""Which column of a table is what: from its header, from what is in it, or as the teacher says."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from edgekit.answers.answers import Lookup
from edgekit.answers.cells import COLUMNS, as_typed, cell_of
from edgekit.answers.column_names import (
    IS_FIRST_NAME,
    IS_LAST_NAME,
    IS_NOBODY,
    IS_OTHER_ID,
    ROLE_OF,
    ROLES,
    folded,
)
from edgekit.answers.moodle_columns import RESPONSE, by_place, drawn, in_order, question_texts
from edgekit.answers.parts import gaps_in
from edgekit.core.errors import InputError, UsageError

_MOST_ID = 40
_ATTEMPTS = frozenset({"attempt", "intento", "tentativa"})
_OF_GRADES = re.compile(r"[^\W\d_]{1,3}\.?\s*\d{1,3}\s*/\s*\d{1,4}(?:[.,]\d{1,5})?")
_NUMBERED = re.compile(r"(?:q|question|item|pregunta|pergunta|p|frage|questão|questao)?\s*(\d{1,3})", re.IGNORECASE)
_MOST_PART = 0.9


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a table, by index.

    header: whether the first row names them.  asked: of a wide table, column -> id of its question; else empty.
    answer, question: of a long one.  surname: beside the first names that `student` is.
    personal: columns that may say whose an answer is: all that mean nothing here.
    ours: where marks are that edgekit wrote, by their name.
    parts: of a text with gaps among those that are asked, number of a gap -> id of its question.  gaps: column of such
    a text -> how many it has, those among them that are no question.
    """

    header: bool
    id: int | None = None
    student: int | None = None
    surname: int | None = None
    language: int | None = None
    question: int | None = None
    answer: int | None = None
    asked: Mapping[int, str] = field(default_factory=dict)
    personal: frozenset[int] = frozenset()
    ours: Mapping[str, int] = field(default_factory=dict)
    parts: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    gaps: Mapping[int, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def questions(self) -> tuple[str, ...]:
        """Ids of the questions that have columns, in the order of these."""
        return tuple(one for name in self.asked.values() for one in self.parts.get(name, {0: name}).values())


def find_layout(
    rows: Sequence[Sequence[str]],
    lookup: Lookup,
    columns: Mapping[str, str] | None,
    path: object,
    *,
    named: bool = False,
) -> Layout:
    """What the columns are. rows: with the header first, where there is one; named: there is one.

    columns: role or id of a question -> name or number (from 1) of a column; it wins over every guess.
    Raises UsageError: `columns` names what is not there; InputError: no column has answers.
    """
    notes: list[str] = []
    ours = _ours([cell.strip() for cell in rows[0]], lookup)
    if ours:
        # What edgekit wrote has apostrophes before formulas, in names and texts of questions as well.
        rows = [[as_typed(cell) for cell in row] for row in rows]
    names = [cell.strip() for cell in rows[0]]
    said = _said(names, lookup, columns or {}, path)
    by_name = _roles(names, lookup, {*ours.values(), *said.values()})
    roles = by_name | {role: at for role, at in said.items() if role in ROLES}
    asked = {at: name for name, at in said.items() if name not in ROLES}
    if "student" not in said:
        _choose_student(names, rows, roles, {*ours.values(), *said.values()})
    if "question" in by_name and "question" not in said and not _share(rows[1:], roles["question"], lookup):
        # A number that another program gives a question, and its text beside it.
        beside = _of_questions(rows, lookup, {*ours.values(), *roles.values()})
        if beside is not None:
            roles["question"] = by_name["question"] = beside
    is_long = "answer" in said or (not asked and {"answer", "question"} <= roles.keys())
    if not is_long:
        taken = {*ours.values(), *said.values()}
        found_asked = _asked(names, rows, lookup, taken)
        asked |= {at: name for at, name in found_asked.items() if name not in asked.values()}
        if pairs := by_place(names, rows, lookup, found_asked):
            notes.append(
                f"columns are taken for questions by their numbers: {pairs}; `--column ID=NAME` says it otherwise"
            )
    if not is_long and (varied := drawn(names, rows, lookup)):
        notes.append(f"left out, responses that are to another question in each row: {varied}")
    if asked and "id" not in said and "id" in roles and _is_of_attempts(names, rows, roles["id"]):
        del roles["id"]
        notes.append(
            "several rows have the same id and another attempt, so answers are named by their place in the file"
        )
    other = _other_id(names, rows, lookup, roles, {*ours.values(), *said.values(), *asked}, wide=bool(asked))
    if "id" not in roles and other is not None:
        roles["id"] = other
    found = bool(ours or by_name or asked or other is not None)
    if not asked and not any(RESPONSE.fullmatch(name) for name in names):
        guessed = _by_content(rows, lookup, roles, {*ours.values()})
        found = found or "question" in guessed
        if "answer" in guessed and "answer" not in roles:
            notes.append(f"column {guessed['answer'] + 1} is taken for the answers: its texts are the longest")
        roles = guessed
    # A first row that names a question where the others do is an answer already.
    at = None if asked else roles.get("question")
    is_answer = at is not None and at < len(names) and lookup.find(names[at]) is not None
    values = (columns or {}).values()
    by_number = bool(columns) and all(value.isdigit() for value in values) and not by_name
    named = named or any(not value.isdigit() for value in values)
    header = named or (found and not is_answer and not (by_number and at is None))
    if not asked and "answer" not in roles:
        raise InputError(
            f"none of the {len(names)} columns of `{path}` is known to hold answers",
            reasons=[f"the questions are {', '.join(f'`{name}`' for name in lookup.names())}", *notes],
            hint="name a column after its question, or say which is which, as `--column answer=3 --column question=2`"
            if not any(_OF_GRADES.fullmatch(name) for name in names)
            else "this is Moodle's report of grades: what students wrote is in its report of responses",
        )
    if not asked and "question" not in roles and len(lookup.questions) > 1:
        raise InputError(
            f"`{path}` does not say which question an answer is to",
            hint="add a column `question`, or say which it is, as `--column question=2`",
        )
    if "id" not in roles:
        notes += _without_ids(names, roles, {*asked, *ours.values(), *roles.values()})
    if not header:
        notes.append("line 1 is taken for an answer, not for the names of the columns")
    return _layout(names, rows, roles, asked, ours, header, lookup, notes)


def _roles(names: Sequence[str], lookup: Lookup, taken: set[int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, name in enumerate(names):
        role = ROLE_OF.get(folded(name))
        if role is not None and role not in found and index not in taken and lookup.find(name) is None:
            found[role] = index
    return found


def _choose_student(
    names: Sequence[str], rows: Sequence[Sequence[str]], roles: dict[str, int], taken: set[int]
) -> None:
    """Of several columns that may name students the first that tells them apart; none where nobody is named."""
    found = [at for at, name in enumerate(names) if at not in taken and ROLE_OF.get(folded(name)) == "student"]
    cells = {at: {folded(cell_of(row, at)) for row in rows[1:]} for at in found}
    named = [at for at in found if not cells[at] <= IS_NOBODY]
    apart = [at for at in named if len(cells[at]) > 1]
    if found and len(rows) > 1 and "student" in roles:
        if named:
            roles["student"] = (apart or named)[0]
        elif any(cells[at] != {""} for at in found):
            del roles["student"]


def _other_id(
    names: Sequence[str],
    rows: Sequence[Sequence[str]],
    lookup: Lookup,
    roles: Mapping[str, int],
    taken: set[int],
    *,
    wide: bool,
) -> int | None:
    """A column whose name is mostly that of ids, with one in each row, and no two the same for a question."""
    used = taken | {*roles.values()}
    question = None if wide else roles.get("question", _of_questions(rows, lookup, used))
    for index, name in enumerate(names):
        if index in used or folded(name) not in IS_OTHER_ID or lookup.find(name) is not None:
            continue
        cells = [cell_of(row, index) for row in rows[1:]]
        asked = [cell_of(row, question) if question is not None else "" for row in rows[1:]]
        if (
            cells
            and all(0 < len(cell) <= _MOST_ID for cell in cells)
            and len({*zip(cells, asked, strict=True)}) == len(cells)
        ):
            return index
    return None


def _is_of_attempts(names: Sequence[str], rows: Sequence[Sequence[str]], at: int) -> bool:
    """Whether ids are those of students who come again with another attempt, as in an analysis of Canvas."""
    ids = [cell_of(row, at) for row in rows[1:]]
    attempt = next((index for index, name in enumerate(names) if folded(name) in _ATTEMPTS), None)
    if attempt is None or len({*ids}) == len(ids):
        return False
    return len({(one, cell_of(row, attempt)) for one, row in zip(ids, rows[1:], strict=True)}) == len(ids)


def _surname(names: Sequence[str], roles: Mapping[str, int], taken: set[int]) -> int | None:
    """The column of last names, where that of students has first names only."""
    at = roles.get("student")
    if at is None or at >= len(names) or folded(names[at]) not in IS_FIRST_NAME:
        return None
    return next((at for at, name in enumerate(names) if at not in taken and folded(name) in IS_LAST_NAME), None)


def _without_ids(names: Sequence[str], roles: Mapping[str, int], known: set[int]) -> list[str]:
    """What to tell where answers get the numbers of their lines for ids, and a column may have been meant for them."""
    if len(known) >= len(names):
        return []
    if "student" not in roles:
        return [
            "no column is known to hold ids or names of students, so answers are named by their place in the file: "
            "say which it is, as `--column id=NAME` or `--column student=NAME`"
        ]
    if any(RESPONSE.fullmatch(name) for name in names):
        return []
    return [
        "no column is known to hold ids, so answers are named by their place in the file: "
        "`--column id=NAME` says which it is"
    ]


def _layout(
    names: Sequence[str],
    rows: Sequence[Sequence[str]],
    roles: Mapping[str, int],
    asked: Mapping[int, str],
    ours: Mapping[str, int],
    header: bool,
    lookup: Lookup,
    notes: Sequence[str],
) -> Layout:
    notes = list(notes)
    parts = {
        name: {number: gap.id for number, gap in sorted(lookup.parts[name].items())}
        for name in asked.values()
        if name in lookup.parts
    }
    if asked:
        answered = {one for name in asked.values() for one in parts.get(name, {0: name}).values()}
        missing = [name for name in lookup.names() if name not in answered]
        if missing:
            notes.append(f"no column has answers to {', '.join(f'`{name}`' for name in missing)}")
        for at, name in enumerate(names if header else ()):
            again = lookup.find(name) if at not in asked else None
            if again is not None and again.id in asked.values():
                notes.append(f"column {at + 1} is named after `{again.id}` as well, and is left out")
    known = {*asked, *ours.values(), *(at for role, at in roles.items() if role != "student")}
    return Layout(
        header,
        roles.get("id"),
        roles.get("student"),
        _surname(names, roles, {*asked, *ours.values(), *roles.values()}),
        roles.get("language"),
        None if asked else roles.get("question"),
        None if asked else roles.get("answer"),
        dict(sorted(asked.items())),
        frozenset(index for index in range(len(names)) if index not in known),
        ours,
        parts,
        {at: gaps_in(cell_of(row, at) for row in rows) for at, name in asked.items() if name in parts},
        tuple(notes),
    )


def mark_columns(layout: Layout) -> list[str]:
    """The names of the columns that edgekit adds, for each question of a wide table."""
    return [f"{name} {column}" for name in layout.questions for column in COLUMNS] if layout.asked else list(COLUMNS)


def _ours(names: Sequence[str], lookup: Lookup) -> dict[str, int]:
    """Columns that edgekit wrote before, side by side: a teacher's own column `mark` is not one of them."""
    found: dict[str, int] = {}
    width = len(COLUMNS)
    starts = {f"{one}{COLUMNS[0]}": one for one in ("", *(f"{name} " for name in lookup.names()))}
    for at, name in enumerate(names):
        if name in starts:
            wanted = [starts[name] + column for column in COLUMNS]
            if list(names[at : at + width]) == wanted:
                found |= {name: at + index for index, name in enumerate(wanted)}
    return found


def _said(names: Sequence[str], lookup: Lookup, columns: Mapping[str, str], path: object) -> dict[str, int]:
    found: dict[str, int] = {}
    problems: list[str] = []
    known = [*ROLES, *lookup.names(), *lookup.parts]
    for what, column in columns.items():
        if what not in known:
            near = difflib.get_close_matches(what, known, n=1)
            problems.append(f"`{what}` is no question and none of {', '.join(ROLES)}" + _meant(near))
        elif column in names:
            found[what] = names.index(column)
        elif re.fullmatch("[0-9]{1,6}", column) and 1 <= int(column) <= len(names):
            found[what] = int(column) - 1
        else:
            problems.append(f"no column is `{column}`" + _meant(difflib.get_close_matches(column, names, n=1)))
    for at in sorted({*found.values()}):
        doubled = [f"`{what}`" for what, index in found.items() if index == at]
        if len(doubled) > 1:
            problems.append(f"column {at + 1} cannot be {' and '.join(doubled)}")
    if problems:
        raise UsageError(f"the columns of `{path}` are not as said", reasons=problems)
    return found


def _asked(names: Sequence[str], rows: Sequence[Sequence[str]], lookup: Lookup, taken: set[int]) -> dict[int, str]:
    """Columns of a wide table: named after questions, or numbered as they are in the quiz."""
    found: dict[int, str] = {}
    for index, name in enumerate(names):
        question = lookup.find(name)
        text = lookup.text(name) if question is None else None
        if text is not None and not gaps_in(cell_of(row, index) for row in rows[1:]):
            continue
        asked = question.id if question is not None else text
        if asked is not None and index not in taken and asked not in found.values():
            found[index] = asked
    if len(found) == 1 and _share(rows[1:], next(iter(found)), lookup) >= _MOST_PART:
        # Not a column of answers to one question, but one of questions whose header is an answer already.
        return {}
    if found:
        return found
    for pattern in (RESPONSE, _NUMBERED):
        order = in_order(names, rows, lookup) if pattern is RESPONSE else lookup.names()
        numbered = {
            index: int(match[1])
            for index, name in enumerate(names)
            if index not in taken and (match := pattern.fullmatch(name)) is not None and match[1] != ""
        }
        texts = question_texts(names, rows, lookup) if pattern is RESPONSE else {}
        found = {index: texts[number] for index, number in numbered.items() if texts.get(number)}
        left = {index: number for index, number in numbered.items() if number not in texts}
        for index, number in left.items():
            asked = order[number - 1] if 0 < number <= len(order) else None
            if asked is not None and asked not in found.values() and not texts:
                found[index] = asked
        # Where the texts say that the order is another one, the number means nothing; what is left over may be plain.
        others = [name for name in order if name not in found.values()]
        if texts and len(left) == len(others) == 1:
            found[next(iter(left))] = others[0]
        # Beside responses, `Question 1` is what was asked.
        if found or (numbered and pattern is RESPONSE):
            return found
    return {}


def _by_content(
    rows: Sequence[Sequence[str]], lookup: Lookup, roles: Mapping[str, int], ours: set[int]
) -> dict[str, int]:
    """A long table whose names say nothing: the column with ids of questions, and of the others the longest texts."""
    width = max(map(len, rows))
    body = rows[1:] or rows
    taken = ours | {at for role, at in roles.items() if role not in ("question", "answer")}

    def length(index: int, rows: Sequence[Sequence[str]]) -> int:
        cells = [row[index] for row in rows if index < len(row)]
        return sum(map(len, cells))

    question = roles.get("question")
    if question is None:
        question = _of_questions(rows, lookup, taken)
    if question is None:
        return dict(roles)
    others = [index for index in range(width) if index not in taken and index != question]
    first = rows[0][question] if question < len(rows[0]) else ""
    whole = rows if lookup.find(first) is not None else body
    if "answer" in roles or not others:
        return {**roles, "question": question}
    return {**roles, "question": question, "answer": max(others, key=lambda index: length(index, whole))}


def _of_questions(rows: Sequence[Sequence[str]], lookup: Lookup, taken: set[int]) -> int | None:
    """The column, of those that are not taken, in which most cells name questions."""
    body = rows[1:] or rows
    shares = {index: _share(body, index, lookup) for index in range(max(map(len, rows))) if index not in taken}
    best = max(shares, key=shares.__getitem__, default=None)
    return best if best is not None and shares[best] >= _MOST_PART else None


def _share(rows: Sequence[Sequence[str]], index: int, lookup: Lookup) -> float:
    """How much of what a column has names questions, 0 to 1."""
    filled = [row[index] for row in rows if index < len(row) and row[index].strip()]
    return sum(lookup.find(cell) is not None for cell in filled) / len(filled) if filled else 0.0


def _meant(near: Sequence[str]) -> str:
    return f"; did you mean `{near[0]}`?" if near else ""
