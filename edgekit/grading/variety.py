"""What an answer is written in: a language, a mix of two, a language by its sound, or another script than its own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from edgekit.core.errors import UsageError
from edgekit.core.languages import base_language, normalise_tag
from edgekit.grading.function_words import LANGUAGES, function_words, known
from edgekit.grading.intake import matching_form
from edgekit.identify.identifier import Identifier, known_languages, open_identifier
from edgekit.identify.mixed import spans
from edgekit.identify.scripts import main_script, scripts_of_language

# Of 150 English and 150 Spanish answers of LAK train none has one word in twenty of the other language, of 150 in a mix
# of them 138 have.
_LEAST_SHARE = 0.05
# One or two words are hardly evidence: they are in the language of the question unless that is certain to be wrong.
_LEAST_WORDS = 3
_MOST_READ = 4000
_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
# In no language.
_ADDRESS = re.compile(r"(?:https?://|www\.)\S{1,2000}")
# Spanish by its sound, and as it is typed on a telephone; `k` is in no Spanish word but loans.
_BY_SOUND = re.compile(
    r"x|xq|xk|xke|pq|pk|porke|porq|k|q|ke|kier\w+|kien|kienes|aki|kual|kuando|komo|kosas?|komida|tb|tmb|tbn"
    r"|tmbn|bn|aser|aze|ase|"
    r"asen|ay|ablar|oras|ombres?|desir|dise|disen|nes[ae][cs]it\w+|produse\w*|selulas?|enerjia|jente|\w+asion"
    r"|estava\w*|"
    r"tanbien|bida|bibos?|bibir|bolber|weno|wueno"
    # Written so by everybody: `kilómetro`, `kelvin`.
    r"|(?!kilo|kelvin|kepler|kiwi|keros|kenia)\w*k[ie][^\W\d_]*"
)
# `rápido` among Spanish words is as good Spanish as Portuguese, `não` is none.
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz'’-")
_ACCENTED = {"es": "áéíóúüñ", "pt": "áéíóúâêôãõàçü", "fr": "àâæçéèêëîïôœùûüÿ", "de": "äöüß", "it": "àèéìòù"}
# How words of one of them end and those of no other do: `artéria`, `pulmões`; `corazón`, `estación`.
_ENDINGS = {
    "es": re.compile(r"\w*[áéíóú]n|\w*ñ\w*"),
    "pt": re.compile(r"\w*[áéíóúâêô][^\W\daeiouáéíóúâêôãõ]+[iu][aeo]s?|\w*(?:[ãõ]|ç[aou])\w*"),
}
_LEAST_BY_SOUND = 2
_BY_SOUND_SHARE = 0.12
_FEW_WORDS = 4
# One mixed or phonetic answer of LAK and ISLS is less likely English or Spanish than this; of FLORES dev in hi, ar, ru,
# am and ta in Latin letters 295 of 300 lines are.
_MOST_LATIN = 0.01


@dataclass(frozen=True, slots=True)
class Variety:
    """What an answer is written in.

    tag: a language tag, several in the order of the alphabet (`en+es`), `es-phon` for Spanish by its sound (alone or in
        a mix: `en+es-phon`), a tag with `-Latn` for a language in Latin letters that has others (`hi-Latn`).
    shares: of words, by base language; the sum is 1, or 0 where there is no word.  switches: how often it changes.
    script: of most letters, as ISO 15924 codes it; empty where there is no letter.
    """

    tag: str
    shares: Mapping[str, float]
    switches: int
    script: str


def profile(text: str, languages: Sequence[str]) -> Variety:
    """The variety of a text of one of some languages or several, at least one: its calibration group, no feature.

    Word by word (`identify.mixed`): a switch inside a word (`removea`) is none, nor is a word that is written alike in
    both. Raises UsageError for no language.
    """
    tags = tuple(dict.fromkeys(normalise_tag(one) for tag in languages for one in tag.split("+")))
    if not tags:
        raise UsageError("there is no language that the answers may be in", hint="name at least one")
    text = _ADDRESS.sub(" ", text[:_MOST_READ])
    script = main_script(text) or ""
    words = [found.span() for found in _WORD.finditer(text)]
    if not words:
        return Variety(base_language(tags[0]), {}, 0, script)
    romanised = _romanised(text, tags, script, len(words))
    if romanised is not None:
        return Variety(f"{romanised}-Latn", {romanised: 1.0}, 0, script)
    found = _languages(text, words, tags)
    counts = Counter(found)
    shares = {tag: count / len(found) for tag, count in sorted(counts.items())}
    switches = sum(one != other for one, other in pairwise(found))
    kept = [tag for tag, share in shares.items() if share >= _LEAST_SHARE]
    if "es" in kept and _is_by_sound(
        [text[slice(*word)] for word, tag in zip(words, found, strict=True) if tag == "es"]
    ):
        kept = ["es-phon" if tag == "es" else tag for tag in kept]
    return Variety("+".join(kept), shares, switches, script)


def _languages(text: str, words: Sequence[tuple[int, int]], tags: tuple[str, ...]) -> list[str]:
    """The base language of each word."""
    first = base_language(tags[0])
    if not any(base_language(tag) in known_languages() for tag in tags):
        return [first] * len(words)
    if len(words) < _LEAST_WORDS:
        told = _identifier(tags).identify(text).tag or _spelled(text, words, tags) or first
        return [base_language(told)] * len(words)
    found: list[str] = []
    row = spans(text, tags)
    at = 0
    for begin, _ in words:
        while at + 1 < len(row) and row[at].end <= begin:
            at += 1
        found.append(base_language(row[at].tag))
    # The sequence's probabilities smooth single small words away (`reactants y products`), which are what a mix is
    # full of: a word that is a function word of one of the languages only is in that one.
    # Of other languages no small word is known: `na` is of Portuguese, and the `and` of Swahili.
    only = _own(tuple(dict.fromkeys(map(base_language, tags))))
    # A capital is a name, or mineral Y.
    for at, (begin, end) in enumerate(words):
        if not text[begin].isupper() and found[at] in LANGUAGES:
            found[at] = only.get(matching_form(text[begin:end]), found[at])
    # One word of another language may be a name or a term (`mitochondria`): it counts where its letters or its being
    # a small word say so.
    main = max(sorted(set(found)), key=found.count)
    for tag, count in Counter(found).items():
        if count == 1 and tag != main:
            at = found.index(tag)
            word = text[slice(*words[at])]
            if not set(word.lower()) - _letters(main) and matching_form(word) not in only:
                found[at] = main
    return found


def _spelled(text: str, words: Sequence[tuple[int, int]], tags: tuple[str, ...]) -> str | None:
    """The first of the languages that has all letters of a word or two, by their endings alone where these tell."""
    written = [text[slice(*word)].lower() for word in words]
    bases = [base_language(tag) for tag in tags]
    if not all(base in LANGUAGES for base in bases):
        return None
    fits = [base for base in bases if _letters(base).issuperset("".join(written))]
    ends = [base for base in fits if base in _ENDINGS and any(map(_ENDINGS[base].fullmatch, written))]
    return next(iter((*ends, *fits)), None)


def _letters(language: str) -> frozenset[str]:
    """Those of words of a language, beside signs between them."""
    return _LETTERS | frozenset(_ACCENTED.get(language, ""))


@lru_cache(maxsize=64)
def _own(languages: tuple[str, ...]) -> Mapping[str, str]:
    """Function words of one of the languages that no other of them has."""
    sets = {language: function_words(known([language])) for language in languages}
    return {
        word: language
        for language, words in sets.items()
        for word in words
        if word not in _SHARED and not any(word in other for name, other in sets.items() if name != language)
    }


# Words of one language that are content words, names or signs in another.
_SHARED = frozenset(
    re.findall(
        r"\w+",
        "a al alle am an as ate be bin c car case caso comment d da das den des die do dos du e era es et fact fall "
        "far fin font gut ha has hat he her him i in ir j k "
        "l lo le m mal man mas me mi n no nos o on one or par per pour pro q rot s san se si sin so solo son su t te "
        "to tu u "
        "un use van "
        "via war was x ya",
    )
)


def _is_by_sound(spanish: Sequence[str]) -> bool:
    """Whether enough of some Spanish words are written by their sound."""
    found = sum(_BY_SOUND.fullmatch(matching_form(word)) is not None for word in spanish)
    if len(spanish) <= _FEW_WORDS:
        return found >= 1
    return found >= _LEAST_BY_SOUND and found >= _BY_SOUND_SHARE * len(spanish)


def _romanised(text: str, tags: tuple[str, ...], script: str, words: int) -> str | None:
    """The first language that is not written in Latin letters, where the text is and is in none that is."""
    others = [tag for tag in tags if "Latn" not in scripts_of_language(tag)]
    latin = tuple(tag for tag in tags if tag not in others)
    if script != "Latn" or not others:
        return None
    if not latin:
        return base_language(others[0])
    if words < _LEAST_WORDS:
        return None
    identified = _identifier(latin).identify(text)
    return None if identified.tag is not None or identified.probability > _MOST_LATIN else base_language(others[0])


@lru_cache(maxsize=16)
def _identifier(languages: tuple[str, ...]) -> Identifier:
    return open_identifier(languages)
