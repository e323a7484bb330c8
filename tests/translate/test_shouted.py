"""Words in capitals that came back as they were, asked for in small letters."""

from __future__ import annotations

import re

import pytest
from translate.test_careful import FakeTranslator

from edgekit.core.marked import Mark, MarkedText
from edgekit.translate.careful import CarefulTranslator
from edgekit.translate.checked import CheckedTranslator

WORDS = {
    "true": "verdadeiro",
    "or": "ou",
    "false": "falso",
    "homework": "tarefa",
    "the": "o",
    "end": "fim",
    "unit": "unidade",
    "write": "escreva",
    "in": "em",
    "past": "passado",
    "simple": "simples",
    "sends": "envia",
    "mr": "senhor",
}


def small_letters_alone(line: str) -> str:
    """Knows words, none of them in capitals."""

    def known(found: re.Match[str]) -> str:
        word = found[0]
        other = WORDS.get(word if word.islower() else word[:1].lower() + word[1:])
        return word if other is None else other.title() if word[0].isupper() else other

    return re.sub(r"\w+", known, line)


@pytest.fixture
def fake() -> FakeTranslator:
    return FakeTranslator(small_letters_alone)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TRUE or FALSE?", "VERDADEIRO ou FALSO?"),
        ("HOMEWORK", "TAREFA"),
        ("THE END", "O FIM"),
        ("[HOMEWORK] {n}", "[TAREFA] {n}"),
        ("Write in PAST SIMPLE.", "Escreva em PASSADO SIMPLES."),
        ("HOMEWORK\nThe end.", "TAREFA\nO fim."),
        ("Write in SIMPLE.", "Escreva em SIMPLES."),
        ("The SIMPLE end\nTRUE or FALSE", "O SIMPLES fim\nVERDADEIRO ou FALSO"),
        ("HOMEWORK\nNASA", "TAREFA\nNASA"),
        ("NASA sends the simple SIMPLE", "NASA envia o simples SIMPLES"),
        # Names stay, a short word among small ones may be one, and so does what is known in part.
        ("NASA", "NASA"),
        ("NASA sends the UNESCO", "NASA envia o UNESCO"),
        ("The PAST end", "O PAST fim"),
        ("Anna SIMPLE sends", "Anna SIMPLE envia"),
        ("Mr SIMPLE sends", "Senhor SIMPLE envia"),
        ("The SIMPLE Anna", "O SIMPLE Anna"),
        ("END", "END"),
        ("UNIT NASA", "UNIT NASA"),
    ],
)
def test_words_in_capitals_are_read_in_small_letters_when_they_came_back(
    fake: FakeTranslator, text: str, expected: str
) -> None:
    (result,) = CheckedTranslator(CarefulTranslator(fake)).translate([text])
    assert result.text == expected
    assert result.source.text == text
    assert not any(mark.name.startswith("shouted") for mark in (*result.source.marks, *result.marked.marks))


def test_marks_of_the_text_go_with_their_words_and_keeps_stay(fake: FakeTranslator) -> None:
    text = MarkedText("TRUE or FALSE, HOMEWORK", (Mark(0, 4, "pair", "bold"), Mark(15, 23, "keep", "code")))
    (result,) = CheckedTranslator(CarefulTranslator(fake)).translate([text])
    assert result.text == "VERDADEIRO ou FALSO, HOMEWORK"
    assert result.marked.marks == (Mark(0, 10, "pair", "bold"), Mark(21, 29, "keep", "code"))


def test_nothing_is_asked_again_when_no_word_is_in_capitals(fake: FakeTranslator) -> None:
    CheckedTranslator(CarefulTranslator(fake)).translate(["The end of NASA and I.", "write"])
    assert len([call for call in fake.calls if call]) == 1
