"""Words that mean opposite things, by language: directions, sizes, states. A table of our own, symmetrical."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

from edgekit.glossary.words import keys
from edgekit.grading.intake import matching_form

# By language words for up, for down, what stands before them where they say which way, and words that say no more. All
# in the form of `matching_form`.
_NONE: frozenset[str] = frozenset()
_WAYS: Mapping[str, tuple[frozenset[str], ...]] = {
    language: tuple(frozenset(re.findall(r"\w+", words)) for words in row)
    for language, row in {
        "en": (
            "up upward upwards",
            "down downward downwards",
            "go goes going went gone move moves moved moving come comes came coming flow flows flowed flowing travel "
            "travels traveled travelled float floats floated floating push pushes pushed pushing pull pulls pulled "
            "pulling carry carries carried carrying lift lifts lifted lifting fly flies flew flying drift drifts "
            "drifted climb climbs climbed slide slides slid roll rolls rolled pump pumps pumped",
            "go goes going went gone move moves moved moving come comes came coming",
        ),
        "es": ("arriba", "abajo", "hacia para", "hacia para ir va van iba mueve mueven mover"),
        "pt": ("cima", "baixo", "para pra", "para pra ir vai vao ia move movem mover"),
    }.items()
}
# How many words before a particle its verb stands: `pushes the warm air up`; a preposition stands next to it.
_BEHIND = (1, 4)


@lru_cache(maxsize=1 << 14)
def pole(word: str, languages: tuple[str, ...]) -> tuple[str, int] | None:
    """The scale that a word lies on, and which end of it (1 or -1); None where it lies on none.

    word: in any form, with or without its accents.
    """
    plain = matching_form(word)
    for language in languages:
        exact, stems, _ = _table(language)
        if plain in exact:
            return exact[plain]
        for key in keys(plain, language):
            if key in stems:
                return stems[key]
    return None


@lru_cache(maxsize=1 << 14)
def poles(word: str, languages: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """Every scale that a word lies on, the one of `pole` first: what is hard is not soft, and not easy."""
    first = pole(word, languages)
    if first is None:
        return ()
    plain = matching_form(word)
    also = (_table(language)[2].get(key) for language in languages for key in (plain, *keys(plain, language)))
    return tuple(dict.fromkeys((first, *(one for one in also if one is not None))))


def directions(plains: Sequence[str], languages: tuple[str, ...]) -> tuple[Mapping[int, int], frozenset[int]]:
    """Where a clause says that something goes up (1) or down (-1) in a word that says so behind a verb or a preposition
    alone, and where it has words that say no more: `goes down` is `falls`, and `heats up` is neither.

    plains: its words in the form of `matching_form`.
    """
    found: dict[int, int] = {}
    empty: set[int] = set()
    for at, word in enumerate(plains):
        for language in languages:
            up, down, leading, light = _WAYS.get(language, (_NONE,) * 4)
            before = range(max(0, at - _BEHIND[language == "en"]), at)
            if word in up | down and any(plains[one] in leading for one in before):
                found[at] = 1 if word in up else -1
                empty.update(one for one in range(max(0, at - _BEHIND[True]), at) if plains[one] in light)
    return found, frozenset(empty)


def pairs(language: str) -> list[tuple[str, str]]:
    """Each word of one pole with the word of the other that stands in the same place, both ways round."""
    found: list[tuple[str, str]] = []
    for scale in _scales().values():
        up, _, down = scale.get(language, "").partition("|")
        both = list(zip(_words(up), _words(down), strict=False))
        found += [*both, *((other, one) for one, other in both)]
    return found


def _words(side: str) -> list[str]:
    return [word.lstrip("=") for word in side.split() if not word.startswith("~")]


@lru_cache(maxsize=16)
def _table(language: str) -> tuple[dict[str, tuple[str, int]], ...]:
    """What lies on a scale by its form, by its stem, and what lies on one besides, by both."""
    exact: dict[str, tuple[str, int]] = {}
    stems: dict[str, tuple[str, int]] = {}
    also: dict[str, tuple[str, int]] = {}
    for name, scale in _scales().items():
        for side, sign in zip(scale.get(language, "").split("|"), (1, -1), strict=False):
            for word in side.split():
                plain = matching_form(word.lstrip("=~"))
                if word.startswith("~"):
                    also.update(dict.fromkeys((plain, *keys(plain, language)), (name, sign)))
                    continue
                exact.setdefault(plain, (name, sign))
                if not word.startswith("="):
                    for key in keys(plain, language):
                        stems.setdefault(key, (name, sign))
    return exact, stems, also


@lru_cache(maxsize=1)
def _scales() -> Mapping[str, Mapping[str, str]]:
    """A scale has its name, and by language the words of one pole and of the other.

    Every form with the word's stem counts; after `=` only the form that stands there, where the stem has other senses
    (`light`, `fall`, `más`); after `~` a word that lies on another scale as well, which stands there.
    """
    found: Mapping[str, Mapping[str, str]] = json.loads((files("edgekit.grading") / "opposites.json").read_bytes())
    return found
