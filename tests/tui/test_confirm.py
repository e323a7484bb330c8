"""Yes and no: by the letter that the button names."""

from __future__ import annotations

import pytest
from toys.tui_models import ToyModels
from toys.tui_stage import Stage, play

from edgekit.core.languages import Direction
from tui import words
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
