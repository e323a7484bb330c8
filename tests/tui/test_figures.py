"""Numbers are written as the language of the screens writes them, on every screen and by one function."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tui
from tui import words
from tui.errors import note_in_words
from tui.figures import figure, listed, number, percent, refigured
from tui.progress import step_in_words
from tui.sentences import said

ROOT = Path(tui.__file__).parent
# As `str.format` knows them: what writes a sign between digits.
_NUMERIC = re.compile(r"[-+ ]?[\d>]*[,_]?(\.\d+)?[efgn%]|.*[,_]")


@pytest.fixture(params=[tag for tag in words.LANGUAGES if tag != "en"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    words.choose(request.param)
    yield request.param
    words.choose("en")


@pytest.mark.parametrize(
    ("tag", "shown"),
    [
        ("en", ("32,000", "1,234.5", "1.5", "84%", "-0.25%", "0, 1.5, 2")),
        ("es", ("32\u00a0000", "1\u00a0234,5", "1,5", "84\u00a0%", "-0,25\u00a0%", "0; 1,5; 2")),
        ("pt", ("32\u00a0000", "1\u00a0234,5", "1,5", "84%", "-0,25%", "0; 1,5; 2")),
    ],
)
def test_a_number_is_written_as_the_language_does(tag: str, shown: tuple[str, ...]) -> None:
    words.choose(tag)
    try:
        several = listed([number(one) for one in (0.0, 1.5, 2.0)])
        found = (figure(32_000), figure(1234.5), number(1.5), percent(0.84), figure(-0.0025, ".2%"), several)
        assert found == shown
        assert listed([number(one) for one in (0.0, 1.0)]) == "0, 1"
        assert refigured("<0.001") == ("<0.001" if tag == "en" else "<0,001")
    finally:
        words.choose("en")


def test_a_figure_with_its_unit_is_told_and_no_other_text_changes(language: str) -> None:
    assert refigured("1,234.5 MB") == "1\u00a0234,5 MB"
    assert refigured("0.7s") == "0,7s"
    assert refigured("0, 1.5") == "0; 1,5"
    for text in ("pt, en", "1,5", "1.2.3", "1,000 words", "", "v1.5", "q4_k.gguf", "a, 1.5"):
        assert refigured(text) == text


def test_figures_in_sentences_steps_and_notes_are_told(language: str) -> None:
    assert "0; 1,5" in said("more than one mark is possible: 0, 1.5")
    assert "3,2" in said("the translation is 3.2 times as long as such a text's is")
    assert "0,1 " in step_in_words("audit: 2 of 138 answers, 0.1 answers/s, 22m40s left")
    assert "15,6 GB" in note_in_words("31.2 GB, 15.6 GB available")


def test_somebodys_words_stay_as_they_were_written(language: str) -> None:
    for text in ("`1.5 kg` is not `2.5 kg`", "it has numbers that nobody gave: 1.5", "it speaks of marks: 1.5"):
        assert "1.5" in said(text)


@given(st.text(max_size=40))
def test_in_english_nothing_changes(text: str) -> None:
    assert refigured(text) == text


def test_no_screen_writes_a_number_in_a_form_of_its_own() -> None:
    for path in ROOT.rglob("*.py"):
        if path.name == "figures.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            spec = node.format_spec if isinstance(node, ast.FormattedValue) else None
            parts = spec.values if isinstance(spec, ast.JoinedStr) else []
            form = "".join(str(one.value) for one in parts if isinstance(one, ast.Constant))
            assert not _NUMERIC.fullmatch(form) or form == ".0f", f"{path.name}:{getattr(node, 'lineno', 0)}: {form}"
