"""Numbers with a word such as `million` or `dozen` behind them, where a row of digits or words is not all there is."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from edgekit.checks.number_tables import QUARTERS
from edgekit.checks.number_words import digit_words
from edgekit.checks.scale_words import scale
from edgekit.grading.function_words import LANGUAGES
from edgekit.grading.intake import matching_form
from edgekit.grading.quantities import Quantity, scale_behind, with_unit

# All in the form of `matching_form`, in the languages whose function words are known.
ONE = "|".join(matching_form(word) for one in LANGUAGES for word, value in digit_words(one).items() if value == 1)
"""The words for one, and the articles that may mean it."""

_A = re.compile(rf"\b(?:{ONE})(?=\s[^\W\d_]{{5}})")
# `half a million`, `un cuarto de millón`.
_OF = re.compile(rf"(?:\s(?:of|de|the|el|la|o|{ONE})\b){{0,2}}")
_BEFORE_UNIT = re.compile(r"\s(?:of|de)\s")
_DOZEN = re.compile(r"\s(?:dozens?|docenas?|duzias?|douzaines?|dutzend)\b")
_QUARTER = re.compile(rf"(?<!\w)(?P<word>{'|'.join(QUARTERS)})\s$")
_THEN = re.compile(r"\s(?:(?:and|y|e|et|und)\s)?")
_TWELVE = Decimal(12)
# `mil e meio` may be 1000.5 or 1500.
_LEAST_POWER = 6


def with_scales(text: str, plain: str, found: list[Quantity]) -> list[Quantity]:
    """`un millón`, `half a million`, `3 1/2 million` and `two dozen` as one number each.

    plain: the text in the form of `matching_form`.
    """
    alone = [
        Quantity(match.start(), match.end(), (Decimal(1),), None)
        for match in _A.finditer(plain)
        if scale_behind(text, match.end())[0] != (0,)
    ]
    scaled: list[Quantity] = []
    free = [one for one in alone if not any(other.begin < one.end and one.begin < other.end for other in found)]
    for one in sorted([*found, *free], key=lambda one: one.begin):
        if scaled and one.begin < scaled[-1].end:
            continue
        scaled.append(_quartered(text, _scaled(text, plain, one)))
    return scaled


def _quartered(text: str, one: Quantity) -> Quantity:
    """`साढ़े तीन सौ`, three hundred and a half of a hundred more."""
    quarter = _QUARTER.search(text, max(0, one.begin - 8), one.begin)
    if quarter is None:
        return one
    word = text[one.begin : one.end].rpartition(" ")[2]
    more = QUARTERS[quarter["word"]].scaleb(max(scale(word), default=0))
    return replace(one, begin=quarter.start(), values=tuple(value + more for value in one.values))


def _scaled(text: str, plain: str, one: Quantity) -> Quantity:
    if one.unit is not None:
        return one
    linked = _OF.match(plain, one.end)
    place = linked.end() if linked is not None else one.end
    powers, end = scale_behind(text, place)
    if (dozen := _DOZEN.match(plain, place)) is not None:
        values, end = tuple(value * _TWELVE for value in one.values), dozen.end()
    elif powers != (0,):
        values = tuple(value.scaleb(power) for power in powers for value in one.values)
    elif power_of(text, one) and _BEFORE_UNIT.match(plain, one.end):
        # `1 millón de metros`, of which the word is read with the digits.
        values, end = one.values, one.end
    else:
        return one
    # `un millón de metros`.
    linked = _OF.match(plain, end)
    found = with_unit(text, one.begin, linked.end() if linked is not None else end, values)
    return found if found.unit is not None else with_unit(text, one.begin, end, values)


def power_of(text: str, one: Quantity) -> int:
    """Of ten, of the word such as `million` that a number ends with; 0 for none, and for less than a million."""
    before, _, word = text[one.begin : one.end].rpartition(" ")
    powers = scale_behind(f" {word}", 0)[0] if before and one.unit is None else (0,)
    return powers[0] if len(powers) == 1 and powers[0] >= _LEAST_POWER else 0


def with_thousands(text: str, plain: str, found: list[Quantity]) -> list[Quantity]:
    """`two million five hundred thousand` as one number."""
    for one, other in pairwise(found):
        power = power_of(text, one)
        less = all(0 < value < Decimal(10) ** power and value >= 1000 for value in other.values)
        if (
            power
            and less
            and (other.in_words or plain[other.end - 1].isalpha())
            and _THEN.fullmatch(plain, one.end, other.begin)
        ):
            sums = tuple(more + rest for more in one.values for rest in other.values)
            joined = replace(other, begin=one.begin, values=sums)
            rest = [joined if left is other else left for left in found if left is not one]
            return with_thousands(text, plain, rest)
    return found
