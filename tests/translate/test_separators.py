"""Numbers that a model copied, as the target language writes them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from translate.test_careful import FakeTranslator

from edgekit.core.languages import Direction
from edgekit.core.marked import Mark, MarkedText
from edgekit.translate.careful import CarefulTranslator
from edgekit.translate.checked import CheckedTranslator
from edgekit.translate.separators import with_separators


def written(source: str, target: str, direction: str = "en-pt") -> str:
    one, other = direction.split("-", 1)
    return with_separators(source, MarkedText(target), Direction(one, other)).text


@pytest.mark.parametrize(
    ("direction", "source", "target", "expected"),
    [
        ("en-pt", "3,357 m", "3,357 m", "3.357 m"),
        ("en-pt", "US$11,000 to $22,500.", "US$11,000 a $22,500.", "US$11.000 a $22.500."),
        ("en-pt", "It is 1,234,567.25 long", "Tem 1,234,567.25", "Tem 1.234.567,25"),
        ("en-pt", "It is 12.8 km or 8 miles", "São 12.8 km ou 8 milhas", "São 12,8 km ou 8 milhas"),
        ("en-pt", "3.125 kg", "3.125 kg", "3,125 kg"),
        ("pt-en", "783.562 km²", "783.562 km²", "783,562 km²"),
        ("pt-en", "R$ 1.299,90", "R$ 1.299,90", "R$ 1,299.90"),
        ("en-es", "1,000 people", "1,000 personas", "1.000 personas"),
        ("es-en", "1.000 personas", "1.000 people", "1,000 people"),
        # What is no such number, what the model wrote anew, and what is not known:
        ("en-pt", "see Figure 1.1 and 2.5.1", "ver Figura 1.1 e 2.5.1", "ver Figura 1.1 e 2.5.1"),
        ("en-pt", "it has 1,000", "tem 1.000", "tem 1.000"),
        ("en-pt", "2.5e-3 m", "2.5e-3 m", "2.5e-3 m"),
        ("en-pt", "rows 1,2 and 1,000", "linhas 1,2 e 1,000", "linhas 1,2 e 1,000"),
        ("pt-en", "π é 3.14159 e 3.141", "π is 3.14159 and 3.141", "π is 3.14159 and 3.141"),
        ("en-es-MX", "1,000 people", "1,000 personas", "1,000 personas"),
        ("en-fr", "1,000 people", "1,000 personnes", "1,000 personnes"),
        ("en-ja", "1,000 people", "1,000人", "1,000人"),
        ("en-pt", "11,000", "x11,000 11,000,5", "x11,000 11,000,5"),
    ],
)
def test_numbers_that_came_as_they_were_are_written_as_the_language_does(
    direction: str, source: str, target: str, expected: str
) -> None:
    assert written(source, target, direction) == expected


def test_a_keep_stays_as_it_is_when_it_looks_like_a_number() -> None:
    target = MarkedText("1,000 e 2,000", (Mark(0, 5, "keep", "code"),))
    assert with_separators("1,000 and 2,000", target, Direction("en", "pt")) == MarkedText(
        "1,000 e 2.000", target.marks
    )


@given(st.text("0123456789.,km $-e", max_size=30), st.sampled_from(["en-pt", "pt-en", "en-fr"]))
def test_nothing_but_separators_changes_whatever_the_text(text: str, direction: str) -> None:
    found = written(text, text, direction)
    assert re.sub("[.,]", "#", found) == re.sub("[.,]", "#", text)
    assert written(text, found, direction) == found or written(found, found, direction) == found


@pytest.mark.parametrize(("said", "expected"), [("tem 3,357 m", "tem 3.357 m"), ("tem", "tem 3.357 m")])
def test_a_checked_translation_has_its_numbers_so_also_when_one_was_asked_for_again(said: str, expected: str) -> None:
    def change(line: str) -> str:
        return said if "3,357" in line else line.replace("has", "tem")

    checked = CheckedTranslator(CarefulTranslator(FakeTranslator(change), capitals=False))
    (result,) = checked.translate(["has 3,357 m"])
    assert result.text == expected
