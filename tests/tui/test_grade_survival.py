"""Grading on the screen that is left, killed, interrupted, or finds another gradebook: no decision is lost."""

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
from textual.widgets import Input
from toys.tui_class import ANSWERS, DOUBTFUL, RIGHT, grade_screen, graded, marks, number_shown, play
from toys.tui_grading import HeldTools, class_files, toy_grades
from toys.tui_models import ToyModels
from toys.tui_stage import Stage

from edgekit.core.languages import Direction
from edgekit.gradebook.book import open_gradebook
from tui.app import EdgekitApp


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
        await stage.until(lambda: "a look" in stage.shown() or "Go on with" in stage.shown())
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
        await stage.sees("5 of 6 left, 1 needs a look, 1 for later")

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
