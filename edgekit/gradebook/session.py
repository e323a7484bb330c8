"""A session: the answers of one file against one locked quiz, what was suggested, and what a person decided."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from edgekit.core.errors import InputError, IntegrityError, UsageError, capped
from edgekit.gradebook.came_in import read_answers
from edgekit.gradebook.chain import Row, canonical, digest_of
from edgekit.gradebook.record import FROM_COPY, Record
from edgekit.gradebook.standing import Action, Standing, decided_meanwhile, is_carried, require_own, require_unchanged
from edgekit.gradebook.suggestions import read, summary, written
from edgekit.gradebook.words import number_of, object_of, text_of
from edgekit.quiz.canonical import from_canonical
from edgekit.quiz.model import Quiz
from edgekit.quiz.suggestion import Answer, Mark, Suggestion
from edgekit.quiz.teaching import Ruling, TeacherMark, with_rulings

if TYPE_CHECKING:
    from edgekit.gradebook.book import Gradebook


@dataclass(frozen=True, slots=True)
class Teaching:
    """What suggestions go by beside the quiz: rulings and marks, after `last` rows of the record."""

    last: int
    rulings: tuple[Ruling, ...]
    marks: tuple[TeacherMark, ...]


class Session(Record):
    """One session of a gradebook; may be used by several processes at once.

    Everything raises what `Gradebook` does, and IntegrityError where the record or a text is not what was written.
    """

    def __init__(self, book: Gradebook, number: int) -> None:
        super().__init__(book, number)
        with self._lock:
            title, quiz, quiz_digest, settings, parent = book.read(
                "SELECT title, quiz, quiz_digest, settings, parent FROM sessions WHERE id = ?", (number,)
            )[0]
            self.title, self.parent = text_of(title), number_of(parent)
            self.settings: Mapping[str, Any] = object_of(settings)
            self.quiz = self._locked(quiz, quiz_digest)
            self.refresh()
            self._answers = read_answers(self)

    def _locked(self, quiz: bytes, digest: str) -> Quiz:
        with contextlib.suppress(InputError):
            found = from_canonical(quiz)
            if found.digest == digest:
                return found
        raise IntegrityError(
            "the quiz of the session is not the one that was locked", reasons=[self.place], hint=FROM_COPY
        )

    def reread(self) -> None:
        """Read the answers again, where their texts were removed."""
        with self._lock:
            self._answers = read_answers(self)

    @property
    def answers(self) -> Mapping[int, Answer]:
        """By their number, in the order of the file."""
        return self._answers

    def standing(self, number: int) -> Standing:
        """Of an answer."""
        return self._standings.answers[number]

    def require(self, number: int, action: Literal["accepted", "contested"]) -> Standing:
        """The standing of an answer. Raises UsageError where action cannot come next."""
        return self._standings.require(number, action)

    def digest(self, number: int) -> str:
        """Of the text of an answer, by the record."""
        return self._standings.digests[number]

    @property
    def forgotten(self) -> Set[int]:
        """Answers whose texts were removed: what the record tells of them is left."""
        return self._standings.forgotten

    @property
    def seconds(self) -> Mapping[int, float]:
        """Points of a second marking, by answer; they are no marks."""
        return self._standings.seconds

    @property
    def standings(self) -> Sequence[Standing]:
        """Of every answer, in the order of the file."""
        return [self._standings.answers[number] for number in self._answers]

    def number_of(self, answer_id: str) -> int | None:
        """The number of the answer with an id, else of the one that is `#N`; None where there is none."""
        for number, answer in self._answers.items():
            if answer.answer_id == answer_id:
                return number
        number = int(answer_id[1:]) if answer_id[:1] == "#" and answer_id[1:].isdecimal() else 0
        return number if number in self._answers else None

    def suggestion(self, number: int) -> Suggestion | None:
        """The newest suggestion for an answer that has its text. Raises IntegrityError: not what the record says."""
        digest = self.standing(number).digest
        return read(self.words(digest)) if digest and number not in self.forgotten else None

    def suggested(self, row: Row) -> Suggestion:
        """The suggestion of a row of the record."""
        return read(self.words(row.body["suggestion"]["digest"]))

    def mark(self, number: int) -> Mark:
        """What stands of an answer, as files of marks tell it."""
        answer, now = self._answers[number], self.standing(number)
        question = self.quiz.question(answer.question_id)
        return Mark(
            answer.answer_id,
            answer.question_id,
            question.points if question is not None else 0.0,
            "suggested" if now.state == "waiting" else now.state,
            self.suggestion(number),
            now.points,
            self._feedback(now),
        )

    def _feedback(self, now: Standing) -> str | None:
        """A person's words, or those that they accepted; none where they gave other points than were suggested."""
        if now.number in self.forgotten:
            return ""
        if now.feedback:
            return self.words(now.feedback)
        decided = now.before if now.state == "released" else now
        if decided is None or not decided.is_mark:
            return None
        if is_carried(decided.who):  # what is suggested here was shown to nobody when it was decided
            return ""
        # What was suggested when it was decided: a newer suggestion was shown to nobody.
        shown = decided.before.digest if decided.before is not None else ""
        suggestion = read(self.words(shown)) if shown else None
        return suggestion.feedback if suggestion is not None and suggestion.points == now.points else ""

    @property
    def rulings(self) -> tuple[Ruling, ...]:
        """Those that count, in their order."""
        return self.teaching().rulings

    def teaching(self, last: int | None = None) -> Teaching:
        """What was taught after `last` rows of the record, now by default."""
        standings = self._standings if last is None else self.as_of(last)
        rulings = tuple(
            Ruling(
                number, one["question"], one["criterion"], one["language"], self.words(one["wording"]), one["refuted"]
            )
            for number, one in standings.rulings.items()
        )
        decided = [
            TeacherMark(answer.question_id, answer.text, now.points, answer.language)
            for number, answer in self._answers.items()
            if (now := standings.answers.get(number)) is not None
            and now.is_mark
            and now.points is not None
            and number not in self.forgotten
        ]
        gone = {self._standings.digests[number] for number in self.forgotten}
        others = [
            TeacherMark(one["question"], self.words(one["text"]), one["points"], one["language"])
            for one in standings.marks
            if one["text"] not in gone
        ]
        return Teaching(standings.last, rulings, (*others, *decided))

    def ruled_quiz(self, teaching: Teaching) -> Quiz:
        """The locked quiz with the wordings that were added since."""
        return with_rulings(self.quiz, teaching.rulings)

    def suggest(
        self,
        suggestions: Sequence[tuple[int, Suggestion]],
        teaching: Teaching,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        """Record suggestions for answers by number, all or none; one that is the same as before is not told again.

        settings: of the grader that made them, where it may be another than the session began with.
        """
        grader = self.grader if settings is None else digest_of(canonical(settings))

        def add(connection: sqlite3.Connection) -> None:
            for number, suggestion in suggestions:
                text = written(suggestion)
                if self.standing(number).digest != digest_of(text):
                    self.keep(connection, text)
                    body = {"answer": number, "basis": teaching.last, "suggestion": summary(suggestion)}
                    if grader != self.grader:
                        body["grader"] = grader
                    self.append(connection, "suggested", body)

        self.change(add)

    @property
    def grader(self) -> str:
        """The digest of the settings of the grader that the session began with."""
        return digest_of(canonical(self.settings))

    def decide(
        self,
        numbers: Sequence[int],
        action: Action,
        points: float | None = None,
        *,
        who: str = "teacher",
        feedback: str | None = None,
        seen: Sequence[Standing] = (),
    ) -> None:
        """Record a person's decision on answers, all or none; on return it is on the disk.

        points: of `changed`; `accepted` takes the suggested ones, `returned` makes no mark.  seen: what the person
        looked at, of any of the answers. Raises UsageError: not possible in the state that an answer is in, points that
        the question does not have, or another suggestion or decision than was seen, by another process.
        """
        shown = {one.number: one for one in seen}

        def add(connection: sqlite3.Connection) -> None:
            problems = Problems()
            for number in numbers:
                with problems.of(self._answers[number]):
                    now = self._standings.require(number, action)
                    if number in shown:
                        require_unchanged(now, shown[number])
                    body = {
                        "answer": number,
                        "action": action,
                        "points": self._points(number, action, points),
                        "suggested": now.suggested,
                        "who": who,
                        "feedback": self.keep(connection, feedback) if feedback else None,
                    }
                    self.append(connection, "decided", body)
            problems.tell()

        self.change(add)

    def release(self, numbers: Sequence[int], *, who: str = "teacher") -> None:
        """Say that marks went out, all or none. Raises UsageError where there is none to go out."""

        def add(connection: sqlite3.Connection) -> None:
            problems = Problems()
            for number in numbers:
                with problems.of(self._answers[number]):
                    self._standings.require(number, "released")
                    self.append(connection, "released", {"answer": number, "who": who})
            problems.tell()

        self.change(add)

    def undo(self, number: int, *, who: str = "teacher", row: int | None = None) -> Standing:
        """Take back what was decided last on an answer, by a new row; gives what stands now.

        row: of the decision that is meant. Raises UsageError: there is none, or another came after it.
        """
        self.undo_all([number], who=who, rows={} if row is None else {number: row})
        return self.standing(number)

    def undo_all(
        self,
        numbers: Sequence[int],
        *,
        who: str = "teacher",
        rows: Mapping[int, int] | None = None,
        own: bool = False,
    ) -> None:
        """The same of several answers, all or none.

        rows: of the decisions that are meant, by answer.  own: nothing that somebody else than `who` decided.
        """

        def add(connection: sqlite3.Connection) -> None:
            problems = Problems()
            for number in numbers:
                with problems.of(self._answers[number]):
                    now = self._standings.require(number, "undone")
                    if (rows or {}).get(number, now.by) != now.by:
                        raise decided_meanwhile(now)
                    if own:
                        require_own(now, who)
                    self.append(connection, "undone", {"answer": number, "row": now.by, "who": who})
            problems.tell()

        self.change(add)

    def rule(self, question_id: str, criterion: str, wording: str, language: str, *, refuted: bool = False) -> int:
        """Make a wording count; gives the number by which it is taken back, the known one where it counts already.

        Raises UsageError: no such criterion.
        """
        question = self.quiz.question(question_id)
        if question is None:
            raise UsageError(
                f"the quiz has no question `{question_id}`",
                hint=f"it has {', '.join(f'`{one.id}`' for one in self.quiz.questions[:10])}",
            )
        known = [one.id for one in question.criteria]
        if criterion not in known:
            hint = f"it has {', '.join(f'`{one}`' for one in known)}"
            if not known:
                hint = f"its right answers stand in the quiz: add one there and grade again with `--regrade {self.id}`"
            raise UsageError(f"`{question_id}` has no criterion `{criterion}`", hint=hint)
        if not wording.strip():
            raise UsageError("a wording is empty")

        def add(connection: sqlite3.Connection) -> int:
            body = {
                "question": question_id,
                "criterion": criterion,
                "language": language,
                "wording": self.keep(connection, wording.strip()),
                "refuted": refuted,
            }
            for number, known in self._standings.rulings.items():
                if known == body:
                    return number
            return self.append(connection, "ruled", body).number

        return self.change(add)

    def unrule(self, row: int) -> None:
        """Take a ruling back, by a new row. Raises UsageError: there is none of that number."""

        def add(connection: sqlite3.Connection) -> None:
            if row not in self._standings.rulings:
                raise UsageError(f"there is no ruling {row}", hint="`edgekit grade rule --list` shows them")
            self.append(connection, "unruled", {"row": row})

        self.change(add)

    def learn(self, marks: Sequence[TeacherMark]) -> None:
        """Take in marks of other answers; those that are known are not taken in again."""

        def add(connection: sqlite3.Connection) -> None:
            known = {canonical(one) for one in self._standings.marks}
            for mark in marks:
                body = {
                    "question": mark.question_id,
                    "text": self.keep(connection, mark.text),
                    "points": mark.points,
                    "language": mark.language,
                }
                if canonical(body) not in known:
                    known.add(canonical(body))
                    self.append(connection, "marked", body)

        self.change(add)

    def _points(self, number: int, action: Action, points: float | None) -> float | None:
        if action == "returned":
            return None
        if action == "accepted":
            suggestion = self.suggestion(number)
            return suggestion.points if suggestion is not None else None
        question = self.quiz.question(self._answers[number].question_id)
        most = question.points if question is not None else 0.0
        if points is None or not 0 <= points <= most:
            raise UsageError(f"the points must be from 0 to {most:g}")
        return float(points)


class Problems:
    """What cannot be done to several answers, told at once and of which it is."""

    def __init__(self) -> None:
        self._found: list[tuple[Answer, UsageError]] = []

    @contextlib.contextmanager
    def of(self, answer: Answer) -> Iterator[None]:
        """Keep a usage error, to be told with the others."""
        try:
            yield
        except UsageError as problem:
            self._found.append((answer, problem))

    def tell(self) -> None:
        """Raise UsageError where there are any."""
        hint = next((problem.hint for _, problem in self._found if problem.hint), None)
        reasons = [f"answer `{answer.answer_id}`: {problem.message}" for answer, problem in self._found]
        if len(self._found) > 1:
            raise UsageError(f"of {len(reasons):,} answers it is not possible", reasons=capped(reasons), hint=hint)
        if self._found:
            answer, problem = self._found[0]
            raise UsageError(f"answer `{answer.answer_id}`: {problem.message}", hint=hint)
