"""Words that mean opposite things, by language: directions, sizes, states. A table of our own, symmetrical."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

from edgekit.glossary.words import keys
from edgekit.grading.function_words import function_words
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
# By language verbs that lie on a scale with a particle behind them alone: the scale, the end, the verbs, the particles,
# and the most words from one to the other. `Takes in` is absorbs, `takes the oxygen from` is no gift.
_PHRASED: Mapping[str, tuple[tuple[str, int, frozenset[str], frozenset[str], int], ...]] = {
    "en": tuple(
        (scale, sign, frozenset(verbs.split()), frozenset(particles.split()), most)
        for scale, sign, verbs, particles, most in (
            ("uptake", 1, "take takes took taken taking suck sucks sucked soak soaks soaked", "in", 1),
            ("uptake", -1, "give gives gave given giving let lets letting", "off out", 4),
            ("giving", -1, "take takes took taken taking", "from", 4),
            ("switch", 1, "turn turns turned switch switches switched stay stays stayed come comes came", "on", 1),
            ("switch", -1, "turn turns turned switch switches switched", "off", 1),
            ("switch", -1, "go goes going went gone", "out", 1),
        )
    )
}


@lru_cache(maxsize=1 << 14)
def pole(word: str, languages: tuple[str, ...]) -> tuple[str, int] | None:
    """The scale that a word lies on, and which end of it (1 or -1); None where it lies on none.

    word: in any form, with or without its accents.
    """
    plain = matching_form(word)
    for language in languages:
        if _is_small(plain, language, languages):
            continue
        exact, stems, _ = _table(language)
        if plain in exact:
            return exact[plain]
        for key in keys(plain, language):
            if key in stems:
                return stems[key]
    return None


def _is_small(plain: str, language: str, languages: tuple[str, ...]) -> bool:
    """Whether a word is a small one of another of the languages alone: Spanish `da` gives, Portuguese `da` does not."""
    return plain not in function_words((language,)) and plain in function_words(languages)


@lru_cache(maxsize=1 << 14)
def poles(word: str, languages: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """Every scale that a word lies on, the one of `pole` first: what is hard is not soft, and not easy."""
    first = pole(word, languages)
    if first is None:
        return ()
    plain = matching_form(word)
    also = (_table(language)[2].get(key) for language in languages for key in (plain, *keys(plain, language)))
    return tuple(dict.fromkeys((first, *(one for one in also if one is not None))))


# What only says that something is or becomes what the word behind it says: `stays open`, `queda abierto`.
_BEING: Mapping[str, frozenset[str]] = {
    language: frozenset(re.findall(r"\w+", words))
    for language, words in {
        "en": "stay stays stayed staying remain remains remained become becomes became",
        "es": "sigue siguen seguir queda quedan quedo permanece permanecen vuelve vuelven",
        "pt": "fica ficam ficou continua continuam permanece permanecem torna tornam",
    }.items()
}


def phrased(plains: Sequence[str], languages: tuple[str, ...]) -> tuple[Mapping[int, tuple[str, int]], frozenset[int]]:
    """Which words of a clause lie on a scale, and at which end, behind a verb or a preposition alone, and where it has
    words that say no more: `goes down` is `falls`, `gives off` is `releases`, and `heats up` is neither.

    plains: its words in the form of `matching_form`.
    """
    found: dict[int, tuple[str, int]] = {}
    empty: set[int] = set()
    for at, word in enumerate(plains):
        behind = "".join(plains[at + 1 : at + 2])
        if any(word in _BEING.get(one, _NONE) for one in languages) and pole(behind, languages) is not None:
            empty.add(at)
        for language in languages:
            up, down, leading, light = _WAYS.get(language, (_NONE,) * 4)
            before = range(max(0, at - _BEHIND[language == "en"]), at)
            if word in up | down and any(plains[one] in leading for one in before):
                found[at] = ("direction", 1 if word in up else -1)
                empty.update(one for one in range(max(0, at - _BEHIND[True]), at) if plains[one] in light)
            for scale, sign, verbs, particles, most in _PHRASED.get(language, ()):
                verb = next((one for one in reversed(range(max(0, at - most), at)) if plains[one] in verbs), None)
                if word in particles and verb is not None:
                    found[at] = (scale, sign)
                    empty.add(verb)
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
