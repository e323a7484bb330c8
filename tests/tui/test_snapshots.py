"""Every screen as it was when a person last looked at it: two sizes, light and dark, every script in it.

After a change that is meant: EDGEKIT_WRITE_SNAPSHOTS=1 .venv/bin/pytest tests/tui/test_snapshots.py, then `git diff`.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from textual.widgets import Input, OptionList
from toys.tui_exporting import ToyExporting
from toys.tui_grading import class_files, toy_grades
from toys.tui_library import ToyLibrary
from toys.tui_models import ToyModels
from toys.tui_snapshots import drawn, is_another, same
from toys.tui_stage import SCRIPTS, Stage, to_the_end

from edgekit.core.languages import Direction
from tui import bridge
from tui.actions import SCREENS
from tui.app import EdgekitApp
from tui.bridge import Job

FOLDER = Path(__file__).parent / "snapshots"
SIZES = [(80, 24), (120, 40)]
THEMES = {"dark": "textual-dark", "light": "textual-light"}
LINE = " ".join(SCRIPTS.values())
NOW = 5_000.0
SECONDS = 10.0

Scene = Callable[[Stage], Awaitable[None]]


async def translate(stage: Stage) -> None:
    stage.area("source").load_text(f"{LINE}?\nsure of page 12")
    await stage.sees("lines to look at: 2")


async def aligned(stage: Stage) -> None:
    await translate(stage)
    await stage.press("ctrl+l")
    await stage.sees(f"[{next(iter(SCRIPTS.values())).split()[0]}]")


async def grade(stage: Stage) -> None:
    await stage.press("enter")
    await stage.sees("11 of 11 left")
    await stage.press("v", "end", "enter")
    await stage.sees("need light, and")


async def grade_list(stage: Stage) -> None:
    await grade(stage)
    await stage.press("v")
    await stage.sees("#11")


async def models(stage: Stage) -> None:
    stage.app.screen.query_one("#models", OptionList).highlighted = 1
    await stage.sees("toy-pt-en")


async def export(stage: Stage) -> None:
    for name, value in {"languages": "pt,km", "corpus": f"'pt={LINE}.txt'"}.items():
        stage.app.screen.query_one(f"#{name}", Input).value = value
    await stage.press("ctrl+l")
    await stage.sees("of 32,000 tokens")


async def jobs(stage: Stage) -> None:
    found = [
        Job(f"translate {name}.txt", state, f"translate: {at * 9} of 90 segments", share=at / 10, started=NOW - 60 * at)
        for at, (name, state) in enumerate(zip(SCRIPTS.values(), STATES, strict=True), 1)
    ]
    for job in found:
        job.ended = None if job.runs else job.started + 42
    stage.app.jobs.all += found
    for job in found:
        stage.app._show_job(job)
    await stage.sees("1 at work, 9 ended")


async def device(stage: Stage) -> None:
    await stage.sees("8 GB")


SCENES: dict[str, Scene] = {
    "translate": translate,
    "translate-aligned": aligned,
    "grade": grade,
    "grade-list": grade_list,
    "models": models,
    "export": export,
    "jobs": jobs,
    "device": device,
}
STATES = ["runs", *["done"] * 7, "failed", "cancelled"]


def play(name: str, size: tuple[int, int], folder: Path, is_another: Callable[[str, str], bool]) -> dict[str, str]:
    """Theme -> the screen once nothing changes any more.  is_another: told a theme and what is shown."""
    book = folder / "g.sqlite"
    if name.startswith("grade"):
        answers = [f"{LINE} plants need light, and {LINE}", *SCRIPTS.values()]
        toy_grades(book).begin(*class_files(folder, answers), lambda _session: None, lambda _event: None)

    async def run() -> dict[str, str]:
        app = EdgekitApp(
            ToyModels(Direction("en", "pt"), Direction("pt", "en")),
            library=ToyLibrary(),
            grades=toy_grades(book),
            exporting=ToyExporting(notes=(LINE,)),
            state={"language": "en", "screen": name.split("-")[0]},
        )
        app.describe = lambda: [("processor", "toy (x86_64)"), ("cores", "4"), ("memory", "8 GB"), ("chosen", "cpu")]
        async with app.run_test(size=size) as pilot:
            stage = Stage(app, pilot)
            await stage.begins()
            await SCENES[name](stage)
            found = {}
            for theme, app.theme in THEMES.items():
                before, end = "", time.monotonic() + SECONDS
                # What stands still may only wait for a machine that is busy.
                while (shown := drawn(app)) != before or (is_another(theme, shown) and time.monotonic() < end):
                    before = shown
                    await pilot.pause(0.2)
                found[theme] = shown
            return found

    return to_the_end(run)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
@pytest.mark.parametrize("name", SCENES)
def test_a_screen_looks_as_it_did(
    name: str, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(bridge, "time", SimpleNamespace(monotonic=lambda: NOW))
    monkeypatch.chdir(tmp_path)

    def path(theme: str) -> Path:
        return FOLDER / f"{name}-{size[0]}x{size[1]}-{theme}.txt"

    for theme, shown in play(name, size, tmp_path, lambda *one: is_another(path(one[0]), one[1])).items():
        assert same(path(theme), shown), f"{path(theme).name} is another:\n{shown}"


def test_every_screen_and_every_script_is_in_them_and_nothing_of_this_machine() -> None:
    assert {name.split("-")[0] for name in SCENES} == {name for name, _label in SCREENS}
    names = {f"{name}-{wide}x{high}-{theme}" for name in SCENES for wide, high in SIZES for theme in THEMES}
    found = {path.stem: path.read_text("utf-8") for path in FOLDER.iterdir()}
    assert set(found) == names
    for stem, shown in found.items():
        if not stem.startswith(("models", "device")):
            plain = "".join(one for one in shown if not one.isspace() and one not in "|[]▎")
            missing = [name for name, text in SCRIPTS.items() if text.split()[0] not in plain]
            assert not missing, (stem, missing)
        assert tempfile.gettempdir() not in shown
        assert str(Path.home()) not in shown
