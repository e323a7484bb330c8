"""Small texts that a teacher reads: in number, in one form of words, in whole lines, in their language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from toys.tui_class import RIGHT, graded, play
from toys.tui_grading import toy_grades
from toys.tui_library import ToyLibrary
from toys.tui_models import ToyModels
from toys.tui_stage import Stage
from toys.tui_stage import play as play_app

from edgekit.catalogue.entries import TASKS as ALL_TASKS
from edgekit.catalogue.load import load_catalogue
from edgekit.core.languages import Direction
from tui import words
from tui.models import InstalledModels
from tui.screens.asking import AskFileScreen
from tui.screens.models import TASKS


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


@pytest.mark.parametrize("language", list(words.LANGUAGES))
def test_buttons_begin_at_the_same_column(language: str) -> None:
    async def scene(stage: Stage) -> None:
        words.choose(language)
        stage.app.push_screen(AskFileScreen("?"))
        ok, back = words._("OK (enter)"), words._("Back (esc)")
        await stage.sees(back)
        row = {text: line.index(text) for line in stage.rows() for text in (ok, back) if text in line}
        assert row[ok] == row[back]

    play_app(scene, models=ToyModels(Direction("en", "pt")), state={"language": language})


def test_a_key_and_what_it_does_have_one_form() -> None:
    spanish = words.messages("es").values()
    assert not [text for text in spanish if re.search(r"\benter\b|\besc vuelve\b", text, re.IGNORECASE)]
    assert not [text for text in words.messages("pt").values() if "esc volta," in text]


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "translation, English → Portuguese"),
        ("es", "traducción, inglés → portugués"),
        ("pt", "tradução, inglês → português"),
    ],
)
def test_a_model_is_told_in_the_language_of_the_screens(language: str, told: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.sees(told)

    class Named(ToyModels):
        def name(self, tag: str) -> str:
            return InstalledModels(load_catalogue()).name(tag)

    models = Named(Direction("en", "pt"))
    play_app(scene, models=models, library=ToyLibrary(), state={"language": language, "screen": "models"})


def test_every_task_of_the_catalogue_has_words() -> None:
    assert set(TASKS) == set(ALL_TASKS)
