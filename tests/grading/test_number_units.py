"""Units as answers write them: money, areas, speeds, names of five languages, and a unit of the quiz's own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from grading.ruled_questions import MASS, mark, question

COLD = question("numeric", value=-5.0, unit="°C")


@pytest.mark.parametrize(
    ("value", "unit", "right", "other"),
    [
        (5.0, "€", "5 €|€5|€ 5|5 euros|cinco euros|5,00 €|5 EUR", "$5|5 dollars|5"),
        (5.0, "£", "£5|5 pounds|five pounds|5 libras", "5 kg|5 €"),
        (3.0, "kWh", "3 kWh|3 kilovatios hora|3 kilowatt-hours|3000 Wh|10.8 MJ", "3 kW|3 kilovatios"),
        (2.0, "GB", "2 gigabytes|2000 MB", "2 MB|2 GHz"),
        (5.0, "$", "$5|5 dollars|$5.00|US$5|five dollars|5 $|$10 - $5 = $5", "5 €|R$5"),
        (5.0, "R$", "R$5|R$ 5,00|5 reais", "$5"),
        (6.0, "m²", "6 m2|6 m^2|6 square metres|seis metros cuadrados|6 metros quadrados|60000 cm²", "6 m|6 m³"),
        (6.0, "square metres", "6 m²|6 metros cuadrados", "6 cubic metres"),
        (6.0, "cm³", "6 cm3|6 cubic centimetres|6 centímetros cúbicos|6 ml", "6 cm"),
        (2.7, "g/cm³", "2.7 g/cm3|2,7 g per cm3|2700 kg/m³|2.7 g/ml", "2.7 g|2.7 kg/m3"),
        (9.8, "m/s²", "9.8 m/s2|9.8 m/s^2|9.8 meters per second squared|9,8 m/s²", "9.8 m/s"),
        (3.0, "g/l", "3 grams per litre|3 gramos por litro|3000 mg/l", "3 g"),
        (1e6, "m", "10^6 m|10⁶ m|1000 km", "10^6"),
    ],
)
def test_money_areas_and_units_per_unit_are_known(value: float, unit: str, right: str, other: str) -> None:
    asked = question("numeric", value=value, unit=unit)
    for text in right.split("|"):
        assert mark(asked, text).possible == (2.0,), text
    for text in other.split("|"):
        assert mark(asked, text).reasons[0].code == "unit", text


@pytest.mark.parametrize("text", ["minus five degrees", "menos cinco grados", "-5", "5 below zero"])
def test_degrees_of_no_scale_are_a_unit_left_out(text: str) -> None:
    found = mark(COLD, text)
    assert (found.points, found.reasons[0].code) == (1.0, "unit")
    assert "missing" in found.reasons[0].detail


SPEED = question("numeric", value=15.0, unit="km/h")


@pytest.mark.parametrize(
    "text",
    [
        "15 km/h",
        "va a 15 Km / h",
        "15 KM/H",
        "15km/hora",
        "15,0 km por hora",
        "15 kilómetros por hora",
        "quince km por hora",
        "15 quilômetros por hora",
        "15 kilometers per hour",
        "15 km an hour.",
        "15 Kilometer pro Stunde",
        "15 Stundenkilometer",
        "15 kilomètres par heure",
        "15 km à l'heure",
        "15000 m/h",
        "0.25 km/min",
        "250 metros por minuto",
    ],
)
def test_a_speed_is_right_in_every_way_of_writing_it(text: str) -> None:
    assert mark(SPEED, text).possible == (2.0,)


@pytest.mark.parametrize("text", ["15 km", "15 m/h", "15 km por", "15 m/s", "15 mph"])
def test_a_speed_with_another_unit_goes_to_a_person(text: str) -> None:
    found = mark(SPEED, text)
    assert (found.points, found.reasons[0].code) == (0.0, "unit")


@pytest.mark.parametrize("unit", ["km por hora", "km / h", "kilometers per hour"])
def test_a_quiz_may_write_its_speed_in_words(unit: str) -> None:
    asked = question("numeric", value=15.0, unit=unit)
    assert mark(asked, "15 km/h").possible == (2.0,)


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ("m", "5 metros"),
        ("m", "5 Meter"),
        ("m", "5 mètres"),
        ("g", "5 gramos"),
        ("g", "5 Gramm"),
        ("l", "5 litros"),
        ("l", "5 litres"),
        ("°C", "5 grados centígrados"),
        ("°C", "5 graus Celsius"),
        ("°C", "5 Grad Celsius"),
        ("°C", "5 degrés Celsius"),
        ("cm", "5 centímetros"),
        ("cm", "0,05 m"),
        ("min", "300 segundos"),
    ],
)
def test_a_unit_is_known_by_its_name(unit: str, text: str) -> None:
    assert mark(question("numeric", value=5.0, unit=unit), text).possible == (2.0,)


def test_a_unit_of_the_quizs_own_stands_after_the_number() -> None:
    asked = question("numeric", value=12.0, unit="apples")
    assert mark(asked, "12 apples").points == 2.0
    assert mark(asked, "12 pears").reasons[0].code == "unit"


def test_a_tonne_has_a_sign() -> None:
    assert mark(MASS, "0.005 t").possible == (2.0,)


def test_a_bare_number_in_the_unit_of_the_text_goes_to_a_person_when_the_quiz_has_another() -> None:
    text = {"en": "How much blood is there, in ml?", "es": "¿Cuánta sangre hay, en mililitros?"}
    asked = replace(question("numeric", value=4.9, unit="L"), text=text)
    found = mark(asked, "4900")
    assert (found.points, found.possible) == (1.0, (0.0, 1.0, 2.0))
    assert "unit" in {one.code for one in found.reasons}
    assert mark(asked, "4900 ml").possible == (2.0,)
    assert mark(asked, "490").possible == (0.0,)
    unasked = mark(question("numeric", value=4.9, unit="L"), "4900")
    assert (unasked.points, unasked.possible) == (0.0, (0.0, 1.0, 2.0))
