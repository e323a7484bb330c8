"""Marks of texts: what is wrong with them is said, in time that grows with their number."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.core.marked import Mark, MarkedText, in_order

MARKS = st.lists(
    st.builds(
        Mark,
        st.integers(-1, 6),
        st.integers(-1, 6),
        st.sampled_from(["keep", "pair", "point"]),
        st.sampled_from("abcd"),
    ),
    max_size=5,
)


@settings(deadline=None)
@given(MARKS)
def test_crossing_marks_are_found_exactly_when_two_cross(marks: list[Mark]) -> None:
    sound = [mark for mark in marks if 0 <= mark.begin < mark.end and mark.kind != "point"]
    crossing = any(one.begin < other.begin < one.end < other.end for one in sound for other in sound)
    problems = MarkedText("123456", tuple(sound)).problems()
    assert any("cross" in problem for problem in problems) == crossing


def test_everything_is_told_at_once() -> None:
    text = MarkedText("abc", (Mark(0, 9, "keep", "x"), Mark(1, 2, "keep", "x"), Mark(1, 2, "point", "y")))
    problems = MarkedText(text.text, text.marks).problems()
    assert len(problems) == 4


def test_many_marks_are_looked_at_in_one_pass() -> None:
    marks = tuple(Mark(at, at + 1, "pair", str(at)) for at in range(100_000))
    assert MarkedText("a" * 100_000, marks).problems() == []
    assert in_order(reversed(marks)) == marks
