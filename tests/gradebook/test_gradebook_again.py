"""Contested marks, a second marking, and texts that are removed: the record stays whole and tells of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from gradebook.classes import SETTINGS, answers, begun, quiz, suggestion
from gradebook.toy_tools import ToyTools

from edgekit.core.errors import IntegrityError, UsageError
from edgekit.gradebook.again import contest, drift, mark_again, reason_of, to_mark_again
from edgekit.gradebook.book import open_gradebook
from edgekit.gradebook.forgetting import answers_of, forget
from edgekit.gradebook.queue import by_need, to_decide
from edgekit.grading.session_run import replay, suggest_again, suggest_waiting
from edgekit.quiz.suggestion import Answer
from edgekit.quiz.teaching import TeacherMark


def test_a_contested_mark_is_open_again_and_comes_first(tmp_path: Path) -> None:
    with open_gradebook(tmp_path / "g.sqlite") as book:
        session = begun(book)
        session.decide([1, 2, 3], "accepted")
        session.release([3])
        contest(session, [3], why="I wrote it, says Ana")
        assert session.standing(3).state == "returned"
        assert session.mark(3).final is None
        assert by_need(session)[0] == 3
        assert to_decide(session, everything=False) == [3]
        assert reason_of(session, 3) == "I wrote it, says Ana"
        assert "says Ana" not in "".join(session.lines())
        with pytest.raises(UsageError, match="is returned and cannot be contested"):
            contest(session, [1, 3])
        assert session.standing(1).state == "accepted"
        session.decide([3], "changed", 1.0)
        assert (session.standing(3).contested, session.mark(3).final) == (0, 1.0)
        assert reason_of(session, 3) is None
        session.undo(3)
        assert session.standing(3).contested
        session.undo(3)
        assert (session.standing(3).state, session.mark(3).final) == ("released", 2.0)
        assert book.session().standing(3).state == "released"


def test_a_second_marking_draws_the_same_share_and_changes_no_mark(tmp_path: Path) -> None:
    with open_gradebook(tmp_path / "g.sqlite") as book:
        session = begun(book, answers(40))
        assert to_mark_again(session) == []
        assert drift(session).count == 0
        session.decide(list(range(1, 31)), "accepted")
        drawn = to_mark_again(session)
        assert len(drawn) == 2
        assert set(drawn) <= set(range(1, 31))
        assert to_mark_again(book.session()) == drawn
        assert len(to_mark_again(session, 1.0)) == 30
        for points in (-1.0, 2.5, float("nan")):
            with pytest.raises(UsageError, match="from 0 to 2"):
                mark_again(session, drawn[0], points)
        mark_again(session, drawn[0], 2.0, who="Ben")
        assert to_mark_again(session) == drawn[1:]
        mark_again(session, drawn[1], 1.0)
        found = drift(book.session())
        assert (found.count, found.same, found.difference, found.apart) == (2, 1, -0.5, 0.5)
        assert session.mark(drawn[1]).final == 2.0
        mark_again(session, drawn[1], 0.0)
        assert drift(session).difference == -1.0


def test_what_a_student_wrote_is_nowhere_in_the_file_when_it_was_removed(tmp_path: Path) -> None:
    path = tmp_path / "g.sqlite"
    with open_gradebook(path) as book:
        session = begun(book)
        # Some builds of SQLite write zeros over what is deleted, others leave it where it was.
        book.run(lambda connection: connection.execute("PRAGMA secure_delete = OFF").fetchone())
        session.decide([1, 2], "changed", 1.0, feedback="Look again.")
        contest(session, [1], why="It is there, number 1")
        session.decide([1], "changed", 0.5, feedback="You say number 1, Ana 1.")
        session.learn([TeacherMark("q1", session.answers[1].text, 2.0, None)])
        before = path.read_bytes() + (tmp_path / "g.sqlite-wal").read_bytes()
        assert b"says number 1" in before
        assert forget(session, [1, 1]) == 1
        assert forget(session, [1]) == 0
        assert session.answers[1].text == ""
        assert session.answers[1].student is None
        assert (session.mark(1).final, session.mark(1).suggestion, session.mark(1).feedback) == (0.5, None, "")
        assert session.mark(2).feedback == "Look again."
        assert session.teaching().marks == (TeacherMark("q1", "They need light, says number 2", 1.0, None),)
        session.undo(2)
        for action in ("accepted", "returned"):
            with pytest.raises(UsageError, match="its text was removed"):
                session.decide([1], action)  # type: ignore[arg-type]  # each is an action
        assert 1 not in to_decide(session)
        assert len(list(session.lines())) > 8
    for one in tmp_path.glob("g.sqlite*"):
        for word in (b"number 1", b"Ana 1"):
            assert word not in one.read_bytes()
    with open_gradebook(path) as book:
        assert book.session().answers[1].text == ""
        assert book.session().answers[2].student == "Ana 2"


def test_a_text_that_is_gone_without_a_row_that_says_so_is_damage(tmp_path: Path) -> None:
    with open_gradebook(tmp_path / "g.sqlite") as book:
        begun(book)
        book.read("UPDATE answers SET text = x'' WHERE number = 2")
        with pytest.raises(IntegrityError, match="answer 2"):
            book.session()


def test_a_student_is_found_in_every_session(tmp_path: Path) -> None:
    with open_gradebook(tmp_path / "g.sqlite") as book:
        begun(book)
        begun(book, answers(2))
        found = [(session.id, numbers) for session, numbers in answers_of(book, lambda one: one.student == "Ana 2")]
        assert found == [(1, [2]), (2, [2])]
        assert list(answers_of(book, lambda one: one.student == "Eva")) == []
        for session, numbers in answers_of(book, lambda one: one.student == "Ana 2"):
            forget(session, numbers)
        assert list(answers_of(book, lambda one: one.student == "Ana 2")) == []


def test_words_that_another_session_has_as_well_stay_there(tmp_path: Path) -> None:
    with open_gradebook(tmp_path / "g.sqlite") as book:
        first, second = begun(book), begun(book, answers(2))
        forget(first, [1])
        assert second.suggestion(1) == suggestion(answers(1)[0])


def test_replay_leaves_removed_texts_out_and_says_so(tmp_path: Path) -> None:
    with open_gradebook(tmp_path / "g.sqlite") as book:
        given = [Answer(f"a{at}", "q1", f"Plants need light to grow, {at}", f"Ana {at}") for at in range(1, 5)]
        session = book.begin(quiz(), given, SETTINGS)
        suggest_waiting(session, ToyTools())
        forget(session, [2])
        found = replay(session, ToyTools())
        assert (found.suggestions, found.row, found.removed, found.beside) == (3, None, 1, 0)
        # What comes out otherwise may have gone by the text that is gone.
        other = replay(session, ToyTools(off=0.1))
        assert (other.suggestions, other.row, other.removed, other.beside) == (0, None, 1, 3)
        assert suggest_again(session, ToyTools()) == []
        late = book.begin(quiz(), answers(5), SETTINGS)
        forget(late, [5])
        assert suggest_waiting(late, ToyTools()) == 4
