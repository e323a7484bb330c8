"""Numbers of the source that the translation does not have, or has with another value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from unicodedata import digit

from edgekit.checks.number_words import HAN_LANGUAGES, han, has_article, roman, spelled, spells
from edgekit.checks.numerals import Numeral, Value, fractions, numerals
from edgekit.core.findings import Finding
from edgekit.core.languages import base_language

# Often written as words, in texts of any kind; where a language's words are not known, nothing can be said.
_OFTEN_SPELLED = 12
_AFTERNOON = re.compile(
    r"(?::\d{2})?[\s\u00a0\u202f]*(?:p\.?\s?m\b|pm\b|in the afternoon|in the evening|at night)", re.IGNORECASE
)
_CLOCK_AFTER = re.compile(
    r"[\s\u00a0\u202f]*(?:[:.h]\d{2}|h\b|hs\b|hrs?\b|horas?\b|heures?\b|uhr\b|uur\b|ore\b|a\.?\s?m\b|p\.?\s?m\b|o.clock"
    "|[点點時时])",
    re.IGNORECASE,
)
_HOURS_AFTER = re.compile(r"[\s\u00a0-]*(?:h|hours?|horas?|heures?|stunden?|uur|ore|hrs?)\b", re.IGNORECASE)
_MINUTES_BEFORE = re.compile(r"\d[\s\u00a0\u202f]?[:.hH][\s\u00a0\u202f]?$")
_YEAR_BEFORE = re.compile(r"(\d{2})\d{2}\s?[-–—/]\s?$")
_DATE_AROUND = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}")
_MONTH_AFTER = re.compile(r"\s?(?:月|월)")
_CENTURY_AFTER = re.compile(r"\s?(?:世纪|世紀|세기)\s?\d")
# Who converts rounds: 385 miles were 600 km, 85 were 140, and an inch two centimetres.
_ROUNDING = Decimal("0.06")
_LEAST_ROUNDING = Decimal("0.6")
_RANGE = r"(?:[\s\u00a0]*(?:to|-|–|and|or|a|e|ou|y|o|et|à|bis|und)[\s\u00a0]*\d[\d.,]*)?"
# International yard and pound, 1959: the factors into the other system.
_UNITS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("miles?|mi|mph|milhas?|millas?|milles?|meilen?", ("1.609",)),
    ("km|kph|kmh|kilom\\w+|quil[oô]m\\w+", ("0.6214",)),
    ("feet|foot|ft|pés?|pies|pieds?|fuß", ("0.3048", "30.48")),
    ("m|metros?|met(?:er|re)s?|mètres?|metri", ("3.281",)),
    ("inch(?:es)?|polegadas?|pulgadas?|pouces?|zoll", ("2.54", "25.4")),
    ("cm|cent[ií]m\\w+|zentim\\w+", ("0.3937", "0.0328")),
    ("pounds?|lbs?|libras?|livres?|pfund", ("0.4536",)),
    ("kg|kilo(?:gram)?\\w*|quilos?|quilogram\\w+", ("2.205",)),
    ("acres?|acras?", ("0.4047",)),
    ("ha|hectares?|hectáreas?|hektar", ("2.471",)),
)
_UNIT_AFTER = re.compile(
    _RANGE
    + r"[\s\u00a0\u202f-]*(?:"
    + "|".join(f"(?P<u{at}>{words})" for at, (words, _) in enumerate(_UNITS))
    + r")\b",
    re.IGNORECASE,
)
_DEGREES_AFTER = re.compile(
    _RANGE + r"(?:\s?(?:[FC]\b|\([FC]\))|\s?(?:°|º)\s?[CF]\b|[\s\u00a0-]*(?:degrees|graus|grados|degrés|grad)\b)",
    re.IGNORECASE,
)
_CENTURY_WORD = re.compile(r"(?:st|nd|rd|th)(?:[\s-]centur| or | and )|s\b|\.? Jh|\.? Jahrh", re.IGNORECASE)
_CENTURY_BEFORE = re.compile(r"(?:século|siglo|secolo|siècle)s?\s$", re.IGNORECASE)
# Of 24 languages of FLORES dev whose words are not known here, those where centuries and decades are written in words.
_SPELLED_CENTURIES = frozenset({"am", "ar", "bn", "fa", "he", "ig", "ur"})
# Next to digits or letters a number is part of something that nobody spells out: `3-1`, `10:15`, `HER2`, `No.1`.
_BESIDE_BEFORE = re.compile(r"(?:\w|\w[-–:.,/&]|[/&])$")
_BESIDE_AFTER = re.compile(r"[-–:.,/&]\d")
_MOST_COMPARED = 64


@dataclass(slots=True)
class _Pool:
    """Values that the translation has, each as often as it has it; `digits` and `words` are how a place is written."""

    first: dict[Value, list[int]] = field(default_factory=dict)
    any: dict[Value, list[int]] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)
    digits: dict[int, Value] = field(default_factory=dict)
    words: dict[int, Value] = field(default_factory=dict)
    owners: dict[int, int] = field(default_factory=dict)
    opened: set[int] = field(default_factory=set)
    count: int = 0

    def offer(self, values: Iterable[Value | int], *, part_of: int | None = None) -> int:
        """One place of the translation that has one of the values, the likeliest first; a part goes with its whole."""
        self.count += 1
        if part_of is not None:
            self.owners[self.count] = part_of
        for at, value in enumerate(values):
            key = Decimal(value) if isinstance(value, int) else value
            if not at and part_of is None:
                self.first.setdefault(key, []).append(self.count)
            self.any.setdefault(key, []).append(self.count)
        return self.count

    def take(self, value: Value, *, first: bool = False) -> bool:
        """Use up a place with this value, if it is the likeliest of the place; False where none is left."""
        places = (self.first if first else self.any).get(value, [])
        while places:
            place = places.pop()
            owner = self.owners.get(place)
            if place in self.used or place in self.opened or (owner is not None and owner in self.used):
                continue
            self.used.add(place)
            if owner is not None:
                self.opened.add(owner)
            return True
        return False

    def unexplained(self) -> list[Value]:
        """Numbers in digits that nothing of the source has used up."""
        return [value for place, value in self.digits.items() if place not in self.used and place not in self.opened]

    def spelled(self) -> list[Value]:
        """The same of those in words."""
        return [value for place, value in self.words.items() if place not in self.used]


def check_numbers(source: str, target: str, target_language: str) -> list[Finding]:
    """A finding for each run of digits of the source that the translation has no trace of.

    Not an error: separators and digits of the target, `3 p.m.` as 15h, Roman centuries, `350,000` as 350 mil, decades,
    two-digit years, numbers in words where the language's are known (`spells`), the month of a date by name, units
    converted within 6 %. A number up to 12 that is gone from a language whose words are not known is passed over unless
    another one in digits has taken its place: nothing can be said.
    """
    wanted = numerals(source)
    if not wanted:
        return []
    pool = _pool(target, target_language)
    left = [one for one in wanted if not (one.values and pool.take(one.values[0], first=True))]
    left = [one for one in left if not any(_taken(pool, option) for option in _options(one, source))]
    if not left:
        return []
    unexplained = pool.unexplained()[:_MOST_COMPARED]
    spelled_out = pool.spelled()[:_MOST_COMPARED]
    article = has_article(target, target_language)
    return [
        Finding("number", f"`{source[one.begin : one.end]}` is not in the translation", (one.begin, one.end))
        for one in left
        if not _excused(one, source, target_language, unexplained, spelled_out, article=article)
    ]


def _taken(pool: _Pool, option: tuple[Value, ...]) -> bool:
    return all(pool.take(value) for value in option)


def _pool(target: str, language: str) -> _Pool:
    pool = _Pool()
    for one in reversed(numerals(target)):
        whole = pool.offer(one.values)
        pool.digits[whole] = one.values[0] if one.values else one.digits
        for value in one.parts:
            pool.offer([value], part_of=whole)
    for _, _, value in fractions(target):
        pool.offer([value])
    for _, _, values in spelled(target, language):
        for word in values:
            pool.words[pool.offer([word])] = Decimal(word)
    for _, _, value_of in roman(target):
        pool.offer(value_of)
    if base_language(language) in HAN_LANGUAGES:
        for _, _, value_of in han(target):
            pool.offer(value_of)
    # Digits above and below the line are no numerals, but `CO₂` may have been written `CO2` in the source.
    for character in target:
        if character.isdigit() and not character.isdecimal():
            pool.offer([digit(character)])
    return pool


def _options(one: Numeral, source: str) -> Iterator[tuple[Value, ...]]:
    """What may stand for a numeral, the likeliest first; all values of a tuple are needed."""
    yield from ((value,) for value in one.values)
    if one.parts:
        yield one.parts
    (value, *others) = one.values or (None,)
    if others or not isinstance(value, Decimal):
        return
    if value == value.to_integral_value():
        yield from ((Decimal(kin),) for kin in _kin(int(value), one, source))
    elif value % 1 == Decimal("0.5") and _HOURS_AFTER.match(source, one.after):
        whole = int(value)
        half = Decimal("0.5")
        # `1:30`, `two and a half`; the one of `une heure et demie` is an article.
        yield from ((Decimal(whole), Decimal(30)), (Decimal(whole), half))
        if whole == 1:
            yield (half,)


def _kin(value: int, one: Numeral, source: str) -> Iterator[int]:
    """Other whole numbers that say the same: hours, years of two digits, decades."""
    before, after = source[max(0, one.begin - 8) : one.begin], source[one.after : one.after + 24]
    if 1 <= value <= 11 and _AFTERNOON.match(after):
        yield value + 12
    if 13 <= value <= 24 and _CLOCK_AFTER.match(after):
        yield value - 12
    if value == 12 and _CLOCK_AFTER.match(after):
        yield from (0, 24)
    if value in (0, 24) and _CLOCK_AFTER.match(after):
        yield 12
    if 1000 <= value <= 2100 and value % 100 >= 10:
        yield value % 100
    if value < 100 and len(one.digits) == 2:
        century = _YEAR_BEFORE.search(before)
        if century:
            yield int(century[1]) * 100 + value
        yield from (1900 + value, 2000 + value)


def _excused(
    one: Numeral,
    source: str,
    language: str,
    unexplained: Sequence[Value],
    spelled_out: Sequence[Value],
    *,
    article: bool,
) -> bool:
    """Whether a numeral without a trace is no error, or cannot be known to be one."""
    value = one.values[0] if one.values else None
    before, after = source[max(0, one.begin - 12) : one.begin], source[one.after : one.after + 32]
    if isinstance(value, Decimal):
        if not unexplained and _may_be_spelled(value, one, before, after, language, article=article):
            return True
        if value == 0 and len(one.digits) == 2 and _MINUTES_BEFORE.search(before):
            return True
        if value <= 12 and (_MONTH_AFTER.match(after) or _is_in_date(one, source)):
            return True
        if _CENTURY_AFTER.match(after):  # `20 世纪 60 年代` is the 1960s
            return any(isinstance(year, Decimal) and year // 100 == value - 1 for year in unexplained)
    return _is_converted(one, after, [*unexplained, *spelled_out])


def _may_be_spelled(value: Decimal, one: Numeral, before: str, after: str, language: str, *, article: bool) -> bool:
    """Whether it may stand there in words that are not known here."""
    if spells(language):
        return value == 1 and article
    if _CENTURY_WORD.match(after) or _CENTURY_BEFORE.search(before):
        return base_language(language) in _SPELLED_CENTURIES
    if value % 1 == Decimal("0.5"):
        return _HOURS_AFTER.match(after) is not None
    alone = not _BESIDE_BEFORE.search(before) and not _BESIDE_AFTER.match(after)
    return alone and value <= _OFTEN_SPELLED and value == value.to_integral_value() and len(one.digits) <= 2


def _is_in_date(one: Numeral, source: str) -> bool:
    around = _DATE_AROUND.finditer(source, max(0, one.begin - 8), one.after + 8)
    return any(found.start() <= one.begin and one.after <= found.end() for found in around)


def _is_converted(one: Numeral, after: str, near: Sequence[Value]) -> bool:
    """Whether the translation has the value in another unit."""
    values = [value for value in one.values if isinstance(value, Decimal) and value]
    if _DEGREES_AFTER.match(after):
        goals = [(value - 32) / Decimal("1.8") for value in values] + [value * Decimal("1.8") + 32 for value in values]
    elif found := _UNIT_AFTER.match(after):
        factors = _UNITS[int((found.lastgroup or "u0")[1:])][1]
        goals = [value * Decimal(factor) for value in values for factor in factors]
    else:
        return False
    return any(
        abs(goal - value) <= max(_LEAST_ROUNDING, abs(goal) * _ROUNDING)
        for goal in goals
        for value in near
        if isinstance(value, Decimal)
    )
