"""Digits in a text, of any script, with every value that they may be meant to have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias
from unicodedata import normalize

from edgekit.checks.scale_words import scale

Value: TypeAlias = Decimal | str
"""A number, or digits that no scale or unit applies to: more than 24, or with a zero before them."""

_EXACT_DIGITS = 24
_SPACES = " \u00a0\u2009\u202f"
# Groups of three after a space, an apostrophe or a separator; else one separator between digits, as often as it comes.
_NUMERAL = re.compile(
    rf"\d{{1,3}}(?:[{_SPACES}’']\d{{3}})+(?!\d)(?:[.,٫]\d+)?|\d+(?:[.,٫٬،]\d+)*",
)
_NEXT_WORD = re.compile(
    rf"[{_SPACES}-]{{0,2}}(?:de |di |d')?([^\W\d_]{{1,24}}[\u0300-\u036f\u0900-\u0dff\u0e00-\u0eff]*\w*)"
)
_UNSPACED_SCALE = re.compile("백만|천만|[万萬亿億兆千百만억조]+")
_FRACTIONS = {"½": "0.5", "¼": "0.25", "¾": "0.75", "⅓": "0.333", "⅔": "0.667"}


@dataclass(frozen=True, slots=True)
class Numeral:
    """A run of digits.

    begin, end: its span in the text, with a word such as `million` after it.
    after: where the digits end.
    digits: it in ASCII, separators as they were.
    values: what it may be as one number, the likeliest first; with `million` after it, that comes first.
    parts: its numbers one by one where separators are between them (`12.05.2019`), else empty.
    """

    begin: int
    end: int
    after: int
    digits: str
    values: tuple[Value, ...]
    parts: tuple[Value, ...]


def numerals(text: str) -> list[Numeral]:
    """Every run of digits of text, in order; those of an index (`H₂O`, `m²`) are none."""
    return list(_numerals(text))


def _numerals(text: str) -> Iterator[Numeral]:
    for found in _NUMERAL.finditer(text):
        digits = "".join(str(int(one)) if one.isdecimal() else one for one in found[0])
        groups = re.split(r"\D", digits)
        whole, point = _readings(digits, groups)
        powers, end = _scale_after(text, found.end())
        # `1.234` is taken for 1,234 on both sides, whichever it is, and for a fraction only before `million`.
        values = whole or point
        exact = [value for value in [*point, *whole] if isinstance(value, Decimal)]
        scaled = [value.scaleb(power) for power in powers for value in exact]
        split = len(groups) > 2 or (len(groups) == 2 and max(map(len, groups)) <= 2)
        parts = tuple(_value(group) for group in groups) if split else ()
        yield Numeral(found.start(), end, found.end(), digits, tuple(dict.fromkeys([*scaled, *values])), parts)


def _readings(digits: str, groups: list[str]) -> tuple[list[Value], list[Value]]:
    """Digits and separators as a whole number, and as one with a fraction; none where they are neither."""
    if len(groups) == 1:
        return [_value(digits)], []
    separators = [one for one in digits if not one.isdigit()]
    thousands = all(len(group) == 3 for group in groups[1:]) and 1 <= len(groups[0]) <= 3
    # 12,34,567 as it is written in India.
    lakhs = len(groups) > 2 and len(groups[-1]) == 3 and all(len(one) == 2 for one in groups[1:-1])
    same = len(set(separators)) == 1
    whole: list[Value] = []
    point: list[Value] = []
    if same and (thousands or (lakhs and len(groups[0]) <= 2)) and groups[0] != "0":
        whole.append(_value("".join(groups)))
    if len(groups) == 2:
        point.append(_value(f"{groups[0]}.{groups[1]}"))
    elif not same and len(set(separators[:-1])) == 1 and separators[-1] != separators[0]:
        point.append(_value(f"{''.join(groups[:-1])}.{groups[-1]}"))
    return whole, point


def _value(digits: str) -> Value:
    # `007` and `020` are names.
    if len(digits) > _EXACT_DIGITS or (digits[0] == "0" and len(digits) > 2 and digits.isdigit()):
        return digits
    return Decimal(digits)


def _scale_after(text: str, end: int) -> tuple[tuple[int, ...], int]:
    """Powers of ten of the word that follows, and where the numeral ends with it."""
    unspaced = _UNSPACED_SCALE.match(text, end + (text[end : end + 1] in (" ", "\u00a0")))
    if unspaced:
        powers = 0
        for part in re.findall("백만|천만|.", unspaced[0]):
            powers += {"백만": (6,), "천만": (7,)}.get(part, scale(part) or (0,))[0]
        return (min(powers, 30),), unspaced.end()
    found = _NEXT_WORD.match(text, end)
    if found and (powers_found := scale(normalize("NFC", found[1]))):
        return powers_found, found.end()
    return (), end


def fractions(text: str) -> Iterator[tuple[int, int, Value]]:
    """Begin, end and value of `½` and its like, with the whole number before it."""
    for found in re.finditer(f"(?:(\\d{{1,6}})[{_SPACES}]?)?[{''.join(_FRACTIONS)}]", text):
        whole = Decimal(int(found[1])) if found[1] else Decimal(0)
        yield found.start(), found.end(), whole + Decimal(_FRACTIONS[found[0][-1]])
