from __future__ import annotations

from pathlib import Path

import pytest
import uroman
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.core.errors import UsageError
from edgekit.core.languages import Direction
from edgekit.identify.romanize import expects_native_script, normalised_for_search, romanize

REFERENCE = Path(uroman.__file__).parent / "mini-test"


def test_romanize_equals_the_reference_of_its_library_line_by_line() -> None:
    sources = (REFERENCE / "multi-script.txt").read_text(encoding="utf-8").splitlines()
    expected = (REFERENCE / "multi-script.uroman-ref.txt").read_text(encoding="utf-8").splitlines()
    for source, reference in zip(sources, expected, strict=True):
        language = None
        if source.startswith("::lcode "):
            (_, language, source), (_, _, reference) = source.split(None, 2), reference.split(None, 2)
        assert romanize(source, language).text == reference


def test_romanize_maps_every_character_back_to_its_source() -> None:
    found = romanize("ሰላም, class 3")
    assert found.text == "salaame, class 3"
    assert found.source[slice(*found.source_span(0, 7))] == "ሰላም"
    assert found.source[slice(*found.source_span(9, 14))] == "class"
    assert found.source_span(len(found.text), len(found.text)) == (len(found.source), len(found.source))


def test_romanize_cuts_long_texts_without_losing_anything() -> None:
    text = "ሰላም ለሁሉም " * 300
    found = romanize(text)
    assert found.text == romanize("ሰላም ለሁሉም ").text * 300
    assert found.spans[-1] == (len(text) - 1, len(text))
    assert romanize("你好" * 1000).text == "nihao" * 1000


def test_romanize_refuses_what_is_no_tag() -> None:
    with pytest.raises(UsageError):
        romanize("text", "no tag")


@settings(max_examples=80, deadline=None)
@given(st.one_of(st.text(max_size=60), st.text("ሰላምनमस्ते你好กขคพริд\u0301\u200d१२三百 .\n", max_size=60)))
def test_romanize_has_spans_in_order_and_in_range_for_any_text(text: str) -> None:
    found = romanize(text)
    assert len(found.spans) == len(found.text)
    last = (0, 0)
    for begin, end in found.spans:
        assert last[0] <= begin < end <= len(text)
        assert end >= last[1]
        last = (begin, end)
    if text.isascii():
        assert found.text == text


def test_normalised_for_search_is_the_same_when_only_writing_differs() -> None:
    assert normalised_for_search("  São  Paulo!") == normalised_for_search("sao paulo") == "sao paulo"
    assert normalised_for_search("नमस्ते") == normalised_for_search("Namaste") == "namaste"
    assert normalised_for_search("Straße") == normalised_for_search("STRASSE")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_normalised_for_search_changes_nothing_the_second_time(text: str) -> None:
    once = normalised_for_search(text)
    assert normalised_for_search(once) == once


@pytest.mark.parametrize(
    ("source", "text"),
    [("hi", "namaste bachchon aap kaise hain"), ("am", "selam lehulu temariwoch"), ("en", "ሰላም ለሁሉም")],
)
def test_expects_native_script_answers_a_finding_when_the_letters_are_others(source: str, text: str) -> None:
    found = expects_native_script(Direction(source, "pt"), text)
    assert found is not None
    assert found.kind == "language"
    assert f"`{source}`" in found.detail


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("hi", "नमस्ते बच्चों, open the WhatsApp group please"),
        ("hi", "COVID-19"),
        ("hi", "WhatsApp YouTube"),
        ("hi", "12 😀"),
        ("sr-Latn", "dobar dan svima u razredu"),
        ("en", "Good morning to all of you"),
        ("ja", "数学"),
    ],
)
def test_expects_native_script_lets_text_through_when_the_model_can_read_it(source: str, text: str) -> None:
    assert expects_native_script(Direction(source, "pt"), text) is None
