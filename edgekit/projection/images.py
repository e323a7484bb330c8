"""Where the words of a span went: a stretch of the translation for each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, TypeAlias

from edgekit.core.segments import Span
from edgekit.projection.links import Block, Links
from edgekit.projection.words import touched

How: TypeAlias = Literal["alignment", "neighbours", "same"]
# What a word of another span costs inside a stretch, beside 1 that an own word is worth: two own words may have one
# between them, an own word that is far away is left out.
_FOREIGN = 0.75
# Letters of an article or preposition, which most often come with a noun that has none.
_SMALL = 3
# Unlinked words between two neighbours are taken for a span's translation where they are not many more than it has.
_MOST_WORDS_A_WORD = 2


@dataclass(frozen=True, slots=True)
class Image:
    """Words begin to end of the translation, and how they were found; `left_out` are own words elsewhere."""

    begin: int
    end: int
    how: How
    left_out: tuple[int, ...] = ()
    foreign: int = 0


def find_image(links: Links, span: Span, allowed: range, taken: Collection[int] = ()) -> Image | None:
    """The best stretch of the words of the translation for a span of the source, or None.

    allowed: words of the translation that it may have.  taken: those of them that it must not touch.
    """
    own = touched(links.source_words, span)
    if not own:
        return None
    best: list[Image] = []
    for block in links.blocks_of((links.source_words[own.start][0], links.source_words[own.stop - 1][1])):
        words = touched(links.source_words, block.source)
        ones = _both(own, words)
        others = _both(touched(links.target_words, block.target), allowed)
        linked = {at for one in ones for at in links.targets[one] if at in others}
        whole = ones == words
        # Nothing beyond the linked words is worth anything.
        looked_at = others if whole else range(min(linked), max(linked) + 1) if linked else range(0)
        found = _best_stretch(_values(links, looked_at, ones, taken, whole=whole))
        if found is None:
            continue
        if not whole:
            found = _without_small_words(links, found, ones)
        begin, end = _to_the_edges(links, block, found, ones, allowed, taken)
        left_out = () if whole else tuple(sorted(at for at in linked if not begin <= at < end))
        foreign = 0 if whole else sum(bool(links.sources[at]) and at not in linked for at in range(begin, end))
        best.append(Image(begin, end, "alignment", left_out, foreign))
    if best:
        return Image(
            best[0].begin,
            best[-1].end,
            "alignment",
            tuple(at for one in best for at in one.left_out),
            sum(one.foreign for one in best),
        )
    return _between_neighbours(links, own, allowed, taken)


def _both(one: range, other: range) -> range:
    return range(max(one.start, other.start), max(one.start, other.start, min(one.stop, other.stop)))


def _values(
    links: Links, others: range, ones: range, taken: Collection[int], *, whole: bool
) -> dict[int, float | None]:
    """What each word of the translation is worth inside the stretch; None for one that must not be."""
    values: dict[int, float | None] = {}
    for other in others:
        linked = links.sources[other]
        share = sum(one in ones for one in linked) / len(linked) if linked else 0.0
        if other in taken:
            values[other] = None
        elif whole:
            values[other] = 1.0
        else:
            values[other] = share - _FOREIGN * (1 - share) if linked else 0.0
    return values


def _best_stretch(values: dict[int, float | None]) -> Span | None:
    """The stretch of the highest sum above 0; of equal ones the shortest, then the first (Kadane)."""
    best: tuple[float, int, int] | None = None
    total, begin, before = 0.0, -1, -2
    for at, value in values.items():
        if value is None or at != before + 1 or total <= 0:
            total, begin = 0.0, at
        before = at
        if value is None:
            continue
        total += value
        if total > 0 and (best is None or (total, begin - at) > (best[0], best[1] - best[2] + 1)):
            best = (total, begin, at + 1)
    return best and (best[1], best[2])


def _without_small_words(links: Links, found: Span, ones: range) -> Span:
    """The stretch less small words at its edges that are there beside a longer one, and what they alone connect.

    `police` attends to `da` and `polícia`; it is the latter. `the police` has a word of its own for the first.
    """
    begin, end = found
    longest: dict[int, int] = {}
    for at in range(begin, end):
        for one in links.sources[at]:
            longest[one] = max(longest.get(one, 0), _length(links, at))

    def is_small(at: int, left: int) -> bool:
        linked = links.sources[at]
        return not any(one in ones for one in linked) or (
            _length(links, at) <= _SMALL
            and links.target[slice(*links.target_words[at])].isalpha()
            and all(longest[one] > _length(links, at) for one in linked)
            and _is_space_between(links, left)
        )

    while begin + 1 < end and is_small(begin, begin):
        begin += 1
    while begin + 1 < end and is_small(end - 1, end - 2):
        end -= 1
    return begin, end


def _is_space_between(links: Links, word: int) -> bool:
    """Whether there is white space behind a word; scripts without any have no small words, but characters."""
    return any(map(str.isspace, links.target[links.target_words[word][1] : links.target_words[word + 1][0]]))


def _length(links: Links, word: int) -> int:
    begin, end = links.target_words[word]
    return end - begin


def _to_the_edges(links: Links, block: Block, found: Span, ones: range, allowed: range, taken: Collection[int]) -> Span:
    """The stretch with the words at the block's begin or end that no other span's are linked to, where it has those.

    `Please` at the begin is `Por favor`; of `A polícia` the article is too small to belong to `police` alone.
    """
    begin, end = found
    words, others = touched(links.source_words, block.source), touched(links.target_words, block.target)
    own = {*ones}

    def is_free(at: int) -> bool:
        linked = links.sources[at]
        return at in allowed and at not in taken and (not linked or (_length(links, at) >= _SMALL and {*linked} <= own))

    if ones.start == words.start and all(map(is_free, range(others.start, begin))):
        begin = others.start
    if ones.stop == words.stop and all(map(is_free, range(end, others.stop))):
        end = others.stop
    return begin, end


def _between_neighbours(links: Links, own: range, allowed: range, taken: Collection[int]) -> Image | None:
    """The words that nothing is linked to between those of the word before and of the word after, in one block."""
    block = links.block_at(links.source_words[own.start][0])
    words, others = touched(links.source_words, block.source), touched(links.target_words, block.target)
    if own.stop > words.stop:
        return None
    before = next((links.targets[at] for at in range(own.start - 1, words.start - 1, -1) if links.targets[at]), ())
    after = next((links.targets[at] for at in range(own.stop, words.stop) if links.targets[at]), ())
    gap = range(before[-1] + 1 if before else others.start, after[0] if after else others.stop)
    sound = all(at in allowed and at not in taken and not links.sources[at] for at in gap)
    if not gap or not sound or len(gap) > _MOST_WORDS_A_WORD * len(own):
        return None
    return Image(gap.start, gap.stop, "neighbours")
