"""What a person meets who has never seen the app and has a keyboard alone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual._xterm_parser import XTermParser
from textual.constants import ESCAPE_DELAY
from textual.fuzzy import FuzzySearch
from textual.message import Message
from textual.widgets import Input, Select
from textual.widgets._select import SelectOverlay
from toys import tui_class, tui_exporting, tui_stage
from toys.tui_class import ANSWERS, grade_screen, graded, number_shown
from toys.tui_exporting import ToyExporting, fill
from toys.tui_grading import toy_grades
from toys.tui_models import ToyModels
from toys.tui_stage import Stage

from edgekit.core.events import Event, Progress
from edgekit.core.languages import Direction
from tui import words
from tui.actions import of_screen
from tui.palette import searched
from tui.screens.base import JobScreen

EN_PT, PT_EN = Direction("en", "pt"), Direction("pt", "en")


def send(stage: Stage, *tokens: Message) -> None:
    """As the driver hands on what the terminal sent."""
    assert stage.app._driver is not None
    for token in tokens:
        token.set_sender(stage.app)
        stage.app._driver.send_message(token)


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
    def verify(self, folder, model, report):  # type: ignore[no-untyped-def]  # as what it stands for has it
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
        await stage.press("n", "ctrl+n")
        await stage.sees("is at work; ^t ends it")
        toy.go.set()
        await stage.sees("it holds")
        assert "at work" not in stage.label("status")
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


def test_the_text_is_taken_away_by_a_key_and_comes_back() -> None:
    async def scene(stage: Stage) -> None:
        await stage.ready()
        await stage.sees("alt+n New text")
        await stage.press("alt+n")
        await stage.sees("there is no text to take away")
        await stage.press(*"ab")
        parser = XTermParser()
        read = list(parser.feed("\x1bn"))
        await asyncio.sleep(2 * ESCAPE_DELAY)
        send(stage, *read, *parser.tick())
        await stage.until(lambda: stage.area("source").text == "")
        await stage.sees("the text is taken away; ^z brings it back")
        await stage.press("ctrl+z")
        assert stage.area("source").text == "ab"
        await stage.press("ctrl+a", "x")
        assert stage.area("source").text == "x"
        await stage.press("f7")
        await stage.sees("[6 Device]")

    tui_stage.play(scene, models=ToyModels(EN_PT))


def test_help_names_the_editing_keys_and_which_need_escape_first() -> None:
    async def scene(stage: Stage) -> None:
        await stage.ready()
        await stage.press("f1")
        await stage.sees("Editing: ctrl+z undoes")
        await stage.sees("esc w ")
        await stage.press("escape", "escape", "f1")
        await stage.until(lambda: "  w  " in stage.shown())
        assert "esc w " not in stage.shown()

    tui_stage.play(scene, models=ToyModels(EN_PT), size=(80, 50))


def test_a_glossary_in_force_is_named_with_its_terms(tmp_path: Path) -> None:
    path = tmp_path / "terms.csv"
    path.write_text("en,pt\n", "utf-8")

    async def scene(stage: Stage) -> None:
        await stage.until(lambda: "; glossary terms.csv, terms: 1" in stage.label("source-title"))

    state = {"language": "en", "screens": {"translate": {"glossary": str(path)}}}
    tui_stage.play(scene, models=ToyModels(EN_PT), state=state)


@pytest.mark.parametrize("points", ["0.5", "1.5", "2.0"])  # a digit of no screen, of another one, of its own
def test_points_with_a_decimal_sign_are_points_and_a_digit_alone_is_a_screen(points: str, tmp_path: Path) -> None:
    book = graded(tmp_path, ANSWERS)

    async def scene(stage: Stage) -> None:
        await stage.sees("Plants")
        await stage.press("enter")
        await stage.sees("6 of 6 left")
        shown = number_shown(stage)
        await stage.press(points[0], ",", points[2])
        await stage.sees("[2 Grade]")
        await stage.until(lambda: stage.query("points", Input).value == points.replace(".", ","))
        await stage.press("enter")
        await stage.sees(f"#{shown}: changed, {points.removesuffix('.0')}")
        await stage.press("1", "x")
        await stage.sees("[1 Translate]")

    tui_class.play(scene, toy_grades(book))


@pytest.mark.parametrize(
    ("language", "screen", "word", "label"),
    [
        ("en", "grade", "audit", "Fairness"),
        ("en", "grade", "attack", "Attack test"),
        ("en", "export", "trim", "Export now"),
        ("en", "translate", "alternative", "Words"),
        ("es", "grade", "auditoría", "Equidad"),
        ("pt", "export", "recortar", "Exportar"),
    ],
)
def test_the_palette_knows_the_words_that_people_look_for(language: str, screen: str, word: str, label: str) -> None:
    words.choose(language)
    try:
        found = [
            action
            for action in of_screen(screen)
            if any(FuzzySearch(case_sensitive=False).match(word, text)[0] for text in searched(action))
        ]
        assert any(words._(action.label) == label or label in words._(action.label) for action in found)
    finally:
        words.choose("en")


def test_enter_after_saving_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    async def scene(stage: Stage) -> None:
        await stage.ready()
        await stage.press(*"ab")
        await stage.until(lambda: stage.area("target").text == "AB")
        await stage.press("escape", "w")
        await stage.until(lambda: isinstance(stage.app.focused, Input))
        await stage.press("enter")
        await stage.sees("saved to")
        await stage.press("enter")
        assert not stage.query("direction", Select).expanded
        assert (tmp_path / "translation-pt.txt").read_text("utf-8") == "AB\n"

    tui_stage.play(scene, models=ToyModels(EN_PT, PT_EN))


@pytest.mark.parametrize(("key", "name"), [("f", "audit"), ("t", "attack")])
def test_a_test_of_the_quiz_says_how_many_answers_it_grades(
    key: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grades = toy_grades(graded(tmp_path, ANSWERS))
    events: list[Event] = []
    (grades.audit if name == "audit" else grades.red_team)(1, events.append)
    first = next(event for event in events if isinstance(event, Progress) and event.step == name)
    assert first.done == 0
    assert first.total
    said: list[str] = []
    say = JobScreen.say_progress
    monkeypatch.setattr(JobScreen, "say_progress", lambda screen, text: (said.append(text), say(screen, text))[1])

    async def scene(stage: Stage) -> None:
        await stage.sees("Plants")
        await stage.press("enter")
        await stage.sees("6 of 6 left")
        await stage.press(key)
        await stage.until(lambda: bool(stage.app.jobs.all) and not stage.app.jobs.running)
        assert f"{name} session 1: at work, go on grading meanwhile" in said

    tui_class.play(scene, grades)
