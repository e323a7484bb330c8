"""Which answers of two sessions are the same student's to the same question.

A file without ids names its answers by their lines, which are others when a row is added, removed or sorted: the
student tells then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgekit.gradebook.session import Session
    from edgekit.quiz.suggestion import Answer


def written_by(answers: Iterable[Answer]) -> set[tuple[str, str, str]]:
    """Who wrote what to which question: the student where one is named, else the id."""
    return {(_whose(one), one.question_id, one.text) for one in answers}


def paired(older: Session, newer: Session) -> dict[int, int]:
    """Number of an answer in a newer session -> its number in an older one.

    By id where the student is no other one, else by the student where each session has one answer of theirs, else by
    id and text where the names are only in one of the sessions: one was corrected.
    """
    by_id = {(one.answer_id, one.question_id): number for number, one in older.answers.items()}
    pairs: dict[int, int] = {}
    for number, one in newer.answers.items():
        same = by_id.get((one.answer_id, one.question_id))
        if same is not None and older.answers[same].student in (one.student, None):
            pairs[number] = same
    taken = set(pairs.values())
    mine, theirs = _by_student(newer, set(pairs)), _by_student(older, taken)
    for who, numbers in mine.items():
        if len(numbers) == 1 and len(theirs[who]) == 1:
            pairs[numbers[0]] = theirs[who][0]
    taken = set(pairs.values())
    here, there = ({one.student for one in session.answers.values()} for session in (newer, older))
    for number, one in newer.answers.items():
        same = by_id.get((one.answer_id, one.question_id))
        if number in pairs or same is None or same in taken or older.answers[same].text != one.text:
            continue
        if one.student not in there and older.answers[same].student not in here:
            pairs[number] = same
    return pairs


def _by_student(session: Session, without: set[int]) -> defaultdict[tuple[str, str], list[int]]:
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for number, one in session.answers.items():
        if number not in without and one.student is not None:
            found[one.student, one.question_id].append(number)
    return found


def _whose(answer: Answer) -> str:
    return answer.student if answer.student is not None else answer.answer_id
