"""The screen of models: pulled, removed and verified, each told in a line."""

from __future__ import annotations

import pytest
from textual.widgets import OptionList, Select, TextArea
from toys.tui_app import EN_PT, PT_EN, Stage, play
from toys.tui_library import ToyLibrary
from toys.tui_models import ToyModels
from toys.tui_stage import NUMBER

from tui.library import ModelRow
from tui.screens.confirm import ConfirmScreen
from tui.screens.shown import ShownScreen


def test_a_pull_tells_how_far_it_is_on_both_screens_and_what_came_can_be_used() -> None:
    models = ToyModels(EN_PT)

    async def scene(stage: Stage) -> None:
        await stage.press("escape", NUMBER["models"], "down", "p")
        await stage.sees("pull toy-")
        await stage.sees("6.0 MB of 20.0 MB")
        await stage.press(NUMBER["jobs"])
        await stage.sees("1 at work, 0 ended")
        await stage.sees("30%")
        models.installed.append(PT_EN)
        stage.library.go.set()
        await stage.sees("0 at work, 1 ended")
        await stage.press(NUMBER["models"])
        await stage.until(lambda: stage.shown().count("here ") == 2)
        await stage.press(NUMBER["translate"])
        await stage.until(lambda: len(stage.app.screen.query_one("#direction", Select)._options) == 2)

    play(scene, models=models)


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("here", "x is here already"),
        ("damaged", "remove it, then pull it again"),
        ("unpinned", "edgekit models pin x"),
        ("refused", "why stands above"),
    ],
)
def test_a_model_that_cannot_be_pulled_says_what_can_be_done(
    state: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ModelRow("x", "embed", "20", "?", state, "MIT", False, "nobody")
    monkeypatch.setattr(ToyLibrary, "rows", lambda _library: [row])

    async def scene(stage: Stage) -> None:
        await stage.press("escape", NUMBER["models"], "p")
        await stage.sees(told)
        await stage.sees("20 languages, size not known")

    play(scene)


def test_a_failed_pull_is_a_line_with_its_hint_and_a_log() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("escape", NUMBER["models"])
        stage.app.screen.query_one("#models", OptionList).highlighted = 2
        await stage.press("p")
        await stage.until(lambda: bool(stage.app.jobs.running))
        stage.library.go.set()
        await stage.sees("error: the toy did not come")
        await stage.sees("hint: try again")
        await stage.press(NUMBER["jobs"], "enter")
        await stage.until(lambda: isinstance(stage.app.screen, ShownScreen))
        await stage.until(lambda: "the toy did not come" in stage.app.screen.query_one(TextArea).text)

    play(scene)


def test_removing_asks_once_and_no_is_no() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("escape", NUMBER["models"], "d")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        await stage.press("n")
        assert stage.library.here
        await stage.press("d")
        await stage.click("Yes")
        await stage.until(lambda: not stage.library.here)

    play(scene)


def test_terms_that_forbid_commercial_use_are_said_and_not_taken_by_a_key() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("escape", NUMBER["models"])
        stage.app.screen.query_one("#models", OptionList).highlighted = 3
        await stage.sees("--accept-licence")
        await stage.press("p")
        assert not stage.app.jobs.all

    play(scene)


def test_a_verification_says_what_does_not_hold() -> None:
    async def scene(stage: Stage) -> None:
        stage.library.failures = ("a byte differs",)
        await stage.press("escape", NUMBER["models"], "v")
        await stage.sees("a byte differs")

    play(scene)
