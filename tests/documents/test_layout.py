"""Paragraphs to marked texts and back: nothing is lost, doubled or torn, wherever a translation puts the marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from edgekit.core.marked import Mark, MarkedText, in_order
from edgekit.documents.base import check_translated
from edgekit.documents.layout import Layout
from edgekit.documents.nodes import Inline, Solid, Words, Wrap, text_of

WORDS = st.builds(
    Words, st.text("ab 1.\t", min_size=1, max_size=6), st.sampled_from([None, "bold", "italic"]), st.none(),
    st.sampled_from([False, False, False, True]), st.booleans(),
)  # fmt: skip
SOLIDS = st.builds(lambda text, key: Solid(text, key), st.sampled_from(["", "", "x+1", "7"]), st.uuids())
NODES = st.recursive(
    WORDS | SOLIDS,
    lambda inner: st.builds(lambda children, key: Wrap(tuple(children), key), st.lists(inner, max_size=4), st.uuids()),
    max_leaves=12,
)


def sources(nodes: Sequence[Inline]) -> Counter[object]:
    """How often each element and each thing that is moved is there."""
    found: Counter[object] = Counter()
    for node in nodes:
        if isinstance(node, Wrap):
            found[node.source] += 1
            found += sources(node.children)
        elif isinstance(node, Solid):
            if isinstance(node.source, tuple):
                found += sources(node.source)
            elif isinstance(node.source, (Wrap, Words)):
                found += sources([node.source])
            else:
                found[node.source] += 1
    return found


def characters(nodes: Sequence[Inline], path: tuple[object, ...] = ()) -> list[tuple[str, object, tuple[object, ...]]]:
    """Every character that is no space with its style and the elements around it."""
    found = []
    for node in nodes:
        if isinstance(node, Wrap):
            found += characters(node.children, (*path, node.source))
        elif isinstance(node, Solid) and isinstance(node.source, (tuple, Wrap, Words)):
            found += characters(node.source if isinstance(node.source, tuple) else [node.source], path)
        elif isinstance(node, Words):
            found += [(one, node.style, path) for one in node.text if one.isalnum()]
        else:
            found.append((node.text, node.source, path))
    return found


@st.composite
def translations(draw: st.DrawFn, source: MarkedText) -> MarkedText:
    """Any translation that keeps to the rules: keeps in any order between other words, the rest anywhere."""
    keeps = draw(st.permutations([mark for mark in source.marks if mark.kind == "keep"]))
    text, marks = draw(st.text("xy ", max_size=5)), []
    for keep in keeps:
        said = source.text[keep.begin : keep.end]
        marks.append(Mark(len(text), len(text) + len(said), "keep", keep.name))
        text += said + draw(st.text("xy ", max_size=5))
    for mark in source.marks:
        if mark.kind == "keep":
            continue
        ends = sorted([draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))])
        if mark.kind == "point":
            ends[1] = ends[0]
        marks.append(Mark(*ends, "pair" if ends[0] < ends[1] else "point", mark.name))
    return MarkedText(text, in_order(marks))


@settings(max_examples=150, deadline=None)
@given(st.lists(NODES, max_size=8))
def test_a_paragraph_has_sound_marks_and_is_the_same_when_nothing_is_translated(nodes: list[Inline]) -> None:
    layout = Layout(nodes)
    assert layout.marked.problems() == []
    placed = layout.placed(layout.marked)
    assert sources(placed) == sources(nodes)
    assert [one[::2] for one in characters(placed)] == [one[::2] for one in characters(nodes)]


@settings(max_examples=150, deadline=None)
@given(st.data(), st.lists(NODES, max_size=8))
def test_a_paragraph_loses_nothing_when_its_translation_has_the_marks_anywhere(
    data: st.DataObject, nodes: list[Inline]
) -> None:
    layout = Layout(nodes)
    assume(layout.marked.text)
    translated = data.draw(translations(layout.marked))
    check_translated([layout.marked], [translated])
    placed = layout.placed(translated)
    assert sources(placed) == sources(nodes)
    outside = text_of(nodes).replace(layout.marked.text, "", 1)
    if "____" not in layout.marked.text:
        assert said(text_of(placed)) == said(translated.text) + said(outside)


def said(text: str) -> Counter[str]:
    """Its characters, less spaces and the signs for gaps."""
    return Counter(one for one in text if not one.isspace() and one != "_")


def bold(text: str) -> Words:
    return Words(text, "bold")


@pytest.mark.parametrize(
    ("nodes", "text", "marks"),
    [
        ([Words("Rain is "), bold("wet"), Words(".")], "Rain is wet.", ["8:11 pair"]),
        ([bold("All of it")], "All of it", []),
        ([Words("Rain "), Words("is"), Words(" wet")], "Rain is wet", []),
        ([bold("Note"), bold(": "), Words("rain is wet")], "Note: rain is wet", ["0:4 pair"]),
        ([Words("a "), bold("b "), bold("c"), Words(" d and more")], "a b c d and more", ["2:5 pair"]),
        ([Solid(""), Words("  Rain"), Solid("")], "Rain", []),
        ([Words("Rain"), Solid(""), Solid(""), Words(" is wet")], "Rain is wet", ["4:4 point"]),
        ([Words("Rain on page "), Solid("7")], "Rain on page 7", ["13:14 keep"]),
        ([Words("Rain\t"), Solid("7")], "Rain", []),
        ([Wrap((Words("Rain"), Solid(""), Words(" is wet")))], "Rain is wet", ["4:4 point"]),
        ([Words("See "), Wrap((Words("the page"),)), Words(".")], "See the page.", ["4:12 pair"]),
        ([Words("See"), Wrap((Solid(""),)), Words(" it.")], "See it.", ["3:3 point"]),
        ([Words("H"), Words("2", raised=True), Words("O is wet")], "H2O is wet", ["0:3 keep"]),
        ([Words("the 1"), Words("st", "up", raised=True), Words(" of May")], "the 1st of May", ["5:7 pair"]),
        ([Words("Name: "), Words("   ", "u", shows_space=True), Words(", age")], "Name: ____, age", ["6:10 keep"]),
        ([Words("3"), Solid("")], "3", []),
    ],
)
def test_a_paragraph_is_a_text_with_as_few_marks_as_it_can_have(
    nodes: list[Inline], text: str, marks: list[str]
) -> None:
    found = Layout(nodes).marked
    assert found.text == text
    assert [f"{mark.begin}:{mark.end} {mark.kind}" for mark in found.marks] == marks


def test_formatting_goes_to_the_words_that_its_words_became() -> None:
    layout = Layout([Words("The "), bold("red"), Words(" house")])
    (mark,) = layout.marked.marks
    placed = layout.placed(MarkedText("A casa vermelha", (Mark(7, 15, "pair", mark.name),)))
    assert [(node.text, node.style) for node in placed if isinstance(node, Words)] == [
        ("A casa ", None),
        ("vermelha", "bold"),
    ]


def test_marks_do_not_cost_more_than_the_text_when_every_letter_is_formatted() -> None:
    layout = Layout([Words("ab "[number % 3], number % 2) for number in range(9000)])
    assert len(layout.marked.marks) <= 200
    assert text_of(layout.placed(layout.marked)).strip() == layout.marked.text
