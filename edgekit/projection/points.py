"""Where something that stands between two characters of the source stands in the translation."""

from __future__ import annotations

from edgekit.projection.edges import after_word, before_word
from edgekit.projection.links import Links
from edgekit.projection.words import touched


def point_place(links: Links, place: int) -> int:
    """The place in the translation, in code points; never inside a word that changed.

    What stands close behind a word (a footnote's number) goes behind the words that it became, what stands close before
    one goes before them, and what stands between two (a line break) goes where the fewest links cross it.
    """
    block = links.block_at(place)
    (begin, end), (first, last) = block.source, block.target
    if links.source[begin:end] == links.target[first:last]:
        return first + place - begin
    words, others = touched(links.source_words, (begin, end)), touched(links.target_words, (first, last))
    before, after = touched(links.source_words, (begin, place)), touched(links.source_words, (place, end))
    if before and after and before[-1] == after[0]:
        return _in_a_word(links, after[0], place)
    if place <= begin or place >= end or not words or not others:
        return _out_of_words(links, last if place - begin > end - place else first)
    if not before:
        gap = links.source[place : links.source_words[after[0]][0]]
        return before_word(links, others.start, with_punctuation=bool(gap.strip())) if after else first
    tail = links.source[links.source_words[before[-1]][1] : place]
    if not after:
        return after_word(links, others.stop - 1, with_punctuation=bool(tail.strip()))
    lead = links.source[place : links.source_words[after[0]][0]]
    close_behind, close_before = not links.source[place - 1].isspace(), not links.source[place].isspace()
    # `(see |) clear`: what a bracket closes stands behind the words before it.
    close_behind, close_before = (
        close_behind or links.source[place] in ")]",
        close_before and links.source[place] not in ")]",
    )
    if close_behind and not close_before and links.targets[before[-1]]:
        return after_word(links, links.targets[before[-1]][-1], with_punctuation=bool(tail.strip()))
    if close_before and not close_behind and links.targets[after[0]]:
        return before_word(links, links.targets[after[0]][0], with_punctuation=bool(lead.strip()))
    word = _least_crossed(links, before[-1], others)
    if word == others.start:
        return before_word(links, word, with_punctuation=True)
    if close_before and not close_behind and word < others.stop:  # a picture that has the space before it
        return before_word(links, word, with_punctuation=bool(lead.strip()))
    return after_word(links, word - 1, with_punctuation=bool(tail.strip()))


def _in_a_word(links: Links, word: int, place: int) -> int:
    same = links.is_same_word(word)
    if same is not None:
        return links.target_words[same][0] + place - links.source_words[word][0]
    linked = links.targets[word]
    return after_word(links, linked[-1], with_punctuation=False) if linked else point_place(links, _end(links, word))


def _out_of_words(links: Links, place: int) -> int:
    """The place, or the end of the word that it is in: a long sentence may have been cut anywhere."""
    around = touched(links.target_words, (place, place))
    return links.target_words[around.start][1] if around else place


def _end(links: Links, word: int) -> int:
    return links.source_words[word][1]


def _least_crossed(links: Links, last: int, others: range) -> int:
    """The word of the translation before which to cut, so that the fewest links go from one side to the other.

    last: the last word of the source that belongs to the left side. Of equal cuts, the first; where that word has no
    link, the one behind the words that have none either.
    """
    crossed = sum(source <= last for other in others for source in links.sources[other])
    best, where = crossed, others.start
    for other in others:
        crossed += sum(1 if source > last else -1 for source in links.sources[other])
        if crossed < best:
            best, where = crossed, other + 1
    if not links.targets[last]:
        while where < others.stop and not links.sources[where]:
            where += 1
    return where
