"""What a person meets who has never seen the app and has a keyboard alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input, OptionList, Select
from textual.widgets._select import SelectOverlay
from toys import tui_class, tui_exporting, tui_stage
from toys.tui_class import ANSWERS, grade_screen, graded, number_shown
from toys.tui_exporting import ToyExporting, fill, line
from toys.tui_grading import toy_grades
from toys.tui_models import ToyModels
from toys.tui_stage import NUMBER, Stage

from edgekit.core.languages import Direction
from tui.screens.export import ExportScreen

EN_PT, PT_EN = Direction("en", "pt"), Direction("pt", "en")


def export(stage: Stage) -> ExportScreen:
    screen = stage.app.screen_stack[0]
    assert isinstance(screen, ExportScreen)
    return screen


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
        await stage.sees("14,000")
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


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (160, 50)])
def test_a_list_shows_what_can_be_chosen_and_leaves_the_rest_of_the_screen(size: tuple[int, int]) -> None:
    names = [f"model-{at}" for at in range(5)]

    async def scene(stage: Stage) -> None:
        stage.query("model", Select).focus()
        await stage.press("enter")
        await stage.until(lambda: isinstance(stage.app.focused, SelectOverlay))
        for name in names:
            await stage.sees(f"▌ {name} ")
        assert "Languages" in stage.shown() or "--languages" in stage.shown()
        await stage.press("down", "enter")
        await stage.until(lambda: stage.query("model", Select).value == names[1])

    tui_exporting.play(scene, ToyExporting(names=names), size=size)


def test_the_list_of_directions_shows_them_all() -> None:
    async def scene(stage: Stage) -> None:
        await stage.ready()
        stage.query("direction", Select).focus()
        await stage.press("enter")
        await stage.sees("Portuguese → English")
        assert stage.shown().count("English → Portuguese") == 2
        assert "[1 Translate]" in stage.shown()
        assert "^p Commands" in stage.shown()
        await stage.press("down", "enter")
        await stage.until(lambda: stage.query("direction", Select).value == PT_EN)

    tui_stage.play(scene, models=ToyModels(EN_PT, PT_EN))


def test_enter_goes_from_field_to_field_and_starts_nothing(tmp_path: Path) -> None:
    toy = ToyExporting(out=tmp_path)

    async def scene(stage: Stage) -> None:
        stage.query("languages", Input).focus()
        await stage.press(*"pt", "enter")
        assert stage.app.focused is stage.query("corpus", Input)
        await stage.press("enter")
        assert stage.app.focused is stage.query("out", Input)
        await stage.press("enter")
        await stage.sees("^l plans what the fields say")
        await stage.press("x")
        assert "plans what" not in stage.shown()
        assert not toy.asked
        await stage.press("backspace", "ctrl+l")
        await stage.sees("14,000")

    tui_exporting.play(scene, toy)


class WaitingVerify(ToyExporting):
    def verify(self, folder, model, report):  # type: ignore[no-untyped-def]
        self._work("files", report)
        return super().verify(folder, model, report)


def test_a_key_that_cannot_act_says_why_and_install_says_what_it_did(tmp_path: Path) -> None:
    toy = WaitingVerify(out=tmp_path)

    async def scene(stage: Stage) -> None:
        for key in ("ctrl+y", "ctrl+n"):
            await stage.press(key)
            await stage.sees("nothing has been written yet; ^r writes what is planned")
            await stage.press("home")
        await stage.press("ctrl+t")
        await stage.sees("nothing is at work here")
        fill(stage, languages="pt")
        await stage.press("ctrl+l")
        await stage.sees("14,000")
        await stage.press("ctrl+r")
        await stage.sees("written into")
        toy.go.clear()
        await stage.press("ctrl+y", "ctrl+n")
        await stage.sees("verify toy-en-pt-small is at work; ^t ends it")
        await stage.press("ctrl+q")
        await stage.sees("Leave and cancel what is at work: verify toy-en-pt-small?")
        await stage.press("n")
        toy.go.set()
        await stage.sees("it holds")
        await stage.press("ctrl+n")
        await stage.sees("toy-en-pt-small is among the models")
        assert stage.query("model", Select).value == "toy-en-pt"
        assert len(stage.query("model", Select)._options) == 5

    tui_exporting.play(scene, toy)


def test_what_was_written_last_is_known_after_a_restart_while_it_is_there(tmp_path: Path) -> None:
    toy = ToyExporting(out=tmp_path)

    async def write(stage: Stage) -> None:
        fill(stage, languages="pt")
        await stage.press("ctrl+l")
        await stage.sees("14,000")
        await stage.press("ctrl+r")
        await stage.sees("written into")
        await stage.press("ctrl+q")

    state = tui_exporting.play(write, toy)

    async def again(stage: Stage) -> None:
        await stage.sees("written the last time: ")
        await stage.press("ctrl+y")
        await stage.sees("it holds")
        await stage.press("ctrl+n")
        await stage.sees("is among the models")
        assert toy.verified == [(tmp_path / "toy-en-pt-small", "toy-en-pt")]
        assert toy.installed == [tmp_path / "toy-en-pt-small"]

    tui_exporting.play(again, toy, state=state)
    (tmp_path / "toy-en-pt-small").rmdir()

    async def gone(stage: Stage) -> None:
        await stage.press("ctrl+y")
        await stage.sees("nothing has been written yet")

    tui_exporting.play(gone, ToyExporting(out=tmp_path), state=state)


def test_escape_leaves_the_list_and_what_can_be_opened(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        await stage.sees("Plants")
        await stage.press("enter")
        await stage.sees("6 of 6 left")
        shown = number_shown(stage)
        for key in ("v", "o"):
            await stage.press(key)
            assert grade_screen(stage)._current != "card"
            await stage.press("escape")
            assert grade_screen(stage)._current == "card"
            assert number_shown(stage) == shown
        await stage.press("v", "down", "escape", "a")
        await stage.sees(f"#{shown}: accepted")

    tui_class.play(scene, toy_grades(graded(tmp_path, ANSWERS)))


def test_what_a_key_answered_goes_with_the_next_answer(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        await stage.sees("Plants")
        await stage.press("enter")
        await stage.sees("6 of 6 left")
        await stage.press("g")
        await stage.sees("nothing to accept together")
        await stage.press("n")
        assert "nothing to accept together" not in stage.shown()

    tui_class.play(scene, toy_grades(graded(tmp_path, ANSWERS)))
