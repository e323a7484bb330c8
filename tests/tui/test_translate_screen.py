from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.widgets import Select, TextArea
from toys.tui_models import ToyModels
from toys.tui_stage import Stage, to_the_end
from translate.real_models import home_with

from edgekit.core.errors import ModelFormatError
from edgekit.core.languages import Direction
from edgekit.store.installed import models_folder
from tui.app import EdgekitApp
from tui.models import installed_models
from tui.screens.help import HelpScreen
from tui.screens.translate_work import CHUNK_LINES

EN_PT, PT_EN, AR_EN = Direction("en", "pt"), Direction("pt", "en"), Direction("ar", "en")


class Screen(Stage):
    """A stage of which the two texts matter."""

    def text(self, name: str) -> str:
        return self.area(name).text

    def write(self, text: str) -> None:
        self.app.screen.query_one("#source", TextArea).load_text(text)

    def translating(self) -> set[int]:
        return {id(worker) for worker in self.app.workers if worker.group == "translate"}


def play(
    models: ToyModels | None, scene: Callable[[Screen], Awaitable[None]], size: tuple[int, int] = (80, 24)
) -> None:
    async def run() -> None:
        app = EdgekitApp(models, state={"language": "en"})
        async with app.run_test(size=size) as pilot:
            screen = Screen(app, pilot)
            await screen.begins()
            await scene(screen)

    to_the_end(run)


def test_what_is_typed_is_translated_line_by_line() -> None:
    async def scene(screen: Screen) -> None:
        await screen.press("h", "i", "enter", "y", "o", "u")
        await screen.until(lambda: screen.text("target") == "HI\nYOU")
        assert screen.label("source-title") == "English (en)"
        assert screen.label("target-title") == "Portuguese (pt)"

    play(ToyModels(EN_PT), scene)


def test_text_typed_while_the_model_opens_is_translated_when_it_is_there() -> None:
    models = ToyModels(EN_PT)
    models.may_open.clear()

    async def scene(screen: Screen) -> None:
        await screen.press("h", "i")
        await screen.until(lambda: screen.text("source") == "hi")
        assert screen.label("status") == "opening en→pt"
        assert not models.asked
        models.may_open.set()
        await screen.until(lambda: screen.text("target") == "HI")

    play(models, scene)


def test_typing_goes_on_and_only_the_newest_text_is_translated_while_the_engine_is_busy() -> None:
    models = ToyModels(EN_PT)

    async def scene(screen: Screen) -> None:
        await screen.ready()
        models.may_translate.clear()
        screen.write("\n".join(["old"] * (CHUNK_LINES + 1)))
        await screen.until(lambda: bool(models.asked))
        before = screen.translating()
        screen.write("new")
        await screen.until(lambda: screen.translating() not in (before, set()))  # it waits behind the old one
        models.may_translate.set()
        await screen.until(lambda: screen.text("target") == "NEW")
        assert models.asked == [["old"] * CHUNK_LINES, ["new"]]

    play(models, scene)


def test_a_long_text_is_translated_whole_and_in_order() -> None:
    lines = [f"line {number}" for number in range(5 * CHUNK_LINES + 3)]
    models = ToyModels(EN_PT)

    async def scene(screen: Screen) -> None:
        screen.write("\n".join(lines))
        await screen.until(lambda: screen.text("target") == "\n".join(lines).upper())
        assert max(map(len, models.asked)) == CHUNK_LINES

    play(models, scene)


def test_an_emptied_text_empties_the_translation_and_asks_nothing() -> None:
    models = ToyModels(EN_PT)

    async def scene(screen: Screen) -> None:
        screen.write("hi")
        await screen.until(lambda: screen.text("target") == "HI")
        screen.write(" \n ")
        await screen.until(lambda: screen.text("target") == "")
        assert models.asked == [["hi"]]

    play(models, scene)


def test_swap_translates_the_translation_back_and_frees_the_model_before() -> None:
    models = ToyModels(EN_PT, PT_EN)

    async def scene(screen: Screen) -> None:
        screen.write("hi")
        await screen.until(lambda: screen.text("target") == "HI")
        await screen.press("ctrl+s")
        await screen.until(lambda: screen.text("source") == "HI" and screen.label("status") == "ready")
        assert screen.label("source-title") == "Portuguese (pt)"
        assert screen.app.screen.query_one("#direction", Select).value == PT_EN
        assert [one.closed for one in models.opened] == [True, False]

    play(models, scene)
    assert [one.closed for one in models.opened] == [True, True]


def test_swap_loses_no_text_when_its_translation_is_not_there_yet() -> None:
    models = ToyModels(EN_PT, PT_EN)

    async def scene(screen: Screen) -> None:
        await screen.ready()
        screen.write("hi")
        await screen.press("ctrl+s")
        await screen.until(lambda: screen.label("source-title") == "Portuguese (pt)")
        await screen.until(lambda: screen.text("target") == "HI")
        assert screen.text("source") == "hi"

    play(models, scene)


def test_undo_brings_back_the_text_that_a_swap_replaced() -> None:
    async def scene(screen: Screen) -> None:
        await screen.press("h", "i")
        await screen.until(lambda: screen.text("target") == "HI")
        await screen.press("ctrl+s")
        await screen.until(lambda: screen.text("source") == "HI")
        await screen.press("ctrl+z")
        await screen.until(lambda: screen.text("source") == "hi")

    play(ToyModels(EN_PT, PT_EN), scene)


def test_another_direction_opens_at_once_while_a_long_text_is_translated() -> None:
    models = ToyModels(EN_PT, PT_EN)

    async def scene(screen: Screen) -> None:
        await screen.ready()
        models.may_translate.clear()
        screen.write("\n".join(["long"] * 5 * CHUNK_LINES))
        await screen.until(lambda: bool(models.asked))
        await screen.press("ctrl+s")
        models.may_translate.set()
        await screen.until(lambda: screen.label("source-title") == "Portuguese (pt)")
        await screen.ready()
        assert len(models.asked) == 1 + 5  # one chunk before the other model, five after

    play(models, scene)


def test_swap_names_the_pull_and_changes_nothing_when_the_way_back_is_not_installed() -> None:
    async def scene(screen: Screen) -> None:
        screen.write("hi")
        await screen.until(lambda: screen.text("target") == "HI")
        await screen.press("ctrl+s")
        await screen.until(lambda: "edgekit pull toy" in screen.label("status"))
        assert (screen.text("source"), screen.text("target")) == ("hi", "HI")
        assert screen.label("source-title") == "English (en)"
        screen.write("you")
        await screen.until(lambda: screen.text("target") == "YOU")

    play(ToyModels(EN_PT), scene)


def test_the_picker_opens_another_direction_and_says_that_it_is_written_from_the_right() -> None:
    async def scene(screen: Screen) -> None:
        screen.write("hi")
        await screen.until(lambda: screen.text("target") == "HI")
        screen.app.screen.query_one("#direction", Select).value = AR_EN
        await screen.until(lambda: screen.label("source-title") == "Arabic (ar), right to left")
        await screen.until(lambda: screen.text("target") == "HI")

    play(ToyModels(EN_PT, AR_EN), scene)


def test_the_picker_is_reached_and_used_with_keys_alone() -> None:
    async def scene(screen: Screen) -> None:
        await screen.ready()
        await screen.press("shift+tab", "enter", "down", "enter")
        await screen.until(lambda: screen.label("source-title") == "Portuguese (pt)")

    play(ToyModels(EN_PT, PT_EN), scene)


@pytest.mark.parametrize(
    ("text", "says"),
    [("fault", "error: the toy broke\nhint: do not write `fault`"), ("bug", "ZeroDivisionError('a bug')")],
)
def test_what_died_is_a_line_in_place_and_starts_again_with_the_next_text(text: str, says: str) -> None:
    models = ToyModels(EN_PT)

    async def scene(screen: Screen) -> None:
        screen.write(text)
        await screen.until(lambda: says in screen.label("status"))
        assert "it starts again with the next change" in screen.label("status")
        assert len(models.opened) == 1  # not over and over with the text that it died of
        screen.write("hi")
        await screen.until(lambda: screen.text("target") == "HI")
        assert [one.closed for one in models.opened] == [True, False]
        screen.write("you")
        await screen.until(lambda: screen.text("target") == "YOU")
        assert len(models.opened) == 2

    play(models, scene)


def test_copy_hands_over_the_whole_translation_and_says_how() -> None:
    async def scene(screen: Screen) -> None:
        await screen.ready()
        await screen.press("ctrl+o")
        await screen.until(lambda: screen.label("status") == "there is no translation to copy yet")
        screen.write("hi\nyou")
        await screen.until(lambda: screen.text("target") == "HI\nYOU")
        await screen.press("ctrl+o")
        await screen.until(lambda: screen.app.clipboard == "HI\nYOU")
        assert "handed to the terminal's clipboard" in screen.label("status")

    play(ToyModels(EN_PT), scene)


def test_the_pull_to_run_is_named_when_no_model_is_installed() -> None:
    async def scene(screen: Screen) -> None:
        told = "press 3 for the screen Models"
        await screen.until(lambda: told in "\n".join(screen.rows()))
        await screen.press("h", "i", "ctrl+s", "ctrl+o")  # what answers a key goes, this stays
        await screen.until(lambda: screen.text("source") == "")
        shown = "".join(screen.rows())
        assert told in shown
        assert "`edgekit pull toy-en-pt` /" in shown

    play(ToyModels(), scene)


def test_what_is_damaged_is_known_by_the_store_and_a_model_for_something_else_is_none_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(tmp_path))
    for name in ("firefox-en-pt", "multilingual-e5-small", "own-model"):
        (models_folder() / name).mkdir(parents=True)
    known, own = installed_models().damaged()
    assert known.message == "`firefox-en-pt` is installed but damaged"
    assert known.hint == "run `edgekit pull --force firefox-en-pt` while connected"
    assert own.hint == "run `edgekit models add --force PATH` with the folder that it came from"


def test_damaged_models_are_named_with_what_repairs_them_where_no_other_is_installed() -> None:
    models = ToyModels()
    models.broken = [
        ModelFormatError(
            f"`{name}` is installed but damaged", hint=f"run `edgekit pull --force {name}` while connected"
        )
        for name in ("toy-en-pt", "toy-pt-en")
    ]

    async def scene(screen: Screen) -> None:
        for name in ("toy-en-pt", "toy-pt-en"):
            await screen.sees(f"`{name}` is installed but damaged")
            await screen.sees(f"`edgekit pull --force {name}`")
            await screen.sees(f"`{name}` is installed but damaged; run")
        assert "no model is installed" not in "".join(screen.rows())
        await screen.press("f9")
        await screen.sees("`toy-en-pt` está instalado, pero dañado")
        await screen.press("6", "m")
        await screen.sees("dañado")
        models.broken = []
        await screen.press("1")
        screen.app.models_changed()
        await screen.sees("pulse 3 para ir a la pantalla Modelos")

    play(models, scene)

    async def small(screen: Screen) -> None:
        await screen.sees("connected")

    models.broken = [
        ModelFormatError("`toy-en-pt` is installed but damaged", hint="run `edgekit pull toy` while connected")
    ]
    play(models, small, size=(40, 15))


def test_a_damaged_model_is_named_once_where_another_translates() -> None:
    models = ToyModels(PT_EN)
    models.broken = [ModelFormatError("`toy-en-pt` is installed but damaged", hint="run `edgekit pull toy`")]

    async def scene(screen: Screen) -> None:
        await screen.sees("`toy-en-pt` is installed but damaged; run `edgekit pull toy`")
        await screen.sees("ready")
        await screen.translated("hello")
        await screen.press("ctrl+s")
        assert "damaged" not in screen.label("status")

    play(models, scene)


def test_help_names_every_key_and_goes_away() -> None:
    async def scene(screen: Screen) -> None:
        await screen.ready()
        await screen.press("f1")
        await screen.until(lambda: isinstance(screen.app.screen, HelpScreen))
        for key in ("ctrl+s", "ctrl+o", "esc"):
            await screen.sees(key)
        await screen.press("end")
        for key in ("ctrl+p", "f1", "ctrl+q"):
            await screen.sees(key)
        await screen.press("escape")
        assert not isinstance(screen.app.screen, HelpScreen)
        await screen.press("f1", "f1")
        assert not isinstance(screen.app.screen, HelpScreen)

    play(ToyModels(EN_PT), scene)


def test_ctrl_q_quits_from_the_text_and_from_the_help() -> None:
    async def scene(screen: Screen) -> None:
        await screen.press("ctrl+q")
        await screen.until(lambda: not screen.app.is_running)

    async def from_help(screen: Screen) -> None:
        await screen.press("f1", "ctrl+q")
        await screen.until(lambda: not screen.app.is_running)

    play(ToyModels(EN_PT), scene)
    play(ToyModels(EN_PT), from_help)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        *(
            (text, (80, 24))
            for text in ("Good morning.", "शिक्षक अंक परीक्षा", "ကျောင်းသား", "សិស្ស", "صباح الخير", "ครู", "선생님")
        ),
        *(("மாணவர் மதிப்பெண்", size) for size in ((80, 24), (60, 20), (160, 50))),
    ],
)
def test_nothing_stands_to_the_right_of_text_of_any_script(text: str, size: tuple[int, int]) -> None:
    async def scene(screen: Screen) -> None:
        screen.write("\n".join([text] * 60))
        await screen.until(lambda: screen.text("target").count("\n") == 59)
        await screen.sees("ready")
        source, target = (screen.app.screen.query_one(f"#{name}", TextArea) for name in ("source", "target"))
        assert source.region.right == target.region.right == size[0]
        assert source.region.bottom < target.region.y
        rows = [row.rstrip() for row in screen.rows()[source.region.y : source.region.bottom]]
        assert all(row.endswith(text) for row in rows)  # no border, no scroll bar after it

    play(ToyModels(EN_PT), scene, size)


@pytest.mark.real
def test_a_real_model_answers_in_portuguese(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(home_with("firefox-en-pt")))

    async def scene(screen: Screen) -> None:
        screen.write("Good morning, class.\n\nOpen your books.")
        await screen.until(lambda: screen.text("target").count("\n") == 2)
        first, blank, last = screen.text("target").split("\n")
        assert first.startswith("Bom dia")
        assert blank == ""
        assert "livros" in last
        await screen.press("ctrl+s")
        await screen.until(lambda: screen.label("status") != "opening pt→en")

    play(None, scene)
