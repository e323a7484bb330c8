"""Characters at the edge of a stretch of words: which of the punctuation there belongs to it."""

from __future__ import annotations

from unicodedata import category

from edgekit.core.segments import Span
from edgekit.projection.images import Image
from edgekit.projection.links import Links
from edgekit.projection.words import touched

_LONGEST = 64  # of punctuation next to a word


def outline(links: Links, span: Span, image: Image) -> Span:
    """The characters of an image: its words, and the punctuation around them that the span has around its own words.

    `house` of `(house),` is `casa` of `(casa),`, and `(house)` is `(casa)`. A span that has the first or last character
    of a block of which it has the words has it in the translation.
    """
    own = touched(links.source_words, span)
    begin, end = links.target_words[image.begin][0], links.target_words[image.end - 1][1]
    first, last = links.source_words[own.start][0], links.source_words[own.stop - 1][1]
    begin -= _taken(
        inside=_run(links.source[span[0] : first][::-1]),
        there=_run(links.target[_end_before(links, image.begin) : begin][::-1]),
    )
    end += _taken(
        inside=_run(links.source[last : span[1]]),
        there=_run(links.target[end : _begin_after(links, image.end)]),
    )
    begin += _cut(links, own.start, image.begin, span[0] - first)
    end -= _cut(links, own.stop - 1, image.end - 1, last - span[1])
    for block in links.blocks_of(span):
        others = touched(links.target_words, block.target)
        if others and span[0] <= block.source[0] and image.begin == others.start and block.target[0] < begin:
            begin = block.target[0]
        if others and span[1] >= block.source[1] and image.end == others.stop and block.target[1] > end:
            end = block.target[1]
    return begin, end


def after_word(links: Links, word: int, *, with_punctuation: bool) -> int:
    """The place behind a word of the translation, or behind the punctuation that follows it without a space."""
    end = links.target_words[word][1]
    return end + len(_run(links.target[end : _begin_after(links, word + 1)])) if with_punctuation else end


def before_word(links: Links, word: int, *, with_punctuation: bool) -> int:
    """The place before a word of the translation, or before the punctuation that leads to it without a space."""
    begin = links.target_words[word][0]
    before = links.target[_end_before(links, word) : begin][::-1]
    return begin - len(_run(before)) if with_punctuation else begin


def _cut(links: Links, word: int, other: int, characters: int) -> int:
    """How many characters to leave out of a word that came through as it is, as `2` has none of the `H` in `H2O`."""
    return characters if characters > 0 and links.is_same_word(word) == other else 0


def _end_before(links: Links, word: int) -> int:
    return links.target_words[word - 1][1] if word else 0


def _begin_after(links: Links, word: int) -> int:
    return links.target_words[word][0] if word < len(links.target_words) else len(links.target)


def _run(text: str) -> str:
    """The characters up to the first space or word, at most 64."""
    for at, character in enumerate(text[:_LONGEST]):
        if character.isspace() or character.isalnum():
            return text[:at]
    return text[:_LONGEST]


def _taken(*, inside: str, there: str) -> int:
    """How many characters of the punctuation next to an image are in it: those of the kinds that the span has there.

    Both go from the words outwards.
    """
    kinds = {_kind(character) for character in inside}
    return next((at for at, character in enumerate(there) if _kind(character) not in kinds), len(there))


def _kind(character: str) -> str:
    """Languages have other quotes and other full stops for the same thing."""
    if character in "\"'`" or category(character) in ("Ps", "Pe", "Pi", "Pf"):
        return "bracket"
    if character in ".!?…。！？।॥።؟۔։":
        return "stop"
    return "comma" if character in ",;:،؛、，；：፣፤" else character
