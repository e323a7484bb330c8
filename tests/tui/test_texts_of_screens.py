"""Small texts that a teacher reads: in number, in one form of words, in whole lines, in their language."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from toys.tui_class import RIGHT, graded, play
from toys.tui_exporting import ToyExporting, fill
from toys.tui_exporting import play as play_export
from toys.tui_grading import toy_grades
from toys.tui_library import ToyLibrary
from toys.tui_models import ToyModels
from toys.tui_stage import Stage
from toys.tui_stage import play as play_app

from edgekit.catalogue.entries import TASKS as ALL_TASKS
from edgekit.catalogue.load import load_catalogue
from edgekit.core.errors import InputError
from edgekit.core.languages import Direction
from edgekit.quiz.read import read_quiz
from tui import pager, words
from tui.bridge import Job
from tui.errors import in_words
from tui.figures import refigured
from tui.models import InstalledModels
from tui.screens.asking import AskFileScreen
from tui.screens.jobs import _line
from tui.screens.models import TASKS
from tui.widgets.class_opener import FIELDS as CLASS_FIELDS
from tui.widgets.export_fields import FIELDS as EXPORT_FIELDS
from tui.widgets.script import cells


@pytest.mark.parametrize(
    ("language", "told", "button", "after"),
    [
        ("en", "1 answer to `light` would get 2 of 2", "Accept it (y)", "accepted: 1 answer"),
        ("es", "1 respuesta a `light` recibiría 2 de 2", "Aceptarla (s)", "aceptada: 1 respuesta"),
        ("pt", "1 resposta a `light` receberia 2 de 2", "Aceitá-la (s)", "aceita: 1 resposta"),
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


@pytest.mark.parametrize("size", [(80, 24), (60, 24), (60, 20), (80, 20)])
@pytest.mark.parametrize("out", ["made", "/home/teacher/some-folder-with-a-long-name/of/models"])
def test_the_line_of_an_export_is_whole_where_a_plan_stands(size: tuple[int, int], out: str) -> None:
    async def scene(stage: Stage) -> None:
        fill(stage, languages="pt,en", corpus="pt=some.pt en=some.en", out=out)
        await stage.press("ctrl+l")
        await stage.sees("of 32,000 tokens")
        await stage.press("left")
        whole = stage.area("line").text
        assert whole.endswith(f"-o {out}")
        await stage.until(
            lambda: " ".join(row.strip("▌ ") for row in stage.rows() if row.startswith("▌")).strip() == whole
        )
        assert "f1 Help" in stage.rows()[-1]

    play_export(scene, ToyExporting(names=["firefox-en-pt"]), size=size)


@pytest.mark.parametrize("language", list(words.LANGUAGES))
def test_what_an_empty_field_may_hold_fits_into_60_columns(language: str) -> None:
    words.choose(language)
    try:
        for fields in (EXPORT_FIELDS, CLASS_FIELDS):
            for _name, _label, told, *_others in fields:
                assert len(words._(told)) <= 60 - 14 - 1
    finally:
        words.choose("en")


@pytest.mark.parametrize("columns", [20, 40, 80])
def test_a_pager_gets_lines_that_are_broken_between_words(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "O rato roeu a rolha da garrafa do rei da Rússia.\n\n" * 9 + "x" * 100
    given: list[bytes] = []
    monkeypatch.setattr(pager.shutil, "get_terminal_size", lambda: os.terminal_size((columns, 24)))
    monkeypatch.setattr(pager.subprocess, "run", lambda _command, *, input, **_more: given.append(input))  # noqa: A006
    pager.show(text)
    lines = given[0].decode("utf-8").split("\n")
    assert all(len(line) <= columns for line in lines)
    assert set(" ".join(lines).split()) >= {*text.split()} - {"x" * 100}


def job(line: str, state: str = "runs", share: float | None = None) -> Job:
    name = "audit a-quiz-of-plants-and-of-what-they-need-to-live.toml"
    found = Job(name, state, line, share=share, started=time.monotonic() - 65)
    found.ended = None if found.runs else found.started + 65
    return found


@pytest.mark.parametrize("width", [76, 90, 200])
@pytest.mark.parametrize("language", list(words.LANGUAGES))
def test_the_time_left_of_a_job_is_whole(width: int, language: str) -> None:
    words.choose(language)
    try:
        told = str(_line(job("audit: 2 of 138 answers, 0.1 answers/s, 22m40s left", share=0.01), width))
        assert cells(told) <= width
        assert words._("{left} left", left="22m40s") in told
        assert (words._("{rate} answers/s", rate=refigured("0.1")) in told) or width < 200
        assert ("a-quiz-of-plants-and-of-what-they-need-to-live.toml" in told) == (width == 200)
    finally:
        words.choose("en")


def test_a_job_that_has_ended_says_how_long_it_took_and_not_how_long_it_takes() -> None:
    line = "measure: 59 of 60 steps, 0.9 lines/s, 1s left"
    assert str(_line(job(line, "done"), 200)).endswith(", took 1m05s")
    assert str(_line(job(line, "cancelled"), 200)).endswith(", 1m05s  measure: 59 of 60 steps")


@pytest.mark.parametrize("language", list(words.LANGUAGES))
@pytest.mark.parametrize("failures", [(), ("`model.bin` has 3 bytes, not 4",)])
def test_a_model_that_was_verified_is_said_to_match_its_receipt_or_not(
    language: str, failures: tuple[str, ...]
) -> None:
    async def scene(stage: Stage) -> None:
        await stage.sees("toy-en-pt")
        await stage.press("v")
        told = "it is not as its receipt says" if failures else "it is as its receipt says"
        await stage.sees(words._(told))

    models, library = ToyModels(Direction("en", "pt")), ToyLibrary(failures=failures)
    play_app(scene, models=models, library=library, state={"language": language, "screen": "models"})


@pytest.mark.parametrize(
    ("language", "folder", "quote"),
    [
        ("en", "is a folder, not a quiz", "quiz.toml:2: is not TOML: a text is not closed by its quote"),
        ("es", "es una carpeta, no un cuestionario", "quiz.toml:2: no es TOML: un texto no se cierra con sus comillas"),
        ("pt", "é uma pasta, não um questionário", "quiz.toml:2: não é TOML: um texto não se fecha com suas aspas"),
    ],
)
def test_a_quiz_that_cannot_be_read_says_why_in_words(language: str, folder: str, quote: str, tmp_path: Path) -> None:
    path = tmp_path / "quiz.toml"
    path.write_text('title = "Plants"\nlanguage = "en\n', encoding="utf-8")
    words.choose(language)
    try:
        with pytest.raises(InputError) as caught:
            read_quiz(tmp_path)
        told, hint = in_words(caught.value)
        assert told == f"`{tmp_path}` {folder}"
        assert hint
        with pytest.raises(InputError) as caught:
            read_quiz(path)
        assert quote in in_words(caught.value)[0]
    finally:
        words.choose("en")
