"""Gemma 3 270M, a base model, translates by examples; and finds the likeliest place of a marker."""

from __future__ import annotations

import pytest
from toys.llama import needs_llama
from translate.real_models import home_with

from edgekit.core.chrf import corpus_chrf
from edgekit.translate.prompting import open_prompted_translator

pytestmark = [pytest.mark.real, needs_llama]
LINES = ["The children read a book.", "I like the big house.", "", "Where is the school?\n12"]
REFERENCES = ["As crianças leem um livro.", "Eu gosto da casa grande.", "", "Onde fica a escola?\n12"]


def test_short_lines_are_translated_and_nothing_of_a_text_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(home_with("gemma-3-270m")))
    with open_prompted_translator("en", "pt", model="gemma-3-270m", threads=1) as translator:
        made = translator.translate(LINES, scores=True)
        again = translator.translate(LINES[:1], scores=True)
    assert again == made[:1]
    assert [one.source for one in made] == LINES
    assert made[2].text == ""
    assert made[3].text.endswith("\n12")
    assert corpus_chrf([one.text for one in made], REFERENCES) > 40
