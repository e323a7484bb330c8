"""A line that a person translates better: written on the screen, kept in the memory, its translation from then on."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import TextArea
from toys.tui_models import ToyModels
from toys.tui_stage import SCRIPTS, Stage, play

from edgekit.core.languages import Direction
from edgekit.memory.memory import open_memory
from tui import words
from tui.models import installed_models
from tui.screens.mending import MendScreen

EN_PT = Direction("en", "pt")
LINE = " ".join(SCRIPTS.values())


async def mend(stage: Stage) -> TextArea:
    await stage.press("escape", "m")
    await stage.until(lambda: isinstance(stage.app.screen, MendScreen))
    return stage.app.screen.query_one("#mended", TextArea)


def test_a_line_is_mended_by_keys_and_its_translation_comes_from_the_memory_then() -> None:
    models = ToyModels(EN_PT)

    async def scene(stage: Stage) -> None:
        await stage.translated("plain\nor not?")
        await stage.press("ctrl+n")
        area = await mend(stage)
        await stage.sees("or not?")
        assert area.text == "OR NOT?"
        await stage.press("x", "y")
        area.insert("\n z")
        await stage.press("enter")
        await stage.until(lambda: stage.area("target").text == "PLAIN\nOR NOT?xy z")
        await stage.sees("from the memory")
        assert models.kept == {("or not?", EN_PT): "OR NOT?xy z"}
        await mend(stage)
        await stage.press("x", "escape")
        await mend(stage)
        await stage.press("enter")  # as it was
        await stage.press("escape", "home")
        assert models.kept == {("or not?", EN_PT): "OR NOT?xy z"}
        (await mend(stage)).load_text("")
        await stage.press("enter")
        await stage.sees("error: an entry of the memory is empty")
        assert stage.area("target").text == "PLAIN\nOR NOT?xy z"

    play(scene, models=models)


def test_a_line_is_mended_by_the_mouse() -> None:
    models = ToyModels(EN_PT)

    async def scene(stage: Stage) -> None:
        await stage.translated("plain")
        (await mend(stage)).load_text("mended")
        await stage.click("Back (esc)")
        (await mend(stage)).load_text("mended")
        await stage.click("Keep it in the memory")
        await stage.until(lambda: stage.area("target").text == "mended")

    play(scene, models=models)


def test_there_is_nothing_to_mend_where_nothing_is_translated() -> None:
    async def scene(stage: Stage) -> None:
        await stage.ready()
        await stage.press("escape", "m")
        await stage.sees("there is no translation to mend here")
        await stage.translated("\nplain")
        stage.area("source").move_cursor((0, 0))
        await stage.press("escape", "m")
        await stage.sees("there is no translation to mend here")

    play(scene, models=ToyModels(EN_PT))


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (160, 50)])
@pytest.mark.parametrize("language", list(words.LANGUAGES))
def test_every_script_is_mended_with_nothing_to_its_right(size: tuple[int, int], language: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.translated(LINE)
        assert (await mend(stage)).text == LINE.upper()
        for text in SCRIPTS.values():
            await stage.sees(text.split()[0])
        for row in stage.rows():
            assert not row[-3:].strip(), row

    play(scene, models=ToyModels(EN_PT), state={"language": language}, size=size)


def test_what_is_kept_is_in_the_memory_of_this_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(tmp_path))
    installed_models().keep("plain", "mended", EN_PT)
    with open_memory() as memory:
        assert [(one.source, one.target) for one in memory.entries()] == [("plain", "mended")]
