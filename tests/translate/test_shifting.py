"""Other words in spans of a text, and its marks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edgekit.core.marked import Mark, MarkedText, in_order
from edgekit.translate.shifting import replaced


@st.composite
def edited(draw: st.DrawFn) -> tuple[MarkedText, list[tuple[tuple[int, int], str]]]:
    text = draw(st.text(st.characters(codec="utf-8"), max_size=30))
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8, unique=True)))
    spans = [(begin, end) for begin, end in zip(places[::2], places[1::2], strict=False) if begin < end]
    edits = [(span, draw(st.text(max_size=5))) for span in spans]
    pair = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
    marks = [Mark(pair[0], pair[1], "pair", "a")] if pair[0] < pair[1] else []
    at = draw(st.integers(0, len(text)))
    return MarkedText(text, in_order([*marks, Mark(at, at, "point", "b")])), edits


@given(edited())
def test_the_words_are_there_and_the_rest_is_as_it_was(
    given: tuple[MarkedText, list[tuple[tuple[int, int], str]]],
) -> None:
    text, edits = given
    expected, done = "", 0
    for (begin, end), words in edits:
        expected += text.text[done:begin] + words
        done = end
    found = replaced(text, edits)
    assert found.text == expected + text.text[done:]
    assert sorted(mark.name for mark in found.marks) == sorted(mark.name for mark in text.marks)
    for mark in found.marks:
        assert 0 <= mark.begin <= mark.end <= len(found.text)
        assert mark.kind == "pair" or mark.begin == mark.end


def test_a_mark_round_a_span_holds_the_new_words_and_one_beside_it_moves() -> None:
    text = MarkedText(
        "a bcd e", in_order([Mark(0, 5, "pair", "round"), Mark(3, 5, "pair", "half"), Mark(6, 7, "keep", "e")])
    )
    found = replaced(text, [((2, 5), "wxyz")])
    assert found.text == "a wxyz e"
    assert {mark.name: found.text[mark.begin : mark.end] for mark in found.marks} == {
        "round": "a wxyz",
        "half": "wxyz",
        "e": "e",
    }


def test_nothing_changes_without_edits() -> None:
    text = MarkedText("abc", (Mark(1, 2, "keep", "x"),))
    assert replaced(text, []) == text
