"""Which sentences of a text are in the target language already."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from translate.test_careful import FakeTranslator

from edgekit.core.languages import Direction
from edgekit.identify.identifier import open_identifier
from edgekit.translate.careful import CarefulTranslator
from edgekit.translate.target_sentences import target_sentences

Find = Callable[[str], list[tuple[int, int]]]
EN_PT = Direction("en", "pt")
ENGLISH = "Please open your books at page ten."
PORTUGUESE = "Hoje vamos falar sobre a água da chuva."
MORE = "Then write your name on the first line."


@pytest.fixture(scope="module")
def find() -> Find:
    return target_sentences(EN_PT, open_identifier(["en", "pt"]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{ENGLISH} {PORTUGUESE} {MORE}", [PORTUGUESE]),
        (f"{PORTUGUESE} {ENGLISH}", [PORTUGUESE]),
        (f"{ENGLISH} {MORE}", []),
        (f"{ENGLISH} Bom dia, turma. {MORE}", []),  # a few words may be a title or a quotation
        (PORTUGUESE, []),
        (f"{PORTUGUESE} As crianças brincam no jardim da escola.", []),  # whole texts are routed
        ("", []),
    ],
)
def test_a_sentence_in_the_target_language_is_found_among_others(find: Find, text: str, expected: list[str]) -> None:
    assert [text[begin:end] for begin, end in find(text)] == expected


def test_what_is_found_comes_through_as_it_is(find: Find) -> None:
    fake = FakeTranslator(lambda text: text.upper())
    with CarefulTranslator(fake, kept_spans=find) as translator:  # type: ignore[arg-type]  # a toy
        (one,) = translator.translate([f"{ENGLISH} {PORTUGUESE} {MORE}"])
    assert one.text == f"{ENGLISH.upper()} {PORTUGUESE} {MORE.upper()}"
    assert one.kept == 1
