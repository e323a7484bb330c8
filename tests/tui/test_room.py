"""What there is no room for is said where it can be had: labels of screens, long messages, the palette."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from textual.widgets import Input, Label, Static
from toys.tui_library import ToyLibrary
from toys.tui_models import ToyModels
from toys.tui_stage import NUMBER, Stage, to_the_end

from edgekit.core.errors import EdgekitError, InputError
from tui import words
from tui.actions import SCREENS
from tui.app import EdgekitApp
from tui.screens.help import HelpScreen

SIZES = [(80, 24), (60, 20)]
LONG = InputError("`a.toml` is empty", reasons=[f"line {at}: no question" for at in range(1, 40)], hint="try again")


def play(scene: Callable[[Stage], Awaitable[None]], *, size: tuple[int, int], language: str = "en") -> None:
    async def run() -> None:
        app = EdgekitApp(ToyModels(), library=ToyLibrary(), state={"language": language, "screen": "models"})
        async with app.run_test(size=size) as pilot:
            stage = Stage(app, pilot)
            await stage.begins()
            await scene(stage)

    to_the_end(run)


@pytest.mark.parametrize("size", [*SIZES, (40, 15)])
@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_screen_is_on_the_first_line(size: tuple[int, int], language: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.sees("[3 ")
        for name, number in NUMBER.items():
            row = stage.rows()[0]
            assert f"{number} " in row, row
            await stage.pilot.click("#screens", offset=(row.index(f"{number} "), 0))
            await stage.until(lambda name=name: getattr(stage.app.screen, "NAME", "") == name)
            # While one screen gives way to the other nothing is drawn.
            await stage.sees(f"[{number} {words._(dict(SCREENS)[name])}]")

    play(scene, size=size, language=language)


@pytest.mark.parametrize("size", [*SIZES, (40, 15)])
@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_last_line_says_how_to_find_a_command_get_help_and_leave(size: tuple[int, int], language: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.sees("[3 ")
        for text in ("^p ", "f1 ", f"^q {words._('Quit')}"):
            assert text in stage.rows()[-1]

    play(scene, size=size, language=language)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", words.LANGUAGES)
def test_a_long_message_says_what_shows_all_of_it(size: tuple[int, int], language: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.sees("[3 ")
        screen = stage.app.screen
        screen.say_problem(LONG)  # type: ignore[attr-defined]  # it is a screen of ours
        more = words._("... all of it: f1")
        await stage.sees(more)
        assert str(screen.query_one("#status", Label).content).count("\n") == 3
        assert len(stage.rows()) == size[1]
        await stage.press("f1")
        await stage.until(lambda: isinstance(stage.app.screen, HelpScreen))
        await stage.until(lambda: bool(stage.app.screen.query("VerticalScroll Static")))
        shown = str(stage.app.screen.query_one("VerticalScroll Static", Static).content)
        assert len(shown.partition("39")[0].splitlines()) == 42
        await stage.press("ctrl+o")
        await stage.until(lambda: stage.app.clipboard == screen.said)  # type: ignore[attr-defined]  # it is a screen of ours
        await stage.press("escape")
        await stage.click(more)
        await stage.until(lambda: isinstance(stage.app.screen, HelpScreen))

    play(scene, size=size, language=language)


@pytest.mark.parametrize("size", SIZES)
def test_what_to_do_stands_below_a_message_that_is_too_long(size: tuple[int, int]) -> None:
    async def scene(stage: Stage) -> None:
        await stage.sees("[3 ")
        stage.app.screen.say_problem(EdgekitError("much", reasons=["is wrong"] * 9, hint="write it again"))  # type: ignore[attr-defined]  # it is a screen of ours
        await stage.until(lambda: stage.label("status").splitlines()[0] == "error: much")
        rows = stage.label("status").splitlines()
        assert rows == ["error: much", "  - is wrong", words._("... all of it: f1"), "hint: write it again"]
        long = "word " * 200
        stage.app.screen.say_problem(EdgekitError("much", reasons=["is wrong"] * 9, hint=long))  # type: ignore[attr-defined]  # it is a screen of ours
        await stage.until(lambda: stage.label("status").endswith(words._("... all of it: f1")))

    play(scene, size=size)


def test_a_message_that_fits_is_whole() -> None:
    async def scene(stage: Stage) -> None:
        await stage.sees("[3 ")
        stage.app.screen.say("one\ntwo\nthree\nfour")  # type: ignore[attr-defined]  # it is a screen of ours
        await stage.sees("four")
        assert "all of it" not in stage.shown()

    play(scene, size=(60, 20))


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_palette_speaks_the_language(language: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.sees("[3 ")
        await stage.press("ctrl+p")
        await stage.until(lambda: bool(stage.app.screen.query(Input)))
        await stage.sees(words._("Find an action by its words."))
        assert "🔎" not in stage.shown()

    play(scene, size=(80, 24), language=language)
