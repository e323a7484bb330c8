"""Formatting on the translations of Firefox's English to Portuguese."""

from __future__ import annotations

import pytest
from projection.marked_texts import marked, shown
from translate.real_models import home_with

from edgekit.projection.marks import project_marks
from edgekit.translate.translator import open_translator

pytestmark = pytest.mark.real
TEXTS = {
    "I like the <b>big</b> house.": "Eu gosto da <b>grande</b> casa.",
    "The capital of <a>Portugal</a> is <b>Lisbon</b><f/>, a <i>beautiful</i> city.<g/>": (
        "A capital de <a>Portugal</a> é <b>Lisboa</b><f/>, uma <i>bela</i> cidade.<g/>"
    ),
    "<b>Important:</b> the <u>exam</u> is on <i>Monday</i>, not on Tuesday<br/> at 9 o'clock.": (
        "<b>Importante:</b> o <u>exame</u> é na <i>segunda-feira</i>, não na terça-feira<br/> às 9 horas."
    ),
    "<b>The big red house</b> is old. <i>It was built in 1850</i> by my <a>grandfather</a>.": (
        "<b>A grande casa vermelha</b> é antiga. <i>Foi construído em 1850</i> pelo meu <a>avô</a>."
    ),
    "Water is H<sub>2</sub>O.": "A água é H<sub>2</sub>O.",
}


def test_formatting_is_on_the_words_that_its_words_became(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(home_with("firefox-en-pt")))
    sources = [marked(text) for text in TEXTS]
    with open_translator("en", "pt", threads=1) as translator:
        made = translator.translate([source.text for source in sources], alignment=True)
    for source, one, expected in zip(sources, made, TEXTS.values(), strict=True):
        pairs = [pair for segment in one.segments for pair in segment.alignment or ()]
        segments = [(segment.source, segment.target) for segment in one.segments]
        assert shown(project_marks(source, one.text, pairs, segments=segments)) == expected
