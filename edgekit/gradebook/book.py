"""The gradebook of a user: sessions in one file."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from edgekit.core.clock import known_now
from edgekit.core.closing import Closing
from edgekit.core.database import changing, told
from edgekit.core.errors import InputError, UnavailableError
from edgekit.core.paths import gradebook_file
from edgekit.gradebook.chain import FIRST, canonical, chained, digest_of
from edgekit.gradebook.database import KIND, append_row, connect
from edgekit.gradebook.session import Session
from edgekit.gradebook.words import blob_of, number_of, text_of
from edgekit.quiz.canonical import canonical as canonical_quiz
from edgekit.quiz.model import Quiz
from edgekit.quiz.suggestion import Answer

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class SessionEntry:
    """A session in a list. created: seconds since 1970, None where the clock was wrong."""

    id: int
    title: str
    quiz_digest: str
    parent: int | None
    created: int | None
    answers: int
    rows: int


class Gradebook(Closing):
    """Sessions in a file; may be used from any thread, and by several processes at once.

    All of it raises OutputError (read-only, disk full), UnavailableError (locked for ten seconds by another process) or
    IntegrityError (damaged).
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._lock = threading.RLock()  # an action may read as well

    def close(self) -> None:
        """Close the file; closing again does nothing."""
        with self._lock:
            self._connection.close()

    def sessions(self) -> list[SessionEntry]:
        """All of them, the newest last."""
        rows = self.read(
            "SELECT id, title, quiz_digest, parent, created,"
            " (SELECT count(*) FROM answers WHERE session = sessions.id),"
            " (SELECT count(*) FROM record WHERE session = sessions.id) FROM sessions ORDER BY id"
        )
        return [
            SessionEntry(row[0], text_of(row[1]), str(row[2]), number_of(row[3]), number_of(row[4]), *row[5:])
            for row in rows
        ]

    def session(self, number: int | None = None) -> Session:
        """A session by its number, else the newest. Raises UnavailableError: there is none, IntegrityError."""
        rows = self.read("SELECT id FROM sessions WHERE id = coalesce(?, id) ORDER BY id DESC LIMIT 1", (number,))
        if not rows:
            what = "no session" if number is None else f"no session {number}"
            raise UnavailableError(
                f"the gradebook `{self.path}` has {what}",
                hint="`edgekit grade ANSWERS --quiz QUIZ -o marks.csv` begins one"
                if number is None
                else "`edgekit grade sessions` lists them",
            )
        return Session(self, rows[0][0])

    def newest_with(self, answer_id: str) -> SessionEntry | None:
        """The newest session that has an answer of that id."""
        rows = self.read("SELECT max(session) FROM answers WHERE answer_id = ?", (blob_of(answer_id),))
        return next((entry for entry in self.sessions() if entry.id == rows[0][0]), None)

    def begun(self, quiz: Quiz, answers: Sequence[Answer], settings: Mapping[str, Any]) -> Session | None:
        """The newest session of the same quiz, answers, students and settings, to go on with.

        Students stand beside the digest of the answers: what is removed of them must not be told by it.
        """
        rows = self.read(
            "SELECT id FROM sessions WHERE quiz_digest = ? AND answers_digest = ? AND settings = ? ORDER BY id DESC",
            (quiz.digest, _digest(answers), canonical(settings)),
        )
        return next((one for row in rows if _has_same_students(one := Session(self, row[0]), answers)), None)

    def begin(
        self, quiz: Quiz, answers: Sequence[Answer], settings: Mapping[str, Any], *, parent: int | None = None
    ) -> Session:
        """Lock a quiz and take answers in, all of it or nothing.

        settings: models with digests, thresholds: whatever decides a suggestion, as JSON.  parent: the session whose
        answers are graded again. Raises InputError: two answers of one id, or to no question.
        """
        _check(quiz, answers)

        def add(connection: sqlite3.Connection) -> int:
            found = connection.execute("SELECT session, hash FROM record ORDER BY session DESC, number DESC LIMIT 1")
            before = found.fetchone()
            session = connection.execute(
                "INSERT INTO sessions (title, quiz_digest, quiz, settings, answers_digest, parent, created)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    blob_of(quiz.title),
                    quiz.digest,
                    canonical_quiz(quiz),
                    canonical(settings),
                    _digest(answers),
                    parent,
                    known_now(),
                ),
            ).lastrowid
            assert session is not None  # noqa: S101  an INSERT has one
            opened = {
                "schema": "edgekit.record/1",
                "session": session,
                "quiz": quiz.digest,
                "settings": settings,
                "parent": parent,
                "before": before[1] if before is not None else None,
            }
            row = chained(FIRST, 1, "opened", known_now(), opened)
            append_row(connection, session, row)
            for number, answer in enumerate(answers, 1):
                digest = digest_of(answer.text)
                connection.execute(
                    "INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        session,
                        number,
                        blob_of(answer.answer_id),
                        answer.question_id,
                        blob_of(answer.text),
                        digest,
                        blob_of(answer.student) if answer.student is not None else None,
                        answer.language,
                        json.dumps(dict(answer.extra)).encode(),
                    ),
                )
                body = {"answer": number, "question": answer.question_id, "digest": digest}
                row = chained(row.hash, row.number + 1, "answer", known_now(), body)
                append_row(connection, session, row)
            return session

        def within(connection: sqlite3.Connection) -> int:
            with changing(connection):
                return add(connection)

        return Session(self, self.run(within))

    def read(self, statement: str, values: Sequence[object] = ()) -> list[Any]:
        """Rows of a query."""
        return self.run(lambda connection: connection.execute(statement, values).fetchall())

    def run(self, action: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Do something with the file, one thread at a time."""
        with self._lock, told(self.path, KIND):
            return action(self._connection)


def open_gradebook(path: Path | None = None) -> Gradebook:
    """Open the gradebook of this user, made if there is none; path: another file.

    Raises OutputError, UnavailableError, IntegrityError.
    """
    path = path or gradebook_file()
    return Gradebook(path, connect(path))


def _digest(answers: Sequence[Answer]) -> str:
    return digest_of(canonical([[one.answer_id, one.question_id, digest_of(one.text)] for one in answers]))


def _has_same_students(session: Session, answers: Sequence[Answer]) -> bool:
    """Whether answers that are the same, in their order, are by the same students and in the same language."""
    return all(
        number in session.forgotten or (one.student, one.language) == (now.student, now.language)
        for (number, one), now in zip(session.answers.items(), answers, strict=True)
    )


def _check(quiz: Quiz, answers: Sequence[Answer]) -> None:
    if not answers:
        raise InputError("there are no answers")
    known = {question.id for question in quiz.questions}
    unknown = sorted({one.question_id for one in answers} - known)
    reasons = [f"there is no question `{one}`" for one in unknown]
    counts = Counter(one.answer_id for one in answers)
    reasons += [f"there are {count:,} answers `{name}`" for name, count in counts.items() if count > 1]
    if reasons:
        raise InputError(
            "the answers do not fit the quiz",
            reasons=reasons[:20],
            hint=f"its questions are {', '.join(f'`{one}`' for one in sorted(known)[:10])}" if unknown else None,
        )
