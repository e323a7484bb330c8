"""Whether a number is the one that is asked for, by itself, by its unit, or once what stands in it is worked out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from unicodedata import digit

from edgekit.checks.scale_words import scale
from edgekit.core.units import in_digits
from edgekit.grading.asked_units import (
    asked_units,
    asks_for_another,
    asks_for_share,
    gives_money,
    is_other_currency,
    is_unheard_of,
)
from edgekit.grading.quantities import Quantity, scale_behind
from edgekit.grading.units import Unit, unit_named
from edgekit.quiz.model import Question

# What a conversion of units loses in the last place is no error.
_SLACK = Decimal("1e-9")
_HUNDREDTH = Decimal("0.01")
_LEAST_DIGITS = 3
_MOST_TERMS = 4
# `15:00` as an hour.
_HOUR = re.compile(r"(\d{1,2}):00")
_CENTS = re.compile(r"\b(?:c[eé]nt\w+|pence|penny)$", re.IGNORECASE)
_SHORT_SCALE = re.compile(r"\d\s?([^\W\d_]{1,2})$")
_RAISED = re.compile(
    r"(?<![\w.,])(?P<base>\d{1,4})\s?(?:(?:\^|\*\*)\s?(?P<power>\d{1,2})(?!\d)|(?P<high>[²³⁴⁵⁶⁷⁸⁹]))"
    r"|√\s?(?P<root>\d{1,9}(?:[.,]\d{1,6})?)"
)


def is_right(question: Question, one: Quantity, text: str) -> bool:
    """Whether a number of text is the one that the question asks for, in its unit or one that converts to it."""
    if not question.unit:
        # A quarter is 25 %.
        share = one.unit is not None and one.unit.dimension == "share"
        hour = _HOUR.fullmatch(text, one.begin, one.end)
        if hour is not None and is_within(question, (Decimal(hour[1]),)):
            return True
        return is_within(question, one.values) or (share and is_within(question, _times(one.values, _HUNDREDTH)))
    unit = unit_named(question.unit)
    if unit is None:
        # `12 apples`: a unit of the quiz's own stands after the number as it is written there.
        after = text[one.begin : one.end + len(question.unit) + 3].casefold().replace("-", " ")
        return is_within(question, one.values) and question.unit.casefold().replace("-", " ") in after
    said = one.unit
    if said is not None and unit.dimension == "sterling" and _is_pound(said):
        said = unit
    if said is None or said.dimension != unit.dimension:
        return False
    same = (said.factor, said.offset) == (unit.factor, unit.offset)
    return any(
        is_within(question, (_converted(value, said, unit),), Decimal(0) if same else _rounding(value, said, unit))
        for value in one.values
    )


def _is_pound(unit: Unit) -> bool:
    """`1250 pounds`, of which the word alone does not say whether they are money."""
    pound = unit_named("pound")
    return pound is not None and (unit.dimension, unit.factor) == (pound.dimension, pound.factor)


def _converted(value: Decimal, unit: Unit, wanted: Unit) -> Decimal:
    return (value * unit.factor + unit.offset - wanted.offset) / wanted.factor


def _rounding(value: Decimal, unit: Unit, wanted: Unit) -> Decimal:
    """What a value of another unit may be off by, half of its last place: `3.94 ft` are 1.2 m; none below 3 digits."""
    digits, exponent = value.as_tuple().digits, value.as_tuple().exponent
    if len(digits) < _LEAST_DIGITS or not isinstance(exponent, int) or exponent >= 0:
        return Decimal(0)
    return Decimal((0, (5,), exponent - 1)) * unit.factor / wanted.factor


def is_unasked(question: Question, one: Quantity) -> bool:
    """Whether a number has a unit that the question does not ask for; `25 %` may be the quarter that is right."""
    if one.unit is None:
        return False
    if one.unit.dimension == "dollar" and is_other_currency(question, one.unit):
        return True
    if question.unit or not asks_for_another(question, one.unit):
        return False
    return one.unit.dimension != "share" or not is_within(question, _times(one.values, _HUNDREDTH))


def is_unheard(question: Question, one: Quantity, text: str) -> bool:
    """Whether a right number has a unit that neither the quiz nor the text of the question has: `8 kg`, `3 cents`."""
    if question.unit:
        return False
    if one.unit is not None:
        return is_unheard_of(question, one.unit)
    return _CENTS.search(text, one.begin, one.end) is not None and gives_money(question)


def is_letter(question: Question, one: Quantity, text: str) -> bool:
    """Whether a number is right but for the sign of thousands or millions behind it: `5k`, `5 M`, `5 mn`, `5万`."""
    short = _SHORT_SCALE.search(text, one.begin, one.end)
    if question.unit or short is None:
        return False
    # `1200K` is a temperature where one is asked for.
    is_kelvin = one.unit is not None and one.unit.written == "K" and not asked_units(question)
    return is_kelvin or (one.unit is None and bool(scale(short[1])) and not is_within(question, one.values[:1]))


def is_left_out(wanted: str, unit: Unit) -> bool:
    """Whether a unit says as little as none: the degrees of no scale."""
    asked = unit_named(wanted)
    return asked is not None and asked.dimension == "temperature" and unit.dimension == "angle"


def is_share(question: Question, one: Quantity) -> bool:
    """Whether a number without a unit is the percentage asked for: `0.6`, `3/5`."""
    unit = unit_named(question.unit) if question.unit else None
    asked = unit.dimension == "share" if unit is not None else not question.unit and asks_for_share(question)
    return asked and one.unit is None and is_within(question, _times(one.values, 1 / _HUNDREDTH))


def makes(question: Question, found: Sequence[Quantity]) -> bool:
    """Whether a few numbers, none of them right, are so together: `4 + 4`, `30/2`."""
    values = [one.values[0] for one in found if one.values]
    if not 2 <= len(values) <= _MOST_TERMS:
        return False
    made = [sum(values, Decimal(0)), _product(values)]
    if len(values) == 2:
        one, other = values
        made += [one - other, *([one / other] if other else [])]
    return is_within(question, tuple(made))


def raised(question: Question, text: str) -> bool:
    """Whether the one power or root in a text, `2^3` or `√16`, is the right number."""
    read = list(_RAISED.finditer(text))
    if len(read) != 1:
        return False
    base, power, high, root = read[0].group("base", "power", "high", "root")
    value = Decimal(root.replace(",", ".")).sqrt() if root else Decimal(base) ** int(power or str(digit(high)))
    return is_within(question, (value,))


def _product(values: list[Decimal]) -> Decimal:
    made = Decimal(1)
    for value in values:
        made *= value
    return made


def _times(values: tuple[Decimal, ...], factor: Decimal) -> tuple[Decimal, ...]:
    return tuple(value * factor for value in values)


def is_within(question: Question, values: tuple[Decimal, ...], slack: Decimal = Decimal(0)) -> bool:
    """Whether a value, units aside, is as near to the right one as the question allows, and slack more."""
    value = Decimal(repr(question.value if question.value is not None else 0.0))
    tolerance = Decimal(repr(question.tolerance)) + abs(value) * _SLACK + slack
    return any(abs(one - value) <= tolerance for one in values)


def in_full(question: Question) -> Question:
    """With the word such as `millions`, that is asked for as a unit, in its value; else the question itself."""
    word, _, unit = (question.unit or "").partition(" ")
    powers, end = scale_behind(f" {word}", 0)
    if question.value is None or len(powers) > 1 or end <= 1 or unit_named(question.unit or "") is not None:
        return question
    value, tolerance = (float(Decimal(repr(one)).scaleb(powers[0])) for one in (question.value, question.tolerance))
    return replace(question, value=value, tolerance=tolerance, unit=unit or None)


def wanted_number(question: Question) -> str:
    """The right number with its unit."""
    return in_digits(question.value or 0.0) + (f" {question.unit}" if question.unit else "")
