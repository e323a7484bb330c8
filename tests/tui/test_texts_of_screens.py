"""Small texts that a teacher reads: in number, in one form of words, in whole lines, in their language."""

from __future__ import annotations

from pathlib import Path

import pytest
from toys.tui_class import RIGHT, graded, play
from toys.tui_grading import toy_grades
from toys.tui_stage import Stage


@pytest.mark.parametrize(
    ("language", "told", "button", "after"),
    [
        ("en", "1 answer to `light` would get 2 of 2", "Accept it (y)", "accepted: 1 answer"),
        ("es", "1 respuesta a `light` recibiría 2 de 2", "Aceptarla (y)", "aceptada: 1 respuesta"),
        ("pt", "1 resposta a `light` receberia 2 de 2", "Aceitá-la (y)", "aceita: 1 resposta"),
    ],
)
def test_one_answer_is_said_in_the_singular(language: str, told: str, button: str, after: str, tmp_path: Path) -> None:
    book = graded(tmp_path, [RIGHT])

    async def scene(stage: Stage) -> None:
        await stage.until(lambda: "#1" in stage.shown() or "1 " in stage.shown())
        await stage.press("enter")
        await stage.until(lambda: RIGHT[:12] in stage.shown())
        await stage.press("g")
        await stage.sees(told)
        await stage.sees(button)
        await stage.press("y")
        await stage.sees(after)

    play(scene, toy_grades(book), state={"language": language, "screen": "grade"})
