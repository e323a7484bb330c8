"""What stands at a right number and makes another one of it: a root, a power, a sum to be done, another unit."""

from __future__ import annotations

import pytest
from grading.ruled_questions import mark, question

from edgekit.quiz.model import Question


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((4.0, "2 + 4"), (4.0, "4 + 4"), (4.0, "3 ÷ 4"), (4.0, "3 over 4"), (4.0, "3 entre 4"), (4.0, "3 vezes 4")),
        *((4.0, "3:4"), (4.0, "4:3"), (5.0, "5/1"), (5.0, "5 × 1"), (5.0, "ten minus 5"), (5.0, "10 - 5")),
        *((4.0, "4^2"), (4.0, "4²"), (16.0, "√16"), (5.0, "5√2"), (5.0, "5π"), (5.0, "5x"), (5.0, "log 5")),
        *(
            (5.0, "≠5"),
            (5.0, "!=5"),
            (-5.0, "|-5|"),
            (5.0, "-(5)"),
            (5.0, "5 negative"),
            (5.0, "5 negativo"),
            (5.0, "half of 5"),
            (5.0, "twice 5"),
            (5.0, "el doble de 5"),
            (5.0, "a metade de 5"),
            (5.0, "5 squared"),
            (5.0, "5 al cuadrado"),
            (5.0, "5 ao cubo"),
            (5.0, "5/kg"),
            (5.0, "the square root of 5"),
            (5.0, "anything but 5"),
            (5.0, "5 ‰"),
            (5.0, "5 per mil"),
        ),
    ],
)
def test_a_right_number_that_something_is_to_be_done_with_goes_to_a_person(value: float, text: str) -> None:
    found = mark(question("numeric", value=value), text, ("en", "es", "pt"))
    assert (found.points, found.possible, found.reasons[0].code) == (0.0, (0.0, 2.0), "hedged")


@pytest.mark.parametrize(
    "text",
    [
        "half of 8 is 4",
        "la mitad de 8 es 4",
        "2 squared is 4",
        "the square root of 16 is 4",
        "2 + 2 = 4",
        "16/4 = 4",
        "√16 = 4",
        "2^2 = 4",
        "4!",
        "4th",
        "4º",
        "4e",
        "(4)",
        "x=4",
        "two plus two is 4",
    ],
)
def test_a_number_that_was_worked_out_is_right(text: str) -> None:
    assert mark(question("numeric", value=4.0), text).possible == (2.0,)


@pytest.mark.parametrize(("value", "text"), [(4.0, "√16"), (16.0, "4²"), (8.0, "2^3"), (8.0, "2**3"), (1.5, "√2.25")])
def test_a_power_and_a_root_that_make_the_right_number_go_to_a_person(value: float, text: str) -> None:
    found = mark(question("numeric", value=value), text)
    assert (found.points, found.possible[-1]) == (0.0, 2.0)


@pytest.mark.parametrize("text", ["5k", "5 M", "5K", "5 mn", "5bn", "5万", "5 k"])
def test_a_letter_that_may_be_thousands_or_millions_goes_to_a_person(text: str) -> None:
    found = mark(question("numeric", value=5.0), text)
    assert (found.points, found.possible, found.reasons[0].code) == (0.0, (0.0, 2.0), "number")


@pytest.mark.parametrize("text", ["-3/4", "-½", "-.5", "-2.5e3", "-1 1/2", "−3/4", "-1.6 × 10⁻¹⁹"])
def test_a_sign_belongs_to_a_number_of_any_form(text: str) -> None:
    values = {"3/4": 0.75, "½": 0.5, ".5": 0.5, "2.5e3": 2500.0, "1 1/2": 1.5, "1.6 × 10⁻¹⁹": 1.6e-19}
    value = values[text[1:]]
    assert mark(question("numeric", value=-value, tolerance=value / 100), text).possible == (2.0,)
    for other in (value, 5.0, 1.0, 10.0):
        assert mark(question("numeric", value=other, tolerance=other / 100), text).points == 0.0, other


@pytest.mark.parametrize("text", ["-five", "-cinco", "−five", "minus five", "(-five)"])
def test_a_sign_belongs_to_a_number_in_words(text: str) -> None:
    assert mark(question("numeric", value=-5.0), text).possible == (2.0,)
    assert mark(question("numeric", value=5.0), text).points == 0.0


@pytest.mark.parametrize(("languages", "value"), [(("en",), 7.2e6), (("es",), 7200.0)])
def test_the_sign_of_fractions_is_that_of_the_language_before_a_power_of_ten(
    languages: tuple[str, ...], value: float
) -> None:
    assert mark(question("numeric", value=value), "7,200 × 10^3", languages).possible == (2.0,)
    assert mark(question("numeric", value=7200.0 if value > 1e6 else 7.2e6), "7,200 × 10^3", languages).points == 0.0


def test_a_sign_of_a_unit_stands_behind_words() -> None:
    assert mark(question("numeric", value=9.0, unit="%"), "nine %").possible == (2.0,)
    assert mark(question("numeric", value=9.0, unit="kg"), "nine €").points == 0.0


@pytest.mark.parametrize(("unit", "text"), [("°", "5º"), ("°C", "5 ºC"), ("°C", "5º C")])
def test_degrees_may_be_written_with_the_sign_of_an_ordinal(unit: str, text: str) -> None:
    assert mark(question("numeric", value=5.0, unit=unit), text).possible == (2.0,)


@pytest.mark.parametrize(
    ("unit", "text"),
    [("kg", "5 kg m"), ("N", "5 N·m"), ("N", "5 N m"), ("m", "5 m s⁻¹"), ("€", "5 €/kg"), ("kg", "5 kilo metros")],
)
def test_a_unit_that_goes_on_is_another_one(unit: str, text: str) -> None:
    found = mark(question("numeric", value=5.0, unit=unit), text)
    assert found.points == 0.0
    assert found.reasons


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ("m/s", "5 m s⁻¹"),
        ("m/s", "5 m·s^-1"),
        ("m/s", "5 ms-1"),
        ("m/s²", "5 m s⁻²"),
        ("g/l", "5 g l⁻¹"),
        ("kg m/s", "5 kg m/s"),
        ("kg m/s", "5 kg·m/s"),
        ("J", "5 N m"),
        ("J", "5 N·m"),
        ("light years", "5 light-years"),
        ("kg", "5 kg of rice"),
    ],
)
def test_a_unit_may_be_written_with_powers_below_nothing(unit: str, text: str) -> None:
    assert mark(question("numeric", value=5.0, unit=unit), text).possible == (2.0,)


def asked(text: str, value: float) -> Question:
    return Question("q", "numeric", "en", {"en": text}, 2.0, value=value)


@pytest.mark.parametrize(
    ("text", "value", "right", "wrong"),
    [
        ("A pencil is 15 cm long. How long is it in mm?", 150.0, "150|150 mm|150 millimetres", "150 cm|150 m|150 kg"),
        ("How many metres are there in 3 km?", 3000.0, "3000 m|3000", "3000 km"),
        ("At what temperature does water boil (°C)?", 100.0, "100 °C|100|100 degrees Celsius", "100 °F|100 K"),
        ("¿Cuántos gramos hay en 2 kg?", 2000.0, "2000 gramos|2000 g", "2000 kg"),
        ("कितने किलोमीटर?", 5.0, "5 km|5", "5 m"),
        ("What is 15% of 200?", 30.0, "30", "30%"),
        ("How many grams are in a kilogram?", 1000.0, "1000 g|1000", "1000 kg"),
        ("Convierte 3 km a metros.", 3000.0, "3000 m|3000", "3000 km"),
        ("At what time does it begin?", 15.0, "15:00|15", ""),
        ("How many dollars does it cost?", 15.0, "$15|15 dollars|15", "15 pesos"),
        ("¿Cuántos pesos cuesta?", 15.0, "$15|15 pesos|15", "15 dólares"),
        ("How many apples are there?", 5.0, "5 apples|5", "5%"),
        ("What percentage is shaded?", 25.0, "25%|25", "25 kg"),
        ("Write 40% as a decimal.", 0.4, "0.4|40%", ""),
        ("Give the answer in kg", 1.5, "1.5 kg|1.5", "1.5 g|1500 g"),
        ("How heavy is it?", 5.0, "5", ""),
    ],
)
def test_another_unit_than_the_text_asks_for_goes_to_a_person(text: str, value: float, right: str, wrong: str) -> None:
    for one in right.split("|"):
        assert mark(asked(text, value), one, ("en", "es", "hi")).possible == (2.0,), one
    for one in filter(None, wrong.split("|")):
        found = mark(asked(text, value), one, ("en", "es", "hi"))
        assert (found.points, found.reasons[0].code) == (0.0, "unit"), one
