"""An answer in other varieties: what changes, and what must not."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from edgekit.fairness.rendering import by_ear, renderings, slipped, without_accents


def test_the_varieties_of_a_spanish_answer() -> None:
    found = renderings("El agua también se evapora porque hace calor.", "es")
    assert found["no-accents"] == "El agua tambien se evapora porque hace calor."
    assert found["chat"] == "El agua tmb se evapora xq hace calor."
    assert found["plain"] == "el agua también se evapora porque hace calor"
    assert found["phonetic"] == "El agua también se ebapora porke hace calor."


def test_a_mix_needs_a_translator_and_switches_in_the_middle() -> None:
    found = renderings("Warm air rises up", "en", to="es", translate=lambda text, _from, _to: f"<{text}>")
    assert found["es"] == "<Warm air rises up>"
    assert found["en+es"] == "Warm air <rises up>"
    assert "es" not in renderings("Warm air rises up", "en", to="es", translate=lambda *_: None)


def test_marks_that_are_vowels_stay() -> None:
    assert without_accents("पानी") == "पानी"
    assert without_accents("água à sombra") == "agua a sombra"


def test_numbers_are_never_said_without_their_signs() -> None:
    assert "plain" not in renderings("It is -3.5 m deep.", "en")


def test_words_are_spelt_as_they_sound() -> None:
    assert by_ear("the evaporation of sulphur", "en") == "the evaporacion of sulfur"


@given(st.text())
def test_no_rendering_is_empty_or_the_same(text: str) -> None:
    for made in renderings(text, "es").values():
        assert made.strip()
        assert made != text


@given(st.text())
def test_taking_accents_off_twice_changes_nothing_more(text: str) -> None:
    once = without_accents(text)
    assert without_accents(once) == once
    assert unicodedata.normalize("NFC", once) == once


@given(st.text(alphabet="abcdefghij ", max_size=80))
def test_a_slip_leaves_the_number_of_words(text: str) -> None:
    assert len(slipped(text).split()) == len(text.split())
