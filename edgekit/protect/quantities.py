"""Numbers with a unit, and numbers in a notation, that mean something else when a sign of them changes.

Plain numbers are no keeps: a translation may write 3 p.m. as 15h and 2.5 as 2,5. The units are those whose symbols are
the same in every language (SI, https://www.bipm.org/en/publications/si-brochure, and computing).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from edgekit.protect.found import Found

_NUMBER = r"(?<![\w.,])[-+−±]?\d{1,15}(?:[.,]\d{1,15}){0,4}"
_PREFIX = r"(?:da|[yzafpnuµμmcdhkKMGTPEZY]|[KMGTPE]i)?"
_UNIT = (
    rf"(?:{_PREFIX}(?:mol|cd|Hz|Pa|Wh|eV|Bq|Gy|Sv|kat|rad|bps|bit|cal|[gmsANJWCVFΩHTLlBb])|min|h|°[CF]?|ºC|℃|℉|dB|rpm"
    r"|ppm|px|pt|em|rem|dpi|fps|Ω|K|%)"
)
_POWER = r"(?:\^?[-−]?[1-9]|[²³⁻¹]{1,3})?"
_QUANTITY = re.compile(
    # `1930s`, `5K` and `4B` are no seconds, kelvins and bytes: one letter needs a blank before it.
    rf"{_NUMBER}(?:[ \u00a0\u202f]|(?=[^\W\d_]{{2}}|°))"
    rf"(?P<unit>{_UNIT}{_POWER}(?:[/·⋅]{_UNIT}{_POWER}){{0,3}})(?![\w^]|/\w|\.\w|:[\\/])"
    r"|(?<![\w.,])[-+−]?\d{1,15}(?:[.,]\d{1,15})?"
    r"(?:[eE][-+−]?\d{1,4}|\s?[×x·]\s?10(?:\^[-−]?\d{1,3}|[⁰¹²³⁴-⁹⁻]{1,4}))(?!\w)"
    r"|(?<![\w.])v?\d{1,6}(?:\.\d{1,6}){2,5}(?:-[A-Za-z][\w.]{0,20})?(?![\w]|\.\d)"
    r"|(?<!\w)\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?Z?)?(?![\w-])"
)
# A per cent sign is written otherwise here and there; `5 pm` is a time, and hardly ever five picometres.
_NO_UNITS = ("%", "am", "pm")
# `2012 em Londres` is Portuguese for in London; of typesetting it is `2em`.
_GLUED_ONLY = "em"
_DIGITS = re.compile(r"[\d.,]*\d")


def quantities(text: str) -> Iterator[Found]:
    """Quantities; those of a plain unit are soft, see `survives`."""
    for match in _QUANTITY.finditer(text):
        unit = match["unit"]
        if unit not in _NO_UNITS and not (unit == _GLUED_ONLY and not match.group()[-len(unit) - 1].isdigit()):
            yield Found(*match.span(), "quantity")


def localised(quantity: str) -> re.Pattern[str]:
    """What a quantity may be written as: its digits with another separator, its unit unchanged."""
    number = _DIGITS.search(quantity)
    if number is None:
        return re.compile(re.escape(quantity))
    digits = "".join(r"[.,\u00a0\u202f ]?" if one in ".," else one for one in number.group())
    unit = re.escape(quantity[number.end() :].strip(" \u00a0\u202f"))
    return re.compile(
        rf"(?<![\w]){re.escape(quantity[: number.start()].strip())}{digits}[ \u00a0\u202f]?{unit}(?![\w])"
    )
