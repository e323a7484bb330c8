"""Names of things of one kind, of which one is not another: oxygen and nitrogen, July and August, noun and verb.

Of 3,673 right answers of SciEntsBank and Beetle (train) 5 name another of a kind than their reference and not its own,
of 5,237 others 88. A table of our own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from edgekit.glossary.words import keys
from edgekit.grading.function_words import known
from edgekit.grading.intake import matching_form
from edgekit.grading.statements import WORD

# A kind and a place in it.
_Thing = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Other:
    """text[begin:end] names something of a kind that `wanted`, a word of the wording, is of as well."""

    begin: int
    end: int
    wanted: str


def find_exclusive(
    wordings: Mapping[str, Sequence[str]], said: str, language: str, beside: Mapping[str, Sequence[str]]
) -> Other | None:
    """The first thing said that is of a kind of which every wording names others, where none of these is said.

    wordings, beside: language tag -> texts.  beside: what else the question speaks of, which an answer may as well.
    """
    # Words of the wordings' languages are borrowed into others.
    spoken = known((language, *wordings)) if known((language,)) else ()
    mine = _things(said, spoken)
    theirs = [_things(text, known((tag,))) for tag, texts in wordings.items() for text in texts if known((tag,))]
    if not mine or not theirs:
        return None
    context = {thing for tag, texts in beside.items() for text in texts for thing in _things(text, known((tag,)))}
    wanted = {thing: word for one in reversed(theirs) for thing, (word, _) in one.items()}
    plain = matching_form(said)
    for thing, (_, (begin, end)) in mine.items():
        kind = thing[0]
        same = {one for one in wanted if one[0] == kind}
        # `sunlight` names the Sun too.
        named = any(one in mine or matching_form(wanted[one]) in plain for one in same)
        if thing not in context and not named and all(any(one[0] == kind for one in texts) for texts in theirs):
            return Other(begin, end, next(word for one, word in wanted.items() if one in same))
    return None


def _things(text: str, languages: tuple[str, ...]) -> dict[_Thing, tuple[str, tuple[int, int]]]:
    """What a text names, each with its first word and where that is."""
    found: dict[_Thing, tuple[str, tuple[int, int]]] = {}
    for word in WORD.finditer(text):
        for thing in things(matching_form(word[0]), languages):
            found.setdefault(thing, (word[0], word.span()))
    return found


@lru_cache(maxsize=1 << 14)
def things(plain: str, languages: tuple[str, ...]) -> tuple[_Thing, ...]:
    """What a word in the form of `matching_form` names, in one order in every process: mercury is of two kinds."""
    found = {
        thing
        for language in languages
        for key in (plain, keys(plain, language)[-1])
        for thing in _table(language).get(key, ())
    }
    return tuple(sorted(found))


@lru_cache(maxsize=16)
def _table(language: str) -> dict[str, set[_Thing]]:
    """By the form of a word and by its stem."""
    found: dict[str, set[_Thing]] = {}
    for kind, words in _kinds().items():
        for at, forms in enumerate(words.get(language, "").split()):
            for form in map(matching_form, forms.split("|")):
                for key in {form, keys(form, language)[-1]}:
                    found.setdefault(key, set()).add((kind, at))
    return found


@lru_cache(maxsize=1)
def _kinds() -> Mapping[str, Mapping[str, str]]:
    """A kind has its name, and by language its words in one order, so that a word and its translation stand in the same
    place; `|` between words for the same, `-` where there is none.
    """
    found: Mapping[str, Mapping[str, str]] = json.loads((files("edgekit.grading") / "exclusive.json").read_bytes())
    return found
