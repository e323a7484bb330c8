"""Grading on the screen: every mark by a key or a click, in the gradebook before the next answer shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input, OptionList
from toys.tui_class import ANSWERS, DOUBTFUL, RIGHT, grade_screen, graded, marks, number_shown, play
from toys.tui_grading import class_files, toy_grades
from toys.tui_stage import Stage

from edgekit.gradebook.book import open_gradebook
from tui.screens.base import JobScreen
from tui.screens.group import GroupScreen
from tui.screens.help import HelpScreen
from tui.screens.shown import ShownScreen


def test_a_class_is_graded_by_keys_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class_files(tmp_path, ANSWERS)
    monkeypatch.chdir(tmp_path)
    book = tmp_path / "g.sqlite"

    async def scene(stage: Stage) -> None:
        await stage.press("q")
        await stage.until(lambda: stage.app.screen.query_one("#quiz", Input)._suggestion == "quiz.toml")
        await stage.press("right", "enter", "a", "n")
        await stage.until(lambda: stage.app.screen.query_one("#answers", Input)._suggestion == "answers.csv")
        await stage.press("right", "enter")
        await stage.sees("6 of 6 left, 2 need a look")
        await stage.sees("a person should look")
        assert number_shown(stage) == 3
        await stage.until(lambda: not stage.app.jobs.running)
        assert marks(book) == {}

        await stage.press("a")
        await stage.sees("#3: accepted, 0")
        assert marks(book) == {3: ("accepted", 0.0)}
        await stage.sees("5 of 6 left, 1 needs a look")

        await stage.press("l")
        await stage.sees("1 for later")
        assert number_shown(stage) == 1
        await stage.press("c", "1", ",", "5", "enter")
        await stage.sees("#1: changed, 1.5")
        assert marks(book)[1] == ("changed", 1.5)

        await stage.press("u")
        await stage.sees("taken back: #1")
        assert number_shown(stage) == 1
        assert 1 not in marks(book)

        await stage.press("g")
        await stage.sees("4 answers to `light` would get 2 of 2; 1 would be left.")
        await stage.press("y")
        await stage.sees("accepted: 4 answers")
        assert marks(book) == {3: ("accepted", 0.0), **dict.fromkeys((1, 2, 4, 6), ("accepted", 2.0))}
        assert number_shown(stage) == 5
        await stage.press("r")
        await stage.sees("#5: returned without a mark")
        assert marks(book)[5] == ("returned", None)
        await stage.press("c", "2", "enter")
        await stage.sees("Every answer has a mark")

        await stage.press("u")
        await stage.sees("taken back: #5")
        await stage.press("u")
        await stage.sees("taken back: #5")
        await stage.press("n", "v")
        await stage.until(lambda: stage.app.screen.query_one("#queue", OptionList).option_count == 6)
        await stage.press("s")
        await stage.sees("written to")
        assert (tmp_path / "marks-1.csv").read_text("utf-8").count("accepted") == 5

    play(scene, toy_grades(book))


def test_a_class_is_graded_by_the_mouse_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class_files(tmp_path, ANSWERS)
    monkeypatch.chdir(tmp_path)
    book = tmp_path / "g.sqlite"

    async def scene(stage: Stage) -> None:
        await stage.sees("quiz.toml")
        await stage.click("▌ quiz.toml", 3)
        await stage.sees("▌ answers.csv")
        await stage.click("▌ answers.csv", 3)
        await stage.click(" Grade  ")
        await stage.sees("6 of 6 left")
        await stage.until(lambda: not stage.app.jobs.running)
        await stage.click("c Change")
        await stage.sees("of 2:")
        assert "a Accept" not in stage.shown()  # where points are typed, letters are no keys
        await stage.click(" 1.5 ")
        await stage.sees("#3: changed, 1.5")
        await stage.click("a Accept")
        await stage.sees("#5: accepted, 0")
        await stage.click("u Undo")
        await stage.sees("taken back: #5")
        await stage.click("l Later")
        await stage.sees("#5: for later")
        await stage.click("g All alike")
        await stage.click("No, one by one")
        await stage.until(lambda: not isinstance(stage.app.screen, GroupScreen))
        assert marks(book) == {3: ("changed", 1.5)}
        await stage.click("g All alike")
        await stage.click("Accept all 4")
        await stage.sees("accepted: 4 answers")
        await stage.click("v List")
        await stage.click("soil and water")
        await stage.sees("changed: 1.5")

    play(scene, toy_grades(book))
    assert len(marks(book)) == 5


def test_a_decision_is_in_the_gradebook_before_the_next_answer_shows(tmp_path: Path) -> None:
    book = graded(tmp_path, ANSWERS)
    seen = []

    async def scene(stage: Stage) -> None:
        screen = grade_screen(stage)
        await stage.press("enter")
        await stage.until(lambda: number_shown(stage) == 3)
        show = screen._show

        def watched() -> None:
            seen.append((number_shown(stage), marks(book)))
            show()

        screen._show = watched  # type: ignore[method-assign]  # replaced for this test
        await stage.press("a")
        await stage.until(lambda: bool(seen))

    play(scene, toy_grades(book))
    assert seen == [(5, {3: ("accepted", 0.0)})]


@pytest.mark.parametrize("keys", [("a",), ("c", "1", "enter"), ("r",)])
def test_what_somebody_else_decided_is_shown_and_not_overwritten(keys: tuple[str, ...], tmp_path: Path) -> None:
    book = graded(tmp_path, ANSWERS)

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.until(lambda: number_shown(stage) == 3)
        with open_gradebook(book) as other:
            other.session(1).decide([3], "changed", 1.5)
        await stage.press(*keys)
        await stage.sees("somebody else has been at it meanwhile")
        await stage.sees("changed: 1.5")
        assert marks(book) == {3: ("changed", 1.5)}
        await stage.press("c", "2", "enter")
        await stage.until(lambda: marks(book) == {3: ("changed", 2.0)})

    play(scene, toy_grades(book))


def test_what_somebody_else_decides_is_counted_without_a_key(tmp_path: Path) -> None:
    book = graded(tmp_path, ANSWERS)

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.sees("6 of 6 left, 2 need a look")
        with open_gradebook(book) as other:
            other.session(1).decide([5], "accepted")
        await stage.sees("5 of 6 left, 1 needs a look")
        assert number_shown(stage) == 3

    play(scene, toy_grades(book))


def test_a_group_is_undone_as_one_and_leaves_out_what_a_person_should_see(tmp_path: Path) -> None:
    book = graded(tmp_path, [RIGHT, DOUBTFUL, "plants need light", "mud"])

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.until(lambda: number_shown(stage) == 2)
        await stage.press("g")
        await stage.sees("nothing to accept together")
        await stage.press("n", "n", "g")
        await stage.until(lambda: isinstance(stage.app.screen, GroupScreen))
        await stage.press("enter", "n")
        await stage.until(lambda: not isinstance(stage.app.screen, GroupScreen))
        assert marks(book) == {}
        await stage.press("g", "y")
        await stage.sees("accepted: 2 answers")
        assert set(marks(book)) == {1, 3}
        await stage.press("u")
        await stage.sees("taken back: #1, #3")
        assert marks(book) == {}

    play(scene, toy_grades(book))


def test_like_answers_that_are_sent_to_review_are_counted_and_not_accepted(tmp_path: Path) -> None:
    from edgekit.grading.groups import alike

    book = graded(tmp_path, [DOUBTFUL, "mud", RIGHT])
    with open_gradebook(book) as opened:
        group = alike(opened.session(), 1)
    assert (group.numbers, group.left_out) == ((), (1, 2))


def test_the_very_words_of_an_answer_that_was_looked_at_are_accepted_with_it(tmp_path: Path) -> None:
    book = graded(tmp_path, [DOUBTFUL, "mud", RIGHT, DOUBTFUL, f" {DOUBTFUL}", f"{DOUBTFUL}s"])

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.until(lambda: number_shown(stage) == 1)
        await stage.press("g")
        await stage.sees("3 answers to `light` would get")
        await stage.press("y")
        await stage.sees("accepted: 3 answers")
        assert set(marks(book)) == {1, 4, 5}
        await stage.press("u")
        await stage.until(lambda: marks(book) == {})

    play(scene, toy_grades(book))


def test_points_that_the_question_does_not_have_are_told_and_make_no_mark(tmp_path: Path) -> None:
    book = graded(tmp_path, ANSWERS)

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.until(lambda: number_shown(stage) == 3)
        await stage.press("c", "9", "enter")
        await stage.sees("from 0 to 2")
        await stage.press("backspace", "enter")
        await stage.sees("is no number of points")
        await stage.press("escape", "c", "escape")
        await stage.until(lambda: not stage.app.screen.query_one("#points-row").display)
        assert marks(book) == {}
        await stage.press("escape", "1")
        await stage.until(lambda: stage.app.current_mode == "translate")

    play(scene, toy_grades(book))


def test_the_attack_test_runs_as_a_job_and_shows_its_card(tmp_path: Path) -> None:
    book = graded(tmp_path, ANSWERS)

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.until(lambda: number_shown(stage) is not None)
        await stage.press("t")
        await stage.until(lambda: isinstance(stage.app.screen, ShownScreen))
        await stage.sees("a right answer, denied")
        await stage.sees("tried,")
        assert marks(book) == {}

    play(scene, toy_grades(book))


def test_each_test_of_the_quiz_shows_its_card_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(tmp_path / "home"))
    book = graded(tmp_path, ANSWERS)

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.until(lambda: number_shown(stage) is not None)
        screen = grade_screen(stage)
        await stage.press("f1")  # something else is looked at while both end
        await stage.until(lambda: isinstance(stage.app.screen, HelpScreen))
        screen.action_attack()
        screen.action_audit()
        await stage.until(lambda: all(job.is_told for job in stage.app.jobs.all))
        for job in stage.app.jobs.all:
            stage.app._show_job(job)  # what it said before its end may come after that
        titles: list[str] = []
        for _card in range(2):
            await stage.press("escape")
            await stage.until(lambda: isinstance(stage.app.screen, ShownScreen))
            assert isinstance(stage.app.screen, ShownScreen)
            titles.append(stage.app.screen._title)
        assert sorted(titles) == ["Attack test", "Fairness"]
        await stage.press("escape")
        await stage.until(lambda: stage.app.screen is screen)
        await stage.press("f9", "f9")
        assert stage.app.screen is screen

    play(scene, toy_grades(book))


def test_help_explains_the_answer_and_the_command_is_that_of_the_session(tmp_path: Path) -> None:
    book = graded(tmp_path, ANSWERS)

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.until(lambda: number_shown(stage) is not None)
        await stage.press("f1")
        await stage.until(lambda: isinstance(stage.app.screen, HelpScreen))
        await stage.sees("[Brackets] hold the words")
        await stage.press("escape", "f8")
        await stage.sees("edgekit grade review --all --session 1")

    play(scene, toy_grades(book))


def test_another_language_keeps_the_answer_that_is_shown(tmp_path: Path) -> None:
    book = graded(tmp_path, ANSWERS)

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.until(lambda: number_shown(stage) == 3)
        await stage.press("n", "f9", "f9")
        await stage.sees("6 de 6 sem nota")
        await stage.sees("Do que as plantas precisam?")
        assert number_shown(stage) == 5
        assert isinstance(stage.app.screen, JobScreen)
        await stage.press("a")
        await stage.sees("#5: aceita, 0")

    play(scene, toy_grades(book))


def test_the_audit_runs_as_a_job_and_shows_its_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(tmp_path / "home"))
    book = graded(tmp_path, ANSWERS)

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.until(lambda: number_shown(stage) is not None)
        await stage.press("f")
        await stage.until(lambda: isinstance(stage.app.screen, ShownScreen))
        await stage.sees("nothing could be judged")
        for line in ("English: ", "slips of the pen: "):
            assert line in stage.shown(), stage.shown()
        assert marks(book) == {}
        await stage.press("escape")
        await stage.until(lambda: stage.label("status") == "audit session 1: done")

    play(scene, toy_grades(book))


@pytest.mark.parametrize("by_mouse", [False, True])
def test_the_very_words_of_an_answer_get_other_points_at_once(by_mouse: bool, tmp_path: Path) -> None:
    book = graded(tmp_path, [DOUBTFUL, "mud", RIGHT, DOUBTFUL, f" {DOUBTFUL}", f"{DOUBTFUL}s"])

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.until(lambda: number_shown(stage) == 1)
        await stage.press("g")
        await stage.sees("3 answers to `light` would get")
        await stage.press("c", "escape")
        assert marks(book) == {}
        await stage.press("g")
        await stage.sees("3 answers to `light` would get")
        if by_mouse:
            await stage.click("Other points for all")
            await stage.click(" 1.5 ")
        else:
            await stage.press("c", "1", ".", "5", "enter")
        await stage.sees("#1, #4, #5: changed, 1.5 each")
        assert marks(book) == dict.fromkeys((1, 4, 5), ("changed", 1.5))
        await stage.press("u")
        await stage.sees("taken back: #1, #4, #5")
        assert marks(book) == {}
        await stage.press("c", "1", "enter")  # one alone, as before
        await stage.until(lambda: marks(book) == {1: ("changed", 1.0)})

    play(scene, toy_grades(book))
