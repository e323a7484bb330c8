"""Grading on the screen: every mark by a key or a click, in the gradebook before the next answer shows."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from gradebook.toy_tools import ToyTools
from textual.widgets import Input, OptionList
from toys.tui_class import ANSWERS, DOUBTFUL, RIGHT, grade_screen, graded, marks, number_shown, play
from toys.tui_grading import HeldTools, class_files, toy_grades, without_encoder
from toys.tui_models import ToyModels
from toys.tui_stage import Stage
from translate.real_models import home_with

from edgekit.core.languages import Direction
from edgekit.gradebook.book import open_gradebook
from tui.app import EdgekitApp
from tui.grading import BookGrades
from tui.screens.base import JobScreen
from tui.screens.group import GroupScreen
from tui.screens.help import HelpScreen
from tui.screens.shown import ShownScreen
from tui.widgets.paths import above

CLASS = Path(__file__).resolve().parents[2] / "examples" / "class"


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
        await stage.sees("5 of 6 left, 1 need a look")

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
        await stage.click("  Grade  ")
        await stage.sees("6 of 6 left")
        await stage.until(lambda: not stage.app.jobs.running)
        await stage.click("c Change")
        await stage.sees("of 2:")
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

        screen._show = watched  # type: ignore[method-assign]
        await stage.press("a")
        await stage.until(lambda: bool(seen))

    play(scene, toy_grades(book))
    assert seen == [(5, {3: ("accepted", 0.0)})]


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


def test_where_one_was_and_what_was_left_for_later_comes_back(tmp_path: Path) -> None:
    book = graded(tmp_path, ANSWERS)

    async def leave(stage: Stage) -> None:
        await stage.press("enter")
        await stage.until(lambda: number_shown(stage) == 3)
        await stage.press("l", "a", "n")
        await stage.until(lambda: number_shown(stage) == 2)
        await stage.press("ctrl+q")

    state = play(leave, toy_grades(book))

    async def again(stage: Stage) -> None:
        await stage.until(lambda: number_shown(stage) == 2)
        await stage.sees("1 for later")
        await stage.press("u")
        await stage.sees("taken back: #5")

    play(again, toy_grades(book), state=state)


@pytest.mark.parametrize(
    "kept",
    [
        {"session": 99, "at": 1},
        {"session": 1, "at": 99, "later": ["x", 1], "done": [[1, "y"], 3]},
        {"session": "one", "quiz": 4},
        {"session": 1, "at": None, "later": {}, "done": {}},
    ],
)
def test_what_is_remembered_of_another_gradebook_is_no_reason_to_fail(kept: dict[str, Any], tmp_path: Path) -> None:
    book = graded(tmp_path, ANSWERS)

    async def scene(stage: Stage) -> None:
        await stage.until(lambda: "need a look" in stage.shown() or "Go on with" in stage.shown())
        await stage.press("u")

    play(scene, toy_grades(book), state={"language": "en", "screen": "grade", "screens": {"grade": kept}})


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from toys.tui_grading import toy_grades
from toys.tui_models import ToyModels
from toys.tui_stage import Stage
from edgekit.core.languages import Direction
from tui.app import EdgekitApp

async def run():
    app = EdgekitApp(ToyModels(Direction("en", "pt")), grades=toy_grades(Path(sys.argv[1])))
    async with app.run_test() as pilot:
        stage = Stage(app, pilot)
        app.action_go("grade")
        await stage.sees("Go on with")
        await stage.press("enter")
        await stage.sees("a person should look")
        await stage.press("l", "a")
        await stage.sees("#5: accepted")
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(run())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_power_cut_loses_no_decision_and_no_position(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = graded(tmp_path, ANSWERS)
    monkeypatch.setenv("EDGEKIT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LANGUAGE", "en")
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(book)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])},
        timeout=120,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert marks(book) == {5: ("accepted", 0.0)}

    async def again(stage: Stage) -> None:
        stage.app.action_go("grade")
        await stage.until(lambda: number_shown(stage) == 1)
        await stage.sees("5 of 6 left, 1 need a look, 1 for later")

    async def run() -> None:
        app = EdgekitApp(ToyModels(Direction("en", "pt")), grades=toy_grades(book))
        async with app.run_test() as pilot:
            await again(Stage(app, pilot))

    asyncio.run(run())


def test_answers_are_decided_while_the_rest_is_graded_and_an_interruption_goes_on(tmp_path: Path) -> None:
    book, gate = tmp_path / "g.sqlite", threading.Event()
    quiz, answers = class_files(tmp_path, [f"{RIGHT} {at}" for at in range(20)])

    async def scene(stage: Stage) -> None:
        stage.app.screen.query_one("#quiz", Input).value = str(quiz)
        stage.app.screen.query_one("#answers", Input).value = str(answers)
        stage.app.screen.query_one("#answers").focus()
        await stage.press("enter")
        await stage.sees("20 of 20 left")
        await stage.until(lambda: bool(stage.app.jobs.running) and number_shown(stage) is not None)
        await stage.sees("grading ")
        await stage.press("a")
        await stage.sees("19 of 20 left")
        stage.app.jobs.running[0].cancel()
        gate.set()
        await stage.until(lambda: not stage.app.jobs.running)

    play(scene, toy_grades(book, lambda: HeldTools(gate, 16)))
    with open_gradebook(book) as opened:
        states = [one.state for one in opened.session().standings]
    assert "accepted" in states
    assert "waiting" in states

    async def again(stage: Stage) -> None:
        await stage.press("enter")
        await stage.until(lambda: "suggested" in stage.shown() and not stage.app.jobs.running)
        with open_gradebook(book) as opened:
            assert {one.state for one in opened.session().standings} == {"accepted", "suggested"}

    play(again, toy_grades(book))


def test_a_missing_encoder_is_a_line_with_its_hint(tmp_path: Path) -> None:
    quiz, answers = class_files(tmp_path, ANSWERS)

    async def scene(stage: Stage) -> None:
        stage.app.screen.query_one("#quiz", Input).value = str(quiz)
        await stage.press("enter")
        await stage.press(*"x", "enter")
        await stage.sees("error: ")
        stage.app.screen.query_one("#answers", Input).value = str(answers)
        await stage.press("enter")
        await stage.sees("hint: run `edgekit pull e5`")
        stage.app.screen.query_one("#quiz", Input).value = ""
        await stage.press("enter")
        await stage.sees("name the file of the quiz")

    play(scene, BookGrades(tmp_path / "g.sqlite", without_encoder))


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
        assert not stage.app.screen.query_one("#points-row").display
        assert marks(book) == {}
        await stage.press("escape", "1")
        await stage.until(lambda: stage.app.current_mode == "translate")

    play(scene, toy_grades(book))


def test_a_class_is_chosen_in_the_list_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    class_files(tmp_path / "a", ANSWERS)
    monkeypatch.chdir(tmp_path / "a" / "b")

    async def scene(stage: Stage) -> None:
        await stage.sees("Choose the quiz: down, then Enter; / is a folder")
        await stage.press("enter", "enter")  # Enter in an empty field leads into the list, where only `../` is
        await stage.until(lambda: stage.app.screen.query_one("#quiz", Input).value == "../")
        await stage.press("down", "enter")
        await stage.sees("Choose the answers: down, then Enter; / is a folder")
        assert stage.app.screen.query_one("#answers", Input).value == "../"
        await stage.press("down", "enter")
        await stage.until(lambda: stage.app.screen.query_one("#answers", Input).value == "../answers.csv")
        await stage.press("enter")
        await stage.sees("6 of 6 left")

    play(scene, toy_grades(tmp_path / "g.sqlite"))


@pytest.mark.parametrize(
    ("typed", "upper"),
    [
        ("", "../"),
        ("quiz", "../"),
        ("a/", ""),
        ("a/b/qu", "a/"),
        ("../", "../../"),
        ("/", None),
        ("/a/", "/"),
        ("~/", "~/../"),
    ],
)
def test_the_list_leads_to_the_folder_above(typed: str, upper: str | None) -> None:
    assert above(typed) == upper


def test_the_attack_test_runs_as_a_job_and_shows_its_card(tmp_path: Path) -> None:
    book = graded(tmp_path, ANSWERS)

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.until(lambda: number_shown(stage) is not None)
        await stage.press("t")
        await stage.until(lambda: isinstance(stage.app.screen, ShownScreen))
        await stage.sees("must not pass")
        await stage.sees("tried,")
        assert marks(book) == {}

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
        await stage.sees("faltam 6 de 6")
        await stage.sees("Do que as plantas precisam?")
        assert number_shown(stage) == 5
        assert isinstance(stage.app.screen, JobScreen)
        await stage.press("a")
        await stage.sees("#5: aceita, 0")

    play(scene, toy_grades(book))


def test_a_suggestion_that_changed_since_it_was_shown_is_not_accepted_unseen(tmp_path: Path) -> None:
    book = graded(tmp_path, ANSWERS)

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.until(lambda: number_shown(stage) == 3)
        from edgekit.grading.session_run import suggest_again
        from edgekit.quiz.teaching import TeacherMark

        with open_gradebook(book) as opened:
            other = opened.session()
            other.learn([TeacherMark("light", DOUBTFUL, 1.0, "en")])
            suggest_again(other, ToyTools())
        await stage.press("a")
        await stage.sees("another mark is suggested now than was shown")
        assert marks(book) == {}
        await stage.sees("suggested 1 of 2")
        await stage.press("a")
        await stage.sees("#3: accepted, 1")

    play(scene, toy_grades(book))


def test_a_gradebook_that_was_tampered_with_is_a_line_and_the_app_goes_on(tmp_path: Path) -> None:
    import sqlite3

    book = graded(tmp_path, ANSWERS)

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.until(lambda: number_shown(stage) == 3)
        connection = sqlite3.connect(book)
        connection.execute("UPDATE words SET body = X'78'")
        connection.commit()
        connection.close()
        for key in ("n", "b", "l", "v", "g", "s", "a"):
            grade_screen(stage).say("")
            await stage.press(key)
            await stage.sees("error: the gradebook no longer holds the words")
            assert number_shown(stage) == 3
        assert marks(book) == {}

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
        assert marks(book) == {}

    play(scene, toy_grades(book))


@pytest.mark.real
def test_the_class_of_the_examples_is_graded_with_the_real_encoder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(home_with("multilingual-e5-small")))
    book = tmp_path / "g.sqlite"

    async def scene(stage: Stage) -> None:
        stage.app.screen.query_one("#quiz", Input).value = str(CLASS / "quiz.toml")
        stage.app.screen.query_one("#answers", Input).value = str(CLASS / "answers.csv")
        stage.app.screen.query_one("#answers").focus()
        await stage.press("enter")
        for _wait in range(20):  # a slow machine takes longer than a toy
            if stage.app.jobs.all and not stage.app.jobs.running:
                break
            await asyncio.sleep(15)
        assert stage.app.jobs.all[0].state == "done", stage.app.jobs.all[0].problem
        await stage.sees("84 of 84 left")
        assert marks(book) == {}
        seen: dict[str, str] = {}
        for _answer in range(84):
            seen[grade_screen(stage)._desk.card.answer.answer_id] = stage.shown()  # type: ignore[union-attr]
            await stage.press("n")
            await stage.pilot.pause(0.02)
        assert len(seen) == 84
        assert "it speaks to the grader" in seen["s08.leaves"]
        assert "suggested 0 of 3" in seen["s08.leaves"]
        assert "it sounds like a known wrong idea" in seen["s05.leaves"]
        assert "]1" in seen["s01.leaves"]
        assert marks(book) == {}
        for keys in ("a", "l", "c1~", "a", "r", "u", "a", "c0~", "a", "a", "a", "a", "a"):
            await stage.press(*(key.replace("~", "enter") for key in keys))
            await stage.pilot.pause(0.05)

    play(scene, BookGrades(book))
    found = marks(book)
    assert len(found) == 10
    assert sum(state == "changed" for state, _points in found.values()) == 2
