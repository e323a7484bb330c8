"""Marks of a text on its translation: nothing is lost, doubled or crossed, and they are on the right words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from projection.marked_texts import by_words, marked, marked_texts, shown, translations

from edgekit.core.marked import Mark, MarkedText
from edgekit.core.segments import Span
from edgekit.projection.marks import project_marks
from edgekit.projection.words import word_spans

HOUSE = "the big red house is old"
CASA = "a grande casa vermelha é antiga"
LINKS = "0-0 1-1 2-3 3-2 4-4 5-5"


def put(written: str, target: str, numbers: str) -> str:
    source = marked(written)
    return shown(project_marks(source, target, by_words(source.text, target, numbers)))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("the big <b>red</b> house is old", "a grande casa <b>vermelha</b> é antiga"),
        ("the <i>big <b>red</b> house</i> is old", "a <i>grande casa <b>vermelha</b></i> é antiga"),
        ("the <b>big red</b> house is old", "a <b>grande casa vermelha</b> é antiga"),
        ("<b>the big red house</b> is <i>old</i>", "<b>a grande casa vermelha</b> é <i>antiga</i>"),
        ("<a><b>the big red house is old</b></a>", "<a><b>a grande casa vermelha é antiga</b></a>"),
        ("the big red house<f/> is old<g/>", "a grande casa<f/> vermelha é antiga<g/>"),
        ("<h/>the big <f/>red house is <br/>old", "<h/>a grande casa <f/>vermelha é <br/>antiga"),
        ("the big <f/><b>red</b><g/> house is old", "a grande casa <f/><b>vermelha</b><g/> é antiga"),
    ],
)
def test_marks_are_on_the_words_that_theirs_became_when_words_change_places(written: str, expected: str) -> None:
    assert put(written, CASA, LINKS) == expected


@pytest.mark.parametrize(
    ("written", "target", "numbers", "expected"),
    [
        ("on <b>March</b> 21", "em 21 de março", "0-0 1-2 2-1", "em 21 de <b>março</b>"),
        ("<b>Turkey's</b> area", "A área da Turquia", "0-0 0-2 1-1 1-3", "A área da <b>Turquia</b>"),
        ("in <b>your</b> home country", "no seu país de origem", "0-0 1-1 2-3 3-2 3-4", "no <b>seu</b> país de origem"),
        ("rocks <b>last</b> July", "rochas em julho passado", "0-0 1-1 2-2 2-3", "rochas <b>em</b> julho passado"),
    ],
)
def test_a_word_is_the_one_behind_a_preposition_when_the_model_looked_at_it_too_early(
    written: str, target: str, numbers: str, expected: str
) -> None:
    assert put(written, target, numbers) == expected


@pytest.mark.parametrize(
    ("source", "target", "numbers", "expected"),
    [("the old <f/>in the hall", "a velha no salão", "0-0 1-1 4-3", "a velha <f/>no salão")],
)
def test_a_point_keeps_the_space_before_it_when_no_word_beside_it_has_a_link(
    source: str, target: str, numbers: str, expected: str
) -> None:
    assert put(source, target, numbers) == expected


@pytest.mark.parametrize(
    ("written", "target", "expected"),
    [
        ("(<b>house</b>), old.", "(casa), antiga.", "(<b>casa</b>), antiga."),
        ("<b>(house)</b>, old.", "(casa), antiga.", "<b>(casa)</b>, antiga."),
        ("<q>“house”</q>, old.", "«casa», antiga.", "<q>«casa»</q>, antiga."),
        ("house, <b>old.</b>", "casa, antiga!", "casa, <b>antiga!</b>"),
        ("house, <b>old</b>.", "casa, antiga!", "casa, <b>antiga</b>!"),
        ("house,<f/> old.<g/>", "casa, antiga.", "casa,<f/> antiga.<g/>"),
        ("house<f/>, old<g/>.", "casa, antiga.", "casa<f/>, antiga<g/>."),
    ],
)
def test_punctuation_is_inside_when_it_is_inside_in_the_source(written: str, target: str, expected: str) -> None:
    assert put(written, target, "0-0 1-1") == expected


def test_small_words_at_the_begin_belong_to_the_words_there() -> None:
    assert put("<i>Please</i> bring it", "Por favor, traga isso", "0-0 0-1 1-2 2-3") == "<i>Por favor</i>, traga isso"


def test_a_point_behind_a_word_without_a_link_stands_behind_the_unlinked_words() -> None:
    assert put("Look at <f/> and go", "Olhe para e vai", "0-0 2-2 3-3") == "Olhe para<f/> e vai"


def test_a_point_stays_in_its_brackets_when_a_blank_is_before_it() -> None:
    assert put("is (see <f/>) clear", "é (ver) claro", "0-0 1-1 2-2") == "é (ver<f/>) claro"


def test_a_part_of_a_word_stays_one_when_the_word_came_through() -> None:
    assert put("H<sub>2</sub>O is wet", "A H2O molha", "1-2") == "A H<sub>2</sub>O molha"
    assert put("<b>wet H</b><sub>2</sub>O", "H2O molhada", "0-1") == "H<sub>2</sub>O <b>molhada</b>"


def test_a_pair_becomes_a_point_when_its_words_have_no_translation() -> None:
    source = marked("I <b>do</b> not know")
    found = project_marks(source, "não sei", by_words(source.text, "não sei", "2-0 3-1"))
    assert found.marks == (Mark(0, 0, "point", "b"),)


def test_words_between_neighbours_are_the_image_when_nothing_is_linked_to_either() -> None:
    assert put("a <b>b</b> c", "x y z", "0-0 2-2") == "x <b>y</b> z"


def test_small_words_are_left_out_when_a_longer_one_belongs_to_the_same_word() -> None:
    assert put("<b>police</b> said", "a polícia disse", "0-0 0-1 1-2") == "a <b>polícia</b> disse"
    assert put("<b>the police</b> said", "a polícia disse", "0-0 1-1 2-2") == "<b>a polícia</b> disse"


def test_a_keep_is_one_word_when_marks_are_around_it() -> None:
    source = marked("Dear <b>{first name}</b>, hi".replace("first name", "x_y"))
    found = project_marks(source, "Oi, cara {x_y}", [], kept=[Mark(9, 14, "keep", "{x_y}")])
    assert shown(found) == "Oi, cara <b>{x_y}</b>"


def test_segments_are_mapped_whole_when_a_span_has_all_of_one() -> None:
    source = marked("<b>Go on.</b> Stop it.")
    target = "Continua a andar. Pára."
    found = project_marks(source, target, [], segments=[((0, 6), (0, 17)), ((7, 15), (18, 23))])
    assert shown(found) == "<b>Continua a andar.</b> Pára."


@given(st.sampled_from([HOUSE, "我喜欢 H2O。", "ไทย (b), “x”", "", " a  b ", "👩‍👩‍👧 e 🇵🇹"]).flatmap(marked_texts))
def test_marks_are_the_same_when_the_translation_is_the_source(source: MarkedText) -> None:
    assert project_marks(source, source.text, []) == source
    assert project_marks(source, source.text, [], segments=[((0, len(source.text)),) * 2]) == source


@given(marked_texts(HOUSE), st.lists(st.sampled_from(["a", "longer", "w"]), min_size=6, max_size=6))
def test_points_keep_their_order_when_words_do(source: MarkedText, words: list[str]) -> None:
    target = " ".join(words)
    found = project_marks(source, target, by_words(HOUSE, target, "0-0 1-1 2-2 3-3 4-4 5-5"))
    names = [mark.name for mark in source.marks if mark.kind == "point"]
    assert [mark.name for mark in found.marks if mark.kind == "point" and mark.name in names] == names


@given(translations())
def test_no_mark_is_lost_doubled_or_crossing_when_links_are_anything(
    given_one: tuple[MarkedText, str, list[tuple[Span, Span]], list[tuple[Span, Span]]],
) -> None:
    source, target, pairs, segments = given_one
    found = project_marks(source, target, pairs, segments=segments)
    assert found.text == target
    assert found.problems() == []
    kept = [mark for mark in source.marks if mark.kind == "keep" and source.text[mark.begin : mark.end] in target]
    wanted = sorted(mark.name for mark in source.marks if mark.kind != "keep")
    assert sorted(mark.name for mark in found.marks if mark.name in wanted) == wanted
    for mark in found.marks:
        if mark.kind == "keep":
            assert target[mark.begin : mark.end] in {source.text[one.begin : one.end] for one in kept}
    assert inside(found) == inside(source, only={mark.name for mark in found.marks if mark.kind == "pair"})


def inside(given_one: MarkedText, only: set[str] | None = None) -> set[tuple[str, str]]:
    """(inner, outer) of every two pairs of which one is in the other, by place and then by order."""
    pairs = [mark for mark in given_one.marks if mark.kind == "pair" and (only is None or mark.name in only)]
    return {
        (inner.name, outer.name)
        for at, outer in enumerate(pairs)
        for inner in pairs[at + 1 :]
        if outer.begin <= inner.begin and inner.end <= outer.end
    }


@given(translations())
def test_no_word_is_cut_when_it_is_not_the_sources_own(
    given_one: tuple[MarkedText, str, list[tuple[Span, Span]], list[tuple[Span, Span]]],
) -> None:
    source, target, pairs, segments = given_one
    own = {source.text[begin:end] for begin, end in word_spans(source.text)}
    pairs_only = MarkedText(source.text, tuple(mark for mark in source.marks if mark.kind != "keep"))
    found = project_marks(pairs_only, target, pairs, segments=segments)
    places = {place for mark in found.marks for place in (mark.begin, mark.end)}
    for begin, end in word_spans(target):
        assert target[begin:end] in own or not any(begin < place < end for place in places)


def test_impossible_marks_are_refused() -> None:
    with pytest.raises(ValueError, match="cross"):
        project_marks(MarkedText("abcd", (Mark(0, 2, "pair", "x"), Mark(1, 3, "pair", "y"))), "z", [])


def test_a_thousand_marks_inside_each_other_are_no_recursion() -> None:
    source = MarkedText("a b", tuple(Mark(0, 3, "pair", str(number)) for number in range(1200)))
    assert project_marks(source, "x y", [((0, 1), (0, 1)), ((2, 3), (2, 3))]).marks == source.marks
