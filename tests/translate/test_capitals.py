"""The capital that a text begins with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.core.marked import Mark, MarkedText
from edgekit.translate.capitals import with_capital


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
