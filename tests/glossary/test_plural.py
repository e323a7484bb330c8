"""Plurals of terms."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.glossary.honoured import places
from edgekit.glossary.plural import is_plural, plural

PLURALS = {
    "pt": "célula células, equação equações, mão mãos, animal animais, papel papéis, móvel móveis, fóssil fósseis,"
    " funil funis, homem homens, professor professores, luz luzes, lápis lápis, mês meses, sol sóis, Escola Escolas",
    "es": "célula células, nación naciones, luz luces, profesor profesores, lunes lunes, inglés ingleses, flor flores",
    "en": "cell cells, box boxes, city cities, day days, class classes, virus viruses, church churches",
    "fr": "cellule cellule",
}


@pytest.mark.parametrize(
    ("language", "one", "many"),
    [(language, *pair.split()) for language, row in PLURALS.items() for pair in row.split(", ")],
)
def test_words_have_their_plural(language: str, one: str, many: str) -> None:
    assert plural(one, language) == many


def test_terms_of_several_words_agree_up_to_a_preposition() -> None:
    assert plural("curso de água", "pt") == "cursos de água"
    assert plural("agente viral", "pt-BR") == "agentes virais"
    assert plural("célula blanca", "es") == "células blancas"
    assert plural("plant cell", "en") == "plant cells"
    assert plural("ADN", "pt") == "ADN"


@settings(max_examples=200, deadline=None)
@given(st.text("abcelimnorstuzáéíóúãõç ", min_size=1, max_size=12), st.sampled_from(["pt", "es", "en"]))
def test_a_plural_still_honours_the_term(term: str, language: str) -> None:
    if term.strip():
        assert places(term, plural(term, language), language)


def test_what_was_found_is_plural_or_not() -> None:
    assert is_plural("school", "schools", "en")
    assert is_plural("child", "children", "en")
    assert is_plural("blood cell", "Blood cells", "en")
    assert not is_plural("school", "School", "en")
    assert not is_plural("test", "testing", "en")
    assert not is_plural("bus", "bus", "en")
    assert not is_plural("Haus", "Häuser", "de")
