"""Who does what to whom, or goes from where to where, the other way round: `the Sun reflects the light of the Moon`.

An encoder finds both ways nearly the same. Of 11,441 answers of SciEntsBank and Beetle the rule finds 7 by who does it,
of which teachers called 4 right: hardly one is sent to a person for nothing, and an exchange is seen by no other check.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import dropwhile, takewhile

from edgekit.grading.function_words import ARTICLES, denying_words, function_words, known
from edgekit.grading.intake import matching_form
from edgekit.grading.statements import Statement, Telling, plain_words, statements, telling

# Fewer words are in any order in any text.
_LEAST = 3
_MOST_OTHERS = 1
# Names of one or two letters and numbers (`bulb B`, `4 and 5`) stand in any order.
_LEAST_LETTERS = 3
# In the form of `matching_form`. What stands behind one may be said first or last: `in summer`, `durante el día`.
_PREPOSITIONS: Mapping[str, str] = {
    "en": "in at on by with during when if while for from of because after before to than as under between into there",
    "es": "en a por con durante cuando si para de desde tras entre bajo al del sobre hay",
    "pt": "em no nos nas por com durante quando se para de do da desde entre sob ao sobre ha",
    "fr": "en dans au aux par avec pendant quand si pour de du des apres avant entre sous sur",
}
# By what stands before a word: something comes from it, goes to it, goes into or becomes it, is in or becomes it.
_WAYS: Mapping[str, int] = {
    word: way
    for way, words in (
        (-1, "from out desde de del do da dos das du von aus"),
        (1, "to towards toward onto a al hasta hacia para ao aos au aux zu zum zur nach"),
        (2, "into"),
        (3, "en em"),
    )
    for word in words.split()
}
# The passive turns the words round and says the same; German does so in the active.
_PASSIVE: Mapping[str, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:is|are|was|were|be|been|being|gets?|got)\s(?:\w+\s)?(?:\w+(?:ed|en|own|ught|orn)|made|sent|built|kept|held"
        r"|left|found|lit|cut|put|drawn|lost|won|said|told|sold)\b|\bby\b"
    ),
    "es": re.compile(
        r"\b(?:es|son|fue|fueron|era|eran|ser|sido|esta|estan)\s(?:\w+\s)?\w+[ai]d[oa]s?\b|\b(?:se|por)\b"
    ),
    "pt": re.compile(r"\b(?:e|sao|foi|foram|era|eram|ser|sido)\s(?:\w+\s)?\w+[ai]d[oa]s?\b|\b(?:se|por|pel[oa]s?)\b"),
    "fr": re.compile(r"\b(?:est|sont|ete|etait|fut)\s(?:\w+\s)?\w+e+s?\b|\b(?:se|par)\b"),
}


def find_exchanged(wordings: Sequence[str], said: str, language: str) -> tuple[int, int] | None:
    """Where a clause has the words of a wording's clause with who does it and to whom, or from where and to where, the
    other way round.

    language: of all, as a tag or a mix of tags; who does it is known of en, es, pt and fr.
    """
    languages = known([language])
    ordered = tuple(one for one in languages if one in _PREPOSITIONS)
    return (_who(wordings, said, ordered) if ordered else None) or (
        _where(wordings, said, languages) if languages else None
    )


def _who(wordings: Sequence[str], said: str, languages: tuple[str, ...]) -> tuple[int, int] | None:
    """Where the last words stand first, or another who does it; nowhere if a clause says a wording in its order."""
    theirs = [(one, telling(text, one, languages), text) for text in wordings for one in statements(text, languages)]
    found = None
    for mine in statements(said, languages):
        spoken = telling(said, mine, languages)
        for one, known_words, text in theirs:
            words, others = _without_opening(spoken, known_words, mine, one, said, text, languages)
            shared = _shared(words, others)
            if len(shared) < _LEAST:
                continue
            if [word.stem for word in words if word.stem in shared] == shared:
                return None
            same = len(words) == len(others) == len(shared)
            if found is None and _exchanged(words, shared, same=same) and _is_plain(mine, words, said, languages):
                found = (mine.begin, mine.end) if _is_plain(one, others, text, languages) else None
    return found


def _without_opening(
    words: Sequence[Telling],
    others: Sequence[Telling],
    mine: Statement,
    one: Statement,
    said: str,
    text: str,
    languages: tuple[str, ...],
) -> tuple[Sequence[Telling], Sequence[Telling]]:
    """The words of two clauses behind what both say of where or when (`in the fields`), or one alone.

    Who does what stands behind it: a word of it that the other says elsewhere stays.
    """
    opened = [_opens(side, clause, languages) for side, clause in ((said, mine), (text, one))]
    if all(opened):
        pairs = zip(words, others, strict=False)
        same = sum(1 for _ in takewhile(lambda both: both[0].stem == both[1].stem, pairs))
        return words[same:], others[same:]
    stems = [{word.stem for word in side} for side in (words, others)]
    if opened[0]:
        words = [*dropwhile(lambda word: word.stem not in stems[1], words)]
    if opened[1]:
        others = [*dropwhile(lambda word: word.stem not in stems[0], others)]
    return words, others


def _where(wordings: Sequence[str], said: str, languages: tuple[str, ...]) -> tuple[int, int] | None:
    """Where a clause goes from where a wording goes to, and to where it comes from."""
    theirs = [(other, _ways(text, other, languages)) for text in wordings for other in statements(text, languages)]
    for mine in statements(said, languages) if theirs else ():
        ways = _ways(said, mine, languages)
        for other, one in theirs:
            if mine.content == other.content and mine.denied == other.denied and _becomes_another(ways, one):
                return mine.begin, mine.end
            begins = any(way == {-1} and ways.get(stem) in ({1}, {2}) for stem, way in one.items())
            ends = any(way in ({1}, {2}) and ways.get(stem) == {-1} for stem, way in one.items())
            if begins and ends:
                return mine.begin, mine.end
    return None


def _becomes_another(mine: Mapping[str, set[int]], theirs: Mapping[str, set[int]]) -> bool:
    """Whether in the same words another one is what something becomes: `it turns heat into motion`."""
    ends = [{stem for stem, way in side.items() if way & {2, 3}} for side in (mine, theirs)]
    return all(ends) and ends[0].isdisjoint(ends[1])


def _ways(text: str, one: Statement, languages: tuple[str, ...]) -> dict[str, set[int]]:
    """The words that something comes from (-1), goes to (1) or becomes (2, 3), by their stems."""
    ways: dict[str, set[int]] = defaultdict(set)
    small = function_words(languages) | denying_words(languages)
    way = 0
    for word in plain_words(text, one.begin, one.end, languages):
        if word.plain in _WAYS:
            way = _WAYS[word.plain]
        elif word.plain in small:
            way = way if word.plain in ARTICLES else 0
        else:
            if way:
                ways[word.stem].add(way)
            way = 0
    return ways


def _shared(mine: Sequence[Telling], theirs: Sequence[Telling]) -> list[str]:
    """The stems that both have once, in the order of theirs; none where either has more than one other."""
    ones, others = [one.stem for one in mine], [one.stem for one in theirs]
    shared = [stem for stem in others if others.count(stem) == 1 and ones.count(stem) == 1]
    shared = [stem for stem in shared if len(stem) >= _LEAST_LETTERS and stem.isalpha()]
    return shared if max(len({*ones}), len({*others})) - len(shared) <= _MOST_OTHERS else []


def _exchanged(words: Sequence[Telling], shared: Sequence[str], *, same: bool) -> bool:
    """same: neither clause has another word."""
    order = [word.stem for word in words if word.stem in shared]
    apart = [at for at, (one, other) in enumerate(zip(order, shared, strict=True)) if one != other]
    if same and _around(order, shared):
        return True
    # The first word for another behind what one does to the other: the last one, or any where no word is another.
    # `give animals oxygen` has nothing between them.
    if len(apart) == 2 and apart[0] == 0 and apart[1] > 1 and (apart[1] == len(order) - 1 or same):
        return True
    start = order.index(shared[0])
    # `Rome invaded the tribes`: what did it stands behind, and another before; else the verb may stand first.
    last_first = start == 1 or words[0].stem not in shared
    return last_first and [*order[start:], *order[:start]] == [*shared]


def _around(order: Sequence[str], shared: Sequence[str]) -> bool:
    """Whether all that stands before something in one stands behind it in the other: `young trees eat deer`."""
    for begin in range(1, len(shared) - 1):
        for end in range(begin + 1, len(shared)):
            if [*order] == [*shared[end:], *shared[begin:end], *shared[:begin]]:
                return True
    return False


def _is_plain(one: Statement, words: Sequence[Telling], text: str, languages: tuple[str, ...]) -> bool:
    """Whether a clause is said in the active, denies nothing, and its first word has no preposition before it."""
    plain = matching_form(text[one.begin : one.end])
    return (
        not one.denied
        and not any(_PASSIVE[tag].search(plain) for tag in languages)
        and not _is_behind(text, one, words[0].begin, languages)
    )


def _opens(text: str, one: Statement, languages: tuple[str, ...]) -> bool:
    first = next(plain_words(text, one.begin, one.end, languages), None)
    return first is not None and any(first.plain in _PREPOSITIONS[tag].split() for tag in languages)


def _is_behind(text: str, one: Statement, place: int, languages: tuple[str, ...]) -> bool:
    """Whether a preposition stands among the small words before a place of a clause."""
    small = function_words(languages) | denying_words(languages)
    before = [word.plain for word in plain_words(text, one.begin, one.end, languages) if word.begin < place]
    row = takewhile(lambda word: word in small, reversed(before))
    return any(word in _PREPOSITIONS[tag].split() for word in row for tag in languages)
