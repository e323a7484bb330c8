"""Which words of a text became which words of its translation."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from edgekit.core.segments import Span
from edgekit.projection.words import touched, word_spans

# Letters of an article or a preposition.
_SMALL = 3
# `Turkey` and `Turquia`, `Japan` and `Japão`, `July` and `julho` have two letters in common.
_ALIKE = 2


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the source and the part of the translation that it became; blocks follow each other and cover both."""

    source: Span
    target: Span


@dataclass(frozen=True, slots=True)
class Links:
    """Two texts, their words, and which belong together.

    targets: for each word of the source the numbers of its words in the translation, ascending.  sources: the other
    way.  blocks: see `Block`.
    """

    source: str
    target: str
    source_words: Sequence[Span]
    target_words: Sequence[Span]
    blocks: Sequence[Block]
    targets: Sequence[tuple[int, ...]] = field(default_factory=list)
    sources: Sequence[tuple[int, ...]] = field(default_factory=list)

    def block_at(self, place: int) -> Block:
        """The block that a place in the source is in; of two that meet there, the one that begins."""
        return self.blocks[min(bisect_right(self.blocks, place, key=_end), len(self.blocks) - 1)]

    def blocks_of(self, span: Span) -> Sequence[Block]:
        """The blocks that a span of the source has a character of."""
        return self.blocks[bisect_right(self.blocks, span[0], key=_end) : bisect_left(self.blocks, span[1], key=_begin)]

    def is_same_word(self, word: int) -> int | None:
        """The one word of the translation that a word of the source came through as, letter by letter, or None."""
        linked = self.targets[word]
        if len(linked) != 1 or self.sources[linked[0]] != (word,):
            return None
        (begin, end), (first, last) = self.source_words[word], self.target_words[linked[0]]
        return linked[0] if self.source[begin:end] == self.target[first:last] else None


def link(
    source: str,
    target: str,
    pairs: Iterable[tuple[Span, Span]],
    *,
    segments: Sequence[tuple[Span, Span]] = (),
    kept: Sequence[tuple[Span, Span]] = (),
) -> Links:
    """Link the words of two texts.

    pairs: (source span, target span) of words that belong together, as `Segment.alignment` has them.
    segments: of what was translated, in order; what is between two came through as it is. Without any, the texts are
        one segment.
    kept: spans that came through as they are, one word each.
    """
    source_words = word_spans(source, [one for one, _ in kept])
    target_words = word_spans(target, [other for _, other in kept])
    blocks = list(_blocks(len(source), len(target), segments))
    found: set[tuple[int, int]] = set()
    for one, other in pairs:
        found.update(_matched(touched(source_words, one), touched(target_words, other)))
    atoms = {(touched(source_words, one)[0], touched(target_words, other)[0]) for one, other in kept if one[0] < one[1]}
    of_source, of_target = dict(atoms), {other: one for one, other in atoms}
    # A word that came through as it is links to itself and to nothing else, whatever the model looked at meanwhile.
    found = {(one, other) for one, other in found if one not in of_source and other not in of_target} | atoms
    for block in blocks:
        ones, others = touched(source_words, block.source), touched(target_words, block.target)
        if source[slice(*block.source)] == target[slice(*block.target)]:
            found = {pair for pair in found if pair[0] not in ones} | set(zip(ones, others, strict=True))
            continue
        found = _with_same_words(source, target, source_words, target_words, ones, others, found)
        found = _behind_small_words(source, target, source_words, target_words, ones, others, found)
    targets: list[list[int]] = [[] for _ in source_words]
    sources: list[list[int]] = [[] for _ in target_words]
    for word, counterpart in sorted(found):
        targets[word].append(counterpart)
        sources[counterpart].append(word)
    return Links(source, target, source_words, target_words, blocks, [*map(tuple, targets)], [*map(tuple, sources)])


def _begin(block: Block) -> int:
    return block.source[0]


def _end(block: Block) -> int:
    return block.source[1]


def _blocks(source: int, target: int, segments: Sequence[tuple[Span, Span]]) -> Iterator[Block]:
    at = to = 0
    for (begin, end), (first, last) in segments:
        if at < begin or to < first:
            yield Block((at, begin), (to, first))
        yield Block((begin, end), (first, last))
        at, to = end, last
    if at < source or to < target or not segments:
        yield Block((at, source), (to, target))


def _matched(ones: range, others: range) -> Iterator[tuple[int, int]]:
    """Words of an aligned pair: `(Paris–London)` and `(Paris–Londres)` are two each, in the same order."""
    if len(ones) == len(others):
        yield from zip(ones, others, strict=True)
    else:
        yield from ((one, other) for one in ones for other in others)


def _with_same_words(
    source: str,
    target: str,
    source_words: Sequence[Span],
    target_words: Sequence[Span],
    ones: range,
    others: range,
    found: set[tuple[int, int]],
) -> set[tuple[int, int]]:
    """Links of a block, where a name or a number that stands once on either side, spelled the same, links to itself."""
    spelled = {one: _name(source[slice(*source_words[one])]) for one in ones}
    spelled_other = {other: _name(target[slice(*target_words[other])]) for other in others}
    counts, other_counts = Counter(spelled.values()), Counter(spelled_other.values())
    where = {text: other for other, text in spelled_other.items()}
    same = {
        one: where[text]
        for one, text in spelled.items()
        if counts[text] == other_counts[text] == 1 and _is_telling(text)
    }
    taken = {*same.values()}
    return {pair for pair in found if pair[0] not in same and pair[1] not in taken} | set(same.items())


def _behind_small_words(
    source: str,
    target: str,
    source_words: Sequence[Span],
    target_words: Sequence[Span],
    ones: range,
    others: range,
    found: set[tuple[int, int]],
) -> set[tuple[int, int]]:
    """Links of a block, where a word that has small words alone has the word behind them instead.

    A model that writes `de` looks at the `September` that it will write next, and then elsewhere: `setembro` has no
    link. One that has a link, as `Turquia` of `Turkey's area` to `area`, is taken where it begins as the word does.
    """
    targets: dict[int, list[int]] = {}
    sources: dict[int, list[int]] = {}
    for one, other in found:
        if one in ones and other in others:
            targets.setdefault(one, []).append(other)
            sources.setdefault(other, []).append(one)
    small = {other for other in others if _is_small(target[slice(*target_words[other])])}
    long = {one for one in ones if not _is_small(source[slice(*source_words[one])])}
    for one in sorted(long & targets.keys()):
        behind = max(targets[one]) + 1
        if not small.issuperset(targets[one]) or behind not in others or behind in small:
            continue
        said, there = source[slice(*source_words[one])], target[slice(*target_words[behind])]
        holders = [source[slice(*source_words[at])] for at in sources.get(behind, [])]
        fits = _begin_alike(said, there) and not any(_begin_alike(holder, there) for holder in holders)
        if (fits or not holders) and target[target_words[behind - 1][1] : target_words[behind][0]].isspace():
            found = {pair for pair in found if pair[1] != behind} | {(one, behind)}
            sources[behind] = [one]
    return found


def _begin_alike(one: str, other: str) -> bool:
    """Whether two words may be one name in two languages."""
    return one[:_ALIKE].casefold() == other[:_ALIKE].casefold()


def _is_small(word: str) -> bool:
    """Whether a word is as short as an article or a preposition."""
    return len(word) <= _SMALL and word.isalpha()


def _name(word: str) -> str:
    """`Rudd` of `Rudd's`."""
    return word[:-2] if word.endswith(("'s", "’s")) else word


def _is_telling(text: str) -> bool:
    """Whether two languages hardly have the word in common by chance, as they do `a` and `do`."""
    return any(character.isdigit() for character in text) or (len(text) > 2 and text[0].isupper())
