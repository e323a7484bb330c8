"""Lines in capitals, capitals that a model cannot read, and the one that a text begins with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.core.marked import Mark, MarkedText
from edgekit.translate.capitals import capital_lines, lone_letters, readable, with_capital


@pytest.mark.parametrize(
    ("source", "said", "target", "expected"),
    [
        ("Cow", "vaca", "pt", "Vaca"),
        ("“Why?” he said", "“por quê?”, disse", "pt", "“Por quê?”, disse"),
        ("Where?", "¿dónde?", "es", "¿Dónde?"),
        ("A", "um", "pt", "Um"),
        ("cow", "vaca", "pt", "vaca"),
        ("COW", "vaca", "pt", "vaca"),
        ("Cow", "Vaca", "pt", "Vaca"),
        ("Phone", "iPhone", "pt", "iPhone"),
        ("Morning", "'s morgens", "nl", "'s morgens"),
        ("Human", "insan", "tr", "İnsan"),
        ("Cow", "ძროხა", "ka", "ძროხა"),
        ("Cow", "牛", "zh", "牛"),
        ("Street", "ßa", "de", "ßa"),
        ("Cow", "", "pt", ""),
        ("a) Cow", "a) vaca", "pt", "a) Vaca"),
        ("1. Cow", "1. vaca", "pt", "1. Vaca"),
    ],
)
def test_a_translation_begins_with_a_capital_when_its_source_does(
    source: str, said: str, target: str, expected: str
) -> None:
    assert with_capital(source, MarkedText(said), target).text == expected


def test_a_translation_begins_as_it_did_when_that_is_kept() -> None:
    said = MarkedText("npm é", (Mark(0, 3, "keep", "1"),))
    assert with_capital("Use npm", said, "pt") is said


@given(st.text(), st.text())
def test_only_the_first_letter_may_change(source: str, said: str) -> None:
    made = with_capital(source, MarkedText(said), "pt").text
    assert len(made) == len(said)
    assert sum(one != other for one, other in zip(made, said, strict=True)) <= 1


_UNREAD = frozenset("ÀÇÊÍÕÓÚ“”’")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Óleo e água. Último dia", "óleo e água. último dia"),
        ("a) Útil\n2. Ímpar", "a) útil\n2. ímpar"),
        ("A Índia e os Úrais", "A Índia e os Úrais"),
        ("mas NÃO, LIÇÃO", "mas NÃO, lição"),
        ("Às 9 e à tarde. À noite", "Às 9 e à tarde. À noite"),
        ("Oil and water", "Oil and water"),
        ("“Don’t” is «one»", '"Don\'t" is «one»'),
    ],
)
def test_what_a_model_cannot_read_is_shown_in_letters_and_signs_that_it_can(text: str, shown: str) -> None:
    assert readable(text, _UNREAD) == shown


@given(st.text("ÀÍíaA .)1\n"))
def test_what_a_model_is_shown_is_as_long_and_says_the_same(text: str) -> None:
    shown = readable(text, _UNREAD)
    assert len(shown) == len(text)
    assert all(one == other or one in "ÀÍA" for one, other in zip(text, shown, strict=True))


def test_a_letter_that_is_spoken_of_is_no_word_and_a_short_line_with_one_is_a_heading() -> None:
    assert lone_letters("A letra Ç e o Õ, À tarde, LIÇÃO", _UNREAD) == [(8, 9), (14, 15)]
    assert capital_lines("LIÇÃO\nNASA", [], _UNREAD) == [(0, 5)]
    assert capital_lines("LIÇÃO\nNASA", []) == []
