"""Words that are numbers: what `19`, `350,000` or `15h` may have become where a translator wrote letters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache

from edgekit.checks.number_tables import CARDINALS, ONE_WORD, ORDINAL_TEENS, ORDINALS, SPECIAL
from edgekit.core.languages import base_language

# Of which a number counts so many.
_COUNTED = (100, 1000, 10**5, 10**7)
# Words between the parts of a number.
_LINKS = frozenset({"and", "e", "y", "et", "und", "en", "na", "ed", "linh", "lẻ"})


@lru_cache(maxsize=64)
def _lexicon(language: str) -> tuple[dict[str, int | Decimal], re.Pattern[str] | None]:
    """Simple words of a language with their numbers, and a pattern of the ordinals."""
    words: dict[str, int | Decimal] = {}
    for value, forms in zip(
        [*range(20), *range(20, 100, 10), 100, 1000], CARDINALS.get(language, "").split(), strict=False
    ):
        words.update(dict.fromkeys(forms.split("|"), value))
    for at, form in enumerate(ORDINAL_TEENS.get(language, "").split()):
        words[form] = 11 + at
    words.update(SPECIAL.get(language, {}))
    words.update(ONE_WORD.get(language, {}))
    ordinals = ORDINALS.get(language, "").split()
    pattern = re.compile("|".join(f"(?P<n{at}>{form})" for at, form in enumerate(ordinals, 1))) if ordinals else None
    return words, pattern


# Of these the characters for numbers are known, see `han`.
HAN_LANGUAGES = frozenset({"ja", "wuu", "yue", "zh"})
# A number or an article: an article proves nothing where another number stands in its place.
_ARTICLES: Mapping[str, frozenset[str]] = {
    "en": frozenset({"a", "an"}),
    "pt": frozenset({"um", "uma"}),
    "es": frozenset({"un", "una"}),
    "fr": frozenset({"un", "une"}),
    "it": frozenset({"un", "una"}),
    "de": frozenset({"ein", "eine", "einen", "einem", "einer"}),
    "nl": frozenset({"een"}),
    "hi": frozenset({"एक"}),
}


def spells(language: str) -> bool:
    """Whether the number words of a language are known here."""
    return base_language(language) in CARDINALS or base_language(language) in HAN_LANGUAGES


def digit_words(language: str) -> dict[str, int]:
    """The words for nothing to nine, and an article that may mean one."""
    forms = CARDINALS.get(base_language(language), "").split()[:10]
    words = {word: value for value, form in enumerate(forms) for word in form.split("|")}
    return {**words, **dict.fromkeys(sorted(_ARTICLES.get(base_language(language), ())), 1)} if words else {}


def cardinals(language: str) -> dict[int, tuple[str, ...]]:
    """The words for nothing to nineteen and the tens, by number; none for languages not known here."""
    forms = CARDINALS.get(base_language(language), "").split()
    return {
        value: tuple(form.split("|")) for value, form in zip([*range(20), *range(20, 100, 10)], forms, strict=False)
    }


def number_words(language: str) -> frozenset[str]:
    """The words of a language that are numbers or parts of them, ordinals aside; none for those not known here."""
    return frozenset(_lexicon(base_language(language))[0])


def has_article(text: str, language: str) -> bool:
    """Whether a word that may be the number one is in it."""
    articles = _ARTICLES.get(base_language(language), frozenset())
    return any(word in articles for word in text.casefold().split())


# With vowel signs of India's scripts, which are no letters to `\w`.
_WORD = re.compile(r"(?:[^\W\d_][\u0900-\u0963]*)+(?:-[^\W\d_]+)*")
_MOST_PARTS = 12


def spelled(text: str, language: str) -> Iterator[tuple[int, int, set[int | Decimal]]]:
    """Begin, end and values of each word or row of words that is a number; nothing for languages not known here."""
    words, ordinals = _lexicon(base_language(language))
    if not words:
        return
    articles = _ARTICLES.get(base_language(language), frozenset())
    # Spans are those of the text where it is as long in small letters, as it is but for a few letters of Turkish.
    shown = text.lower()
    row: list[int | Decimal] = []
    begin = end = 0
    for start, stop, values in _words(shown, words, ordinals):
        between = shown[end:start]
        if values is None and row and shown[start:stop] in _LINKS and not between.strip(" -\t\n\u00a0"):
            continue
        adds = (
            values is not None
            and row
            and _joins(between)
            and _adds(row[-1], values[0], linked=bool(between.strip(" -")))
        )
        if row and (values is None or len(row) >= _MOST_PARTS or not adds):
            if shown[begin:end] not in articles:
                yield begin, end, _readings(row)
            row = []
        if values is None:
            continue
        if not row:
            begin = start
        row += values
        end = stop
    if row and shown[begin:end] not in articles:
        yield begin, end, _readings(row)


def _words(
    text: str, words: Mapping[str, int | Decimal], ordinals: re.Pattern[str] | None
) -> Iterator[tuple[int, int, list[int | Decimal] | None]]:
    """Begin, end and values of each word; one with hyphens is one where all of it is a number, else each part is."""
    for found in _WORD.finditer(text):
        values = _values(found[0], words, ordinals)
        if values is not None or "-" not in found[0]:
            yield *found.span(), values
            continue
        at = found.start()
        for part in _hyphened(found[0], words):
            yield at, at + len(part), _values(part, words, ordinals)
            at += len(part) + 1


def _adds(last: int | Decimal, value: int | Decimal, *, linked: bool) -> bool:
    """Whether two parts are of one number: `twenty one` and `soixante et onze` are, `nine and one` are two.

    linked: with a word between them, as `drei und zwanzig`.
    """
    if value < 1 or value in _COUNTED or last in _COUNTED:
        return True
    if last >= 100:
        return value < 100
    if last >= 20:
        return last % 10 == 0 and value < 20
    # `diez y seis`, `dix huit`.
    return value < 10 if last == 10 else linked and last < 10 and value >= 20 and value % 10 == 0


def _joins(between: str) -> bool:
    """Whether nothing but white space, a hyphen or a word such as `and` stands between two parts."""
    return len(between) <= 6 and all(part in _LINKS for part in between.casefold().replace("-", " ").split())


def _values(
    word: str, words: Mapping[str, int | Decimal], ordinals: re.Pattern[str] | None
) -> list[int | Decimal] | None:
    if word in words:
        return [words[word]]
    if ordinals is not None and (found := ordinals.fullmatch(word)):
        return [int((found.lastgroup or "n0")[1:])]
    if "-" in word:
        parts = [_values(part, words, ordinals) for part in _hyphened(word, words) if part not in _LINKS]
        known = [value for part in parts if part is not None for value in part]
        return known if known and None not in parts else None
    return _compound(word, words)


def _hyphened(word: str, words: Mapping[str, int | Decimal]) -> Iterator[str]:
    """The parts of a word with hyphens, the longest that is a number first: `quatre-vingt` of `quatre-vingt-neuf`."""
    left = word.split("-")[:_MOST_PARTS]
    while left:
        size = next((size for size in range(len(left), 1, -1) if "-".join(left[:size]) in words), 1)
        yield "-".join(left[:size])
        left = left[size:]


def _compound(word: str, words: Mapping[str, int | Decimal]) -> list[int | Decimal] | None:
    """`einundzwanzig`, `zweihundert`: the parts of one word, the longest first; None where one is no number."""
    if len(word) > 40:
        return None
    parts: list[int | Decimal] = []
    at = 0
    while at < len(word):
        for length in range(min(14, len(word) - at), 2, -1):
            if word[at : at + length] in words:
                parts.append(words[word[at : at + length]])
                at += length
                break
        else:
            for link in ("und", "en", "ën", "ste", "te", "sten", "ten", "th", "y"):
                if parts and word.startswith(link, at):
                    at += len(link)
                    break
            else:
                return None
    return parts if len(parts) > 1 or at else None


def _readings(row: list[int | Decimal]) -> set[int | Decimal]:
    """What a row of parts may mean: their composition, and each part (`two, three`; `seventy or eighty`)."""
    total: int | Decimal = 0
    current: int | Decimal = 0
    for value in row:
        if value in _COUNTED[1:]:
            total += max(current, 1) * value
            current = 0
        elif value == 100:
            current = max(current, 1) * 100
        else:
            current += value
    return {total + current, *row}


_HAN_DIGITS = {character: at for at, character in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "兩": 2}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12}
_HAN = re.compile(f"[{''.join(_HAN_DIGITS)}{''.join(_HAN_UNITS)}]{{1,20}}")


def han(text: str) -> Iterator[tuple[int, int, set[int]]]:
    """Begin, end and value of each number in Chinese characters: `三百五十`, `二〇一九`."""
    for found in _HAN.finditer(text):
        characters = found[0]
        if not any(character in _HAN_UNITS for character in characters):
            yield found.start(), found.end(), {int("".join(str(_HAN_DIGITS[one]) for one in characters))}
            continue
        total = section = digit = 0
        for character in characters:
            if character in _HAN_DIGITS:
                digit = _HAN_DIGITS[character]
            elif _HAN_UNITS[character] < 10**4:
                section += max(digit, 1) * _HAN_UNITS[character]
                digit = 0
            else:
                total += max(section + digit, 1) * _HAN_UNITS[character]
                section = digit = 0
        yield found.start(), found.end(), {total + section + digit}


# French writes `XIXe`, Spanish and Portuguese now and then `XIXº`. Before such an ending only I, V and X: `Le` and `De`
# are words, as C, D, L and M alone are initials.
_ROMAN = re.compile(
    r"\b(?:(?=[IVX]+(?:e|è|ème|es|º|ª)(?!\w))|(?=[IVX]\b|[IVXLCDM]{2,}\b))"
    r"(?P<roman>M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3}))(?:e|è|ème|es|º|ª)?(?!\w)"
)
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def roman(text: str) -> Iterator[tuple[int, int, set[int]]]:
    """Begin, end and value of each Roman numeral in capitals."""
    for found in _ROMAN.finditer(text):
        values = [_ROMAN_VALUES[letter] for letter in found["roman"]]
        total = sum(
            -value if at + 1 < len(values) and values[at + 1] > value else value for at, value in enumerate(values)
        )
        yield found.start(), found.end(), {total}
