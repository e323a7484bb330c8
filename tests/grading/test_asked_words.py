"""A circumstance of the question is taken off what is said, whatever is left of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.grading.contradiction import compare_any

ENGLISH = "when if while the water is not saturated unsaturated hot cold rises sinks and it heats cools bulb . no"
SPANISH = "cuando si al el agua no se calienta enfría sube baja hay más menos saturada insaturada ."


def texts(words: str) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(words.split()), max_size=12).map(" ".join)


@pytest.mark.parametrize(
    ("wording", "said", "language", "asked"),
    [
        # Nothing is left of what is said, and a word of the wording is the same with another beginning.
        ("The fat is unsaturated.", "when saturated", "en", "What happens when it is saturated?"),
        ("La grasa es insaturada.", "cuando saturada", "es", "¿Qué pasa cuando está saturada?"),
    ],
)
def test_what_only_repeats_the_circumstance_goes_against_nothing(
    wording: str, said: str, language: str, asked: str
) -> None:
    assert not compare_any([wording], said, language, [asked]).certain


@given(st.data(), st.sampled_from([("en", ENGLISH), ("es", SPANISH), ("en+es", ENGLISH + " " + SPANISH)]))
def test_comparison_never_fails_whatever_the_question(data: st.DataObject, spoken: tuple[str, str]) -> None:
    language, words = spoken
    wordings = data.draw(st.lists(texts(words), min_size=1, max_size=2))
    said, asked = data.draw(texts(words)), data.draw(texts(words))
    found = compare_any(wordings, said, language, [asked])
    assert found.span is None or 0 <= found.span[0] < found.span[1] <= len(said)
