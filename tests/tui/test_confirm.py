"""What is asked: yes and no by the letter that the button names, a file in a folder that has a name."""

from __future__ import annotations

from pathlib import Path

import pytest
from toys.tui_models import ToyModels
from toys.tui_stage import Stage, play

from edgekit.core.languages import Direction
from tui import words
from tui.screens.asking import AskFileScreen
from tui.screens.confirm import ConfirmScreen


@pytest.mark.parametrize(
    ("language", "key", "yes"),
    [
        *[(language, "y", True) for language in words.LANGUAGES],
        *[(language, "n", False) for language in words.LANGUAGES],
        ("es", "s", True),
        ("pt", "s", True),
        ("en", "s", None),  # `Stay` begins with it
    ],
)
def test_a_letter_answers(language: str, key: str, yes: bool | None) -> None:
    given: list[bool | None] = []

    async def scene(stage: Stage) -> None:
        stage.app.push_screen(ConfirmScreen("?"), given.append)
        await stage.sees(f"({words._('y')})")
        await stage.press(key)
        assert given == ([] if yes is None else [yes])

    play(scene, models=ToyModels(Direction("en", "pt")), state={"language": language, "screen": "jobs"})


def test_the_folder_of_a_question_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "classroom"
    folder.mkdir()
    (folder / "a.txt").write_bytes(b"")
    monkeypatch.chdir(folder)

    async def scene(stage: Stage) -> None:
        stage.app.push_screen(AskFileScreen("?", endings=(".txt",), folder=Path()))
        await stage.sees("a.txt")
        assert "- classroom" in stage.shown()

    play(scene, models=ToyModels(Direction("en", "pt")), state={"language": "en", "screen": "jobs"})
