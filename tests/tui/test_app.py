"""The app around the screens: reached by keys, palette and mouse; left with care; remembered; in three languages."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.app import ComposeResult
from textual.command import CommandList
from textual.widgets import Select, Static, TextArea
from toys.tui_app import EN_PT, PT_EN, Stage, play
from toys.tui_library import ToyLibrary
from toys.tui_models import ToyModels
from toys.tui_stage import NUMBER

from edgekit.core.events import Event, Progress, StepStarted
from tui import words
from tui.actions import ACTIONS, SCREENS, key_in_words
from tui.app import EdgekitApp, screen_class
from tui.screens.base import JobScreen
from tui.screens.help import HelpScreen
from tui.state import load_state, save_state
from tui.themes import THEMES


def first_found(stage: Stage) -> str:
    """What Enter would do in the palette."""
    found = stage.app.screen.query_one(CommandList)
    return str(found.get_option_at_index(0).prompt) if found.option_count else ""


@pytest.mark.parametrize(("number", "name"), list(enumerate([name for name, _label in SCREENS], 1)))
def test_a_screen_is_reached_by_number_by_key_by_mouse_and_by_palette(number: int, name: str) -> None:
    label = dict(SCREENS)[name]

    async def scene(stage: Stage) -> None:
        away = "jobs" if name == "device" else "device"
        for reach in ("number", "key", "mouse", "palette"):
            stage.app.switch_mode(away)
            await stage.pilot.pause()
            if reach == "number":
                await stage.press("escape", str(number))
            elif reach == "key":
                await stage.press(f"f{number + 1}")
            elif reach == "mouse":
                await stage.click(f"{number} {label}")
            else:
                await stage.press("ctrl+p", *label.lower())
                await stage.until(lambda: label in first_found(stage))
                await stage.press("enter")
            await stage.until(lambda: stage.app.current_mode == name)
            await stage.sees(f"[{number} {label}]")

    play(scene)


def test_every_action_has_an_id_of_its_own_words_and_a_method() -> None:
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    for action in ACTIONS:
        where = EdgekitApp if action.screen is None else screen_class(action.screen)
        assert hasattr(where, f"action_{action.name.split('(')[0]}"), action.id
        assert action.label
        assert action.help.endswith(".")


def test_no_two_actions_of_a_screen_share_a_key() -> None:
    for screen, _label in SCREENS:
        keys = [key for one in ACTIONS if one.screen in (None, screen) for key in one.keys.split(",")]
        assert len(set(keys)) == len(keys)


def test_digits_are_text_while_a_text_has_the_focus() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("2")
        await stage.until(lambda: stage.app.current_mode == "translate")
        assert stage.app.screen.query_one("#source", TextArea).text == "2"
        await stage.press("escape", NUMBER["models"])
        await stage.until(lambda: stage.app.current_mode == "models")

    play(scene)


def test_what_answers_a_key_stays_while_a_job_tells_how_far_it_is() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("escape", NUMBER["models"], "down", "p")
        await stage.sees("6.0 MB of 20.0 MB")
        await stage.press("v")
        await stage.sees("is not on this machine")
        (job,) = stage.app.jobs.running
        job.line = "fetch: 7.0 MB of 20.0 MB"
        stage.app._show_job(job)
        await stage.sees("7.0 MB of 20.0 MB")
        assert "is not on this machine" in stage.label("status")
        stage.library.go.set()
        await stage.sees(": done")
        assert "of 20.0 MB" not in stage.label("status")

    play(scene)


def test_a_job_that_ends_moves_no_other_one_under_the_key() -> None:
    go = [threading.Event(), threading.Event()]

    async def scene(stage: Stage) -> None:
        for at, one in enumerate(go):
            stage.app.jobs.start(f"pull toy-{at}", lambda report, one=one: _waits(report, one))
        await stage.press("escape", NUMBER["jobs"])
        await stage.sees("2 at work")
        await stage.press("down")
        go[1].set()  # the row above the chosen one ends, and goes below it
        await stage.sees("1 at work, 1 ended")
        await stage.press("c")
        await stage.sees("0 at work, 2 ended")
        assert [job.state for job in stage.app.jobs.all] == ["cancelled", "done"]

    play(scene)


def _waits(report: Callable[[Event], None], go: threading.Event) -> None:
    while not go.wait(0.02):
        report(StepStarted("fetch", ""))


def test_a_language_that_nobody_chose_is_the_systems_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "pt")

    async def scene(stage: Stage) -> None:
        await stage.sees("núcleos")

    async def chooses(stage: Stage) -> None:
        await stage.sees("núcleos")
        await stage.press("f9")

    try:
        assert "language" not in play(scene, state={"screen": "device"})
        assert play(chooses, state={"screen": "device"})["language"] == "en"
    finally:
        words.choose("en")


def test_the_directions_and_the_status_are_said_in_the_language() -> None:
    models = ToyModels(EN_PT, PT_EN)
    models.name = lambda tag: f"{tag}-{words.chosen()}"  # type: ignore[method-assign]  # a name that tells its language

    async def scene(stage: Stage) -> None:
        await stage.ready()
        await stage.sees("en-en → pt-en")
        await stage.press("f9")
        await stage.sees("en-es → pt-es")
        assert stage.label("status") == "listo"
        await stage.press("f9")
        await stage.sees("en-pt → pt-pt")

    play(scene, models=models)


def test_a_cancelled_job_ends_at_its_next_event() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("escape", NUMBER["models"], "down", "p")
        await stage.until(lambda: bool(stage.app.jobs.running))
        await stage.press(NUMBER["jobs"], "c")
        await stage.until(lambda: not stage.app.jobs.running)
        assert stage.app.jobs.all[0].state == "cancelled"
        await stage.sees("cancelled")

    play(scene)


def test_leaving_with_work_under_way_asks_once() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("escape", NUMBER["models"], "down", "p")
        await stage.until(lambda: bool(stage.app.jobs.running))
        await stage.press("ctrl+q")
        await stage.sees("Leave and cancel what is at work: pull toy-")
        await stage.press("n")
        assert stage.app.is_running
        await stage.press("ctrl+q", "ctrl+q")
        await stage.until(lambda: not stage.app.is_running)

    play(scene)


@pytest.mark.parametrize("name", [name for name, _label in SCREENS])
def test_leaving_while_a_screen_is_being_filled_is_no_fault(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    compose = JobScreen.compose

    def leaves(screen: JobScreen) -> ComposeResult:
        screen.app._told_to_leave(signal.SIGTERM)
        return compose(screen)

    monkeypatch.setattr(JobScreen, "compose", leaves)
    app = EdgekitApp(ToyModels(EN_PT), library=ToyLibrary(), state={"language": "en", "screen": name})
    asyncio.run(app.run_async(headless=True))
    assert app.return_code == 128 + signal.SIGTERM
    assert app._exception is None


def test_the_screen_the_text_the_language_and_the_colours_come_back() -> None:
    async def leave(stage: Stage) -> None:
        stage.app.screen.query_one("#source", TextArea).load_text("Olá\n2")
        stage.app.screen.query_one("#direction", Select).value = PT_EN
        await stage.sees("OLÁ")
        await stage.press("f10", "f9", "escape", NUMBER["jobs"])
        await stage.sees("Tareas")
        await stage.press("ctrl+q")

    state = play(leave)

    async def again(stage: Stage) -> None:
        await stage.sees(f"[{NUMBER['jobs']} Tareas]")
        assert stage.app.theme == THEMES[1]
        await stage.press(NUMBER["translate"])
        await stage.sees("OLÁ")
        await stage.until(lambda: stage.app.screen.query_one("#direction", Select).value == PT_EN)

    play(again, state=state)


@pytest.mark.parametrize(
    "state",
    [
        {"language": 7, "screen": [], "theme": {}, "screens": "x"},
        {"screens": {"translate": 3, "models": {"model": []}}},
        {"screens": {"translate": {"text": 5, "direction": {}}}, "screen": "nowhere"},
    ],
)
def test_a_state_of_another_version_is_no_reason_not_to_start(state: dict[str, Any]) -> None:
    async def scene(stage: Stage) -> None:
        await stage.sees("[1 ")

    play(scene, state=state)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b"null"])
def test_a_damaged_state_file_is_an_empty_state(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "tui.json"
    path.write_bytes(content)
    assert load_state(path) == {}
    save_state({"screen": "jobs", "text": "\ud800é"}, path)
    assert load_state(path) == {"screen": "jobs", "text": "\ud800é"}


def test_a_state_that_cannot_be_written_costs_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    save_state({}, tmp_path / "file" / "tui.json")
    assert load_state(tmp_path / "missing.json") == {}


def test_keys_are_called_as_on_the_keyboard_of_the_language() -> None:
    try:
        words.choose("es")
        assert [key_in_words(key) for key in ("escape", "left", "ctrl+s", "f1")] == ["esc", "izquierda", "ctrl+s", "f1"]
        shown = {action.id: action.key for action in ACTIONS}
        assert (shown["jobs.log"], shown["export.less"], shown["back"]) == ("intro", "<-", "esc")
    finally:
        words.choose("en")


def test_help_explains_what_has_the_focus() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("f1")
        await stage.until(lambda: isinstance(stage.app.screen, HelpScreen))
        await stage.sees("Write or paste text here")
        await stage.press("escape", "escape", NUMBER["models"], "f1")
        await stage.sees("The models that are here")

    play(scene)


def test_the_command_of_a_screen_is_shown() -> None:
    async def scene(stage: Stage) -> None:
        await stage.until(lambda: "ready" in stage.shown())
        await stage.press("f8")
        await stage.sees("edgekit translate letter.txt --from en --to pt")

    play(scene)


def test_the_device_is_described_and_measured() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("escape", NUMBER["device"])
        await stage.sees("8 GB")
        await stage.press("m")
        await stage.sees("50 words a second")

    play(scene)


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (160, 50), (40, 12)])
@pytest.mark.parametrize("language", list(words.LANGUAGES))
def test_the_lines_of_screens_and_keys_hold_on_to_their_places(size: tuple[int, int], language: str) -> None:
    async def scene(stage: Stage) -> None:
        for name, _label in SCREENS:
            stage.app.switch_mode(name)
            await stage.until(lambda name=name: getattr(stage.app.screen, "NAME", "") == name)
            assert isinstance(stage.app.screen, JobScreen)
            # While one screen gives way to the other nothing is drawn.
            await stage.until(lambda: stage.shown().strip().startswith(("1", "[1")))
            await stage.until(lambda: "^p" in stage.rows()[-1] or size[0] < 60)
            assert len(stage.rows()) == size[1]
            assert stage.app.screen.query_one("#status", Static) is not None

    play(scene, state={"language": language}, size=size)


def test_progress_of_another_thread_reaches_the_screen_at_most_twice_a_second() -> None:
    async def scene(stage: Stage) -> None:
        told = []
        stage.app.jobs.changed = told.append

        def work(report: Callable[[Any], None]) -> str:
            for done in range(10_000):
                report(Progress("count", done, 10_000, "lines"))
            return "counted"

        job = stage.app.jobs.start("count", work)
        await stage.until(lambda: not job.runs)
        assert job.result == "counted"
        assert len(told) < 100

    play(scene)
