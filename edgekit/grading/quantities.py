"""Numbers with their units in a student's text, in digits of any script or in words, and when two say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from unicodedata import normalize

from edgekit.checks.number_words import spelled, spells
from edgekit.checks.numerals import Numeral, fractions, numerals
from edgekit.grading.intake import look_alikes_folded, matching_form

# SI brochure (9th edition), international yard and pound of 1959: dimension, factor to its first unit, offset, names.
# Symbols are told apart by their case, words are not.
_UNITS: tuple[tuple[str, str, str, str, str], ...] = (
    ("mass", "1", "0", "g gr grs", "gram grams gramm gramo gramos grama gramas gramme grammes"),
    (
        "mass",
        "1000",
        "0",
        "kg kgs Kg KG",
        "kilogram kilograms kilogramm kilogramo kilogramos quilograma quilogramas "
        "kilogramme kilogrammes kilo kilos quilo quilos",
    ),
    (
        "mass",
        "0.001",
        "0",
        "mg",
        "milligram milligrams milligramm miligramo miligramos miligrama miligramas milligramme",
    ),
    (
        "mass",
        "0.000001",
        "0",
        "µg μg ug",
        "microgram micrograms mikrogramm microgramo microgramos micrograma microgramas",
    ),
    ("mass", "1000000", "0", "", "tonne tonnes tonelada toneladas tonnen"),
    ("mass", "453.59237", "0", "lb lbs", "pound pounds libra libras"),
    ("mass", "28.349523125", "0", "oz", "ounce ounces onza onzas"),
    ("length", "1", "0", "m mts", "meter meters metre metres metro metros metres"),
    (
        "length",
        "1000",
        "0",
        "km kms Km KM",
        "kilometer kilometers kilometre kilometres kilometro kilometros quilometro quilometros",
    ),
    ("length", "0.1", "0", "dm", "decimeter decimeters decimetro decimetros dezimeter"),
    (
        "length",
        "0.01",
        "0",
        "cm cms Cm CM",
        "centimeter centimeters centimetre centimetres centimetro centimetros zentimeter",
    ),
    ("length", "0.001", "0", "mm", "millimeter millimeters millimetre millimetres milimetro milimetros"),
    ("length", "0.000001", "0", "µm μm um", "micrometer micrometers micrometre mikrometer micrometro micrometros"),
    ("length", "0.000000001", "0", "nm", "nanometer nanometers nanometre nanometro nanometros"),
    ("length", "0.0254", "0", "in.", "inch inches pulgada pulgadas polegada polegadas"),
    ("length", "0.3048", "0", "ft", "foot feet"),
    ("length", "1609.344", "0", "mi", "mile miles milla millas milha milhas"),
    ("volume", "1", "0", "l L ℓ lts", "liter liters litre litres litro litros"),
    ("volume", "0.001", "0", "ml mL cc", "milliliter milliliters millilitre millilitres mililitro mililitros"),
    ("volume", "0.01", "0", "cl cL", "centiliter centilitre centilitro centilitros zentiliter"),
    ("volume", "0.1", "0", "dl dL", "deciliter deciliters decilitre decilitres decilitro decilitros deziliter"),
    ("volume", "100", "0", "hl hL", "hectoliter hectolitre hectolitro hectolitros hektoliter"),
    ("volume", "0.001", "0", "cm³ cm3 cm^3", ""),
    ("volume", "1000", "0", "m³ m3 m^3", ""),
    ("area", "1", "0", "m² m2 m^2", ""),
    ("area", "0.0001", "0", "cm² cm2 cm^2", ""),
    ("area", "1000000", "0", "km² km2 km^2", ""),
    ("time", "1", "0", "s sec secs seg", "second seconds segundo segundos sekunde sekunden seconde secondes"),
    ("time", "0.001", "0", "ms", "millisecond milliseconds milisegundo milisegundos millisekunden"),
    ("time", "60", "0", "min mins", "minute minutes minuto minutos minuten"),
    ("time", "3600", "0", "h hr hrs", "hour hours hora horas stunde stunden heure heures"),
    ("time", "86400", "0", "d", "day days dia dias tag tage tagen jour jours"),
    ("time", "604800", "0", "", "week weeks semana semanas woche wochen semaine semaines"),
    ("time", "31557600", "0", "yr yrs", "year years ano anos jahr jahre jahren annee annees an ans"),
    ("temperature", "1", "273.15", "°C ºC C", "celsius centigrade centigrados"),
    ("temperature", "0.5555555555555555555", "255.3722222222222222", "°F ºF F", "fahrenheit"),
    ("temperature", "1", "0", "K", "kelvin kelvins"),
    ("voltage", "1", "0", "V v", "volt volts voltio voltios"),
    ("voltage", "0.001", "0", "mV", "millivolt millivolts milivoltios"),
    ("voltage", "1000", "0", "kV", "kilovolt kilovolts"),
    ("current", "1", "0", "A", "amp amps ampere amperes amperio amperios"),
    ("current", "0.001", "0", "mA", "milliamp milliamps miliamperios"),
    ("resistance", "1", "0", "Ω ohm", "ohms ohmios"),
    ("power", "1", "0", "W", "watt watts vatio vatios"),
    ("power", "1000", "0", "kW", "kilowatt kilowatts kilovatios"),
    ("energy", "1", "0", "J", "joule joules julio julios"),
    ("energy", "1000", "0", "kJ", "kilojoule kilojoules"),
    ("energy", "4.184", "0", "cal", "calorie calories caloria calorias"),
    ("energy", "4184", "0", "kcal", "kilocalorie kilocalories kilocalorias"),
    ("force", "1", "0", "N", "newton newtons"),
    ("pressure", "1", "0", "Pa", "pascal pascals pascales"),
    ("pressure", "1000", "0", "kPa", "kilopascal kilopascals"),
    ("pressure", "101325", "0", "atm", "atmosphere atmospheres atmosferas"),
    ("frequency", "1", "0", "Hz hz", "hertz"),
    ("frequency", "1000", "0", "kHz", "kilohertz"),
    ("speed", "1", "0", "m/s", ""),
    ("speed", "0.2777777777777777778", "0", "km/h kph kmh kmph Kmh KMH", "stundenkilometer"),
    ("speed", "0.44704", "0", "mph", ""),
    ("share", "1", "0", "%", "percent prozent pourcent porciento"),
    ("angle", "1", "0", "° º", "degree degrees grad grado grados grau graus degre degres"),
    ("data", "1", "0", "bit bits", ""),
    ("data", "8", "0", "byte bytes B", ""),
    ("data", "8000", "0", "kB KB", "kilobyte kilobytes"),
    ("data", "8000000", "0", "MB", "megabyte megabytes"),
)
# `2 g`, `2g`, `2-kg`; a symbol ends where letters and digits end.
_UNIT = re.compile(
    r"[\s\u00a0\u202f]{0,2}-?(?:(?P<sign>[%°º]\s?[CFK]?\b|[%°º])|(?P<word>(?:[µμ]?[^\W\d_]+|ℓ|Ω)(?:/[^\W\d_]+|[²³23]|\^[23])?\.?))"
)
_FIRST_WORD = re.compile(r"[µμ]?[^\W\d_]+")
# `terminals 1,2 and 3`.
_ROW = re.compile(r"\d(?:,\d)+")
_MORE = re.compile(r"\s?,?\s?(?:,|and|or|&|y|o|e|und|oder|et|ou)\s{0,2}\d")
_PER_CENT = re.compile(r"[\s\u00a0]{1,2}(?:per cent|por ciento|por cento|pour cent)\b", re.IGNORECASE)
_DEGREES_OF = re.compile(r"[\s\u00a0]{1,2}(celsius|cent[ií]grad\w+|fahrenheit|[cf]\b)", re.IGNORECASE)
# `km / h`, `km por hora`, `metres per second`, `km à l'heure`: after a length.
_PER = re.compile(
    r"[\s\u00a0]{0,2}(?:/|(?<=\s)(?:per|an|por|a la|la|x|[àa] l['’]|[àa]|pro|je|in der|par)(?=[\s\u00a0]|(?<=['’])))"
    r"[\s\u00a0]{0,2}(?P<time>[^\W\d_]+)(?:\b\.)?",
    re.IGNORECASE,
)
_MARKER = re.compile(r"(?:^|[\n;])\s*\(?$")
_AFTER_MARKER = re.compile(r"[.):]\s|\)")
# Of a rounded value, `1.5` for `1.50`, nothing is lost; what is further apart than this is another number.
_ROUNDING = Decimal("0.0005")
_MOST = 256
_MOST_DIGITS = 24


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as it is written, what it measures, and how much of that dimension's first unit it is."""

    written: str
    dimension: str
    factor: Decimal
    offset: Decimal = Decimal(0)


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


def quantities(text: str, languages: tuple[str, ...] = ()) -> list[Quantity]:
    """The numbers of a text in order, at most 256: digits of any script, `½`, and words where a language's are known.

    Numbers of lists (`1. first`) and those in a formula or a name (`H₂O`, `CO2`, `x1`) are none.
    """
    text = look_alikes_folded(text)
    found: dict[int, Quantity] = {}
    for begin, end, value in fractions(text):
        if isinstance(value, Decimal):
            found[begin] = with_unit(text, begin, end, (value,))
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
        plain = _values(one)
        scaled = tuple(dict.fromkeys((*(value for value in one.values if isinstance(value, Decimal)), *plain)))
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
            found[begin] = with_unit(text, begin, end, whole, in_words=True)
    return [found[begin] for begin in sorted(found)]


def unit_named(name: str) -> Unit | None:
    """The unit of a symbol (its case counts: `mV`, `MB`) or of a word in en, es, pt, de, fr; a length per time too."""
    name = name.strip()
    unit = _simple(name)
    if unit is not None:
        return unit
    first = _FIRST_WORD.match(name)
    speed = _speed(name, first.end(), _simple(first[0])) if first is not None else None
    return speed[0] if speed is not None and speed[1] == len(name) else None


def _simple(name: str) -> Unit | None:
    symbols, words = _names()
    return (
        symbols.get(name)
        or symbols.get(name.rstrip("."))
        or words.get(matching_form(normalize("NFC", name)).rstrip("."))
    )


def _speed(text: str, end: int, length: Unit | None) -> tuple[Unit, int] | None:
    """The speed that a length and `per hour` after it are, and where that ends."""
    per = _PER.match(text, end) if length is not None and length.dimension == "length" else None
    # Of a time the case says nothing: `KM/H`.
    time = (_simple(per["time"]) or _simple(per["time"].lower())) if per is not None else None
    if length is None or per is None or time is None or time.dimension != "time":
        return None
    return Unit(f"{length.written}/{time.written}", "speed", length.factor / time.factor), per.end()


def _values(one: Numeral) -> tuple[Decimal, ...]:
    """What the digits alone may be; a comma between them may be either kind of separator."""
    digits = one.digits.replace("٫", ".").replace("٬", ",")
    groups = re.split(r"\D", digits)
    readings = []
    if len(groups) == 2:
        readings.append(f"{groups[0]}.{groups[1]}")
    if len(groups) == 1 or all(len(group) == 3 for group in groups[1:]):
        readings.append("".join(groups))
    return tuple(Decimal(reading) for reading in readings if len(reading) <= _MOST_DIGITS)


def with_unit(text: str, begin: int, end: int, values: tuple[Decimal, ...], *, in_words: bool = False) -> Quantity:
    """The number of a span, with the unit that stands behind it and the span longer by that where one does."""
    share = _PER_CENT.match(text, end)
    if share is not None and values:
        return Quantity(begin, share.end(), values, unit_named("%"), in_words)
    match = _UNIT.match(text, end)
    if match is None or not values:
        return Quantity(begin, end, values, None, in_words)
    name = (match["sign"] or match["word"]).replace(" ", "")
    unit, stop = unit_named(name), match.end()
    if match["word"] and (first := _FIRST_WORD.match(text, match.start("word"))):
        speed = _speed(text, first.end(), _simple(first[0]))
        if speed is not None:
            unit, stop = speed
            name = text[match.start("word") : stop]
    if unit is not None and unit.dimension == "angle" and (kind := _DEGREES_OF.match(text, stop)):
        unit, stop = unit_named("°F" if kind[1][0] in "fF" else "°C"), kind.end()
    if unit is None or (in_words and len(name) < 3):
        return Quantity(begin, end, values, None, in_words)
    return Quantity(begin, stop, values, unit, in_words)


def _is_marker(text: str, begin: int, end: int, *, listed: bool) -> bool:
    """Whether a number is one of a list: at the beginning of a line, or anywhere once there was one there."""
    if _AFTER_MARKER.match(text, end) is None:
        return False
    return _MARKER.search(text, max(0, begin - 4), begin) is not None or (listed and text[begin - 1].isspace())


def _close(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= _ROUNDING * max(abs(one), abs(other))


@lru_cache(maxsize=1)
def _names() -> tuple[dict[str, Unit], dict[str, Unit]]:
    symbols: dict[str, Unit] = {}
    words: dict[str, Unit] = {}
    for name, unit, is_symbol in _listed():
        (symbols if is_symbol else words).setdefault(name, unit)
    return symbols, words


def _listed() -> Iterator[tuple[str, Unit, bool]]:
    for dimension, factor, offset, symbols, words in _UNITS:
        for name in symbols.split():
            yield name, Unit(name, dimension, Decimal(factor), Decimal(offset)), True
        for name in words.split():
            yield name, Unit(name, dimension, Decimal(factor), Decimal(offset)), False
