"""The plural of a term, in languages where a few rules give it."""

from __future__ import annotations

import re
from collections.abc import Callable

from edgekit.core.languages import base_language
from edgekit.glossary.words import fold, same, words

# Words after one of these do not follow the first in number: `curso de água`, `cursos de água`.
_UNTIL = {
    "es": frozenset({"a", "al", "con", "de", "del", "e", "en", "para", "por", "sin", "y"}),
    "pt": frozenset(
        {"a", "ao", "com", "da", "das", "de", "do", "dos", "e", "em", "na", "no", "para", "por", "sem", "à"}
    ),
}
# Nouns in -ão that do not become -ões, those of school books.
_PORTUGUESE = {
    "mão": "mãos",
    "irmão": "irmãos",
    "cidadão": "cidadãos",
    "grão": "grãos",
    "órgão": "órgãos",
    "pão": "pães",
}
_PORTUGUESE |= {
    "gol": "gols",
    "mal": "males",
    "alemão": "alemães",
    "capitão": "capitães",
    "cão": "cães",
    "chão": "chãos",
    "órfão": "órfãos",
}
_ACCENTED = re.compile("[áéíóúâêôãõ]")
_PLAIN = str.maketrans("áéíóúâêô", "aeiouaeo")
_PLURALS_IN_S = frozenset({"ca", "en", "es", "fr", "gl", "pt"})


def is_plural(term: str, found: str, language: str) -> bool:
    """Whether what was found is the plural of a term, in languages whose plurals end in s; else False."""
    if base_language(language) not in _PLURALS_IN_S:
        return False
    for wanted, word in zip(words(term), words(found), strict=False):
        one, other = fold(wanted.text, language), fold(word.text, language)
        if one != other:
            return other.endswith("s") or (not other.endswith(("d", "g", "'")) and same(one, other, language))
    return False


def plural(term: str, language: str) -> str:
    """A term in the plural: English, Portuguese and Spanish; as it is in all other languages, and where it has none."""
    language = base_language(language)
    rule = _RULES.get(language)
    listed = list(words(term))
    if rule is None or not listed:
        return term
    if language == "en":
        chosen = listed[-1:]
    else:
        until = next((at for at, word in enumerate(listed) if word.text.casefold() in _UNTIL[language]), len(listed))
        chosen = listed[:until]
    for word in reversed(chosen):
        if word.text.islower() or word.text.istitle():
            new = rule(word.text)
            # What would not be taken for the term any more is no plural of it.
            if same(word.text, new, language, loose=True):
                term = term[: word.begin] + new + term[word.end :]
    return term


def _portuguese(word: str) -> str:
    if word.casefold() in _PORTUGUESE:
        return word[:1] + _PORTUGUESE[word.casefold()][1:]
    accented = _ACCENTED.search(word.casefold()) is not None
    for ending, new in (
        ("ão", "ões"),
        ("m", "ns"),
        ("il", "eis" if accented else "is"),
        ("al", "ais"),
        ("el", "eis" if accented else "éis"),
        ("ol", "óis"),
        ("ul", "uis"),
        ("ês", "eses"),
        ("r", "res"),
        ("z", "zes"),
    ):
        if word.endswith(ending):
            return word[: -len(ending)] + new
    return word if word[-1] in "sx" else word + "s"


def _spanish(word: str) -> str:
    if word[-1] == "z":
        return word[:-1] + "ces"
    if word[-1] in "sx":
        return word[:-2] + word[-2:].translate(_PLAIN) + "es" if word[-2:-1] in tuple("áéíóú") else word
    if word[-1] == "n" and word[-2:-1] in tuple("áéíóú"):
        return word[:-2] + word[-2:].translate(_PLAIN) + "es"
    return word + ("s" if word[-1] in "aeiouáéó" else "es")


def _english(word: str) -> str:
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word if word.endswith("s") and not word.endswith(("ss", "us")) else word + "es"
    if word.endswith("y") and word[-2:-1] not in tuple("aeiou"):
        return word[:-1] + "ies"
    return word + "s"


_RULES: dict[str, Callable[[str], str]] = {"en": _english, "es": _spanish, "pt": _portuguese}
