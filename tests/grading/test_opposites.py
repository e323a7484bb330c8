"""Words and phrases at the ends of a scale, and what only looks like one."""

from __future__ import annotations

import pytest

from edgekit.grading.contradiction import compare
from edgekit.grading.opposites import phrased, pole


@pytest.mark.parametrize(
    ("wording", "said", "language"),
    [
        ("The blood gives oxygen to the cells.", "The blood takes oxygen from the cells.", "en"),
        ("La sangre da oxígeno a las células.", "La sangre quita oxígeno a las células.", "es"),
        ("O sangue entrega oxigênio às células.", "O sangue tira oxigênio das células.", "pt"),
        ("The plant takes in carbon dioxide.", "The plant gives off carbon dioxide.", "en"),
        ("La planta toma dióxido de carbono del aire.", "La planta libera dióxido de carbono al aire.", "es"),
        ("As raízes absorvem água do solo.", "As raízes soltam água no solo.", "pt"),
        ("Veins bring the blood back to the heart.", "Veins take the blood away from the heart.", "en"),
        ("The other bulb goes out.", "The other bulb stays on.", "en"),
        ("The other bulb goes out.", "The other bulb does not go out.", "en"),
        ("El otro foco se apaga.", "El otro foco sigue encendido.", "es"),
        ("A outra lâmpada apaga.", "A outra lâmpada fica acesa.", "pt"),
        ("El eje de la Tierra está inclinado.", "El eje de la Tierra está recto.", "es"),
        ("The first World War began in 1914.", "The last World War began in 1914.", "en"),
    ],
)
def test_what_is_given_and_taken_on_and_off_is_opposite(wording: str, said: str, language: str) -> None:
    assert compare(wording, said, language)
    assert compare(said, wording, language)
    assert not compare(wording, wording, language)


@pytest.mark.parametrize(
    ("wording", "said", "language"),
    [
        ("The plant absorbs water.", "The plant takes in water.", "en"),
        ("The plant releases oxygen.", "The plant gives off oxygen.", "en"),
        ("The plant releases oxygen.", "The plant gives oxygen off.", "en"),
        ("The blood gives oxygen to the cells.", "The blood takes oxygen to the cells.", "en"),
        ("The bulb stays on.", "The bulb comes on.", "en"),
        ("The circuit is open.", "The circuit stays open.", "en"),
        ("El circuito está abierto.", "El circuito queda abierto.", "es"),
        ("The ice took the heat.", "The ice takes the heat.", "en"),
    ],
)
def test_the_same_in_a_verb_and_in_a_phrase_is_no_opposite(wording: str, said: str, language: str) -> None:
    assert not compare(wording, said, language)


def test_a_small_word_of_the_other_language_lies_on_no_scale() -> None:
    assert pole("da", ("es",)) == ("giving", 1)
    assert pole("da", ("es", "pt")) is None
    assert pole("más", ("es", "pt")) is None


def test_a_phrase_is_its_particle_and_its_verb_says_no_more() -> None:
    assert phrased(["it", "gives", "the", "oxygen", "off"], ("en",)) == ({4: ("uptake", -1)}, frozenset({1}))
    assert phrased(["it", "gives", "oxygen", "in", "the", "day"], ("en",)) == ({}, frozenset())
    assert phrased(["queda", "abierto"], ("es",)) == ({}, frozenset({0}))
    assert phrased(["queda", "agua"], ("es",)) == ({}, frozenset())


@pytest.mark.parametrize(
    ("wording", "said", "certain"),
    [
        ("O oxigênio se combina com o ferro.", "O oxigênio não se combina com o ferro.", True),
        ("O magma sobe e as placas se afastam.", "As placas não se afastam e o magma não sobe.", True),
        ("O oxigênio combina-se com o ferro.", "O oxigênio não combina-se com o ferro.", True),
        ("A planta cresce com água e luz.", "A planta não cresce com água e luz se está fria.", False),
        ("A planta cresce com água e luz.", "Se está fria, a planta não cresce com água e luz.", False),
    ],
)
def test_portuguese_se_is_oneself_before_a_verb_and_if_elsewhere(wording: str, said: str, certain: bool) -> None:
    found = compare(wording, said, "pt")
    assert found.negation
    assert found.certain is certain


def test_a_flip_in_both_halves_is_found_beside_portuguese_oneself() -> None:
    found = compare("O vapor sobe e a água se condensa.", "O vapor desce e a água se evapora.", "pt")
    assert found.antonym
    assert found.span == (0, len("O vapor desce"))
    # Of one condition both ends are turned round, and it says the same.
    wording, same = "Se a temperatura sobe, o gelo derrete.", "Se a temperatura desce, o gelo congela."
    assert not compare(wording, same, "pt")
