"""Units as they are written in a text: symbols, words of five languages, one per another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from unicodedata import normalize

from edgekit.grading.intake import matching_form

# SI brochure (9th edition), international yard and pound of 1959: dimension, factor to its first unit, offset, names.
# Symbols are told apart by their case, words are not.
_UNITS: tuple[tuple[str, str, str, str, str], ...] = (
    ("mass", "1", "0", "g gr grs", "gram grams gramm gramo gramos grama gramas gramme grammes ग्राम"),
    (
        "mass",
        "1000",
        "0",
        "kg kgs Kg KG",
        "kilogram kilograms kilogramm kilogramo kilogramos quilograma quilogramas "
        "kilogramme kilogrammes kilo kilos quilo quilos किलोग्राम किलो",
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
    ("mass", "1000000", "0", "t", "tonne tonnes tonelada toneladas tonnen"),
    ("mass", "453.59237", "0", "lb lbs", "pound pounds libra libras"),
    ("mass", "28.349523125", "0", "oz", "ounce ounces onza onzas"),
    ("length", "1", "0", "m mts", "meter meters metre metres metro metros metres मीटर"),
    (
        "length",
        "1000",
        "0",
        "km kms Km KM",
        "kilometer kilometers kilometre kilometres kilometro kilometros quilometro quilometros किलोमीटर किमी",
    ),
    ("length", "0.1", "0", "dm", "decimeter decimeters decimetro decimetros dezimeter"),
    (
        "length",
        "0.01",
        "0",
        "cm cms Cm CM",
        "centimeter centimeters centimetre centimetres centimetro centimetros zentimeter सेंटीमीटर सेमी",
    ),
    ("length", "0.001", "0", "mm", "millimeter millimeters millimetre millimetres milimetro milimetros मिलीमीटर मिमी"),
    ("length", "0.000001", "0", "µm μm um", "micrometer micrometers micrometre mikrometer micrometro micrometros"),
    ("length", "0.000000001", "0", "nm", "nanometer nanometers nanometre nanometro nanometros"),
    ("length", "0.0254", "0", "in.", "inch inches pulgada pulgadas polegada polegadas"),
    ("length", "0.3048", "0", "ft", "foot feet"),
    ("length", "1609.344", "0", "mi", "mile miles milla millas milha milhas"),
    ("volume", "1", "0", "l L ℓ lts", "liter liters litre litres litro litros लीटर"),
    ("volume", "0.001", "0", "ml mL cc", "milliliter milliliters millilitre millilitres mililitro mililitros मिलीलीटर"),
    ("volume", "0.01", "0", "cl cL", "centiliter centilitre centilitro centilitros zentiliter"),
    ("volume", "0.1", "0", "dl dL", "deciliter deciliters decilitre decilitres decilitro decilitros deziliter"),
    ("volume", "100", "0", "hl hL", "hectoliter hectolitre hectolitro hectolitros hektoliter"),
    ("volume", "0.001", "0", "cm³ cm3 cm^3", ""),
    ("volume", "1000", "0", "m³ m3 m^3", ""),
    ("volume", "1", "0", "dm³ dm3 dm^3", ""),
    ("volume", "0.000001", "0", "mm³ mm3 mm^3", ""),
    ("volume", "1000000000000", "0", "km³ km3 km^3", ""),
    ("area", "1", "0", "m² m2 m^2", ""),
    ("area", "0.0001", "0", "cm² cm2 cm^2", ""),
    ("area", "1000000", "0", "km² km2 km^2", ""),
    ("area", "0.01", "0", "dm² dm2 dm^2", ""),
    ("area", "0.000001", "0", "mm² mm2 mm^2", ""),
    ("area", "10000", "0", "ha", "hectare hectares hectarea hectareas hektar"),
    ("area", "4046.8564224", "0", "", "acre acres acras"),
    ("time", "1", "0", "s sec secs seg", "second seconds segundo segundos sekunde sekunden seconde secondes सेकंड सेकेंड"),
    ("time", "0.001", "0", "ms", "millisecond milliseconds milisegundo milisegundos millisekunden"),
    ("time", "60", "0", "min mins", "minute minutes minuto minutos minuten मिनट"),
    ("time", "3600", "0", "h hr hrs", "hour hours hora horas stunde stunden heure heures घंटा घंटे घण्टा घण्टे"),
    ("time", "86400", "0", "d", "day days dia dias tag tage tagen jour jours दिन"),
    ("time", "604800", "0", "", "week weeks semana semanas woche wochen semaine semaines सप्ताह हफ्ते"),
    ("time", "31557600", "0", "yr yrs", "year years ano anos jahr jahre jahren annee annees an ans साल वर्ष"),
    ("temperature", "1", "273.15", "°C ºC C", "celsius centigrade centigrados सेल्सियस"),
    ("temperature", "0.5555555555555555555", "255.3722222222222222", "°F ºF F", "fahrenheit"),
    ("temperature", "1", "0", "K", "kelvin kelvins"),
    ("voltage", "1", "0", "V v", "volt volts voltio voltios"),
    ("voltage", "0.001", "0", "mV", "millivolt millivolts milivoltios"),
    ("voltage", "1000", "0", "kV", "kilovolt kilovolts"),
    ("current", "1", "0", "A", "amp amps ampere amperes amperio amperios"),
    ("current", "0.001", "0", "mA", "milliamp milliamps miliamperios"),
    ("resistance", "1", "0", "Ω ohm", "ohms ohmios"),
    ("resistance", "1000", "0", "kΩ", "kilohm kilohms kiloohmios"),
    ("power", "1", "0", "W", "watt watts vatio vatios"),
    ("power", "1000", "0", "kW", "kilowatt kilowatts kilovatio kilovatios quilowatt quilowatts"),
    ("power", "1000000", "0", "MW", "megawatt megawatts megavatios"),
    ("power", "0.001", "0", "mW", "milliwatt milliwatts"),
    ("energy", "1", "0", "J", "joule joules julio julios"),
    ("energy", "1000", "0", "kJ", "kilojoule kilojoules"),
    ("energy", "1000000", "0", "MJ", "megajoule megajoules"),
    ("energy", "3600", "0", "Wh", ""),
    ("energy", "3600000", "0", "kWh KWh kwh", ""),
    ("energy", "4.184", "0", "cal", "calorie calories caloria calorias"),
    ("energy", "4184", "0", "kcal", "kilocalorie kilocalories kilocalorias"),
    ("force", "1", "0", "N", "newton newtons"),
    ("force", "1000", "0", "kN", "kilonewton kilonewtons"),
    ("amount", "1", "0", "mol", "mole moles mols"),
    ("amount", "0.001", "0", "mmol", ""),
    ("pressure", "1", "0", "Pa", "pascal pascals pascales"),
    ("pressure", "1000", "0", "kPa", "kilopascal kilopascals"),
    ("pressure", "100", "0", "hPa", "hectopascal hectopascals"),
    ("pressure", "1000000", "0", "MPa", "megapascal megapascals"),
    ("pressure", "133.322387415", "0", "mmHg", ""),
    ("pressure", "101325", "0", "atm", "atmosphere atmospheres atmosferas"),
    ("frequency", "1", "0", "Hz hz", "hertz"),
    ("frequency", "1000", "0", "kHz", "kilohertz"),
    ("frequency", "1000000", "0", "MHz", "megahertz"),
    ("frequency", "1000000000", "0", "GHz", "gigahertz"),
    ("speed", "1", "0", "m/s", ""),
    ("speed", "0.2777777777777777778", "0", "km/h kph kmh kmph Kmh KMH", "stundenkilometer"),
    ("speed", "0.44704", "0", "mph", ""),
    ("share", "1", "0", "%", "percent prozent pourcent porciento प्रतिशत"),
    ("euro", "1", "0", "€ EUR", "euro euros"),
    # Of a sum in `$` nobody says which.
    ("dollar", "1", "0", "$ USD", "dollar dollars dolar dolares peso pesos buck bucks"),
    ("sterling", "1", "0", "£ GBP", ""),
    ("real", "1", "0", "R$ BRL", "reais"),
    ("rupee", "1", "0", "₹ INR Rs", "rupee rupees rupia rupias रुपये रुपए रुपया"),
    ("yen", "1", "0", "¥ JPY", "yen yenes"),
    ("angle", "57.295779513082320877", "0", "rad", "radian radians radianes radianos"),
    ("angle", "1", "0", "° º", "degree degrees grad grado grados grau graus degre degres डिग्री"),
    ("data", "1", "0", "bit bits", ""),
    ("data", "8", "0", "byte bytes B", ""),
    ("data", "8000", "0", "kB KB", "kilobyte kilobytes"),
    ("data", "8000000", "0", "MB", "megabyte megabytes"),
    ("data", "8000000000", "0", "GB", "gigabyte gigabytes"),
    ("data", "8000000000000", "0", "TB", "terabyte terabytes"),
)
# `2 g`, `2g`, `2-kg`; a symbol ends where letters and digits end.
_UNIT = re.compile(
    r"[\s\u00a0\u202f]{0,2}-?(?:(?P<sign>[%°º]\s?[CFK]?\b|[%°º€$£₹¥])|(?P<word>(?:[µμ]?(?:[^\W\d_][\u0900-\u0963]*)+|ℓ|Ω)(?:/[^\W\d_]+|[²³23]|\^[23])?\.?))"
)
# `square metres`, `metros cúbicos`.
_POWERED = re.compile(
    r"[\s\u00a0]{0,2}(?:(?P<first>square|sq\.?|cubic|वर्ग|घन)[\s\u00a0](?P<of>(?:[^\W\d_][\u0900-\u0963]*)+)"
    r"|(?P<named>[^\W\d_]+)[\s\u00a0](?P<last>cuadrad[oa]s?|quadrad[oa]s?|c[uú]bic[oa]s?)\b)",
    re.IGNORECASE,
)
# `²` is a letter to `\w`. `g/cm3`, `m/s^2`, `grams per litre`, `meters per second squared`.
_DERIVED = re.compile(
    r"[\s\u00a0]{0,2}(?P<over>[µμ]?[^\W\d_²³]+(?:[²³23]|\^[23])?)(?:[\s\u00a0]?/[\s\u00a0]?|[\s\u00a0](?:per|por)[\s\u00a0])"
    r"(?P<of>[µμ]?[^\W\d_²³]+)(?P<power>[²³]|\^?[23]|[\s\u00a0](?:squared|al cuadrado|ao quadrado))?(?![\w²³^/])"
)
# `m s⁻¹`, `m·s^-2`, `ms-1`.
_INVERSE = re.compile(
    r"[\s\u00a0]{0,2}(?:(?P<over>[µμ]?[^\W\d_²³]+)[\s\u00a0·⋅.*]|(?P<metre>m)(?=s))(?P<of>[^\W\d_²³]+)"
    r"(?:[⁻−](?P<high>[¹²³])|\^?[-−](?P<low>[123]))(?![\w²³^/])"
)
_POWERS = {"²": 2, "2": 2, "^2": 2, "³": 3, "3": 3, "^3": 3}
# A litre is the first of its dimension: a cubic metre is a thousand.
_LITRES = 1000
# Of a number in words, `one m`, a letter or two is no unit.
_LEAST_WORD = 3
_FIRST_WORD = re.compile(r"[µμ]?(?:[^\W\d_][\u0900-\u0963]*)+")
_PER_CENT = re.compile(r"[\s\u00a0]{1,2}(?:per cent|por ciento|por cento|pour cent)\b", re.IGNORECASE)
_DEGREES_OF = re.compile(r"[\s\u00a0]{1,2}(celsius|cent[ií]grad\w+|fahrenheit|सेल्सियस|[cf]\b)", re.IGNORECASE)
_TIMES = re.compile(r"(?:\s?([·⋅*])\s?|[\s\u00a0])(?=[^\W\d_])")
# Before another symbol with nothing but room between them; `5 m a` is none.
_MULTIPLIED = frozenset(("N", "kg", "kN", "W", "kW", "A"))
_MOST_SYMBOL = 4
_PRODUCTS = {"force·length": "energy", "power·time": "energy"}
# `kilowatt-hours`, `kilovatios hora`.
_HOURS = re.compile(r"[\s\u00a0·*-](?:h|hours?|horas?|heures?|stunden?)\b", re.IGNORECASE)
# `km / h`, `km por hora`, `metres per second`, `km à l'heure`: after a length.
_PER = re.compile(
    r"[\s\u00a0]{0,2}(?:/|(?<=\s)(?:per|an|por|a la|la|x|[àa] l['’]|[àa]|pro|je|in der|par)(?=[\s\u00a0]|(?<=['’])))"
    r"[\s\u00a0]{0,2}(?P<time>[^\W\d_]+)(?:\b\.)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as it is written, what it measures, and how much of that dimension's first unit it is."""

    written: str
    dimension: str
    factor: Decimal
    offset: Decimal = Decimal(0)


def unit_named(name: str) -> Unit | None:
    """The unit of a symbol (its case counts: `mV`, `MB`) or of a word in en, es, pt, de, fr; one per another too."""
    name = name.strip()
    unit = _simple(name)
    if unit is not None:
        return unit
    found = unit_behind(f" {name}", 0)
    return found[0] if found is not None and found[1] == len(name) + 1 else None


@lru_cache(maxsize=64)
def units_measuring(dimension: str) -> tuple[Unit, ...]:
    """The units of a dimension, each size once."""
    found: dict[tuple[Decimal, Decimal], Unit] = {}
    for _, unit, _ in _listed():
        if unit.dimension == dimension:
            found.setdefault((unit.factor, unit.offset), unit)
    return tuple(found.values())


def unit_behind(text: str, end: int, *, in_words: bool = False) -> tuple[Unit, int] | None:
    """The unit that stands in a text behind what ends there, and where it ends; in_words: no symbol is one."""
    share = _PER_CENT.match(text, end)
    if share is not None:
        return Unit("%", "share", Decimal(1)), share.end()
    powered = _powered(text, end) or _derived(text, end)
    if powered is not None:
        return powered
    match = _UNIT.match(text, end)
    if match is None:
        return None
    name = (match["sign"] or match["word"]).replace(" ", "")
    unit, stop = _simple(name), match.end()
    if match["word"] and (first := _FIRST_WORD.match(text, match.start("word"))):
        speed = _speed(text, first.end(), _simple(first[0]))
        if speed is not None:
            unit, stop = speed
            name = text[match.start("word") : stop]
    if unit is not None and unit.dimension == "angle" and (kind := _DEGREES_OF.match(text, stop)):
        unit, stop = _simple("°F" if kind[1][0] in "fF" else "°C"), kind.end()
    if unit is not None and (product := _product(text, stop, unit)) is not None:
        unit, stop = product
    if unit is not None and unit.dimension == "power" and (hours := _HOURS.match(text, stop)):
        return Unit(f"{unit.written}·h", "energy", unit.factor * 3600), hours.end()
    return (unit, stop) if unit is not None and not (in_words and match["word"] and len(name) < _LEAST_WORD) else None


def _product(text: str, end: int, unit: Unit) -> tuple[Unit, int] | None:
    """The unit that one and another behind it are together: `N·m`, `kg m/s`; newton metres are joules."""
    sign = _TIMES.match(text, end)
    if sign is None or not (sign[1] or unit.written in _MULTIPLIED):
        return None
    behind = unit_behind(f" {text[sign.end() : sign.end() + 12]}", 0)
    if behind is None or behind[0].offset or unit.offset or (not sign[1] and len(behind[0].written) > _MOST_SYMBOL):
        return None
    name = f"{unit.dimension}·{behind[0].dimension}"
    of = Unit(f"{unit.written}·{behind[0].written}", _PRODUCTS.get(name, name), unit.factor * behind[0].factor)
    return of, sign.end() + behind[1] - 1


def _powered(text: str, end: int) -> tuple[Unit, int] | None:
    match = _POWERED.match(text, end)
    unit = _simple(match["of"] or match["named"]) if match is not None else None
    if match is None or unit is None or unit.dimension != "length":
        return None
    if match["first"] == "घन" or "ub" in (match["first"] or match["last"] or "").lower().replace("ú", "u"):
        return Unit(f"{unit.written}³", "volume", unit.factor**3 * _LITRES), match.end()
    return Unit(f"{unit.written}²", "area", unit.factor**2), match.end()


def _derived(text: str, end: int) -> tuple[Unit, int] | None:
    """One unit per another; the speeds of `_speed` are not of these."""
    if (inverse := _INVERSE.match(text, end)) is not None:
        power = inverse["low"] or "123"["¹²³".index(inverse["high"])]
        name = f"{inverse['over'] or inverse['metre']}/{inverse['of']}{'' if power == '1' else power}"
        found = unit_behind(f" {name}", 0)
        return (found[0], inverse.end()) if found is not None and found[1] == len(name) + 1 else None
    match = _DERIVED.match(text, end)
    if match is None:
        return None
    power = _POWERS.get((match["power"] or "").strip(), 2 if match["power"] else 1)
    over = _simple(match["over"])
    of = _simple(match["of"] + "  ²³"[power]) if power > 1 else _simple(match["of"])
    if of is None and power > 1 and (base := _simple(match["of"])) is not None:
        of = Unit(f"{base.written}{'  ²³'[power]}", f"{base.dimension}{power}", base.factor**power)
    if over is None or of is None or over.offset or of.offset or (over.dimension, of.dimension) == ("length", "time"):
        return None
    return Unit(
        f"{over.written}/{of.written}", f"{over.dimension}/{of.dimension}", over.factor / of.factor
    ), match.end()


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
