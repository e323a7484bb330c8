"""`project`: what a caller gives and gets."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from projection.marked_texts import by_words
from projection.test_search import Copying

from edgekit.core.errors import InputError
from edgekit.core.segments import Span
from edgekit.projection.spans import project

SOURCE, TARGET = "the big red house", "a grande casa vermelha"
PAIRS = by_words(SOURCE, TARGET, "0-0 1-1 2-3 3-2")


@dataclass
class Segment:
    source: Span
    target: Span
    alignment: tuple[tuple[Span, Span], ...] | None


@dataclass
class Translation:
    text: str
    segments: tuple[Segment, ...]


def test_spans_come_back_in_their_order_with_their_names() -> None:
    translation = Translation(TARGET, (Segment((0, 17), (0, 22), tuple(PAIRS)),))
    found = project(SOURCE, [(8, 11, "colour"), (0, 17, "all"), (4, 7)], translation)
    assert [(one.name, one.target and TARGET[slice(*one.target)]) for one in found] == [
        ("colour", "vermelha"),
        ("all", TARGET),
        ("2", "grande"),
    ]
    assert {one.how for one in found} == {"alignment"}


def test_a_span_has_no_target_when_its_words_have_none() -> None:
    (found,) = project("I do not know", [(2, 4)], "não sei", alignment=by_words("I do not know", "não sei", "2-0 3-1"))
    assert (found.target, found.how) == (None, None)


def test_words_elsewhere_are_told_when_an_image_is_in_pieces() -> None:
    pairs = by_words("call up the big man", "ruf den großen Mann an", "0-0 1-4 2-1 3-2 4-3")
    (found,) = project("call up the big man", [(0, 7)], "ruf den großen Mann an", alignment=pairs)
    assert (found.target, found.left_out) == ((0, 3), ((20, 22),))


def test_spans_are_moved_one_by_one_when_they_cross() -> None:
    found = project(SOURCE, [(0, 7), (4, 11)], TARGET, alignment=PAIRS)
    assert [TARGET[slice(*one.target)] for one in found if one.target] == ["a grande", "grande casa vermelha"]


def test_a_scorer_searches_and_its_score_comes_back() -> None:
    (found,) = project("say w1 now", [(4, 6, "x")], "w0 w1 w2", scorer=Copying(0), exact=True)
    assert (found.target, found.how) == ((3, 5), "search")
    assert found.score is not None
    assert found.score < 0


def test_nothing_to_go_by_is_an_error_and_so_are_spans_that_are_none() -> None:
    with pytest.raises(InputError, match="nothing to move spans by"):
        project(SOURCE, [(0, 3)], TARGET)
    with pytest.raises(InputError) as caught:
        project(SOURCE, [(0, 99), (3, 3, "e"), (0, 3)], TARGET, alignment=PAIRS)
    assert len(caught.value.reasons) == 2
    (same,) = project(SOURCE, [(4, 7)], SOURCE)
    assert same.target == (4, 7)
