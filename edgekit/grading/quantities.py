"""Numbers with their units in a student's text, in digits of any script or in words, and when two say the same."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from unicodedata import normalize

from edgekit.checks.number_words import spelled, spells
from edgekit.checks.numerals import Numeral, fractions, numerals
from edgekit.checks.scale_words import scale
from edgekit.grading.intake import look_alikes_folded
from edgekit.grading.units import Unit, unit_behind

# `terminals 1,2 and 3`.
_ROW = re.compile(r"\d(?:,\d)+")
_MORE = re.compile(r"\s?,?\s?(?:,|and|or|&|y|o|e|und|oder|et|ou)\s{0,2}\d")
_MARKER = re.compile(r"(?:^|[\n;])\s*\(?$")
_AFTER_MARKER = re.compile(r"[.):]\s|\)")
# Of a rounded value, `1.5` for `1.50`, nothing is lost; what is further apart than this is another number.
_ROUNDING = Decimal("0.0005")
_MOST = 256
_MOST_DIGITS = 24
_ARABIC = "٫"
_POINTS = {".", ",", _ARABIC}
# `ten million`; `five cent` are none.
_NEXT_WORD = re.compile(r"[\s-]{1,2}(?:de )?([^\W\d_]{5,12})\b")
# `5 k`, `5 b`: a letter may be a name, or an option.
_LEAST_SCALE = 2


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number: its span in the text, unit included, every value that it may have, the unit, whether it is in words."""

    begin: int
    end: int
    values: tuple[Decimal, ...]
    unit: Unit | None
    in_words: bool = False

    def same_number(self, other: Quantity) -> bool:
        """Whether both may be the same number, units aside."""
        return any(_close(one, another) for one in self.values for another in other.values)

    def same_amount(self, other: Quantity) -> bool:
        """Whether both are the same amount, `5 kg` and `5000 g`; a unit that is missing is no other one."""
        if self.unit is None or other.unit is None:
            return self.same_number(other)
        if self.unit.dimension != other.unit.dimension:
            return False
        return any(
            _close(one * self.unit.factor + self.unit.offset, another * other.unit.factor + other.unit.offset)
            for one in self.values
            for another in other.values
        )


def quantities(text: str, languages: tuple[str, ...] = (), *, decimal: str | None = None) -> list[Quantity]:
    """The numbers of a text in order, at most 256: digits of any script, `½`, and words where a language's are known.

    decimal: the sign before a fraction, which gives `1.235` one value; None: it has each that it may be meant to have.
    Numbers of lists (`1. first`) and those in a formula or a name (`H₂O`, `CO2`, `x1`) are none.
    """
    text = look_alikes_folded(text)
    found: dict[int, Quantity] = {}
    for begin, end, value in fractions(text):
        if isinstance(value, Decimal):
            minus = text[max(0, begin - 1) : begin] in ("-", "−") and not text[max(0, begin - 2) : begin - 1].isalnum()
            found[begin] = with_unit(text, begin, end, (-value if minus else value,))
    listed = False
    for one in numerals(text):
        if len(found) >= _MOST:
            break
        before = text[max(0, one.begin - 2) : one.begin]
        if before[-1:].isalpha() or before.endswith(("_", "^")) or (before[-1:] == "-" and before[:1].isalpha()):
            continue
        if any(other.begin <= one.begin < other.end for other in found.values()):
            continue
        if _is_marker(text, one.begin, one.after, listed=listed):
            listed = True
            continue
        if _ROW.fullmatch(one.digits) and _MORE.match(text, one.after):
            for at, digit in enumerate(one.digits):
                if digit.isdecimal():
                    place = one.begin + at
                    found[place] = Quantity(place, place + 1, (Decimal(digit),), None)
            continue
        plain = _values(one, decimal)
        scaled = _scaled(one, text, plain, decimal)
        if before in "-−" or (before[-1:] in "-−" and not before[:1].isalnum()):
            plain, scaled = (tuple(-value for value in values) if before else values for values in (plain, scaled))
        if not scaled:
            continue
        # What is a scale as well (`2 m`, `5 k`) is taken for a unit first.
        quantity = with_unit(text, one.begin, one.after, plain)
        found[one.begin] = quantity if quantity.unit else with_unit(text, one.begin, one.end, scaled)
    words = [one for language in languages if spells(language) for one in spelled(text, language)]
    # `dois mil e quinhentos` is one number, though `mil` is a word of Spanish too.
    for begin, end, numbers in sorted(words, key=lambda one: one[0] - one[1]):
        if len(found) < _MOST and not any(other.begin < end and begin < other.end for other in found.values()):
            whole = tuple(sorted(Decimal(value) for value in numbers))
            powers, end = scale_behind(text, end)
            whole = tuple(value.scaleb(power) for power in powers for value in whole)
            found[begin] = with_unit(text, begin, end, whole, in_words=True)
    return [found[begin] for begin in sorted(found)]


def scale_behind(text: str, end: int) -> tuple[tuple[int, ...], int]:
    """The powers of ten that a word such as `million` behind a place stands for, and where it ends; 0 for none."""
    after = _NEXT_WORD.match(text, end)
    powers = scale(normalize("NFC", after[1])) if after is not None else ()
    return (powers, after.end()) if after is not None and powers else ((0,), end)


def _values(one: Numeral, decimal: str | None) -> tuple[Decimal, ...]:
    """What the digits alone may be: `1.235` is a whole number or has a fraction, `0.500`, `1234.5` and `1 235` are one.

    decimal: the sign before a fraction, where it is known.
    """
    groups = re.split(r"\D", one.digits)
    signs = {sign for sign in one.digits if not sign.isdigit()}
    readings = []
    if len(groups) == 2 and signs <= _POINTS:
        readings.append(f"{groups[0]}.{groups[1]}")
    is_whole = all(len(group) == 3 for group in groups[1:]) and len(signs) == 1 and one.digits[0] != "0"
    if len(groups) == 1 or (is_whole and len(groups[0]) <= 3 and signs != {_ARABIC}):
        readings.append("".join(groups))
    if decimal is not None and len(readings) == 2:
        readings = readings[:1] if signs == {decimal} else readings[1:]
    return tuple(Decimal(reading) for reading in readings if len(reading) <= _MOST_DIGITS)


def _scaled(one: Numeral, text: str, plain: tuple[Decimal, ...], decimal: str | None) -> tuple[Decimal, ...]:
    """The values with a word such as `million` behind the digits, and without it where that may be something else."""
    named = tuple(value for value in one.values if isinstance(value, Decimal))
    if decimal is None or not plain:
        return tuple(dict.fromkeys((*named, *plain)))
    word = normalize("NFC", text[one.after : one.end]).strip("-").split()[-1:]
    powers = scale(word[0]) if word else ()
    if not powers:
        return plain if one.after == one.end else tuple(dict.fromkeys((*named, *plain)))
    made = tuple(value.scaleb(power) for power in powers for value in plain)
    return made if len(word[0]) > _LEAST_SCALE else (*made, *plain)


def with_unit(text: str, begin: int, end: int, values: tuple[Decimal, ...], *, in_words: bool = False) -> Quantity:
    """The number of a span, with the unit that stands behind it and the span longer by that where one does."""
    found = unit_behind(text, end, in_words=in_words) if values else None
    return Quantity(begin, found[1] if found else end, values, found[0] if found else None, in_words)


def _is_marker(text: str, begin: int, end: int, *, listed: bool) -> bool:
    """Whether a number is one of a list: at the beginning of a line, or anywhere once there was one there."""
    if _AFTER_MARKER.match(text, end) is None:
        return False
    return _MARKER.search(text, max(0, begin - 4), begin) is not None or (listed and text[begin - 1].isspace())


def _close(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= _ROUNDING * max(abs(one), abs(other))
