"""Words that mean opposite things, by language: directions, sizes, states. A table of our own, symmetrical."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from edgekit.glossary.words import keys
from edgekit.grading.intake import matching_form


@lru_cache(maxsize=1 << 14)
def pole(word: str, languages: tuple[str, ...]) -> tuple[str, int] | None:
    """The scale that a word lies on, and which end of it (1 or -1); None where it lies on none.

    word: in any form, with or without its accents.
    """
    plain = matching_form(word)
    for language in languages:
        exact, stems = _table(language)
        if plain in exact:
            return exact[plain]
        for key in keys(plain, language):
            if key in stems:
                return stems[key]
    return None


def pairs(language: str) -> list[tuple[str, str]]:
    """Each word of one pole with the word of the other that stands in the same place, both ways round."""
    found: list[tuple[str, str]] = []
    for scale in _scales().values():
        up, _, down = scale.get(language, "").partition("|")
        both = list(zip(_words(up), _words(down), strict=False))
        found += [*both, *((other, one) for one, other in both)]
    return found


def _words(side: str) -> list[str]:
    return [word.lstrip("=") for word in side.split()]


@lru_cache(maxsize=16)
def _table(language: str) -> tuple[dict[str, tuple[str, int]], dict[str, tuple[str, int]]]:
    """What lies on a scale by its form, and by its stem."""
    exact: dict[str, tuple[str, int]] = {}
    stems: dict[str, tuple[str, int]] = {}
    for name, scale in _scales().items():
        for side, sign in zip(scale.get(language, "").split("|"), (1, -1), strict=False):
            for word in side.split():
                plain = matching_form(word.lstrip("="))
                exact.setdefault(plain, (name, sign))
                if not word.startswith("="):
                    for key in keys(plain, language):
                        stems.setdefault(key, (name, sign))
    return exact, stems


@lru_cache(maxsize=1)
def _scales() -> Mapping[str, Mapping[str, str]]:
    """A scale has its name, and by language the words of one pole and of the other.

    Every form with the word's stem counts; after `=` only the form that stands there, where the stem has other senses
    (`light`, `fall`, `más`).
    """
    found: Mapping[str, Mapping[str, str]] = json.loads((files("edgekit.grading") / "opposites.json").read_bytes())
    return found
