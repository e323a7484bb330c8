"""What an answer takes over from the question: `when we run` says nothing beside what is asked when we run.

Of whole questions too much is taken over: with all of their words aside, 22 more right answers of SciEntsBank and
Beetle (train) seem to deny what they say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

from edgekit.grading.function_words import denying_words, function_words
from edgekit.grading.opposites import poles
from edgekit.grading.statements import Statement, Word, conditions, plain_words, statements

Asked: TypeAlias = tuple[str, ...]
"""The texts of a question in the language of an answer."""

# By language, what says when something is: what follows is a circumstance. In the form of `matching_form`.
_WHEN: Mapping[str, str] = {
    "en": "when whenever while if during",
    "es": "cuando mientras si durante al",
    "pt": "quando enquanto se durante ao",
    "de": "wenn wahrend beim",
    "fr": "quand lorsque pendant si",
}
# `al correr` is `cuando corremos`.
_LEAST_STEM = 4


@dataclass(frozen=True, slots=True)
class _Given:
    """The words of a question, the ends of scales that it has, and whether it asks on more than one condition (`when
    running and when resting`).
    """

    content: frozenset[str]
    poles: frozenset[tuple[str, int]]
    compares: bool

    def has(self, word: Word, languages: tuple[str, ...]) -> bool:
        """Whether it has a word, in any form, or one of the same end of a scale: of `hot`, `cold` is another."""
        ends = poles(word.plain, languages)
        return self.poles.issuperset(ends) if ends else self.has_stem(word.stem)

    def has_stem(self, stem: str) -> bool:
        """Whether it has a stem, or one that begins so."""
        least = max(_LEAST_STEM, len(stem) - 2)
        return stem in self.content or any(len(one) >= least and one[:least] == stem[:least] for one in self.content)


@lru_cache(maxsize=256)
def _given(asked: Asked, languages: tuple[str, ...]) -> _Given:
    content = frozenset(stem for text in asked for one in statements(text, languages) for stem in one.content)
    ends = frozenset(
        (scale, sign)
        for text in asked
        for one in statements(text, languages)
        for scale, signs in one.poles.items()
        for sign in signs
    )
    compares = any(len(_openers(tuple(plain_words(text, 0, len(text), languages)), languages)) > 1 for text in asked)
    return _Given(content, ends, compares)


def _openers(words: Sequence[Word], languages: tuple[str, ...]) -> list[int]:
    opening = frozenset(word for one in languages for word in _WHEN[one].split())
    return [at for at, word in enumerate(words) if word.plain in opening]


def without_asked(
    mine: Statement, theirs: Statement, said: str, asked: Asked, languages: tuple[str, ...]
) -> tuple[Statement, bool]:
    """A clause of what is said without the circumstance that it has from the question, and whether it is said on no
    condition beside that.

    A circumstance that a wording has as well stays: it is a part of what counts.
    """
    words = tuple(plain_words(said, mine.begin, mine.end, languages))
    own = conditions(said, words, languages)
    given = _given(asked, languages)
    if not asked or given.compares:
        return mine, not own
    idle, denying = function_words(languages), denying_words(languages)
    told: set[int] = set()
    for at in _openers(words, languages):
        named = []
        for place in range(at + 1, len(words)):
            word = words[place]
            if word.plain in idle:
                continue
            names = _names(word, languages)
            if word.plain in denying or names & theirs.content or not given.has(word, languages):
                break
            named.append(place)
        told.update((at, *named) if named else ())
    free = all(at in told for at, word in enumerate(words) if word.plain in own)
    if not told or not free:
        return mine, free
    left = frozenset().union(*(_names(word, languages) for at, word in enumerate(words) if at not in told))
    gone = frozenset().union(*(_names(words[at], languages) for at in told)) - left
    return replace(mine, content=mine.content - gone), free


def _names(word: Word, languages: tuple[str, ...]) -> frozenset[str]:
    """What a statement may have of a word among what it is about."""
    return frozenset((word.stem, *(f"~{scale}" for scale, _ in poles(word.plain, languages)[:1])))


def is_asked(one: Statement, asked: Asked, languages: tuple[str, ...]) -> bool:
    """Whether a clause says nothing but what the question says."""
    given = _given(asked, languages)
    return bool(asked) and all(map(given.has_stem, one.content))
