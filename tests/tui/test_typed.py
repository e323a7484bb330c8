"""Keys that come faster than they are worked off."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual._xterm_parser import XTermParser
from textual.constants import ESCAPE_DELAY
from textual.events import Key, Paste
from textual.keys import _character_to_key
from toys.tui_exporting import ToyExporting
from toys.tui_library import ToyLibrary
from toys.tui_models import ToyModels
from toys.tui_stage import NUMBER, Stage, to_the_end

from edgekit.core.languages import Direction
from tui.app import EdgekitApp
from tui.exporting import Wanted


def burst(stage: Stage, *keys: str) -> None:
    """All at once, as a terminal sends what was pasted into it or waited on a slow line."""
    assert stage.app._driver is not None
    for key in keys:
        character = key if len(key) == 1 else None
        event = Key(_character_to_key(key) if character else key, character)
        event.set_sender(stage.app)
        stage.app._driver.send_message(event)


def play(scene: Callable[[Stage], Awaitable[None]], exporting: ToyExporting) -> None:
    async def run() -> None:
        state = {"language": "en", "screen": "translate"}
        app = EdgekitApp(ToyModels(Direction("en", "pt")), library=ToyLibrary(), exporting=exporting, state=state)
        async with app.run_test(size=(80, 24)) as pilot:
            stage = Stage(app, pilot)
            await stage.begins()
            await scene(stage)

    to_the_end(run)


@pytest.mark.parametrize("go", [["f5"], ["escape", NUMBER["export"]]])
def test_keys_after_a_tab_and_after_a_screen_go_where_a_person_sends_them(go: list[str], tmp_path: Path) -> None:
    toy = ToyExporting(out=tmp_path)

    async def scene(stage: Stage) -> None:
        await stage.ready()
        burst(stage, *"Hi.", *go, *"pt,en", "tab", *"pt=4.txt en=5.txt", "tab", *"small", "ctrl+l")
        await stage.sees("14,000")
        assert toy.asked == [Wanted("toy-en-pt", ("pt", "en"), ("pt=4.txt", "en=5.txt"), "small")]
        burst(stage, "left", "left", "f2")
        await stage.sees("[1 Translate]")
        assert stage.area("source").text == "Hi."

    play(scene, toy)


@pytest.mark.parametrize("sent", [f"\x1b{NUMBER['export']}", f"\x1b[{ord(NUMBER['export'])};3u"])
def test_escape_and_a_digit_that_follows_at_once_are_two_keys(sent: str, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        await stage.ready()
        burst(stage, *"Hi.")
        assert stage.app._driver is not None
        parser = XTermParser()
        read = list(parser.feed(sent))
        await asyncio.sleep(2 * ESCAPE_DELAY)  # what follows later is no part of it
        for event in [*read, *parser.feed("")]:
            event.set_sender(stage.app)
            stage.app._driver.send_message(event)
        await stage.sees(f"[{NUMBER['export']} Export]")
        stage.app.action_go("translate")
        await stage.sees("[1 Translate]")
        assert stage.area("source").text == "Hi."

    play(scene, ToyExporting(out=tmp_path))


def test_alt_and_a_digit_are_one_key_where_a_person_wants_it(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        await stage.ready()
        stage.app.set_keymap({"go.models": "alt+4"})
        burst(stage, "alt+4")
        await stage.sees("Models]")

    play(scene, ToyExporting(out=tmp_path))


def test_a_paste_after_a_tab_goes_into_the_next_field(tmp_path: Path) -> None:
    toy = ToyExporting(out=tmp_path)

    async def scene(stage: Stage) -> None:
        await stage.ready()
        burst(stage, "f5", *"en", "tab")
        assert stage.app._driver is not None
        pasted = Paste("en=a.txt")
        pasted.set_sender(stage.app)
        stage.app._driver.send_message(pasted)
        burst(stage, "ctrl+l")
        await stage.sees("14,000")
        assert toy.asked == [Wanted("toy-en-pt", ("en",), ("en=a.txt",))]

    play(scene, toy)


def test_keys_go_on_where_what_had_them_was_closed_by_them(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        await stage.ready()
        for _ in range(3):
            burst(stage, "f1", "escape", *"ab", "f8", "escape", *"cd")
        await stage.until(lambda: stage.area("source").text == "abcd" * 3)

    play(scene, ToyExporting(out=tmp_path))
    assert list(tmp_path.iterdir()) == []
