"""The amounts that a short answer gives, read as a person reads them: `1/4`, `minus five`, `1 h 30 min`, `2·10³`."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal, localcontext

from edgekit.checks.number_words import cardinals, digit_words
from edgekit.core.languages import base_language
from edgekit.grading.function_words import LANGUAGES
from edgekit.grading.intake import look_alikes_folded, matching_form
from edgekit.grading.large_numbers import ONE, power_of, with_scales, with_thousands
from edgekit.grading.quantities import Quantity, quantities, with_unit
from edgekit.grading.units import Unit, unit_named

# All in the form of `matching_form`, in the languages whose function words are known.
_NAMED = {matching_form(word): value for one in (*LANGUAGES, "hi") for word, value in digit_words(one).items()}
_DIGITS = {word: str(value) for word, value in _NAMED.items()}
_COUNTS = {word: value for word, value in _NAMED.items() if value}
_PARTS: tuple[tuple[int, str], ...] = (
    (2, "half|halves|medi[oa]s?|mitad|mei[oa]s?|metade|halbe?s?|demie?s?|आधा|आधी|आधे"),
    (3, "thirds?|tercios?|tercos?|drittel|tiers|तिहाई"),
    (4, "quarters?|fourths?|cuart[oa]s?|quart[oa]?s?|viertel|चौथाई|पाव"),
    (5, "fifths?|quint[oa]s?|funftel|cinquiemes?"),
    (6, "sixths?|sext[oa]s?|sechstel|sixiemes?"),
    (8, "eighths?|octav[oa]s?|oitav[oa]s?|achtel|huitiemes?"),
    (10, "tenths?|decim[oa]s?|zehntel|dixiemes?"),
)
_PART = "|".join(f"(?P<d{of}>{words})" for of, words in _PARTS)
# Vowel signs of Devanagari are no letters to `\b`.
_END = r"(?![\w\u0900-\u0963])"
_IN_WORDS = re.compile(rf"(?<!\w)(?:(?P<count>\d{{1,3}}|{'|'.join(_COUNTS)})\s+)?(?:{_PART}){_END}")
_AND_PART = re.compile(rf"\s(?:and|y|e|et|und)\s(?:(?P<count>{'|'.join(_COUNTS)})\s)?(?:{_PART})\b")
# `hora y media` as well.
_ONE_OF = re.compile(rf"\b(?:(?:{ONE})\s)?(?P<unit>[^\W\d_]{{2,}})$")
_ONE_UNIT = re.compile(rf"\b(?:{ONE})\s(?P<unit>[^\W\d_]{{2,}})\b")
_FRACTION = re.compile(
    r"(?<![\w/.,:])(?:(?P<whole>\d{1,6})\s)?(?P<over>\d{1,6})\s?[/\u2044]\s?(?P<of>\d{1,6})(?![\d/])"
)
_POWER = re.compile(
    r"(?<![\w.,^])(?:(?P<ten>10)(?:(?:\^|\*\*)\s?(?P<of_ten>[-−+]?\d{1,2})\b|(?P<high_ten>[⁻⁺−+-]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}))"
    r"|(?P<digits>\d{1,12}(?:[.,]\d{1,12})?)"
    r"(?:e(?P<e>[-+]?\d{1,2})\b|\s?[x*×·]\s?10(?:(?:\^|\*\*)\s?(?P<n>[-−+]?\d{1,2})\b|(?P<high>[⁻⁺−+-]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})|(?P<low>[-−]\d{1,2})\b)))"
)
# `fourteen ninety-two`, `nineteen oh five`, `diecinueve ochenta y cuatro`: years and times in pairs of digits. Other
# languages add two such words up, as `soixante-quinze`.
_BETWEEN = {"en": r"[\s-]", "es": r"\sy\s", "pt": r"\se\s"}
_NAUGHT = {"en": ("oh", "o")}
_FORMS = {
    language: {value: [*map(matching_form, forms)] for value, forms in cardinals(language).items()}
    for language in _BETWEEN
}
_PAIRED = {word: value for forms in _FORMS.values() for value, words in forms.items() for word in words}


def _pairs_of(language: str) -> re.Pattern[str]:
    naught, ones, teens, tens = (
        "|".join(word for value in values for word in _FORMS[language][value])
        for values in ([0], range(1, 10), range(10, 21), range(20, 100, 10))
    )
    naught = "|".join((*_NAUGHT.get(language, ()), naught))
    return re.compile(
        rf"\b(?P<first>{teens})[\s-](?:(?:{naught})[\s-](?P<one>{ones})"
        rf"|(?P<tens>{tens})(?:{_BETWEEN[language]}(?P<ones>{ones}))?|(?P<teen>{teens}))\b"
        r"(?![\s-](?:hundred|thousand|million|point|mil|cien|cientos|milhoes|millones|coma|punto|ponto|virgula)\b)"
    )


_PAIRS = tuple(_pairs_of(language) for language in _BETWEEN)
# `2/9/1945`, `1945-09-02`: of a date, what is asked for as a number is the year.
_DATE = re.compile(
    r"(?<![\w.,/-])(?:\d{1,2}(?P<sign>[-/.])\d{1,2}(?P=sign)(?P<last>\d{4})|(?P<first>\d{4})-\d{2}-\d{2})"
    r"(?![\w/-]|[.,]\d)"
)
_HIGH = str.maketrans("⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹−", "-+0123456789-")
_BARE_POINT = re.compile(r"(?:(?<=^)|(?<=[\s=(−-]))[.,](?P<digits>\d{1,12})\b")
# `2'5` as it is written in Spain; behind it there is no inch and no second.
_HIGH_COMMA = re.compile(r"(?<![\w.,'’´])(?P<whole>\d{1,6})['’´](?P<rest>\d{1,2})(?![\w'’´\"”″])")
_CLOCK = re.compile(r"(?<![\w:.,])(?P<first>\d{1,2}):(?P<second>[0-5]\d)(?::(?P<third>[0-5]\d))?(?![\w:])")
_IN_ONE = re.compile(r"(?<![\w.,])(?P<first>\d{1,3})(?P<unit>h|m)\s?(?P<second>\d\d)(?:\s?(?:min|mins|cm))?\b")
_HINDI_ONE = re.compile(rf"(?<!\w)एक{_END}")
_POINT = re.compile(r"\s(?:point|coma|punto|virgula|ponto|komma|virgule|दशमलव)\s")
# `por lo menos 4` and `mais ou menos 4` take nothing away.
_NO_MINUS = "".join(rf"(?<!\b{word} )" for word in ("o", "ou", "lo", "al", "ao", "au", "pelo"))
_MINUS = re.compile(
    rf"(?:\b{_NO_MINUS}(?:minus|negative|menos|negativ[oae]s?|moins)\s{{1,2}}|(?:(?<=^)|(?<=[\s(=]))[–‐])$"
)
_MONEY = re.compile(r"(?P<minus>(?:(?<=^)|(?<=[\s(=]))[-−])?(?:us)?(?P<sign>r\$|[$€£₹¥])\s?$")
_THOUSANDS = 3
_NEGATED = re.compile(r"(?:^|[\s(=])[-−]$")
_DASH = re.compile(r"^[\s(]*[-−–]\s+$")
_BELOW_ZERO = re.compile(
    r"\s?(?:degrees |grados |graus |grad |degres |°\s?c?\s?)?"
    r"(?:below|under|bajo|por debajo del?|abaixo de|unter|sous|en dessous de) (?:zero|cero|null|0)\b"
)
# `half an hour`, `un cuarto de litro`.
_OF = re.compile(rf"(?:\s(?:of|de|the|el|la|o|{ONE})\b){{1,2}}")
_THEN = re.compile(r"\s{0,2}(?:,\s?|(?:and|y|e|et|und|con)\s)?")
# What stands behind the larger unit alone, `1 h 30`, `one metre twenty`, and how many of it make one.
_SMALLER = {"h": ("min", 60), "min": ("s", 60), "m": ("cm", 100)}
# `2 reais e 50 centavos`, `2 dollars 5 cents`, `2€50`.
_MONEY_OF = frozenset({"euro", "dollar", "sterling", "real"})
_CENTS = re.compile(r"\s?(?:cents?|cts?|centavos?|centimos?|centimes?|centesimos?|pence|penny|p|c)\b")
_LEAST_CENTS = 2
# `4 c` may be of anything.
_LEAST_NAMED = 4
_MOST = 64


def amounts(text: str, languages: tuple[str, ...] = (), *, decimal: str | None = None) -> list[Quantity]:
    """What `quantities` finds, in order, with the parts of one amount put together and a row of words as one number.

    More than it: fractions (`3/4`, `three quarters`, `one and a half`), signs in words, `5 below zero`, powers of ten,
    `.5`, `one point two`, and amounts in two units (`1 h 30 min`, `1m20`, `1:30`, which is of hours or of minutes).
    decimal: the sign before a fraction, as for `quantities`.
    """
    text = look_alikes_folded(text)
    plain = matching_form(text)
    own = _own(text, plain, decimal, high_comma="es" in map(base_language, languages))
    rest = list(text)
    for one in own:
        rest[one.begin : one.end] = "\0" * (one.end - one.begin)
    found = [
        # `twenty-five` is neither 20 nor 5.
        replace(one, values=(max(one.values),)) if one.in_words and one.values else one
        for one in quantities("".join(rest), languages, decimal=decimal)[:_MOST]
    ]
    found += _ones(plain, [*found, *own]) if "hi" in map(base_language, languages) else []
    found = sorted([*found, *own], key=lambda one: one.begin)
    # `fifty cents`, in a class that speaks French as well.
    hundredths = {match.end() for one in found if (match := _CENTS.match(plain, one.end))}
    found = [one for one in found if not (one.in_words and one.end in hundredths)]
    found = with_scales(text, plain, _with_points(plain, found))
    found = with_scales(text, plain, _with_parts(text, plain, found))
    found = _with_units_alone(plain, with_thousands(text, plain, found))
    return [_in_cents(plain, one) for one in _summed(plain, _signed(plain, found))]


def _readings(digits: str, decimal: str | None) -> list[str]:
    """What the digits before a power of ten may be: `7,200` has thousands where the sign of fractions is a point."""
    whole, sign, rest = digits.partition("," if "," in digits else ".")
    readings = [f"{whole}.{rest}"] if sign else [whole]
    if sign and len(rest) == _THOUSANDS and len(whole) <= _THOUSANDS and whole != "0" and sign != decimal:
        readings = [whole + rest] if decimal is not None else [*readings, whole + rest]
    return readings


def _own(text: str, plain: str, decimal: str | None, *, high_comma: bool) -> list[Quantity]:
    """What is one number by its form; the first reading of a span stands."""
    read: list[tuple[int, int, tuple[Decimal, ...], Unit | None]] = []
    read.extend((*match.span(), (Decimal(match["last"] or match["first"]),), None) for match in _DATE.finditer(plain))
    for match in _POWER.finditer(plain):
        power = match["e"] or match["n"] or match["high"] or match["of_ten"] or match["high_ten"] or match["low"]
        digits = ["1"] if match["ten"] else _readings(match["digits"], decimal)
        scaled = tuple(Decimal(one).scaleb(int(power.translate(_HIGH))) for one in digits)
        read.append((*match.span(), scaled, None))
    for match in _FRACTION.finditer(plain):
        over, of = int(match["over"]), int(match["of"])
        # `30/2` is a division to be done.
        if of and over % of:
            read.append((*match.span(), (int(match["whole"] or 0) + _ratio(over, of),), None))
    for match in _IN_WORDS.finditer(plain):
        of = _denominator(match)
        # Alone `third` is a place in a row; `half` and `quarter` are amounts.
        if match["count"] or of in (2, 4):
            count = match["count"] or "1"
            read.append((*match.span(), (_ratio(_COUNTS.get(count) or int(count), of),), None))
    for match in (match for pattern in _PAIRS for match in pattern.finditer(plain)):
        first, *others = (_PAIRED[word] for word in match.groups() if word)
        read.append((*match.span(), (Decimal(first * 100 + sum(others)),), None))
    read.extend((*match.span(), (Decimal(f"0.{match['digits']}"),), None) for match in _BARE_POINT.finditer(plain))
    pointed = _HIGH_COMMA.finditer(plain) if high_comma else ()
    read.extend((*match.span(), (Decimal(f"{match['whole']}.{match['rest']}"),), None) for match in pointed)
    for match in _CLOCK.finditer(plain):
        parts = [int(one) for one in match.groups() if one is not None]
        values = (parts[0] * 60 + parts[1],) if len(parts) == 2 else (parts[0] * 3600 + parts[1] * 60 + parts[2],)
        both = (*values, values[0] * 60) if len(parts) == 2 else values
        read.append((*match.span(), tuple(map(Decimal, both)), unit_named("s")))
    for match in _IN_ONE.finditer(plain):
        smaller, size = _SMALLER[match["unit"]]
        if int(match["second"]) < size:
            value = Decimal(int(match["first"]) * size + int(match["second"]))
            read.append((*match.span(), (value,), unit_named(smaller)))
    own: list[Quantity] = []
    for begin, end, numbers, unit in read[:_MOST]:
        if any(begin < other.end and other.begin < end for other in own):
            continue
        linked = _OF.match(plain, end)
        one = Quantity(begin, end, numbers, unit)
        if unit is None and linked is not None:
            one = with_unit(text, begin, linked.end(), numbers)
        if one.unit is None:
            one = with_unit(text, begin, end, numbers)
        if _NEGATED.search(plain, max(0, begin - 2), begin):
            one = replace(one, values=tuple(-value for value in one.values))
        own.append(one)
    return own


def _ones(plain: str, found: list[Quantity]) -> list[Quantity]:
    """The word of Hindi for one, which is an article as well, where it is no part of another number."""
    alone = (Quantity(*match.span(), (Decimal(1),), None, in_words=True) for match in _HINDI_ONE.finditer(plain))
    return [one for one in alone if not any(other.begin <= one.begin < other.end for other in found)]


def _with_points(plain: str, found: list[Quantity]) -> list[Quantity]:
    """`one point two five` as one number."""
    joined: list[Quantity] = []
    pointed = False
    for one in found:
        last = joined[-1] if joined else None
        digit = _DIGITS.get(plain[one.begin : one.end].split(" ")[0]) if one.in_words else None
        if last is not None and last.unit is None and _POINT.fullmatch(plain, last.end, one.begin):
            whole, said = last.values[0], f"{one.values[0]:f}"
            if whole == int(whole) and said.isdigit():
                joined[-1] = replace(one, begin=last.begin, values=(Decimal(f"{int(whole)}.{said}"),))
                pointed = digit is not None
                continue
        elif last is not None and pointed and last.unit is None and digit and plain[last.end : one.begin] in (" ", "-"):
            joined[-1] = replace(one, begin=last.begin, values=(Decimal(f"{last.values[0]}{digit}"),))
            continue
        pointed = False
        joined.append(one)
    return joined


def _with_parts(text: str, plain: str, found: list[Quantity]) -> list[Quantity]:
    """`two and a half`, `2 litres and a half`, `an hour and a half` as one amount."""
    for match in _AND_PART.finditer(plain):
        before = next((one for one in found if one.end == match.start()), None)
        part = _ratio(_COUNTS.get(match["count"] or "", 1), _denominator(match))
        behind = with_unit(text, match.start(), match.end(), (part,))
        if before is not None and all(value == int(value) for value in before.values):
            begin, whole, unit = before.begin, before.values, before.unit or behind.unit
            part = part.scaleb(power_of(text, before))
        elif (
            before is None
            and (one_of := _ONE_OF.search(plain, max(0, match.start() - 40), match.start()))
            and unit_named(one_of["unit"])
        ):
            begin, whole, unit = one_of.start(), (Decimal(1),), unit_named(one_of["unit"])
        else:
            continue
        end = match.end() if before is not None and before.unit is not None else behind.end
        sums = Quantity(begin, end, tuple(value + part for value in whole), unit)
        found = [*(one for one in found if one.end <= begin or one.begin >= end), sums]
    return sorted(found, key=lambda one: one.begin)


def _with_units_alone(plain: str, found: list[Quantity]) -> list[Quantity]:
    """The one of `a litre`, where it is all there is, and of `un metro veinte`."""
    alone: list[Quantity] = []
    for match in _ONE_UNIT.finditer(plain):
        unit = unit_named(match["unit"])
        inside = any(one.begin < match.end() and match.start() < one.end for one in found)
        before = any(one.begin > match.end() and _THEN.fullmatch(plain, match.end(), one.begin) for one in found)
        if unit is not None and not inside and (before or not found) and len(alone) < _MOST:
            alone.append(Quantity(match.start(), match.end(), (Decimal(1),), unit))
    return sorted([*found, *alone], key=lambda one: one.begin)


def _signed(plain: str, found: list[Quantity]) -> list[Quantity]:
    signed: list[Quantity] = []
    for one in found:
        last = signed[-1] if signed else None
        if last is not None and one.begin < last.end:
            # The zero of `below zero`.
            continue
        begin = last.end if last is not None else 0
        money = _MONEY.search(plain, begin, one.begin) if one.unit is None else None
        if money is not None:
            values = tuple(-value for value in one.values) if money["minus"] else one.values
            one = replace(one, begin=money.start(), values=values, unit=unit_named(money["sign"].upper()))
        values, end = one.values, one.end
        minus = _MINUS.search(plain, begin, one.begin)
        # `10 minus 5` takes away.
        if minus is not None and not (last is not None and not plain[last.end : minus.start()].strip()):
            begin, values = minus.start(), tuple(-value for value in values)
        elif one.in_words and (dash := _NEGATED.search(plain, max(begin, one.begin - 2), one.begin)) is not None:
            begin, values = dash.end() - 1, tuple(-value for value in values)
        elif last is None and _DASH.search(plain, 0, one.begin):
            # Of a list, or of the number.
            begin, values = one.begin, (*(-value for value in values), *values)
        else:
            begin = one.begin
        below = _BELOW_ZERO.match(plain, end)
        if below is not None:
            values, end = tuple(-abs(value) for value in values), below.end()
        signed.append(replace(one, begin=begin, end=end, values=values))
    return signed


def _summed(plain: str, found: list[Quantity]) -> list[Quantity]:
    """`1 h 30 min`, `1 h 30`, `5 ft 4 in`, `2 reais e 50 centavos`: a unit, then a smaller one of its kind behind."""
    summed: list[Quantity] = []
    for one in found:
        last = summed[-1] if summed else None
        if last is not None and last.unit is not None and _THEN.fullmatch(plain, last.end, one.begin):
            unit = one.unit
            if unit is None and (cents := _cents(plain, last, one)) is not None:
                values = tuple(more + less / 100 for more in last.values for less in one.values)
                summed[-1] = replace(last, end=cents, values=values)
                continue
            if unit is None:
                smaller, size = _SMALLER.get(_symbol(last.unit), ("", 0))
                if smaller and all(0 <= value < size for value in one.values):
                    unit = unit_named(smaller)
            if (
                unit is not None
                and unit.dimension == last.unit.dimension
                and not unit.offset
                and unit.factor < last.unit.factor
            ):
                values = tuple(
                    more * last.unit.factor / unit.factor + less for more in last.values for less in one.values
                )
                summed[-1] = replace(last, end=one.end, values=values, unit=unit)
                continue
        summed.append(one)
    return summed


def _in_cents(plain: str, one: Quantity) -> Quantity:
    """`250 cents`, which may be asked for as 250 or as 2.5."""
    cents = _CENTS.match(plain, one.end) if one.unit is None else None
    if cents is None or cents.end() - one.end < _LEAST_NAMED:
        return one
    return replace(one, end=cents.end(), values=(*one.values, *(value / 100 for value in one.values)))


def _cents(plain: str, last: Quantity, one: Quantity) -> int | None:
    """Where a number ends that is the hundredths of a sum of money before it; None where it is none."""
    if last.unit is None or last.unit.dimension not in _MONEY_OF or not all(0 <= value < 100 for value in one.values):
        return None
    named = _CENTS.match(plain, one.end)
    if named is not None:
        return named.end()
    return one.end if last.end == one.begin and one.end - one.begin == _LEAST_CENTS else None


def _symbol(unit: Unit) -> str:
    same = (name for name in _SMALLER if (one := unit_named(name)) is not None and _alike(one, unit))
    return next(same, "")


def _alike(one: Unit, other: Unit) -> bool:
    return (one.dimension, one.factor) == (other.dimension, other.factor)


def _denominator(match: re.Match[str]) -> int:
    return next(of for of, _ in _PARTS if match[f"d{of}"])


def _ratio(over: int, of: int) -> Decimal:
    with localcontext() as context:
        context.prec = 28
        return Decimal(over) / Decimal(of)
