"""What holds on every screen: nothing moves, everything is explained, found and done by whatever hand one has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.widgets import Input, OptionList, TextArea
from toys.tui_exporting import ToyExporting
from toys.tui_grading import HOSTILE, toy_grades
from toys.tui_library import ToyLibrary
from toys.tui_models import ToyModels
from toys.tui_stage import NUMBER, Stage, to_the_end

from edgekit.core.languages import Direction
from tui.actions import SCREENS, of_screen
from tui.app import EdgekitApp
from tui.library import ModelRow
from tui.machine import Speed
from tui.palette import ActionProvider
from tui.screens.base import JobScreen
from tui.screens.confirm import ConfirmScreen
from tui.screens.shown import ShownScreen

EN_PT = Direction("en", "pt")
NAMES = [name for name, _label in SCREENS]


def play(
    scene: Callable[[Stage], Awaitable[None]],
    tmp_path: Any,
    *,
    screen: str = "translate",
    library: ToyLibrary | None = None,
    models: ToyModels | None = None,
) -> None:
    async def run() -> None:
        app = EdgekitApp(
            models or ToyModels(EN_PT),
            library=library or ToyLibrary(),
            grades=toy_grades(tmp_path / "g.sqlite"),
            exporting=ToyExporting(),
            state={"language": "en", "screen": screen},
        )
        app.describe = lambda: [("cores", "4")]
        app.measure = lambda translator, _report: Speed(len(translator.translate(["a b"])) * 100, 2.0)
        async with app.run_test(size=(80, 24)) as pilot:
            stage = Stage(app, pilot)
            await stage.begins()
            await scene(stage)

    to_the_end(run)


@pytest.mark.parametrize("name", NAMES)
def test_everything_on_a_screen_is_explained_found_and_still(name: str, tmp_path: Any) -> None:
    async def scene(stage: Stage) -> None:
        screen = stage.app.screen
        assert isinstance(screen, JobScreen)
        assert stage.app.animation_level == "none"
        for area in screen.query(TextArea):
            assert not area.cursor_blink
        for field in screen.query(Input):
            assert not field.cursor_blink
        for widget in screen.focus_chain:
            assert widget.id in screen.TOLD, widget
            assert screen.TOLD[widget.id].endswith(".")
        provider = ActionProvider(screen)
        listed = {str(hit.text) async for hit in provider.discover()}
        assert listed == {action.label for action in (*of_screen(name), *of_screen(None))}
        for action in of_screen(name):
            found = [str(hit.text) async for hit in provider.search(action.label)]
            assert action.label in found
        await stage.press("f8")
        await stage.until(lambda: isinstance(stage.app.screen, ShownScreen))
        await stage.until(lambda: stage.app.screen.query_one(TextArea).text.startswith("edgekit "))

    play(scene, tmp_path, screen=name)


@pytest.mark.parametrize("name", NAMES)
def test_two_keys_reach_any_field(name: str, tmp_path: Any) -> None:
    async def scene(stage: Stage) -> None:
        screen = stage.app.screen
        fields = [widget.id for widget in screen.focus_chain]
        for at, field in enumerate(fields):
            await stage.press("f12", "abcdefghijkl"[at])
            await stage.until(lambda: stage.app.screen is screen)
            assert screen.focused is not None
            assert screen.focused.id == field
        await stage.press("f12")
        await stage.click(f"{'abcdefghijkl'[len(fields) - 1]}  ")
        await stage.until(lambda: stage.app.screen is screen)
        assert screen.focused is not None
        assert screen.focused.id == fields[-1]
        await stage.press("f12", "escape")
        assert stage.app.screen is screen

    play(scene, tmp_path, screen=name)


def test_models_jobs_and_the_device_are_used_by_the_mouse_alone(tmp_path: Any) -> None:
    library = ToyLibrary()

    async def scene(stage: Stage) -> None:
        await stage.click(" 3 Models", 2)
        await stage.click("toy-pt-en")
        await stage.click("p Pull")
        await stage.until(lambda: bool(stage.app.jobs.running))
        await stage.click(" 5 Jobs", 2)
        await stage.click("pull toy-pt-en")
        await stage.until(lambda: isinstance(stage.app.screen, ShownScreen))
        await stage.click("ctrl+o copy")
        await stage.until(lambda: "toy-pt-en" in stage.app.clipboard)
        await stage.click("esc back")
        await stage.until(lambda: not isinstance(stage.app.screen, ShownScreen))
        await stage.click("c Cancel")
        await stage.until(lambda: not stage.app.jobs.running)
        await stage.click(" 6 Device", 2)
        await stage.click("m Measure")
        await stage.sees("50 words a second")
        await stage.click("f1 Help")
        await stage.click("esc back")
        await stage.until(lambda: stage.app.screen is stage.app.screen_stack[0])

    play(scene, tmp_path, library=library)


def test_a_log_is_copied_whole(tmp_path: Any) -> None:
    async def scene(stage: Stage) -> None:
        stage.app.screen.query_one("#models", OptionList).highlighted = 2
        stage.app.library.go.set()  # type: ignore[attr-defined]  # it is a toy here
        await stage.press("p")
        await stage.sees("error: the toy did not come")
        await stage.press(NUMBER["jobs"], "enter")
        await stage.until(lambda: isinstance(stage.app.screen, ShownScreen))
        await stage.press("ctrl+o")
        await stage.until(lambda: "the toy did not come" in stage.app.clipboard)

    play(scene, tmp_path, screen="models")


def test_ctrl_c_copies_what_is_selected_and_leaves_at_the_second_press(tmp_path: Any) -> None:
    async def scene(stage: Stage) -> None:
        stage.area("source").load_text("copy this")
        await stage.sees("COPY THIS")
        await stage.ready()
        stage.area("source").select_all()
        await stage.press("ctrl+c", "ctrl+c")
        await stage.until(lambda: stage.app.clipboard == "copy this")
        assert stage.app.is_running
        await stage.press("right", "ctrl+c")
        await stage.sees("press ctrl+c once more to leave")
        await stage.press("ctrl+c")
        await stage.until(lambda: not stage.app.is_running)

    play(scene, tmp_path)


def test_ctrl_c_asks_while_a_job_is_at_work(tmp_path: Any) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("down", "p")
        await stage.until(lambda: bool(stage.app.jobs.running))
        await stage.press("ctrl+c", "ctrl+c")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        await stage.press("n")
        assert stage.app.is_running

    play(scene, tmp_path, screen="models")


def test_who_reads_on_above_is_not_disturbed_by_what_comes(tmp_path: Any) -> None:
    models = ToyModels(EN_PT)

    async def scene(stage: Stage) -> None:
        stage.area("source").load_text("\n".join(f"line {at}" for at in range(200)))
        await stage.until(lambda: stage.area("target").document.line_count > 20)
        target = stage.area("target")
        target.focus()
        await stage.until(lambda: target.has_focus)
        target.move_cursor((1, 0))
        await stage.until(lambda: target.document.line_count == 200)
        await stage.sees("lines to look at")
        assert target.cursor_location[0] == 1
        assert target.scroll_offset.y <= 1
        await stage.press("ctrl+end")
        await stage.until(lambda: target.cursor_location[0] == 199)

    play(scene, tmp_path, models=models)


class ForeignLibrary(ToyLibrary):
    """Of a model whose receipt says what a terminal would obey."""

    def rows(self) -> list[ModelRow]:
        text = "".join(HOSTILE.values())
        return [ModelRow("toy-en-pt", text, text, "1 MB", "here", text, False, text, text)]


def test_what_a_receipt_says_commands_nothing(tmp_path: Any) -> None:
    async def scene(stage: Stage) -> None:
        await stage.sees("[bold red]light[/]")
        assert not {"\x1b", "\x07", "\u202e", "\x9b", "\U000e0041"} & {*stage.shown()}

    play(scene, tmp_path, screen="models", library=ForeignLibrary())


def test_what_is_typed_is_kept_before_anything_else_happens(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[dict[str, Any]] = []
    monkeypatch.setattr("tui.screens.base.KEEP_SECONDS", 0.1)
    monkeypatch.setattr(
        EdgekitApp, "remember", lambda app: kept.append({one.NAME: one.snapshot() for one in app._open_screens()})
    )

    async def scene(stage: Stage) -> None:
        await stage.press(*"abc")
        await stage.until(lambda: any(one["translate"]["text"] == "abc" for one in kept))

    play(scene, tmp_path)
