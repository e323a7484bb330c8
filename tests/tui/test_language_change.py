"""What stays and what is said anew when language or colours change on a screen in use."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input, OptionList, Select
from toys import tui_class, tui_exporting, tui_stage
from toys.tui_class import ANSWERS, grade_screen, graded, number_shown
from toys.tui_exporting import ToyExporting, fill, line
from toys.tui_grading import toy_grades
from toys.tui_models import ToyModels
from toys.tui_stage import NUMBER, Stage

from edgekit.core.languages import Direction
from tui.figures import figure

EN_PT, PT_EN = Direction("en", "pt"), Direction("pt", "en")


@pytest.mark.parametrize("key", ["f9", "f10"])
def test_a_running_plan_its_fields_and_the_focus_stay_when_language_and_colours_change(key: str) -> None:
    toy = ToyExporting(names=["toy-en-pt", "other"])
    toy.go.clear()

    async def scene(stage: Stage) -> None:
        stage.query("model", Select).value = "other"
        fill(stage, languages="pt,en", corpus="pt=a.txt")
        stage.query("corpus", Input).focus()
        await stage.press("home", "right", "right", "ctrl+l")
        await stage.sees("count: ")
        await stage.press(key)
        await stage.pilot.pause()
        assert stage.app.focused is stage.query("corpus", Input)
        assert stage.query("corpus", Input).cursor_position == 2
        assert stage.query("model", Select).value == "other"
        assert len(stage.app.jobs.running) == 1
        toy.go.set()
        await stage.sees(figure(14_000))
        assert line(stage) == "edgekit export other --languages pt,en --corpus pt=a.txt"

    tui_exporting.play(scene, toy)


def test_the_text_its_history_and_its_cursor_stay_when_the_language_changes() -> None:
    models = ToyModels(EN_PT, PT_EN)

    async def scene(stage: Stage) -> None:
        await stage.ready()
        await stage.press(*"ab", "enter", *"cd", "left")
        await stage.until(lambda: stage.area("target").text == "AB\nCD")
        opened = len(models.opened)
        await stage.press("f9")
        await stage.pilot.pause()
        source = stage.area("source")
        assert (source.text, source.cursor_location, stage.app.focused) == ("ab\ncd", (1, 1), source)
        assert stage.area("target").text == "AB\nCD"
        assert len(models.opened) == opened
        await stage.press("ctrl+z")
        assert source.text != "ab\ncd"

    tui_stage.play(scene, models=models)


def test_the_place_in_a_class_stays_when_the_language_changes(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        await stage.sees("Plants")
        await stage.press("enter")
        await stage.sees("6 of 6 left")
        await stage.press("n", "n", "v", "down", "f9")
        box = stage.query("queue", OptionList)
        at = box.highlighted
        assert grade_screen(stage)._current == "queue"
        await stage.press("f9")
        assert box.highlighted == at
        await stage.press("enter", "c", "1", "f9")
        assert stage.query("points", Input).value == "1"
        assert stage.app.focused is stage.query("points", Input)
        await stage.press("escape", "o")
        stage.query("quiz", Input).value = "half/a/pa"
        shown = number_shown(stage)
        await stage.press("f9")
        assert grade_screen(stage)._current == "open"
        assert stage.query("quiz", Input).value == "half/a/pa"
        assert number_shown(stage) == shown

    tui_class.play(scene, toy_grades(graded(tmp_path, ANSWERS)))


def test_every_word_of_a_screen_is_said_in_the_next_language() -> None:
    async def scene(stage: Stage) -> None:
        for name in NUMBER:
            stage.app.switch_mode(name)
            await stage.pilot.pause(0.05)
        await stage.press("f9")
        for name in NUMBER:
            stage.app.switch_mode(name)
            await stage.pilot.pause(0.1)
            found = stage.shown()
            stage.app.screen_stack[0].query_one("#status").update("")
            for english in ("Model ", "Languages", "Commands", "Go on with", "Answers", "of disk free", "to keep"):
                assert english not in found, name

    tui_exporting.play(scene)
