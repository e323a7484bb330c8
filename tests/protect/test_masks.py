"""Masks there and back, and what a translation may do with them."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.core.errors import UsageError
from edgekit.protect.edits import Edit, Edited
from edgekit.protect.masks import BUILT_IN, MaskForm, forms_of, mask, places

FORMS = st.sampled_from(BUILT_IN)
TEXTS = st.lists(
    st.sampled_from([*(form.write(1) for form in BUILT_IN), "Xq2", "a", "é", "9", " ", ".", "_", "你"]), max_size=20
).map("".join)


@st.composite
def spans(draw: st.DrawFn, text: str) -> list[tuple[int, int]]:
    edges = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    return [(low, high) for low, high in zip(edges[::2], edges[1::2], strict=False) if low < high]


def apart(text: str, found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that no letter, digit or other span touches, as those that are masked have it."""
    ends = {high for _, high in found}
    return [
        (low, high)
        for low, high in found
        if not (low and text[low - 1].isalnum()) and not text[high : high + 1].isalnum() and low not in ends
    ]


@settings(deadline=None)
@given(FORMS, TEXTS, st.data())
def test_the_text_is_itself_again_when_nothing_is_translated(form: MaskForm, text: str, data: st.DataObject) -> None:
    found = apart(text, data.draw(spans(text)))
    masked = mask(text, found, form)
    came = places(masked.text, masked)
    assert came is not None
    again = masked.text
    for (begin, end), (low, high) in reversed(list(zip(came, found, strict=True))):
        again = again[:begin] + text[low:high] + again[end:]
    assert again == text


@settings(deadline=None)
@given(FORMS, st.integers(1, 5), st.randoms(use_true_random=False))
def test_any_order_is_accepted_and_nothing_else(form: MaskForm, count: int, chance: random.Random) -> None:
    text = " ".join("word" for _ in range(count))
    found = [(5 * at, 5 * at + 4) for at in range(count)]
    masked = mask(text, found, form)
    words = masked.text.split(" ")
    chance.shuffle(words)
    assert places(" ".join(words), masked) is not None
    assert places(" ".join(words[1:]), masked) is None
    assert places(" ".join([*words, words[0]]), masked) is None
    assert places(" ".join([*words, form.write(77)]), masked) is None


def test_a_texts_own_masks_are_not_taken_for_ones() -> None:
    form = MaskForm("XQ{}Z")
    masked = mask("XQ1Z meets you and XQ1Z", [(11, 14)], form)
    assert masked.numbers == (2,)
    assert places("XQ2Z encontra XQ1Z e XQ1Z", masked) == [(0, 4)]
    assert places("XQ2Z XQ1Z XQ1Z XQ1Z", masked) is None


@pytest.mark.parametrize("template", ["", "X", "{}{}", "é{}", "X {}", "X" * 40 + "{}"])
def test_a_template_is_refused_when_it_is_none(template: str) -> None:
    with pytest.raises(UsageError):
        MaskForm(template)


def test_recommended_forms_come_first() -> None:
    assert [form.template for form in forms_of(["Q{}", "T{}T"])][:3] == ["Q{}", "T{}T", "Xq{}"]
    assert len(forms_of(["T{}T", "T{}T"])) == len(BUILT_IN)


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    text = draw(st.text(alphabet="abc ", max_size=20))
    edges = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    return text, [
        Edit(low, high, draw(st.sampled_from(["", "X", "YZ"])))
        for low, high in zip(edges[::2], edges[1::2], strict=False)
    ]


@settings(deadline=None)
@given(edited())
def test_places_go_there_and_back(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    done = Edited(text, edits)
    for place in range(len(text) + 1):
        if not any(edit.begin <= place <= edit.end for edit in edits):
            assert done.backward(done.forward(place)) == place
            assert done.forward(place) == done.forward(place, after=True)
        assert done.forward(place) <= done.forward(place, after=True)
    assert done.forward(0) == 0
    assert done.forward(len(text), after=True) == len(done.text)
    for place in range(len(done.text) + 1):
        assert 0 <= done.backward(place) <= done.backward(place, after=True) <= len(text)
    assert [done.text[begin:end] for begin, end in done.placed] == [
        edit.text for edit in sorted(edits, key=lambda e: e[:2])
    ]
