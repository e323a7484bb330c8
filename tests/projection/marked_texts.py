"""Marked texts written with tags, and random ones with links between their words."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import strategies as st

from edgekit.core.marked import Mark, MarkedText, MarkKind, in_order
from edgekit.core.segments import Span
from edgekit.projection.words import word_spans


def marked(written: str) -> MarkedText:
    """`a <b>c</b><br/> {k}` -> marks `b` (pair), `br` (point), `{k}` (keep)."""
    marks: list[Mark] = []
    opened: list[int] = []
    text = ""
    for part in re.split(r"(<[^>]*>|\{\w*\})", written):
        if part.startswith("</"):
            at = opened.pop()
            marks[at] = replace(marks[at], end=len(text))
        elif part.endswith("/>"):
            marks.append(Mark(len(text), len(text), "point", part[1:-2]))
        elif part.startswith("<"):
            opened.append(len(marks))
            marks.append(Mark(len(text), len(text), "pair", part[1:-1]))
        else:
            if part.startswith("{"):
                marks.append(Mark(len(text), len(text) + len(part), "keep", part))
            text += part
    return MarkedText(text, in_order(marks))


def shown(given: MarkedText) -> str:
    """The other way; a keep is its text."""
    at_place: list[tuple[int, int, int, str]] = []
    for number, mark in enumerate(given.marks):
        if mark.kind == "point":
            at_place.append((mark.begin, 1, number, f"<{mark.name}/>"))
        elif mark.kind == "pair":
            at_place.append((mark.begin, 2, number, f"<{mark.name}>"))
            at_place.append((mark.end, 0, -number, f"</{mark.name}>"))
    text, at = "", 0
    for place, _, _, tag in sorted(at_place, key=lambda one: one[:3]):
        text += given.text[at:place] + tag
        at = place
    return text + given.text[at:]


def by_words(source: str, target: str, numbers: str) -> list[tuple[Span, Span]]:
    """`0-1 1-0` -> spans of these words of either text."""
    ones, others = word_spans(source), word_spans(target)
    pairs = [one.split("-") for one in numbers.split()]
    return [(ones[int(one)], others[int(other)]) for one, other in pairs]


_TEXT = st.lists(
    st.sampled_from(
        ["casa", "the", "a", "Ana", "12", "H2O", "我喜欢", "नमस्ते", "ไทย", "“x”,", "(b)", ".", "—", "👩‍👩‍👧", "l'eau"]
    ),
    max_size=9,
).map(" ".join)


@st.composite
def marked_texts(draw: st.DrawFn, text: str) -> MarkedText:
    """Marks that nest, and points, in a text."""
    marks: list[Mark] = []
    for number in range(draw(st.integers(0, 7))):
        begin, end = sorted(draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
        kinds: list[MarkKind] = ["point"] if begin == end else ["pair", "pair", "keep"]
        kind = draw(st.sampled_from(kinds))
        mark = Mark(begin, end, kind, str(number))
        if not MarkedText(text, in_order([*marks, mark])).problems():
            marks.append(mark)
    return MarkedText(text, in_order(marks))


@st.composite
def translations(draw: st.DrawFn) -> tuple[MarkedText, str, list[tuple[Span, Span]], list[tuple[Span, Span]]]:
    """A marked text, another text, any links between them, and segments."""
    source, target = draw(_TEXT), draw(_TEXT)

    def spans(text: str) -> st.SearchStrategy[Span]:
        place = st.integers(0, len(text))
        return st.tuples(place, place).map(lambda one: (min(one), max(one)))

    pairs = draw(st.lists(st.tuples(spans(source), spans(target)), max_size=12))
    cut, other = draw(st.integers(0, len(source))), draw(st.integers(0, len(target)))
    segments = draw(
        st.sampled_from(
            [
                [],
                [((0, len(source)), (0, len(target)))],
                [((0, cut), (0, other)), ((cut, len(source)), (other, len(target)))],
            ]
        )
    )
    return draw(marked_texts(source)), target, pairs, segments
