"""Letters: what there is to translate; signs for what a terminal would obey."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.core.characters import between_characters, escaped, has_letters, visible


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n",
        "😀👍🏽🇧🇷",
        "1990",
        "3.5 + 2 = 5.5",
        "½ ① —",
        "...",
        "\0\ud800",
        "a)",
        "1) a) (b) iv)",
        "A. B.",
        "a) ____ b) 12",
    ],
)
def test_has_letters_is_false_when_there_is_no_letter(text: str) -> None:
    assert not has_letters(text)


@pytest.mark.parametrize("text", ["a", "1st", "中", "привет", "أ", "क", "U.S.", "é)", "a)b", "a) yes", "中)"])
def test_has_letters_is_true_when_there_is_a_letter(text: str) -> None:
    assert has_letters(text)


@given(st.text(st.characters() | st.sampled_from("\x1b\x07\x9b\u2028\u202e\ud800\U000e0041\U0001f3f4\U000e007f\n\t")))
def test_what_is_visible_has_nothing_that_a_terminal_obeys(text: str) -> None:
    for shown in (visible(text), visible(text, one_line=True)):
        assert len(shown) == len(text)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", shown)
        assert visible(shown) == shown
        assert all(one == other for one, other in zip(text, shown, strict=True) if one.isalnum())
    assert not set("\n\t") & set(visible(text, one_line=True))


def test_lines_scripts_joined_letters_and_emoji_stay() -> None:
    text = "a\tb\n\u200dصباح\u200f क्\u200dष 👩‍🏫 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
    assert visible(text) == text
    assert visible(text + "\U000e0041") == text + "\ufffd"
    assert visible("\x1b[31m\x7f\x9b") == "␛[31m␡\ufffd"


@given(st.text(st.characters() | st.sampled_from("\x1b\x9b\u2028\u202e\ud800\U000e0041\U0001f3f4\U000e007f\n\t")))
def test_escaped_json_commands_no_terminal_and_has_the_same_value(text: str) -> None:
    written = escaped(json.dumps({text: [text]}, ensure_ascii=False))
    assert visible(written) == written
    assert json.loads(written) == {text: [text]}


@pytest.mark.parametrize(
    "text", ["\u1785\u17d2\u1786\u17d0", "\u0915\u094d\u0937", "\u1000\u1039\u1000", "\u0d15\u0d4d\u0d15"]
)
def test_a_consonant_that_is_joined_to_the_one_before_is_no_character_of_its_own(text: str) -> None:
    assert not [at for at in range(1, len(text)) if between_characters(text, at)]
    assert between_characters("\u0b95\u0bcd\u0b95", 2)  # Tamil joins none
