"""Other words in spans of a text, and its marks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edgekit.core.marked import Mark, MarkedText, in_order
from edgekit.core.segments import Segment, Translation
from edgekit.translate.shifting import realigned, replaced


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


@given(edited())
def test_what_is_aligned_with_a_word_is_aligned_with_the_words_in_its_place(
    given: tuple[MarkedText, list[tuple[tuple[int, int], str]]],
) -> None:
    text, edits = given
    pairs = tuple(((0, 1), span) for span, _words in edits)
    found = realigned(
        Translation(text.text, "s", segments=(Segment((0, 1), (0, len(text.text)), alignment=pairs),)), edits
    )
    assert found.text == replaced(text, edits).text
    (segment,) = found.segments
    assert segment.target == (0, len(found.text))
    assert [found.text[slice(*span)] for _source, span in segment.alignment or ()] == [words for _span, words in edits]


def test_words_beside_a_span_stay_aligned_and_parts_of_it_have_all_the_new_words() -> None:
    pairs = (((0, 1), (0, 1)), ((1, 2), (2, 4)), ((2, 3), (6, 7)))
    found = realigned(
        Translation("a bcd e", "xyz", segments=(Segment((0, 3), (0, 7), alignment=pairs),)), [((2, 5), "wxyzv")]
    )
    assert [found.text[slice(*span)] for _source, span in found.segments[0].alignment or ()] == ["a", "wxyzv", "e"]
    bare = realigned(Translation("ab", "ab", segments=(Segment((0, 2), (0, 2)),)), [((0, 2), "c")])
    assert bare.segments[0].alignment is None
