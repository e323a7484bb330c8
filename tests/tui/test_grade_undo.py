"""Undoing on the screen of grading takes back what was decided there, and nothing that somebody else decided since."""

from __future__ import annotations

from pathlib import Path

from toys.tui_class import ANSWERS, RIGHT, graded, marks, number_shown, play
from toys.tui_grading import toy_grades
from toys.tui_stage import Stage

from edgekit.gradebook.book import open_gradebook


def test_a_newer_decision_of_somebody_else_stays_and_is_shown(tmp_path: Path) -> None:
    book = graded(tmp_path, ANSWERS)

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.until(lambda: number_shown(stage) == 3)
        await stage.press("a", "a")
        await stage.sees("#5: accepted")
        with open_gradebook(book) as other:
            other.session(1).decide([5], "changed", 1.5)
        await stage.press("u")
        await stage.sees("somebody else has decided since, that stays: #5")
        await stage.sees("changed: 1.5")
        assert marks(book) == {3: ("accepted", 0.0), 5: ("changed", 1.5)}
        await stage.press("n", "u")  # from another answer: what was decided here before it
        await stage.sees("taken back: #3")
        assert marks(book) == {5: ("changed", 1.5)}
        await stage.press("n", "u")
        await stage.sees("nothing was decided here yet")
        assert marks(book) == {5: ("changed", 1.5)}

    play(scene, toy_grades(book))


def test_what_was_only_decided_elsewhere_is_taken_back_where_it_is_shown_alone(tmp_path: Path) -> None:
    book = graded(tmp_path, ANSWERS)
    with open_gradebook(book) as other:
        other.session(1).decide([1], "accepted")

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.until(lambda: number_shown(stage) == 3)
        await stage.press("u")
        await stage.sees("nothing was decided here yet")
        assert marks(book) == {1: ("accepted", 2.0)}
        await stage.press("v", "end", "u")
        await stage.sees("taken back: #1")
        assert marks(book) == {}

    play(scene, toy_grades(book))


def test_an_answer_that_stands_otherwise_than_it_is_shown_is_not_undone(tmp_path: Path) -> None:
    book = graded(tmp_path, ANSWERS)

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.until(lambda: number_shown(stage) == 3)
        await stage.press("a", "v", "end", "enter")
        await stage.until(lambda: number_shown(stage) == 3)
        with open_gradebook(book) as other:
            other.session(1).decide([3], "changed", 1.5)
        await stage.press("u")
        await stage.sees("somebody else has been at it meanwhile")
        await stage.sees("changed: 1.5")
        assert marks(book) == {3: ("changed", 1.5)}

    play(scene, toy_grades(book))


def test_of_a_group_what_somebody_else_changed_since_stays(tmp_path: Path) -> None:
    book = graded(tmp_path, [RIGHT, "plants need light", "light is what plants need"])

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.until(lambda: number_shown(stage) == 1)
        await stage.press("g", "y")
        await stage.sees("accepted: 3 answers")
        with open_gradebook(book) as other:
            other.session(1).decide([2], "changed", 0.5)
        await stage.press("u")
        await stage.sees("taken back: #1, #3; somebody else has decided since, that stays: #2")
        assert marks(book) == {2: ("changed", 0.5)}

    play(scene, toy_grades(book))


def test_what_was_decided_here_is_undone_in_its_order_after_a_new_start(tmp_path: Path) -> None:
    book = graded(tmp_path, ANSWERS)

    async def leave(stage: Stage) -> None:
        await stage.press("enter")
        await stage.until(lambda: number_shown(stage) == 3)
        await stage.press("a", "a", "v", "end", "c", "1", "enter")
        await stage.sees("#3: changed, 1")

    state = play(leave, toy_grades(book))

    async def again(stage: Stage) -> None:
        await stage.until(lambda: number_shown(stage) is not None)
        for told, left in (
            ("taken back: #3", {3: ("accepted", 0.0), 5: ("accepted", 0.0)}),
            ("taken back: #3", {5: ("accepted", 0.0)}),
            ("taken back: #5", {}),
        ):
            await stage.press("u")
            await stage.sees(told)
            assert marks(book) == left

    play(again, toy_grades(book), state=state)


def test_marks_go_out_after_a_yes_and_come_back_together(tmp_path: Path) -> None:
    book = graded(tmp_path, [RIGHT, "plants need light", "mud"])

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.until(lambda: number_shown(stage) == 3)
        await stage.press("p")
        await stage.sees("there is no mark that could be released")
        await stage.press("n", "g", "y")
        await stage.sees("accepted: 2 answers")
        await stage.press("p")
        await stage.sees("They change no more then: 2")
        await stage.press("enter")  # the harmless one
        await stage.until(lambda: number_shown(stage) == 3)
        assert {state for state, _points in marks(book).values()} == {"accepted"}
        await stage.press("p", "y")
        await stage.sees("released: 2; undoing takes all of it back")
        assert marks(book) == dict.fromkeys((1, 2), ("released", 2.0))
        await stage.press("v", "end", "c", "1", "enter")
        await stage.sees("undo the release first")
        assert marks(book) == dict.fromkeys((1, 2), ("released", 2.0))
        await stage.press("escape", "u")  # one of them is shown: all of them went out together
        await stage.sees("taken back: #")
        assert marks(book) == dict.fromkeys((1, 2), ("accepted", 2.0))

    play(scene, toy_grades(book))


def test_a_single_answer_that_went_out_elsewhere_is_taken_back_where_it_is_shown(tmp_path: Path) -> None:
    book = graded(tmp_path, [RIGHT, "plants need light", "mud"])
    with open_gradebook(book) as other:
        other.session(1).decide([1, 2], "accepted")
        other.session(1).release([1, 2])

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.until(lambda: number_shown(stage) == 3)
        await stage.press("u")
        await stage.sees("nothing was decided here yet")
        await stage.press("v", "end", "u")
        await stage.sees("taken back: #1")
        assert marks(book) == {1: ("accepted", 2.0), 2: ("released", 2.0)}

    play(scene, toy_grades(book))
