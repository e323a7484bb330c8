"""Words in a text, and when two of them are forms of one word."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from unicodedata import normalize

from edgekit.core.languages import base_language

# Signs that belong to the letter before them and that `\w` leaves out: accents, vowel signs, joiners.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u0900-\u0963\u0971-\u09e5\u09f0-\u0a65"
    "\u0a70-\u0ae5\u0af0-\u0b65\u0b70-\u0be5\u0bf0-\u0c65\u0c70-\u0ce5\u0cf0-\u0d65\u0d70-\u0de5\u0df0-\u0df3\u0e31"
    "\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u0f18-\u0f3f\u0f71-\u0fbc\u102b-\u103e\u1056-\u1059"
    "\u105e-\u1060\u135d-\u135f\u17b4-\u17d3\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d\u20d0-\u20ff\u302a-\u302f"
    "\u3099\u309a\ufe20-\ufe2f"
)
# Writing without spaces between words: every character is looked at as a word, so a term may begin at any of them.
_UNSPACED = "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3005\u3041-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff"
_UNSPACED += "\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_UNSPACED}][{_MARKS}]*|(?:(?![{_UNSPACED}])[^\W_]|[{_MARKS}])+")
_STARTS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_HANGUL = re.compile("[\uac00-\ud7a3]+")
_NO_SIGNS = str.maketrans("", "", "\u0640\u200c\u200d")

# Snowball has these (3.1); the codes are those of BCP-47.
_ALGORITHMS = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "eo": "esperanto",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "st": "sesotho",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}

# What the stemmers leave apart and every class meets: `equação` is stemmed to `equaçã`, `equações` to `equaçõ`.
_PLURALS: dict[str, tuple[tuple[re.Pattern[str], str], ...]] = {
    "pt": (
        (re.compile(r"(?<=..)(ões|ães|ãos)$"), "ão"),
        (re.compile(r"(?<=..)ais$"), "al"),
        (re.compile(r"(?<=..)(éis|eis)$"), "el"),
        (re.compile(r"(?<=.)óis$"), "ol"),
        (re.compile(r"(?<=.)uis$"), "ul"),
        (re.compile(r"(?<=..)ns$"), "m"),
        (re.compile(r"(?<=..)eses$|(?<=^m)eses$"), "ês"),
        (re.compile(r"(?<=..[rzs])es$"), ""),
        (re.compile(r"(?<=...)is$"), "el"),
        (re.compile(r"(?<=..)il$"), "el"),  # `fósseis` is the plural of `fóssil`, `níveis` that of `nível`
        (re.compile(r"(?<=.[aeiouáéíóúâêôãl])s$"), ""),
    ),
    "es": (
        (re.compile(r"(?<=..)ces$"), "z"),
        (re.compile(r"(?<=..)iones$"), "ión"),
        (re.compile(r"(?<=.[aeiouáéó])s$"), ""),
    ),
    "en": (
        (re.compile(r"(?<=.us)es$"), ""),
        (re.compile(r"(?<=..[^aeiou])ves$"), "f"),
        (re.compile(r"(?<=[aeo][aeo])ves$"), "f"),
    ),
}
_IRREGULAR = {
    "analyses": "analysis",
    "axes": "axis",
    "bacteria": "bacterium",
    "children": "child",
    "criteria": "criterion",
    "crises": "crisis",
    "feet": "foot",
    "fungi": "fungus",
    "geese": "goose",
    "hypotheses": "hypothesis",
    "indices": "index",
    "knives": "knife",
    "larvae": "larva",
    "lives": "life",
    "matrices": "matrix",
    "men": "man",
    "mice": "mouse",
    "nuclei": "nucleus",
    "oases": "oasis",
    "people": "person",
    "phenomena": "phenomenon",
    "radii": "radius",
    "teeth": "tooth",
    "theses": "thesis",
    "vertebrae": "vertebra",
    "vertices": "vertex",
    "wives": "wife",
    "women": "woman",
}

# A stem holds together more than the forms of a word: `universe` and `university`, `house` and `housing`, `casa` and
# `caso` and `casar`. So what two words have after their common beginning must look like an ending of number.
_ENDINGS = {
    "en": re.compile(r"(?:e?s|e|y|ies)?"),
    "pt": re.compile(r"(?:e?s)?"),
    "es": re.compile(r"(?:e?s)?"),
    "gl": re.compile(r"(?:e?s)?"),
    "ca": re.compile(r"(?:n?s|a|es)?"),
    "fr": re.compile(r"(?:e?s|e|x|ux?|l)?"),
}
_ENGLISH_VERB = re.compile(r"(?:(?:[bdfgklmnprstvz])?(?:ed|ing)|e?s|e|d|y|ie[sd])?")
_INFINITIVE = re.compile(r".{2,}[aeiáêôé]r|.{2,}re")

# Bantu nouns change at the front: `kitabu`, `vitabu`; `mwalimu`, `walimu`.
_BY_PREFIX = frozenset(
    {"bem", "kg", "ki", "kj", "lg", "ln", "luo", "lua", "nd", "nr", "ny", "rn", "rw", "sn", "ss", "sw", "tn", "ts"}
    | {"umb", "ve", "xh", "zu", "kmb", "tum"}
)
_KEY = 4
_MOST_ENDING = 3
_MOST_BEGINNING = 2
# A syllable of Brahmic writing is one or two code points, so words are shorter: `কোষ`, `কোষের`.
_BRAHMIC = re.compile("[\u0900-\u0dff]{3}")
_BRAHMIC_KEY = 3


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its place in a text, in code points."""

    text: str
    begin: int
    end: int


def words(text: str) -> Iterator[Word]:
    """The words of a text in order; of writing without spaces every character by itself."""
    for found in _WORD.finditer(text):
        yield Word(found[0], found.start(), found.end())


def is_unspaced(word: str) -> bool:
    """Whether a word is a character of writing without spaces."""
    return _STARTS_UNSPACED.match(word) is not None


def is_stemmed(language: str) -> bool:
    """Whether words of a language are told from their forms by a stemmer."""
    return base_language(language) in _ALGORITHMS


@lru_cache(maxsize=100_000)
def fold(word: str, language: str) -> str:
    """The word in lower case and composed; what a dictionary would sort it under."""
    if base_language(language) in ("tr", "az"):
        word = word.replace("İ", "i").replace("I", "ı")
    return normalize("NFC", normalize("NFC", word).casefold().translate(_NO_SIGNS))


@lru_cache(maxsize=100_000)
def keys(word: str, language: str) -> tuple[str, ...]:
    """What to look a word up by: two words that `same` takes for one have at least one key in common.

    Stems of Snowball where it knows the language, else the first four characters (and the last four where words
    change at the front).
    """
    language = base_language(language)
    folded = fold(word, language)
    if language in _ALGORITHMS:
        return tuple(dict.fromkeys((folded, *_stems(folded, language))))
    if _HANGUL.match(folded):
        return (folded[:2],)
    found = [folded[: _least(folded)]]
    if language in _BY_PREFIX and len(folded) >= (least := _least(folded[::-1])):
        found.append("-" + folded[-least:])
    return tuple(found)


def _least(folded: str) -> int:
    """How much of its beginning a word has at least in common with its forms."""
    return _BRAHMIC_KEY if _BRAHMIC.match(folded) else _KEY


@lru_cache(maxsize=100_000)
def index_keys(word: str, language: str) -> tuple[str, ...]:
    """As `keys`, and no more words to a key than are alike: of terms that begin alike, `keys` has all under one.

    What `same` takes for one without a stemmer has a common beginning (or end) of all but a few letters of the longer.
    """
    language = base_language(language)
    folded = fold(word, language)
    if language in _ALGORITHMS:
        return keys(word, language)
    least = 2 if _HANGUL.match(folded) else _least(folded)
    found = [folded[:size] for size in range(max(least, len(folded) - _MOST_ENDING), len(folded) + 1)]
    if language in _BY_PREFIX:
        least = max(_least(folded[::-1]), len(folded) - _MOST_BEGINNING)
        found += ["-" + folded[len(folded) - size :] for size in range(least, len(folded) + 1)]
    return tuple(dict.fromkeys([folded, *found]))


@lru_cache(maxsize=100_000)
def same(term: str, word: str, language: str, loose: bool = False) -> bool:
    """Whether a word of a text is the term's word or a form of it.

    loose: every word with the term's stem will do (in English, every form of a verb): parts of terms of several words
        agree with each other (`branca`, `brancos`), and a translation may need any form.
    """
    language = base_language(language)
    one, other = fold(term, language), fold(word, language)
    if one == other:
        return True
    if is_unspaced(one) or is_unspaced(other) or one.isdigit() or other.isdigit():
        return False
    if language in _ALGORITHMS:
        repaired, other_repaired = _singular(one, language), _singular(other, language)
        if repaired == other_repaired:
            return True
        if not {*_stems(one, language)} & {*_stems(other, language)}:
            return False
        endings = _ENDINGS.get(language)
        if endings is None or (loose and language != "en") or _is_infinitive(one, language):
            return True
        if loose:
            endings = _ENGLISH_VERB
        return _end_like(one, other, endings) or _end_like(repaired, other_repaired, endings)
    if _HANGUL.fullmatch(one):
        # Particles follow the noun; a single syllable with one would be half of all words.
        return len(one) >= 2 and other.startswith(one) and len(other) - len(one) <= _MOST_ENDING
    if _alike(one, other):
        return True
    return language in _BY_PREFIX and _alike(one[::-1], other[::-1], _MOST_BEGINNING)


def _is_infinitive(folded: str, language: str) -> bool:
    return language in ("pt", "es", "gl", "ca", "fr") and _INFINITIVE.fullmatch(folded) is not None


def _end_like(one: str, other: str, endings: re.Pattern[str]) -> bool:
    shared = _shared(one, other)
    return endings.fullmatch(one[shared:]) is not None and endings.fullmatch(other[shared:]) is not None


def _alike(one: str, other: str, most: int = _MOST_ENDING) -> bool:
    """A long common beginning and short endings: at least four characters and twice the longer ending."""
    shared = _shared(one, other)
    rest = max(len(one), len(other)) - shared
    if _BRAHMIC.match(one):
        return rest <= most and shared >= max(_BRAHMIC_KEY, rest)
    return rest <= most and shared >= max(_KEY, 2 * rest)


def _shared(one: str, other: str) -> int:
    for index, (first, second) in enumerate(zip(one, other, strict=False)):
        if first != second:
            return index
    return min(len(one), len(other))


@lru_cache(maxsize=100_000)
def _singular(folded: str, language: str) -> str:
    if language == "en" and folded in _IRREGULAR:
        return _IRREGULAR[folded]
    for pattern, ending in _PLURALS.get(language, ()):
        if pattern.search(folded):
            return pattern.sub(ending, folded)
    return folded


@lru_cache(maxsize=100_000)
def _stems(folded: str, language: str) -> tuple[str, ...]:
    # One stemmer keeps the word it works on: only one thread at a time.
    with _LOCK:
        stemmer = _stemmer(language)
        return tuple(stemmer.stemWord(form) for form in dict.fromkeys((folded, _singular(folded, language))))


_LOCK = threading.Lock()


@lru_cache(maxsize=64)
def _stemmer(language: str) -> Any:
    import snowballstemmer  # type: ignore[import-untyped]

    return snowballstemmer.stemmer(_ALGORITHMS[language])
