"""Kills, two processes, a wrong clock, a full disk, a changed file: what a person decided stays, or it is told."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from gradebook.classes import SETTINGS, answers, begun, leave_out, quiz, suggestion

from edgekit.core import database
from edgekit.core.errors import EdgekitError, FailedError, IntegrityError, OutputError, UnavailableError
from edgekit.gradebook.book import Gradebook, open_gradebook
from edgekit.gradebook.chain import FIRST, chained, read_line, verified
from edgekit.gradebook.database import KIND, append_row
from edgekit.gradebook.suggestions import read, written
from edgekit.quiz.suggestion import Mark
from edgekit.quiz.teaching import TeacherMark

DECIDER = Path(__file__).parent / "decider.py"


def decider(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(DECIDER), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def change(path: Path, *statements: str) -> None:
    """What somebody with another program does to the file."""
    connection = sqlite3.connect(path)
    for statement in ("DROP TRIGGER record_is_never_changed", "DROP TRIGGER record_is_never_cut", *statements):
        connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_at_most_the_keypress_in_flight_is_lost_when_the_process_was_killed_a_hundred_times(tmp_path: Path) -> None:
    path = tmp_path / "g.sqlite"
    with open_gradebook(path) as book:
        begun(book, answers(20))
    told, _ = decider("kill", path, 100).communicate(timeout=600)
    assert told == ""


def test_every_decision_is_there_when_two_processes_decide_at_once(tmp_path: Path) -> None:
    path = tmp_path / "g.sqlite"
    with open_gradebook(path) as book:
        begun(book, answers(60))
    children = [decider("decide", path, first, 2) for first in (1, 2)]
    assert [child.communicate(timeout=120)[0] for child in children] == ["", ""]
    with open_gradebook(path) as book:
        session = book.session()
        assert {standing.state for standing in session.standings} == {"accepted"}
        assert len(list(session.rows())) == 1 + 60 + 60 + 60


def test_what_another_process_decided_is_seen_before_something_is_added(tmp_path: Path) -> None:
    with open_gradebook(tmp_path / "g.sqlite") as one, open_gradebook(tmp_path / "g.sqlite") as other:
        mine = begun(one)
        theirs = other.session(mine.id)
        theirs.decide([1], "changed", 1.0)
        mine.decide([2], "accepted")
        assert mine.standing(1).points == 1.0
        theirs.refresh()
        assert theirs.standing(2).points == 2.0


def test_the_order_of_the_record_is_kept_when_the_clock_says_1970(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_gradebook(tmp_path / "g.sqlite") as book:
        session = begun(book)
        monkeypatch.setattr("time.time", lambda: 12.0)
        session.decide([1], "accepted")
        later = begun(book, answers(2))
        assert book.session().id == later.id
        assert [row.time for row in session.rows()][-1] is None
        assert all(row.time is not None for row in list(session.rows())[:-1])
        assert book.sessions()[-1].created is None
        assert book.session(session.id).standing(1).state == "accepted"


def test_deciding_is_an_error_and_nothing_of_it_stands_when_the_disk_is_full(tmp_path: Path) -> None:
    with open_gradebook(tmp_path / "g.sqlite") as book:
        session = begun(book, answers(2))
        (pages,) = book.read("PRAGMA page_count")[0]
        book.read(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(OutputError, match="disk is full") as told:
            session.decide([1], "changed", 1.0, feedback="x" * 100_000)
        assert "make room" in (told.value.hint or "")
        assert session.standing(1).state == "suggested"
        book.read("PRAGMA max_page_count = 100000")
        session.decide([1], "accepted")
        assert session.standing(1).state == "accepted"
        assert book.session().standing(1).state == "accepted"


def test_sqlite_itself_refuses_to_change_or_remove_a_row(tmp_path: Path) -> None:
    with open_gradebook(tmp_path / "g.sqlite") as book:
        begun(book)
        for statement in ("UPDATE record SET body = '{}'", "DELETE FROM record WHERE number = 2"):
            with pytest.raises(Exception, match="never"):
                book.read(statement)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE record SET body = replace(body, '\"points\":2.0', '\"points\":1.0') WHERE kind = 'decided'", "row 8"),
        ("UPDATE record SET time = 5 WHERE number = 3", "row 3"),
        ("DELETE FROM record WHERE number = 4", "row 4 is missing"),
        ("UPDATE record SET number = 99 WHERE number = 8", "row 8 is missing"),
        ("UPDATE record SET body = 'x' WHERE number = 8", "no JSON"),
        ("UPDATE answers SET text = CAST('They need water' AS BLOB) WHERE number = 2", "answer 2"),
        ("UPDATE sessions SET quiz = CAST(replace(CAST(quiz AS TEXT), 'light', 'water') AS BLOB)", "quiz"),
    ],
)
def test_a_change_behind_its_back_is_told_with_its_place(tmp_path: Path, statement: str, said: str) -> None:
    path = tmp_path / "g.sqlite"
    with open_gradebook(path) as book:
        begun(book).decide([1], "accepted")
    change(path, statement)
    with open_gradebook(path) as book, pytest.raises(IntegrityError, match=said):
        book.session()


_COLUMNS = {
    "sessions": ("title", "quiz_digest", "quiz", "settings", "answers_digest", "parent", "created"),
    "answers": ("answer_id", "question_id", "text", "digest", "student", "language", "extra"),
    "record": ("kind", "time", "body", "hash"),
    "words": ("digest", "body"),
}
_HOSTILE = ["'text'", "x'ff80'", "7", "-1.5", "'[]'", "'{}'", "x'7b7d'", "''", "CAST(x'ff80' AS TEXT)"]


@pytest.mark.parametrize(("table", "column"), [(table, one) for table, them in _COLUMNS.items() for one in them])
def test_a_value_of_another_type_is_read_or_told_whatever_it_is(tmp_path: Path, table: str, column: str) -> None:
    path = tmp_path / "g.sqlite"
    with open_gradebook(path) as book:
        session = begun(book, answers(1))
        session.decide([1], "changed", 1.0, feedback="Look again.")
        session.rule("q1", "c1", "it needs light", "en")
        session.learn([TeacherMark("q1", "Light.", 2.0, None)])
    for at, value in enumerate(_HOSTILE):
        other = tmp_path / f"{at}.sqlite"
        shutil.copy(path, other)
        change(other, f"UPDATE OR IGNORE {table} SET {column} = {value}")  # noqa: S608  names and values of this file
        with contextlib.suppress(EdgekitError), open_gradebook(other) as book:
            assert all(one.created is None or type(one.created) is int for one in book.sessions())
            found = book.session()
            assert isinstance(found.title, str)
            assert isinstance(found.mark(1), Mark)
            found.teaching()
            list(found.lines())


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("answer", {"answer": 2}),
        ("answer", {"answer": "1", "question": "q1", "digest": "x"}),
        ("suggested", {"answer": 1, "basis": 1, "suggestion": []}),
        ("suggested", {"answer": 1, "basis": 1, "suggestion": {"digest": 7, "decision": "suggest", "need": 0}}),
        ("decided", {"answer": 1, "action": "changed", "points": "all", "feedback": None}),
        ("decided", {"answer": [], "action": "changed", "points": 1.0, "feedback": None}),
        ("decided", {"answer": 1, "action": "changed", "points": None, "feedback": None}),
        ("decided", {"answer": 1, "action": "returned", "points": 1.0, "feedback": None}),
        ("decided", {"answer": 1, "action": "contested", "points": 1.0, "feedback": None}),
        ("answer", {"answer": 1, "question": "q1", "digest": "x"}),
        ("second", {"answer": 9, "points": 1.0}),
        ("forgotten", {"answer": 9}),
        ("ruled", {"question": "q1", "criterion": "c1", "language": "en", "wording": None, "refuted": False}),
        ("marked", {"question": "q1", "text": "x", "points": "2", "language": None}),
        ("unruled", {"row": {}}),
        ("undone", {"answer": 1}),
    ],
)
def test_a_row_that_no_edgekit_writes_is_told_though_its_hash_is_right(
    tmp_path: Path, kind: str, body: dict[str, object]
) -> None:
    path = tmp_path / "g.sqlite"
    with open_gradebook(path) as book:
        session = begun(book, answers(1))
        last = list(session.rows())[-1]
        row = chained(last.hash, last.number + 1, kind, None, body)  # type: ignore[arg-type]  # of any kind
        with database.changing(book._connection) as connection:
            append_row(connection, session.id, row)
    with open_gradebook(path) as book, pytest.raises(IntegrityError, match="does not fit"):
        book.session()


@pytest.mark.parametrize(
    "change_of",
    [
        {"points": "2"},
        {"possible": ["2"]},
        {"possible": 3},
        {"decision": "accept"},
        {"probability": None},
        {"criteria": [7]},
        {"reasons": [{"code": "uncertain", "detail": 7, "span": None}]},
        {"feedback": None},
        {"need": float("nan")},
        {"more": 1},
    ],
)
def test_a_suggestion_of_other_types_is_told(change_of: dict[str, object]) -> None:
    value = {**json.loads(written(suggestion(answers(1)[0]))), **change_of}
    with pytest.raises(IntegrityError, match="a suggestion that is none"):
        read(json.dumps(value))


def test_a_changed_suggestion_is_told(tmp_path: Path) -> None:
    path = tmp_path / "g.sqlite"
    with open_gradebook(path) as book:
        begun(book)
    change(path, "UPDATE words SET body = CAST(replace(CAST(body AS TEXT), 'Good.', 'Bad.') AS BLOB)")
    with open_gradebook(path) as book, pytest.raises(IntegrityError, match="no longer holds the words"):
        book.session().suggestion(1)


def test_the_exported_record_is_verified_by_anybody_and_holds_no_name_and_no_word_of_a_student(tmp_path: Path) -> None:
    with open_gradebook(tmp_path / "g.sqlite") as book:
        session = begun(book)
        session.decide([1], "changed", 1.0, feedback="Well done, Ana.")
        session.rule("q1", "c1", "it needs light, says Ana", "en")
        lines = list(session.lines())
    rows = list(verified(map(read_line, lines)))
    assert [row.kind for row in rows[-2:]] == ["decided", "ruled"]
    assert json.loads(lines[0])["previous"] == FIRST
    for word in leave_out(tmp_path):
        assert word not in "\n".join(lines)
    for at in range(len(lines)):
        with pytest.raises(IntegrityError):
            list(verified(map(read_line, [*lines[:at], lines[at].replace('"time":', '"time":1'), *lines[at + 1 :]])))


@pytest.mark.parametrize("line", ["", "[]", "{}", '{"number":1}', "[" * 100_000, '{"number":"1","kind":"x"}'])
def test_a_line_that_is_no_row_is_an_error(line: str) -> None:
    with pytest.raises(IntegrityError):
        read_line(line)


def test_a_file_that_is_no_gradebook_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "g.sqlite"
    path.write_bytes(b"no database " * 500)
    with pytest.raises(IntegrityError, match="gradebook"):
        open_gradebook(path)
    assert path.read_bytes() == b"no database " * 500


def test_a_file_that_cannot_be_written_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "g.sqlite"
    with open_gradebook(path) as book:
        begun(book)
    with Gradebook(path, database.read_only(path, KIND)) as book:
        session = book.session()
        assert session.mark(1).final is None
        with pytest.raises(OutputError, match="read-only") as told:
            session.decide([1], "accepted")
        assert "`--book`" in (told.value.hint or "")


def test_waiting_ends_when_another_process_holds_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.1)
    path = tmp_path / "g.sqlite"
    with open_gradebook(path) as book:
        session = begun(book)
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(UnavailableError, match="another process"):
            session.decide([1], "accepted")
        assert session.standing(1).state == "suggested"
        holder.close()


def test_the_next_session_tells_where_the_record_before_it_ended(tmp_path: Path) -> None:
    with open_gradebook(tmp_path / "g.sqlite") as book:
        first = begun(book)
        last = list(first.rows())[-1]
        second = book.begin(quiz("Other."), answers(1), SETTINGS)
        assert next(second.rows()).body["before"] == last.hash


def test_rows_that_were_cut_off_the_end_are_told_by_the_next_session(tmp_path: Path) -> None:
    path = tmp_path / "g.sqlite"
    with open_gradebook(path) as book:
        begun(book).decide([1], "accepted")
        book.session(1).require_end()
        book.begin(quiz("Other."), answers(1), SETTINGS)
        book.session(1).decide([2], "accepted")
        book.session(1).require_end()
    change(path, "DELETE FROM record WHERE session = 1 AND kind = 'decided'")
    with open_gradebook(path) as book, pytest.raises(IntegrityError, match="rows at its end are missing") as told:
        book.session(1).require_end()
    assert "it is session 1 of" in str(told.value)
    with open_gradebook(path) as book:
        book.session(2).require_end()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE record SET body = replace(body, '2.0', '1.0') WHERE number = 5", "row 5 is not what was written"),
        ("UPDATE answers SET text = x'61' WHERE number = 2", "answer 2 of the gradebook"),
        ("UPDATE sessions SET quiz = replace(quiz, 'light', 'water')", "the quiz of the session"),
    ],
)
def test_what_was_changed_is_told_with_its_session_its_file_and_what_to_do(
    tmp_path: Path, statement: str, said: str
) -> None:
    path = tmp_path / "g.sqlite"
    with open_gradebook(path) as book:
        begun(book)
    change(path, statement)
    with open_gradebook(path) as book, pytest.raises(IntegrityError) as told:
        book.session()
    assert said in str(told.value)
    assert f"it is session 1 of `{path}`" in str(told.value)
    assert "`--book FILE`" in (told.value.hint or "")


def test_a_limit_that_the_system_sets_to_files_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FailedError) as told, database.told(tmp_path / "g.sqlite", KIND):
        raise sqlite3.OperationalError("disk I/O error")
    assert "the disk is full or damaged" in (told.value.hint or "")
