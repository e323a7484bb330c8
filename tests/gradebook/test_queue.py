"""In which order answers are looked at, and which of them go together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gradebook.classes import answers, begun, quiz
from gradebook.toy_tools import SETTINGS, ToyTools

from edgekit.gradebook.again import contest
from edgekit.gradebook.book import open_gradebook
from edgekit.gradebook.queue import by_need, to_decide, with_same_words
from edgekit.grading.groups import alike
from edgekit.grading.session_run import suggest_waiting
from edgekit.quiz.suggestion import Answer


def test_the_queue_is_by_need_and_holds_what_has_a_suggestion_and_no_mark(tmp_path: Path) -> None:
    texts = ["plants need light to grow.", "soil", "because plants need light to grow.", "mud"]
    given = [Answer(f"a{at}", "q1", text) for at, text in enumerate(texts, 1)]
    with open_gradebook(tmp_path / "g.sqlite") as book:
        session = book.begin(quiz(), given, SETTINGS)
        assert to_decide(session) == []
        suggest_waiting(session, ToyTools())
        assert by_need(session) == to_decide(session) == [2, 4, 1, 3]
        assert to_decide(session, everything=False) == [2, 4]
        assert to_decide(session, "q2") == []
        session.decide([4], "accepted")
        session.decide([2], "returned")
        assert to_decide(session) == [2, 1, 3]
        group = alike(session, 1)
        assert (group.numbers, group.left_out) == ((1, 3), ())
        assert alike(session, 2).left_out == (2,)
        session.decide([3], "accepted")
        assert alike(session, 3).numbers == (1,)


def test_other_points_and_another_question_are_not_alike(tmp_path: Path) -> None:
    with open_gradebook(tmp_path / "g.sqlite") as book:
        session = begun(book, [replace(one, text="They need light to grow") for one in answers(3)])
        assert alike(session, 1).numbers == (1, 2, 3)
        session.decide([2], "changed", 1.0)
        assert alike(session, 1).numbers == (1, 3)


def test_an_answer_that_somebody_returned_does_not_go_with_others_of_its_words(tmp_path: Path) -> None:
    with open_gradebook(tmp_path / "g.sqlite") as book:
        session = begun(book, [replace(one, text="They need light to grow") for one in answers(5)])
        session.decide([2], "returned", who="Ben")
        session.decide([3], "changed", 1.0, who="Ben")
        session.decide([4], "accepted")
        contest(session, [4])
        assert with_same_words(session, 1) == [1, 5]
        # Itself is, whatever was decided on it.
        assert with_same_words(session, 2) == [1, 2, 5]
        session.undo(2)
        assert with_same_words(session, 1) == [1, 2, 5]
