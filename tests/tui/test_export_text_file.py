"""A file of text is chosen from a list on the screen of exports; by keys alone and by mouse alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.widgets import Input
from toys.tui_exporting import ToyExporting
from toys.tui_library import ToyLibrary
from toys.tui_models import ToyModels
from toys.tui_stage import Stage, to_the_end

from tui import words
from tui.app import EdgekitApp
from tui.screens.asking import AskFileScreen

SIZES = [(80, 24), (60, 20), (160, 50)]


def play(
    scene: Callable[[Stage], Awaitable[None]],
    toy: ToyExporting | None = None,
    *,
    language: str = "en",
    size: tuple[int, int] = (80, 24),
) -> None:
    async def run() -> None:
        state = {"language": language, "screen": "export"}
        app = EdgekitApp(ToyModels(), library=ToyLibrary(), exporting=toy or ToyExporting(), state=state)
        async with app.run_test(size=size) as pilot:
            stage = Stage(app, pilot)
            await stage.begins()
            await scene(stage)

    to_the_end(run)


def fill(stage: Stage, **values: str) -> None:
    for name, value in values.items():
        stage.query(name, Input).value = value


def corpus(stage: Stage) -> Input:
    return stage.query("corpus", Input)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("news pt.txt", "news.en.jsonl", "picture.png"):
        (tmp_path / name).write_text("olá\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", words.LANGUAGES)
def test_a_file_is_chosen_by_keys(size: tuple[int, int], language: str, folder: Path) -> None:
    toy = ToyExporting()

    async def scene(stage: Stage) -> None:
        fill(stage, languages="pt", corpus="pt=a.txt")
        await stage.press("ctrl+g")
        await stage.sees("news pt.txt")
        assert "picture.png" not in stage.shown()
        assert len(stage.rows()) == size[1]
        await stage.press("tab", "tab", "tab", "down", "enter")
        await stage.press("enter")
        await stage.until(lambda: not isinstance(stage.app.screen, AskFileScreen))
        assert corpus(stage).value == f"pt=a.txt '{folder / 'news pt.txt'}'"
        await stage.until(lambda: stage.app.focused is corpus(stage))
        await stage.press("ctrl+l")
        await stage.until(lambda: bool(toy.asked))
        assert toy.asked[0].corpora == ("pt=a.txt", str(folder / "news pt.txt"))

    play(scene, toy, size=size, language=language)


@pytest.mark.parametrize("size", SIZES)
def test_a_file_is_chosen_by_mouse(size: tuple[int, int], folder: Path) -> None:
    async def scene(stage: Stage) -> None:
        await stage.click("Text file")
        await stage.sees("news.en.jsonl")
        await stage.click("news.en.jsonl")
        await stage.click("OK")
        await stage.until(lambda: corpus(stage).value == str(folder / "news.en.jsonl"))

    play(scene, size=size)


def test_leaving_the_list_changes_nothing(folder: Path) -> None:
    async def scene(stage: Stage) -> None:
        fill(stage, corpus="'open")
        await stage.press("ctrl+g")
        await stage.sees("news pt.txt")
        await stage.press("escape")
        await stage.until(lambda: not isinstance(stage.app.screen, AskFileScreen))
        assert corpus(stage).value == "'open"

    play(scene)


def test_the_list_begins_where_the_last_file_lies(folder: Path) -> None:
    (folder / "texts").mkdir()
    (folder / "texts" / "b.txt").write_text("b", encoding="utf-8")

    async def scene(stage: Stage) -> None:
        fill(stage, corpus=f"pt={folder}/texts/a.txt")
        await stage.press("ctrl+g")
        await stage.sees("b.txt")
        assert "news pt.txt" not in stage.shown()
        await stage.press("escape")
        fill(stage, corpus="a.txt")  # of the folder that one is in
        await stage.press("ctrl+g")
        await stage.sees(f"- {folder.name}")

    play(scene)
