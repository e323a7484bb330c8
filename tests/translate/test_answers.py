"""Answers of language models: what is cleaned, and what is found to be wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.translate.answers import clean, findings


@pytest.mark.parametrize(
    ("answer", "source", "expected"),
    [
        (" A casa é velha.", "The house is old.", "A casa é velha."),
        ("A casa.\n\nEnglish: Next", "The house.", "A casa."),
        ("\n\nA casa.", "The house.", "A casa."),
        ('"A casa."', "The house.", "A casa."),
        ('"A casa."', '"The house."', '"A casa."'),
        ("“A” e “B”", "A and B", "“A” e “B”"),
        ("Translation: A casa.", "The house.", "A casa."),
        ("Sure! Here is the translation:\nA casa.", "The house.", "A casa."),
        ("Here's the translation in Portuguese: A casa.", "The house.", "A casa."),
        ("Portuguese: A casa.", "The house.", "A casa."),
        ("Translation: x", "Translation: y", "Translation: x"),
        ("A casa. (Note: informal)", "The house.", "A casa."),
        ("A casa (note 2)", "The house (note 2)", "A casa (note 2)"),
        ("**A casa.**", "The house.", "A casa."),
        ("", "The house.", ""),
    ],
)
def test_what_is_no_translation_is_taken_off_unless_the_source_has_it(answer: str, source: str, expected: str) -> None:
    assert clean(answer, source, ["Portuguese", "português"]) == expected


@given(st.text(), st.text())
def test_a_cleaned_answer_is_one_line_of_what_was_answered(answer: str, source: str) -> None:
    text = clean(answer, source, ["Portuguese"])
    assert text in answer
    assert len(text.splitlines()) <= 1
    assert clean(text, source, []) in text


@pytest.mark.parametrize(
    ("source", "answer", "kinds"),
    [
        ("The house is old.", "A casa é velha.", []),
        ("The house is old.", "", ["incomplete"]),
        ("The house is old.", "the house, is OLD", ["untranslated"]),
        ("Pedro", "Pedro", []),
        ("The house is old.", "muito muito muito muito", ["repetition"]),
        ("no no no no", "não não não não", []),
        ("The house is old.", "ha" * 20, ["repetition"]),
        ("Hi there", "Este é um texto que não tem nada a ver com o que foi pedido, e não acaba", ["incomplete"]),
        ("The committee met on Monday for the first time, to speak about the new school and its teachers. " * 2, "Sim.",
         ["incomplete"]),
        ("The house is old.", "ቤቱ አሮጌ ነው።", ["language"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found(source: str, answer: str, kinds: list[str]) -> None:
    found = findings(source, answer, script="Latn", source_script="Latn")
    assert [one.kind for one in found] == kinds


def test_a_script_is_looked_at_for_the_target_and_not_where_the_source_has_another_one() -> None:
    assert [one.kind for one in findings("The house.", "A casa.", script="Ethi", source_script="Latn")] == ["language"]
    assert findings("The house.", "ቤቱ አሮጌ።", script="Ethi", source_script="Latn") == []
    assert findings("Москва, Россия", "Москва и Россия", script="Latn", source_script="Latn") == []
    assert findings("The house.", "A casa.", script=None) == []


def test_a_copied_example_and_a_missing_end_are_found() -> None:
    assert [one.kind for one in findings("The house.", "Um.", shown={"Um."})] == ["untranslated"]
    assert [one.kind for one in findings("The house.", "A casa", ended=False)] == ["incomplete"]
