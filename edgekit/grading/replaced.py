"""A word in another's place: `the light of the Earth` for `the light of the Sun`.

An encoder finds such copies of a wording nearly the same as it. Hardly any honest answer is a wording but for a word:
of 3,673 right answers of SciEntsBank and Beetle (train) the rule finds 24, most with a synonym, of 5,237 others 45.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from edgekit.grading.exclusive import things
from edgekit.grading.function_words import ARTICLES, denying_words, function_words, known
from edgekit.grading.intake import matching_form
from edgekit.grading.opposites import pole
from edgekit.grading.spelling import Vocabulary, is_short_form, same_sound
from edgekit.grading.statements import Statement, Word, plain_words, statements

# In the form of `matching_form`, of all languages at once: none of them says anything in another.
_LEADING = frozenset(
    re.findall(
        r"\w+",
        "because so and but that since then also well think as therefore thus i believe while whereas "
        "porque y e pero que entonces pues asi por eso ya creo pienso mientras mas entao acho enquanto "
        "car et mais donc puis alors weil und aber denn dass",
    )
)
_PRONOUNS = frozenset(re.findall(r"\w+", "they it he she we you ellos ellas ella eles elas ele ela ils elles il elle"))
# Words of what a sentence is about, articles aside: `red blood cells`.
_MOST_SUBJECT = 4
_SWITCHED = frozenset(
    re.findall(r"\w+", "on off encendido encendida apagado apagada ligado ligada desligado desligada")
)
_OF = frozenset(("of", "de"))
_JOINED = {
    **dict.fromkeys(("del", "do", "da", "dos", "das", "du"), "de"),
    **dict.fromkeys(("al", "ao", "aos", "au", "aux"), "a"),
}
# What else is said in the clause: of fewer words any may be replaced by a synonym (`the battery is dead`).
_LEAST, _LEAST_COPIED = 2, 3
# A word or a name of several, `carbon dioxide`.
_MOST_REPLACED = 3
# `oxijeno` is a slip for `oxígeno`, `nitrogen` at .63 none for `oxygen`.
_SLIP = 0.66
# Names such as `bulb B` stand for one another.
_LEAST_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Replaced:
    """A clause, said[begin:end], that has said[slice(*place)] where the wording has wording[slice(*wanted)]."""

    begin: int
    end: int
    place: tuple[int, int]
    wording: str
    wanted: tuple[int, int]


def find_replaced(
    wordings: Sequence[str],
    said: str,
    language: str,
    vocabulary: Vocabulary,
    elsewhere: Sequence[str] = (),
    beside: Sequence[str] = (),
) -> tuple[Replaced, ...]:
    """The clauses that are a wording's clause but for a word or a name, unless another says what that one says.

    language: of all, as a tag or a mix of tags.  vocabulary: of the question: what it has is no slip of another word.
    elsewhere: wordings of the same in other languages: their words are translations.  beside: wordings of something
    else; who has one of them word for word writes in the quiz's words, and has put any other on purpose.
    """
    languages = known([language])
    if not languages:
        return ()
    foreign = frozenset(one.stem for text in elsewhere for one in plain_words(text, 0, len(text), languages))
    theirs = [
        (at, one, _words(text, one, languages))
        for at, text in enumerate(wordings)
        for one in statements(text, languages)
    ]
    rest = [_words(text, one, languages) for text in beside for one in statements(text, languages)]
    clauses = [(one, _words(said, one, languages)) for one in statements(said, languages)]

    @cache
    def copies() -> bool:
        return any(
            len(words) == len(other) >= _LEAST_COPIED
            and all(_is_same(*both, vocabulary, languages) for both in zip(words, other, strict=True))
            for _, words in clauses
            for other in rest
        )

    found: list[tuple[int, Replaced]] = []
    told: set[tuple[int, int, int]] = set()
    for mine, words in clauses:
        for at, one, others in theirs:
            pairs = [(words, others), *_without_subject(words, others, vocabulary, languages)]
            middles = filter(None, (_middle(*pair, vocabulary, languages) for pair in pairs))
            middle = min(middles, key=lambda both: sum(map(len, both)), default=None)
            if middle is None:
                continue
            if not any(middle):
                told.add((at, one.begin, one.end))
            elif _is_another(words, *middle, languages, foreign, vocabulary, copies):
                place, wanted = ((side[0].begin, side[-1].end) for side in middle)
                found.append((at, Replaced(mine.begin, mine.end, place, wordings[at], wanted)))
    return tuple(
        one for at, one in found if not any(at != other or begin <= one.wanted[0] < end for other, begin, end in told)
    )


def _words(text: str, one: Statement, languages: tuple[str, ...]) -> list[Word]:
    """Those of a clause without articles, and without what joins it to the one before."""
    words = [word for word in plain_words(text, one.begin, one.end, languages) if word.plain not in ARTICLES]
    first = next((at for at, word in enumerate(words) if word.plain not in _LEADING), len(words))
    return words[first:]


def _without_subject(
    mine: Sequence[Word], theirs: Sequence[Word], vocabulary: Vocabulary, languages: tuple[str, ...]
) -> Iterator[tuple[Sequence[Word], Sequence[Word]]]:
    """Two clauses from the verb on, where it is the same and one has a pronoun or nothing where the other says who."""
    mine = mine[1:] if mine and mine[0].plain in _PRONOUNS else mine
    if len(mine) < _LEAST_COPIED:
        return
    for first in range(1, min(_MOST_SUBJECT + 1, len(theirs))):
        if _is_same(mine[0], theirs[first], vocabulary, languages):
            yield mine, theirs[first:]
            return


def _middle(
    mine: Sequence[Word], theirs: Sequence[Word], vocabulary: Vocabulary, languages: tuple[str, ...]
) -> tuple[list[Word], list[Word]] | None:
    """What both have between the words that they share at their begin and at their end; None where one has too much."""
    least = min(len(mine), len(theirs))
    if max(len(mine), len(theirs)) - least >= _MOST_REPLACED:
        return None
    begin = end = 0
    while begin < least and _is_same(mine[begin], theirs[begin], vocabulary, languages):
        begin += 1
    while end < least - begin and _is_same(mine[-1 - end], theirs[-1 - end], vocabulary, languages):
        end += 1
    middle = list(mine[begin : len(mine) - end]), list(theirs[begin : len(theirs) - end])
    # What only one of them has is more or less said, not another thing.
    if any(middle) and not all(middle):
        return None
    return middle if max(map(len, middle)) <= _MOST_REPLACED else None


def _is_same(mine: Word, theirs: Word, vocabulary: Vocabulary, languages: tuple[str, ...]) -> bool:
    one, other = (_JOINED.get(word.plain, word.plain) for word in (mine, theirs))
    if one == other or mine.stem == theirs.stem:
        return True
    # A word that is known is no slip of another: `adverb`, `exhale`, `meiosis`.
    if vocabulary.has(one) or pole(one, languages) is not None or things(one, languages):
        return False
    meant = _meant(vocabulary, one, "es" in languages)
    if meant is not None:
        # `ojeto` is nearer to `objeto` than to `sujeto`.
        return matching_form(meant) == other
    from rapidfuzz.distance import OSA

    return OSA.normalized_similarity(one, other) >= _SLIP or ("es" in languages and same_sound(one, other))


# A word of an answer is held against every wording.
@lru_cache(maxsize=1 << 14)
def _meant(vocabulary: Vocabulary, word: str, spanish: bool) -> str | None:
    return vocabulary.find(word, spanish=spanish)


def _is_another(
    words: Sequence[Word],
    mine: Sequence[Word],
    theirs: Sequence[Word],
    languages: tuple[str, ...],
    foreign: frozenset[str],
    vocabulary: Vocabulary,
    copies: Callable[[], bool],
) -> bool:
    small, denying = function_words(languages), denying_words(languages)
    said = denying | _SWITCHED
    new, old = ([one for one in side if one.plain not in small or one.plain in said] for side in (mine, theirs))
    # Two words for one, or one for two, are a name where nothing else is among them than `of`, articles neither.
    if len(new) not in (1, 2) or len(old) not in (1, 2) or min(len(mine), len(theirs)) > 1:
        return False
    if any(other.begin - one.end > 1 for side in (mine, theirs) for one, other in pairwise(side)):
        return False
    if any(len(one.plain) < _LEAST_LETTERS and one.plain not in said for one in (*new, *old)):
        return False
    if any(
        _JOINED.get(one.plain, one.plain) not in _OF for one in (*mine, *theirs) if one not in new and one not in old
    ):
        return False
    if len(mine) != len(theirs) and any(one.plain in denying for one in (*new, *old)):
        return False
    if any(one.plain.isdigit() for one in (*new, *old)) or any(
        one.stem in foreign or is_short_form(one.plain, languages) for one in new
    ):
        return False
    if all(any(one.plain in denying for one in side) for side in (new, old)):
        return False
    poles = [{pole(one.plain, languages) for one in side} - {None} for side in (new, old)]
    if poles[0] & poles[1]:
        return False
    rest = [one for one in words if one not in mine and (one.plain not in small or one.plain in denying)]
    single = len(mine) == len(theirs) == 1
    if len(languages) > 1 and not (single and vocabulary.has(new[0].plain)):
        # Who mixes languages has each word in either: `el agua` for `water`.
        return False
    if len(rest) >= _LEAST or not rest:
        return bool(rest)
    return single and (vocabulary.has(new[0].plain) or _is_state(new[0], old[0], languages) or copies())


def _is_state(one: Word, other: Word, languages: tuple[str, ...]) -> bool:
    """Whether both say how something is, each on a scale: `closed` for `off`."""
    return all(word.plain in _SWITCHED or pole(word.plain, languages) is not None for word in (one, other))
