"""Constrained search: the exact one is brute force, and a translation comes back as it was."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.core.segments import Span
from edgekit.projection.search import CLOSE, OPEN, Place, Template, best_places, mark_source, search_spans


class Toy:
    """Log-probabilities that depend on the source and on the pieces before, as random as a seed makes them."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.scored = 0

    def __call__(self, source: str, targets: Sequence[Sequence[str]]) -> list[list[float]]:
        self.scored += len(targets)
        return [[self.one(source, pieces[: at + 1]) for at in range(len(pieces))] for pieces in targets]

    def one(self, source: str, pieces: Sequence[str]) -> float:
        return -random.Random(f"{self.seed} {source} {'|'.join(pieces)}").expovariate(0.5)


class Copying(Toy):
    """Likes a marker where the same word of the source has one, and dislikes any other place a little or a lot."""

    def one(self, source: str, pieces: Sequence[str]) -> float:
        begin, end = source.find(OPEN), source.find(CLOSE)
        wanted = source[begin + 1 : end].split() if begin >= 0 else []
        last, before = pieces[-1], "".join(pieces[:-1])
        words = before.replace(OPEN, " ").split()[-1:]
        if wanted and OPEN in before and not last.startswith(CLOSE) and before.rstrip()[-1:] == OPEN:
            return -0.1 if last.strip() == wanted[0] else -9.0
        if last == CLOSE:
            return -0.1 if words == wanted[-1:] else -9.0
        if wanted and last.strip() == wanted[0]:
            return -6.0  # a marker was to come
        if wanted and words == wanted[-1:] and CLOSE not in before:
            return -6.0
        return -1.0


def brute(source: str, span: Span, text: str, scorer: Toy) -> list[Place]:
    """Every place, the best first."""
    template = Template.of(text)
    found = []
    for first in range(len(template.words)):
        for last in range(first, len(template.words)):
            (values,) = scorer(mark_source(source, span), [template.marked(first, last)])
            found.append(Place((template.words[first][0], template.words[last][1]), sum(values)))
    return sorted(found, key=lambda place: -place.score)


TEXTS = st.sampled_from(["a", "Ana foi.", "a b c d", "“um dois”, três — quatro cinco", "我喜欢你", " x  y z "])


@given(TEXTS, st.integers(0, 1000))
def test_the_exact_search_is_brute_force_when_the_template_is_short(text: str, seed: int) -> None:
    toy = Toy(seed)
    found = best_places("the big house", (4, 7), text, toy, exact=True)
    wanted = brute("the big house", (4, 7), text, toy)[: len(found)]
    assert [place.score for place in found] == pytest.approx([place.score for place in wanted])
    assert {place.span for place in found} == {place.span for place in wanted}


def test_the_exact_search_scores_fewer_hypotheses_than_brute_force_when_markers_are_liked() -> None:
    text = " ".join(f"w{at}" for at in range(16))
    source = "say w4 w5 now"
    exact, bounded, all_of_them = Copying(0), Copying(0), Copying(0)
    wanted = brute(source, (4, 9), text, all_of_them)[0]
    assert best_places(source, (4, 9), text, exact, exact=True)[0] == wanted
    assert best_places(source, (4, 9), text, bounded)[0] == wanted
    assert wanted.span == (text.index("w4"), text.index("w5") + 2)
    assert bounded.scored < exact.scored < all_of_them.scored


@given(st.text(alphabet="ab ,.“”é我喜\u0301", max_size=12))
def test_a_template_comes_back_when_the_markers_are_stripped(text: str) -> None:
    template = Template.of(text)
    assert "".join(template.pieces) == text
    for first in range(len(template.words)):
        assert "".join(template.marked(first)).replace(OPEN, "") == text
        for last in range(first, len(template.words)):
            marked = "".join(template.marked(first, last))
            assert marked.replace(OPEN, "").replace(CLOSE, "") == text
            begin, end = template.words[first][0], template.words[last][1]
            assert marked == text[:begin] + OPEN + text[begin:end] + CLOSE + text[end:]


def test_spans_nest_as_in_the_source_when_each_is_searched_alone() -> None:
    source, text = "w0 w1 w2 w3 w4", "w0 w1 w2 w3 w4"
    found = search_spans(source, [(3, 5), (3, 11), (12, 14)], text, Copying(0), exact=True)
    assert [place and place.span for place in found] == [(3, 5), (3, 11), (12, 14)]


@given(st.integers(0, 300))
def test_no_two_spans_cross_or_overlap_when_they_do_not_in_the_source(seed: int) -> None:
    spans = [(0, 2), (3, 8), (3, 5), (9, 11)]
    found = search_spans("w0 w1 w2 w3", spans, "a b c d", Toy(seed))
    there = [(span, place.span) for span, place in zip(spans, found, strict=True) if place]
    for span, its in there:
        for other, others in there:
            if span[1] <= other[0]:
                assert its[1] <= others[0] or others[1] <= its[0]
            elif span != other and other[0] <= span[0] and span[1] <= other[1]:
                assert others[0] <= its[0]
                assert its[1] <= others[1]


def test_a_text_with_markers_of_its_own_has_no_places() -> None:
    assert best_places("see [1]", (0, 3), "veja isto", Toy(0)) == []
    assert best_places("see", (0, 3), "veja [1]", Toy(0)) == []
    assert best_places("see", (0, 3), "...", Toy(0)) == []
