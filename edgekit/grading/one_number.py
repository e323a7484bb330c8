"""Whether two short forms are one number, in whatever way each is written: `1/2`, `0,5`, `50 %`, `la mitad`."""

from __future__ import annotations

import re
from decimal import Decimal

from edgekit.checks.number_words import roman, spelled
from edgekit.grading.amounts import amounts
from edgekit.grading.quantities import Quantity
from edgekit.grading.short_forms import LEADING

# Before a number, which has its sign by itself.
_SIGNS = " -+="
_PLACE = re.compile(r"(?<=\d)(?:st|nd|rd|th|[ºªoa]|er|eme)$")
_HUNDREDTH = Decimal("0.01")


def is_one_number(one: str, other: str, languages: tuple[str, ...]) -> bool:
    """Whether each of two forms, as `loose` gives them, is a number and nothing else, and both are the same.

    A number without a unit may be one with it, and a share its percentage.
    """
    read = [_number(form, languages) for form in (one, other)]
    if read[0] is None or read[1] is None:
        return False
    return read[0].same_amount(read[1]) or _is_share(read[0], read[1]) or _is_share(read[1], read[0])


def in_figures(text: str, languages: tuple[str, ...]) -> str:
    """A text with its numbers in words, and in Roman capitals, in figures."""
    found = [(begin, end, max(values)) for one in languages for begin, end, values in spelled(text, one)]
    found += [(begin, end, max(values)) for begin, end, values in roman(text)]
    last = len(text)
    # Of two languages' readings the longer stands.
    for begin, end, value in sorted(found, key=lambda one: (one[0], one[1]), reverse=True):
        if end <= last:
            text, last = f"{text[:begin]}{value}{text[end:]}", begin
    return text


def _number(form: str, languages: tuple[str, ...]) -> Quantity | None:
    form = _PLACE.sub("", form)
    found = amounts(form, languages)
    if len(found) != 1 or form[found[0].end :] or LEADING.sub("", form[: found[0].begin]).strip(_SIGNS):
        return None
    return found[0]


def _is_share(one: Quantity, other: Quantity) -> bool:
    """Whether one is the percentage that other is without a unit."""
    if one.unit is None or one.unit.dimension != "share" or other.unit is not None:
        return False
    return any(value * _HUNDREDTH in other.values for value in one.values)
