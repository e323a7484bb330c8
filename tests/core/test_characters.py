"""Letters: what there is to translate."""

from __future__ import annotations

import pytest

from edgekit.core.characters import has_letters


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
