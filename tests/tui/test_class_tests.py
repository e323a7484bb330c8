"""The attack test and the audit beside a class: one of a kind at a time, cancelled and begun again, told in words."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from toys.tui_class import ANSWERS, graded, number_shown, play
from toys.tui_grading import toy_grades
from toys.tui_stage import NUMBER, Stage

from edgekit.core.errors import EdgekitError
from edgekit.core.events import Progress
from tui.screens.base import JobScreen
from tui.screens.shown import ShownScreen


@pytest.mark.parametrize(("key", "name", "work"), [("f", "audit", "audit"), ("t", "attack", "red_team")])
def test_a_test_is_begun_once_cancelled_and_begun_again(
    key: str, name: str, work: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(tmp_path / "home"))
    grades = toy_grades(graded(tmp_path, ANSWERS))
    real, go = getattr(grades, work), threading.Event()

    def waits(number: int, report: Any) -> Any:
        while not go.wait(0.02):
            report(Progress(name, 7, 100, "answers"))
        return real(number, report)

    monkeypatch.setattr(type(grades), work, lambda _grades, number, report: waits(number, report))

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.until(lambda: number_shown(stage) is not None)
        await stage.press(key)
        await stage.until(lambda: "7 of 100 answers" in stage.label("status"))
        await stage.press(key)
        await stage.until(lambda: f"{name} session 1 is at work; Jobs shows how far" in stage.label("status"))
        assert len(stage.app.jobs.all) == 1
        await stage.press(NUMBER["jobs"], "c")
        await stage.until(lambda: stage.app.jobs.all[0].state == "cancelled")
        await stage.press(NUMBER["grade"])
        await stage.until(lambda: stage.label("status") == f"{name} session 1 was cancelled")
        go.set()
        await stage.press(key)
        await stage.until(lambda: isinstance(stage.app.screen, ShownScreen))
        await stage.press("escape")
        await stage.until(lambda: stage.label("status") == f"{name} session 1: done")
        assert len(stage.app.jobs.all) == 2

    play(scene, grades)


def test_of_two_tests_at_once_the_newest_is_told_until_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grades = toy_grades(graded(tmp_path, ANSWERS))
    gates = {"audit": threading.Event(), "attack": threading.Event()}
    told: list[str] = []

    def waits(name: str, report: Any) -> Any:
        while not gates[name].wait(0.02):
            report(Progress(name, 7, 100, "answers"))
        raise EdgekitError(f"the {name} has ended")

    monkeypatch.setattr(type(grades), "audit", lambda _grades, _number, report: waits("audit", report))
    monkeypatch.setattr(type(grades), "red_team", lambda _grades, _number, report: waits("attack", report))
    say = JobScreen.say_progress
    monkeypatch.setattr(JobScreen, "say_progress", lambda screen, line: (told.append(line), say(screen, line))[1])

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.until(lambda: number_shown(stage) is not None)
        await stage.press("f")
        await stage.until(lambda: "7 of 100" in stage.label("status"))
        await stage.press("t")
        await stage.until(lambda: told[-1].startswith("attack") and "7 of 100" in told[-1])
        del told[:]
        await stage.until(lambda: len(told) > 3)
        assert all(line.startswith("attack") for line in told)
        gates["attack"].set()
        await stage.until(lambda: "the attack has ended" in stage.label("status"))
        await stage.until(lambda: told[-1].startswith("audit"))
        gates["audit"].set()
        await stage.until(lambda: told[-1] == "")

    play(scene, grades)
