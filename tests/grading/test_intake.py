"""What comes in is read, never changed, and every offset leads back."""

from __future__ import annotations

import hashlib
from unicodedata import is_normalized, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.grading.intake import MOST_CHARACTERS, look_alikes_folded, matching_form, take_in

ANY = st.text(st.characters(), max_size=60)
NASTY = st.text(
    st.sampled_from(
        "aéñ e\u0301\u0323\u200b\u200d\u202e\u2066\ufeff\x00\x1b[31m"
        "\ud800\U000e0041가\u1100\u1161\u11a8\u09c7\u09be👩\ufe0f"
    ),
    max_size=40,
)


@given(ANY | NASTY)
def test_offsets_lead_back_and_never_go_back_when_any_text_comes_in(text: str) -> None:
    found = take_in(text)
    assert found.original == text
    assert len(found.at) == len(found.text) + 1
    assert list(found.at) == sorted(found.at)
    assert found.at[-1] == len(text)
    assert is_normalized("NFC", found.text)
    for begin in range(len(found.text)):
        first, last = found.span(begin, begin + 1)
        assert 0 <= first <= last <= len(text)
        if found.text[begin].isascii():
            assert normalize("NFC", text[first:last])[:1] in ("", found.text[begin])


@given(ANY | NASTY)
def test_taking_in_twice_changes_nothing_when_any_text_comes_in(text: str) -> None:
    once = take_in(text).text
    assert take_in(once).text == once


@given(ANY | NASTY)
def test_folds_are_as_long_as_the_text_when_any_text_comes_in(text: str) -> None:
    read = take_in(text).text
    assert len(look_alikes_folded(read)) == len(read)
    assert len(matching_form(read)) == len(read)


@given(st.text(st.characters(exclude_categories=["Cs", "Cf", "Cc", "Mn", "Mc", "Me", "Co", "Cn", "Lo"]), max_size=60))
def test_text_is_as_it_came_in_when_nothing_is_hidden(text: str) -> None:
    assert take_in(text).text == normalize("NFC", text)


@pytest.mark.parametrize(
    ("text", "read", "hidden"),
    [
        ("pla\u200bnts", "plants", ("zero_width",)),
        ("ទឹក\u200bកក\u200bរឹង", "ទឹកកករឹង", ()),
        ("น้ำ\u200bแข็ง", "น้ำแข็ง", ()),
        ("\ufeffplants", "plants", ()),
        ("pho\u00adto", "photo", ()),
        ("a\u202eb\u202c", "ab", ("bidi",)),
        ("ab\u200e", "ab", ("bidi",)),
        ("שלום\u200f 5", "שלום 5", ()),
        ("ok\U000e0067\U000e006f", "ok", ("tag",)),
        ("\U0001f3f4\U000e0067\U000e0062\U000e007f", "\U0001f3f4\U000e0067\U000e0062\U000e007f", ()),
        ("a\x00b\x07", "ab", ("control",)),
        ("\x1b[31mred\x1b[0m", "red", ("control",)),
        ("a\ud800b", "a\ufffdb", ("surrogate",)),
        ("e\u0301l", "él", ()),
        ("a" + "\u0335" * 40, "a" + "\u0335" * 6, ("marks",)),
        ("рlants grow", "рlants grow", ("look_alike",)),
        ("Δt and μm", "Δt and μm", ()),
        ("نمی\u200cخواهم", "نمی\u200cخواهم", ()),
        ("👩\u200d🔬", "👩\u200d🔬", ()),
        ("", "", ()),
    ],
)
def test_hidden_characters_go_and_are_named_when_a_text_has_them(text: str, read: str, hidden: tuple[str, ...]) -> None:
    found = take_in(text)
    assert (found.text, found.hidden) == (read, hidden)


def test_original_is_kept_and_hashed_when_a_text_is_longer_than_the_cap() -> None:
    text = "ñ" * 100_000
    found = take_in(text)
    assert found.cut
    assert len(found.text) == MOST_CHARACTERS
    assert found.original == text
    assert found.at[-1] == MOST_CHARACTERS
    assert found.digest == hashlib.sha256(text.encode()).hexdigest()


def test_span_has_no_hidden_character_around_it_when_the_original_has_some() -> None:
    found = take_in("a \u200bplant\u200b grows")
    begin = found.text.index("plant")
    first, last = found.span(begin, begin + 5)
    assert found.original[first:last] == "plant"


@pytest.mark.parametrize(
    "hidden", ["\x1b[31m", "\x1b]0;owned\x07", "\x9b2J\u202e\x1b[1m\x7f", "\x1b[31m\x1b]0;a\x07\x9b2J\b"]
)
def test_span_has_no_terminal_sequence_around_it_when_the_original_has_some(hidden: str) -> None:
    found = take_in(f"a {hidden}plant{hidden} grows")
    begin = found.text.index("plant")
    first, last = found.span(begin, begin + 5)
    assert found.original[first:last] == "plant"


def test_look_alikes_are_latin_when_the_word_is_latin_and_stay_when_it_is_not() -> None:
    assert look_alikes_folded("рlаnts") == "plants"
    assert look_alikes_folded("ｆｕｌｌ 𝐦𝐚𝐫𝐤𝐬 １２") == "full marks 12"
    assert look_alikes_folded("растения") == "растения"
    assert matching_form("Fotosíntesis Ñ") == "fotosintesis n"
