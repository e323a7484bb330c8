"""Grades the answers of a session, again when a teacher has taught something, and once more to prove the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from edgekit.core.events import Progress, Reporter, StepFinished, StepStarted, silent
from edgekit.core.units import counted
from edgekit.gradebook.book import Gradebook
from edgekit.gradebook.carrying import carry
from edgekit.gradebook.chain import Row, canonical, digest_of
from edgekit.gradebook.pairing import paired, written_by
from edgekit.gradebook.session import Session
from edgekit.gradebook.suggestions import written
from edgekit.grading.judging import Accidents, accidents
from edgekit.quiz.model import Quiz
from edgekit.quiz.suggestion import Answer, Suggestion
from edgekit.quiz.teaching import TeacherMark

# So many suggestions are lost at most when the power goes: a sync of the disk takes longer than grading an answer.
_BATCH = 16


class Grading(Protocol):
    """Grades answers; `edgekit.grading.grader.Grader` does."""

    def grade(
        self, answers: Sequence[Answer], report: Reporter = silent, *, among: Sequence[Answer] = ()
    ) -> Iterator[Suggestion]:
        """A suggestion for each answer, in any order; among: the other answers of the class."""
        ...


class Graders(Protocol):
    """Makes graders that go by what was taught so far; `edgekit.grading.opening.Tools` does."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """What decides a suggestion beside quiz, answers and teaching."""
        ...

    def grader(self, quiz: Quiz, marks: Sequence[TeacherMark]) -> Grading:
        """A grader of a quiz that learns from marks."""
        ...


class RecallingGraders(Protocol):
    """As `Graders`, for a replay."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """See Graders."""
        ...

    def grader(self, quiz: Quiz, marks: Sequence[TeacherMark], *, accidents: Accidents | None = None) -> Grading:
        """A grader of a quiz that learns from marks.  accidents: second opinions that are not asked for."""
        ...


@dataclass(frozen=True, slots=True)
class Difference:
    """A suggestion that is another one now.

    number: of the answer.  decided: the mark that a person made, which stays.
    """

    number: int
    answer_id: str
    question_id: str
    before: Suggestion | None
    after: Suggestion
    decided: float | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """suggestions: how many came out byte for byte.  row: the first of the record that did not, None where all did.

    difference: of that row, where it has an answer.  others: how many came out otherwise; moved: with other points or
    another decision, and not only with another figure or word beside them.  removed: suggestions for answers whose
    texts were removed.  beside: those that came out otherwise, to questions to which a text was removed that they may
    have gone by, or of which one was told that it stands elsewhere as well.  recalled: of those that came out the same,
    how many had no second opinion, for the judge's process died or it was out of time: the replay goes by what the
    record says of that.  unanswered: those whose second opinion failed so in the replay alone; whether they are the
    same is not known.
    """

    suggestions: int
    row: int | None = None
    difference: Difference | None = None
    removed: int = 0
    beside: int = 0
    recalled: int = 0
    unanswered: int = 0
    others: int = 0
    moved: int = 0
    elsewhere: int = 0


def suggest_waiting(session: Session, graders: Graders, report: Reporter = silent) -> int:
    """Grade what has no suggestion yet; gives how many that were. What was done stays done when it is interrupted."""
    there = [standing for standing in session.standings if standing.number not in session.forgotten]
    waiting = [standing.number for standing in there if standing.state == "waiting"]
    if waiting:
        _suggest(session, graders, waiting, report)
    return len(waiting)


def suggest_again(
    session: Session, graders: Graders, *, question_id: str | None = None, report: Reporter = silent
) -> list[Difference]:
    """Grade again by what was taught meanwhile, all or one question; gives what is another suggestion now.

    A mark that a person made stays, whatever is suggested.
    """
    numbers = [
        number
        for number, one in session.answers.items()
        if question_id in (None, one.question_id) and number not in session.forgotten
    ]
    before = {number: session.suggestion(number) for number in numbers}
    _suggest(session, graders, numbers, report)
    return _differences(session, before)


def differences(older: Session, newer: Session) -> list[Difference]:
    """What is suggested otherwise in a newer session for answers that an older one has as well."""
    return _differences(newer, {number: older.suggestion(was) for number, was in sorted(paired(older, newer).items())})


def same_class(book: Gradebook, quiz: Quiz, answers: Sequence[Answer], *, changed: bool = False) -> Session | None:
    """The newest session of a quiz with at least half of the same answers, by the same students; one with marks first.

    Another class that answers it may have the same ids, and now and then the same words.  changed: of another quiz of
    the same title.
    """
    now = written_by(answers)
    found: Session | None = None
    for entry in reversed(book.sessions()):
        if entry.title != quiz.title or (entry.quiz_digest == quiz.digest) == changed:
            continue
        session = book.session(entry.id)
        then = written_by(session.answers.values())
        if 2 * len(now & then) < min(len(now), len(then)):
            continue
        if any(one.is_mark for one in session.standings):
            return session
        found = found or session
    return found


def carry_over(older: Session, newer: Session) -> int:
    """Take the marks of an older session over to a newer one, where answer and question are the same; gives how many.

    They stand in the record as that session's, accepted or changed as they were there. A question that was changed is
    for a person to decide on again.
    """
    carried = 0
    for number, was in sorted(paired(older, newer).items(), key=lambda pair: pair[1]):
        answer, before, standing = newer.answers[number], older.answers[was], older.standing(was)
        same = older.quiz.question(answer.question_id) == newer.quiz.question(answer.question_id)
        if not same or answer.text != before.text or not standing.is_mark:
            continue
        if newer.standing(number).state != "suggested":
            continue
        carry(older, was, newer, number)
        carried += 1
    return carried


def left_open(older: Session, newer: Session) -> int:
    """How many answers that have a mark in an older session have none in a newer one."""
    return sum(
        older.standing(was).is_mark and not newer.standing(number).is_mark
        for number, was in paired(older, newer).items()
    )


def replay(session: Session, graders: RecallingGraders, report: Reporter = silent, everything: bool = False) -> Replay:
    """Compute every suggestion of the record again, by what was taught before it, and compare byte for byte.

    graders: with the models that the session tells of.  everything: also what another grader suggested. Raises
    IntegrityError where the record itself is broken.
    """
    every = [row for row in session.rows() if row.kind == "suggested"]
    there = [row for row in every if row.body["answer"] not in session.forgotten]
    removed = len(every) - len(there)
    here = digest_of(canonical(graders.settings))
    rows = [row for row in there if everything or row.body.get("grader", session.grader) == here]
    elsewhere = len(there) - len(rows)
    report(StepStarted("replay", counted(len(rows), "suggestion")))
    done = recalled = unanswered = 0
    found: list[tuple[Row, Suggestion]] = []
    for (basis, then), mine in _together(session, rows).items():
        teaching = session.teaching(basis)
        grader = graders.grader(session.ruled_quiz(teaching), teaching.marks, accidents=dict(then))
        again = dict(_graded(session, grader, list(dict.fromkeys(row.body["answer"] for row in mine))))
        for row in mine:
            done += 1
            report(Progress("replay", done, len(rows), "answers"))
            now = again[row.body["answer"]]
            if digest_of(written(now)) == row.body["suggestion"]["digest"]:
                recalled += bool(then)
            elif accidents(now).items() - then:
                unanswered += 1
            else:
                found.append((row, now))
    same = len(rows) - len(found) - unanswered
    report(StepFinished("replay", f"{same:,} of {len(rows):,} are the same"))
    without = {session.answers[number].question_id for number in session.forgotten}
    beside = [
        row
        for row, _ in found
        if session.answers[row.body["answer"]].question_id in without
        or (without and any(one.code == "duplicate" for one in session.suggested(row).reasons))
    ]
    found = [one for one in found if one[0] not in beside]
    if not found:
        return Replay(
            same,
            removed=removed,
            beside=len(beside),
            recalled=recalled,
            unanswered=unanswered,
            elsewhere=elsewhere,
        )
    row, now = min(found, key=lambda one: one[0].number)
    answer = session.answers[row.body["answer"]]
    difference = Difference(row.body["answer"], answer.answer_id, answer.question_id, session.suggested(row), now, None)
    moved = sum(_outcome(session.suggested(row)) != _outcome(now) for row, now in found)
    return Replay(
        same, row.number, difference, removed, len(beside), recalled, unanswered, len(found), moved, elsewhere
    )


def _together(
    session: Session, rows: Sequence[Row]
) -> dict[tuple[int, frozenset[tuple[tuple[str, str], str]]], list[Row]]:
    """Rows of the same teaching without the same second opinions, which one grader computes; by their teaching."""
    found: dict[tuple[int, frozenset[tuple[tuple[str, str], str]]], list[Row]] = {}
    for row in sorted(rows, key=lambda row: row.body["basis"]):
        then = frozenset(accidents(session.suggested(row)).items())
        found.setdefault((row.body["basis"], then), []).append(row)
    return found


def _suggest(session: Session, graders: Graders, numbers: Sequence[int], report: Reporter) -> None:
    teaching = session.teaching()
    report(StepStarted("grade", counted(len(numbers), "answer")))
    batch: list[tuple[int, Suggestion]] = []
    done = 0
    try:
        grader = graders.grader(session.ruled_quiz(teaching), teaching.marks)
        for number, suggestion in _graded(session, grader, numbers):
            batch.append((number, suggestion))
            done += 1
            report(Progress("grade", done, len(numbers), "answers"))
            if len(batch) >= _BATCH:
                session.suggest(batch, teaching, graders.settings)
                batch = []
    finally:
        session.suggest(batch, teaching, graders.settings)
    report(StepFinished("grade", counted(done, "answer")))


def _graded(session: Session, grader: Grading, numbers: Sequence[int]) -> Iterator[tuple[int, Suggestion]]:
    wanted = {(session.answers[number].answer_id, session.answers[number].question_id): number for number in numbers}
    answers = [session.answers[number] for number in numbers]
    left_out = {*numbers, *session.forgotten}
    others = [one for number, one in session.answers.items() if number not in left_out]
    for suggestion in grader.grade(answers, among=others):
        yield wanted[suggestion.answer_id, suggestion.question_id], suggestion


def _differences(session: Session, before: Mapping[int, Suggestion | None]) -> list[Difference]:
    found = []
    for number, old in before.items():
        now, standing = session.suggestion(number), session.standing(number)
        answer = session.answers[number]
        if now is None or old == now:
            continue
        if old is None or _outcome(old) != _outcome(now):
            points = standing.points if standing.is_mark else None
            found.append(Difference(number, answer.answer_id, answer.question_id, old, now, points))
    return found


def _outcome(suggestion: Suggestion) -> tuple[float, str]:
    return suggestion.points, suggestion.decision
