"""The palette: what a query finds, and what it does not."""

from __future__ import annotations

import pytest
from toys.tui_library import ToyLibrary
from toys.tui_models import ToyModels
from toys.tui_stage import Stage, play

from edgekit.core.languages import Direction
from tui import words
from tui.actions import ACTIONS, of_screen
from tui.palette import fitness, searched
from tui.screens.help import HelpScreen


def found(query: str, screen: str, language: str) -> list[str]:
    words.choose(language)
    try:
        fits = [(fitness(query, searched(one)), one.id) for one in (*of_screen(screen), *of_screen(None))]
    finally:
        words.choose("en")
    return [name for fit, name in sorted(fits, key=lambda pair: -pair[0]) if fit]


@pytest.mark.parametrize(
    ("language", "screen", "query", "first"),
    [
        ("en", "grade", "audit", "grade.audit"),
        ("en", "export", "trim", "export.plan"),
        ("en", "models", "remove", "models.remove"),
        ("es", "translate", "alternativas", "translate.align"),
        ("es", "translate", "copiar traduccion", "translate.copy"),
        ("es", "jobs", "ORDENES", "palette"),
        ("pt", "translate", "gloss", "translate.glossary"),
        ("en", "grade", "español", "language"),
        ("en", "translate", "portug", "language"),
        ("es", "grade", "English", "language"),
        ("pt", "jobs", "espanhol", "language"),
    ],
)
def test_words_are_found_without_their_accents_and_endings(language: str, screen: str, query: str, first: str) -> None:
    assert found(query, screen, language)[0] == first


@pytest.mark.parametrize("query", ["alterna", "alternativas", "quitr", "x", "?"])
def test_letters_in_the_same_order_are_no_match(query: str) -> None:
    assert "models.remove" not in found(query, "models", "es")
    assert fitness(query, []) == 0


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_action_is_found_by_its_label(language: str) -> None:
    words.choose(language)
    try:
        for action in ACTIONS:
            assert fitness(words._(action.label), searched(action)), action.id
    finally:
        words.choose("en")


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_a_query_that_finds_nothing_is_told_so_and_leads_to_the_help(language: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("ctrl+p", *"qqqq")
        words_of_it = words._("No action has these words; Enter shows them all.")
        await stage.sees(words_of_it)
        await stage.pilot.pause(0.3)
        await stage.press("enter")
        await stage.until(lambda: isinstance(stage.app.screen, HelpScreen))

    models = ToyModels(Direction("en", "pt"))
    play(scene, models=models, library=ToyLibrary(), state={"language": language, "screen": "device"})
