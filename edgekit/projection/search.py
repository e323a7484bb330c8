"""Label projection by constrained search: markers are put into a finished translation where a model likes them best.

Codec (Le, Chen, Ritter and Xu 2024, arXiv 2402.03131): the source has `[` and `]` around one span, the translation is
given word by word, and the only choice is where the two markers go. A branch-and-bound search finds the places of the
highest log-probability; since those of prefixes only fall, a prefix that is below the best whole needs no going on.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from edgekit.core.segments import Span
from edgekit.projection.words import word_spans

OPEN, CLOSE = "[", "]"
# The paper's settings: kept hypotheses, and how many pieces further the worst of them has to be better.
_KEPT = 5
_AHEAD = 5
_AT_ONCE = 16
# A place may open a span where the marked source changes what the model expects by so much within so many pieces.
_SEED, _CHANGE, _REACH = 0.5, 0.1, 5


class Scorer(Protocol):
    """What a model thinks of a translation with markers: log p(piece | source, pieces before) for each piece.

    source: with markers, or without.  targets: hypotheses, each a list of pieces that joined are a text that begins
    the translation with markers.  Every log-probability is at most 0, and that of a piece does not depend on what
    comes after it.
    """

    def __call__(self, source: str, targets: Sequence[Sequence[str]]) -> Sequence[Sequence[float]]: ...


@dataclass(frozen=True, slots=True)
class Place:
    """A span of the translation, and the log-probability of the whole translation with markers around it."""

    span: Span
    score: float


@dataclass(frozen=True, slots=True)
class Template:
    """A translation in pieces that joined are the text, and the places where a span can begin and end.

    begins, ends: for each piece of text the place of the word in it; a marker is put there, before the word's space.
    """

    text: str
    pieces: tuple[str, ...]
    words: tuple[Span, ...]

    @classmethod
    def of(cls, text: str) -> Template:
        """A piece is a word with what stands between it and the word before; the last, what follows the last word."""
        words = word_spans(text)
        ends = [0, *(end for _, end in words)]
        pieces = [text[begin:end] for begin, end in pairwise(ends)]
        return cls(text, (*pieces, text[ends[-1] :]), tuple(words))

    def marked(self, first: int, last: int | None = None) -> list[str]:
        """The pieces with a marker before word `first`, and one behind word `last`; joined and stripped, the text.

        Markers stand next to the word: `a [` is a piece before `casa` of `a casa`.
        """
        pieces = list(self.pieces[:first])
        begin = self.words[first][0] - (self.words[first - 1][1] if first else 0)
        pieces += [self.pieces[first][:begin] + OPEN, self.pieces[first][begin:]]
        if last is None:
            return [*pieces, *self.pieces[first + 1 :]]
        return [*pieces, *self.pieces[first + 1 : last + 1], CLOSE, *self.pieces[last + 1 :]]


def mark_source(source: str, span: Span) -> str:
    """The source with markers around a span."""
    return source[: span[0]] + OPEN + source[span[0] : span[1]] + CLOSE + source[span[1] :]


def best_places(
    source: str, span: Span, translation: str, scorer: Scorer, *, exact: bool = False, kept: int = _KEPT
) -> list[Place]:
    """The likeliest places of a span in the translation, the best first.

    exact: those of all places; without, the search gives up where a prefix is worse than the worst of those kept is a
    few words later, and begins only where the markers of the source change what the model expects.
    A source or translation that has a marker itself has no places.
    """
    if any(marker in source or marker in translation for marker in (OPEN, CLOSE)):
        return []
    template = Template.of(translation)
    if not template.words:
        return []
    search = _Search(mark_source(source, span), template, scorer, exact=exact, kept=kept)
    return search.run(source)


class _Search:
    def __init__(self, source: str, template: Template, scorer: Scorer, *, exact: bool, kept: int) -> None:
        self._source = source
        self._template = template
        self._scorer = scorer
        self._exact = exact
        self._most = kept
        # The worst of those kept first: (score, begin, end, score up to each piece of the template).
        self._kept: list[tuple[float, int, int, tuple[float, ...]]] = []

    def run(self, plain: str) -> list[Place]:
        """Openings by what the model expects before any marker, the likeliest first; of each, its ends."""
        count = len(self._template.words)
        (unmarked,) = self._scorer(self._source, [self._template.pieces])
        before = _sums(unmarked)
        openings = list(range(count))
        if not self._exact:
            (without,) = self._scorer(plain, [self._template.pieces])
            openings = _openings(without, unmarked, count)
        # Each opening without an end, scored to the end of the text, gives the bound of all its ends.
        for start in range(0, len(openings), _AT_ONCE):
            some = [at for at in openings[start : start + _AT_ONCE] if not self._is_hopeless(before[at], at)]
            scored = self._scorer(self._source, [self._template.marked(at) for at in some])
            opened = [(at, _sums(values)) for at, values in zip(some, scored, strict=True)]
            for at, sums in sorted(opened, key=lambda one: before[one[0] + 1] - one[1][one[0] + 2]):
                self._close(at, sums)
        whole = sorted(self._kept, reverse=True)
        words = self._template.words
        return [Place((words[first][0], words[last][1]), score) for score, first, last, _ in whole]

    def _close(self, first: int, sums: Sequence[float]) -> None:
        """Try the ends of one opening. sums[n]: of n pieces, of which one is the marker."""
        count = len(self._template.words)
        waiting = list(range(first, count))
        # The likeliest first: where the model would rather not go on, by the piece that follows.
        waiting.sort(key=lambda last: sums[last + 3] - sums[last + 2])
        for start in range(0, len(waiting), _AT_ONCE):
            some = [
                last for last in waiting[start : start + _AT_ONCE] if not self._is_hopeless(sums[last + 2], last + 1)
            ]
            if not some:
                continue
            scored = self._scorer(self._source, [self._template.marked(first, last) for last in some])
            for last, values in zip(some, scored, strict=True):
                self._keep(first, last, _sums(values))

    def _keep(self, first: int, last: int, sums: Sequence[float]) -> None:
        # By pieces of the template: a marker counts with the piece that follows it.
        by_piece = [sums[at + (at > first) + (at > last)] for at in range(len(self._template.pieces))]
        item = (sums[-1], first, last, (*by_piece, sums[-1]))
        if len(self._kept) < self._most:
            heapq.heappush(self._kept, item)
        else:
            heapq.heappushpop(self._kept, item)

    def _is_hopeless(self, score: float, pieces: int) -> bool:
        """Whether a prefix of so many pieces of the template cannot, or will hardly, become one of the kept."""
        if len(self._kept) < self._most:
            return False
        worst = self._kept[0]
        if self._exact:
            return score <= worst[0]
        end = len(self._template.pieces)
        return score <= worst[3][min(max(pieces + _AHEAD, worst[2] + 1), end)]


def _sums(values: Sequence[float]) -> list[float]:
    """The log-probability of the first 0, 1, ... n pieces."""
    sums = [0.0]
    for value in values:
        sums.append(sums[-1] + value)
    return sums


def _openings(plain: Sequence[float], marked: Sequence[float], count: int) -> list[int]:
    """Words before which a span may begin: those around which markers change what is expected; else all."""
    change = [abs(one - other) for one, other in zip(plain, marked, strict=True)]
    seeds = [at for at in range(count) if change[at] >= _SEED]
    near = {
        at
        for seed in seeds
        for at in range(max(0, seed - _REACH), min(count, seed + _REACH + 1))
        if change[at] >= _CHANGE
    }
    return sorted(near, key=lambda at: -change[at]) or list(range(count))


def search_spans(
    source: str, spans: Sequence[Span], translation: str, scorer: Scorer, *, exact: bool = False
) -> list[Place | None]:
    """The best place of each span, such that those that nest in the source nest in the translation; None without any.

    A search for each span, the longest first; of the places found the likeliest that goes with those before it.
    """
    chosen: dict[int, Place] = {}
    for at in sorted(range(len(spans)), key=lambda one: spans[one][0] - spans[one][1]):
        places = best_places(source, spans[at], translation, scorer, exact=exact)
        fitting = (
            place
            for place in places
            if all(_go_together(spans[at], place.span, spans[o], p.span) for o, p in chosen.items())
        )
        found = next(fitting, None)
        if found is not None:
            chosen[at] = found
    return [chosen.get(at) for at in range(len(spans))]


def _go_together(one: Span, its: Span, other: Span, others: Span) -> bool:
    """Whether two spans lie in the translation as in the source: apart, or the one inside the other."""
    if one[1] <= other[0] or other[1] <= one[0]:
        return its[1] <= others[0] or others[1] <= its[0]
    if other[0] <= one[0] and one[1] <= other[1]:
        return others[0] <= its[0] and its[1] <= others[1]
    return True
