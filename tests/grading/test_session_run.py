"""A class is graded, interrupted, taught, graded again and replayed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from gradebook.classes import quiz
from gradebook.toy_tools import SETTINGS, Breaking, ToyTools

from edgekit.core.events import Event, Progress
from edgekit.gradebook.book import Gradebook, open_gradebook
from edgekit.gradebook.session import Session
from edgekit.grading.session_run import carry_over, differences, replay, suggest_again, suggest_waiting
from edgekit.quiz.suggestion import Answer
from edgekit.quiz.teaching import TeacherMark


def class_of(count: int) -> list[Answer]:
    texts = ["plants need light to grow", "sun", "las plantas necesitan luz", "they need light to"]
    return [Answer(f"a{at}", "q1", f"{texts[at % 4]} {at}") for at in range(count)]


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with open_gradebook(tmp_path / "g.sqlite") as book:
        yield book


def graded(book: Gradebook, count: int = 8) -> Session:
    session = book.begin(quiz(), class_of(count), SETTINGS)
    assert suggest_waiting(session, ToyTools()) == count
    return session


def test_what_was_done_stays_done_when_it_is_interrupted(book: Gradebook) -> None:
    session = book.begin(quiz(), class_of(40), SETTINGS)
    with pytest.raises(KeyboardInterrupt):
        suggest_waiting(session, Breaking(21))
    found = book.begun(quiz(), class_of(40), SETTINGS)
    assert found is not None
    assert sum(one.state == "suggested" for one in found.standings) == 21
    assert suggest_waiting(found, ToyTools()) == 19
    assert suggest_waiting(found, ToyTools()) == 0
    assert replay(found, ToyTools()).row is None


def test_progress_is_told_answer_by_answer(book: Gradebook) -> None:
    session = book.begin(quiz(), class_of(3), SETTINGS)
    told: list[Event] = []
    suggest_waiting(session, ToyTools(), told.append)
    assert [one.done for one in told if isinstance(one, Progress)] == [1, 2, 3]


def test_a_ruling_changes_the_suggestions_of_its_question_at_once_and_no_mark(book: Gradebook) -> None:
    session = graded(book)
    session.decide([3], "changed", 0.5)
    session.rule("q1", "c1", "las plantas necesitan luz", "es")
    changed = suggest_again(session, ToyTools(), question_id="q1")
    assert [(one.number, one.after.points, one.decided) for one in changed] == [(3, 0.5, 0.5), (7, 2.0, None)]
    assert session.mark(3).final == 0.5
    session.unrule(session.rulings[0].number)
    back = suggest_again(session, ToyTools())
    assert [one.number for one in back] == [3, 7]
    assert replay(session, ToyTools()).row is None


def test_every_suggestion_comes_out_the_same_after_rulings_marks_and_decisions(book: Gradebook) -> None:
    session = graded(book)
    session.decide([1, 5], "accepted")
    session.learn([TeacherMark("q1", session.answers[2].text, 1.0)])
    suggest_again(session, ToyTools())
    session.rule("q1", "c1", "sun", "en")
    suggest_again(session, ToyTools())
    session.undo(1)
    found = replay(book.session(), ToyTools())
    assert found.row is None
    assert found.suggestions > 8


def test_the_first_row_that_differs_is_named(book: Gradebook) -> None:
    session = graded(book)
    first = next(row.number for row in session.rows() if row.kind == "suggested")
    found = replay(session, ToyTools(off=0.01))
    assert found.row == first
    assert found.difference is not None
    assert found.difference.before is not None
    assert (found.difference.before.probability, found.difference.after.probability) == (0.95, 0.94)


def test_a_changed_quiz_is_compared_with_the_session_before(book: Gradebook) -> None:
    older = graded(book)
    newer = book.begin(quiz("las plantas necesitan luz y agua"), class_of(8), SETTINGS, parent=older.id)
    suggest_waiting(newer, ToyTools())
    assert newer.parent == older.id
    found = differences(older, newer)
    assert {one.number for one in found} == {1, 3, 4, 5, 7, 8}
    assert older.quiz.digest != newer.quiz.digest


def test_marks_are_carried_over_where_the_question_is_the_same(book: Gradebook) -> None:
    older = graded(book)
    older.decide([1], "accepted")
    older.decide([2], "changed", 1.5, feedback="Say more.")
    older.decide([3], "returned")
    same = book.begin(quiz(), class_of(8), SETTINGS, parent=older.id)
    suggest_waiting(same, ToyTools())
    assert carry_over(older, same) == 2
    assert [same.mark(at).final for at in (1, 2, 3)] == [2.0, 1.5, None]
    assert same.mark(2).feedback == "Say more."
    assert [row.body["who"] for row in same.rows() if row.kind == "decided"] == ["session 1", "session 1"]
    assert [same.mark(at).status for at in (1, 2, 3)] == ["accepted", "changed", "suggested"]
    other = book.begin(quiz("Another."), class_of(8), SETTINGS, parent=older.id)
    suggest_waiting(other, ToyTools())
    assert carry_over(older, other) == 0


def test_marks_are_carried_over_as_they_were_made_and_with_no_word_of_a_newer_suggestion(book: Gradebook) -> None:
    older = graded(book)
    older.decide([1], "accepted")
    older.decide([2], "changed", 2.0)
    older.release([1, 2])
    rewarded = book.begin(quiz(), class_of(8), SETTINGS, parent=older.id)
    rewarded.rule("q1", "c1", "sun", "en")
    suggest_waiting(rewarded, ToyTools())
    now = rewarded.suggestion(2)
    assert now is not None
    assert (now.points, now.feedback) == (2.0, "Good.")
    assert carry_over(older, rewarded) == 2
    assert [(one.state, one.points, one.who) for one in rewarded.standings[:2]] == [
        ("accepted", 2.0, "session 1"),
        ("changed", 2.0, "session 1"),
    ]
    # Who gave other points than were suggested sent no suggested feedback out, and sends none of a newer suggestion.
    assert rewarded.mark(1).feedback == older.mark(1).feedback
    assert rewarded.mark(2).feedback == older.mark(2).feedback == ""
    # They change and are undone as one's own.
    rewarded.undo_all([1], who="teacher", own=True)
    assert rewarded.standing(1).state == "suggested"


def test_what_was_accepted_stays_accepted_though_other_points_are_suggested_now(book: Gradebook) -> None:
    older = graded(book)
    older.rule("q1", "c1", "sun", "en")
    suggest_again(older, ToyTools())
    older.decide([2], "accepted")
    newer = book.begin(quiz(), class_of(8), SETTINGS, parent=older.id)
    suggest_waiting(newer, ToyTools())
    assert carry_over(older, newer) == 1
    mark = newer.mark(2)
    assert mark.suggestion is not None
    assert (mark.status, mark.final, mark.suggestion.points, mark.feedback) == ("accepted", 2.0, 0.0, "Good.")
    assert replay(newer, ToyTools()).row is None


def test_what_an_updated_grader_suggested_is_no_difference_of_the_one_before(book: Gradebook) -> None:
    class _Updated(ToyTools):
        def __init__(self) -> None:
            super().__init__(0.1)
            self.settings = {**SETTINGS, "edgekit": "0.2.0"}

    session = graded(book)
    suggest_again(session, _Updated())
    found = replay(session, ToyTools())
    assert (found.suggestions, found.row, found.others) == (8, None, 0)
    assert found.elsewhere > 0
    every = replay(session, ToyTools(), everything=True)
    assert (every.others, every.moved, every.elsewhere) == (found.elsewhere, 0, 0)
    assert replay(session, _Updated()).elsewhere == 8
