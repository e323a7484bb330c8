"""Who does what, the other way round, and what only stands in another order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.grading.exchanged import find_exchanged


@pytest.mark.parametrize(
    ("wording", "said", "language"),
    [
        ("It reflects the light of the Sun.", "The Sun reflects the light of the Moon", "en"),
        ("Germanic tribes invaded the empire.", "Rome invaded the Germanic tribes", "en"),
        ("Bees pollinate the flowers, so that fruit can grow.", "Flowers pollinate the bees", "en"),
        ("Plants give oxygen to animals.", "I think animals give oxygen to plants", "en"),
        ("The Moon goes round the Earth.", "The Earth goes round the Moon.", "en"),
        ("Iron is harder than wood.", "Wood is harder than iron.", "en"),
        ("Las plantas dan oxígeno a los animales.", "Los animales dan oxígeno a las plantas.", "es"),
        ("A Lua gira em torno da Terra.", "A Terra gira em torno da Lua.", "pt"),
        ("La Lune tourne autour de la Terre.", "La Terre tourne autour de la Lune.", "fr"),
        # Where or when comes first, in both or in one.
        ("In winter the bear eats the fish.", "In winter the fish eats the bear.", "en"),
        ("On the farms machines replaced workers.", "The workers replaced the machines.", "en"),
        ("Machines replaced workers.", "In the fields workers replaced machines.", "en"),
        ("En otoño los zorros cazan ratones.", "En otoño los ratones cazan zorros.", "es"),
    ],
)
def test_exchanged_parts_are_found_with_their_place(wording: str, said: str, language: str) -> None:
    place = find_exchanged([wording], said, language)
    assert place is not None
    assert said[slice(*place)].rstrip(".") in said


@pytest.mark.parametrize(
    ("wording", "said", "language"),
    [
        ("It reflects the light of the Sun.", "It reflects the light of the Sun", "en"),
        ("It reflects the light of the Sun.", "The light of the Sun is reflected by it", "en"),
        ("In summer the rays arrive more directly.", "The rays arrive more directly in summer", "en"),
        ("The rays arrive more directly in summer.", "In summer the rays arrive more directly.", "en"),
        ("Plants give oxygen to animals.", "Plants give animals oxygen.", "en"),
        ("Plants give oxygen to animals.", "Animals do not give oxygen to plants.", "en"),
        ("Las plantas dan oxígeno a los animales.", "A los animales las plantas dan oxígeno.", "es"),
        ("El Sol ilumina la Luna.", "La Luna es iluminada por el Sol.", "es"),
        ("El Sol ilumina la Luna.", "Ilumina la Luna el Sol.", "es"),
        ("Der Mond reflektiert das Licht der Sonne", "Das Licht der Sonne reflektiert der Mond", "de"),
        ("Wood burns.", "Burns wood.", "en"),
        ("During the day plants make oxygen.", "Plants make oxygen during the day.", "en"),
        ("In it a bulb, a switch and a battery are found.", "In it a battery and a bulb are found.", "en"),
        ("", "x", "en"),
        ("Plants give oxygen to animals.", "Animals give oxygen to plants.", "zh"),
    ],
)
def test_the_same_in_another_order_is_no_exchange(wording: str, said: str, language: str) -> None:
    assert find_exchanged([wording], said, language) is None


def test_a_clause_that_says_it_in_order_is_believed() -> None:
    wording = "Plants give oxygen to animals."
    assert find_exchanged([wording], "Animals give oxygen to plants. Plants give oxygen to animals.", "en") is None
    assert find_exchanged(["Animals give oxygen to plants.", wording], "Animals give oxygen to plants.", "en") is None


@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from(["en", "es", "pt", "fr", "en+es", "xx", ""]))
def test_any_text_has_a_place_in_itself_or_none(wording: str, said: str, language: str) -> None:
    place = find_exchanged([wording], said, language)
    assert place is None or 0 <= place[0] < place[1] <= len(said)


@pytest.mark.parametrize(
    ("wording", "said", "language", "is_turned"),
    [
        ("Blood goes from the lungs to the heart.", "Blood goes from the heart to the lungs.", "en", True),
        ("Blood goes from the lungs to the heart.", "It goes to the heart from the lungs.", "en", False),
        ("Va de los pulmones a las células del cuerpo.", "Va de las células del cuerpo a los pulmones.", "es", True),
        ("Va de los pulmones a las células.", "De los pulmones va la sangre a las células.", "es", False),
        ("Vai dos pulmões ao coração.", "Vai do coração aos pulmões.", "pt", True),
        ("From the lungs to the heart.", "From the heart to the brain.", "en", False),
        ("Friction turns motion into heat.", "Friction turns heat into motion.", "en", True),
        ("O atrito transforma o movimento em calor.", "O atrito transforma o calor em movimento.", "pt", True),
        ("La fricción convierte el movimiento en calor.", "La fricción convierte el calor en movimiento.", "es", True),
        ("En verano llueve en la costa.", "Llueve en la costa en verano.", "es", False),
        ("The deer eat the young trees.", "The young trees eat the deer.", "en", True),
        ("The deer eat the young trees.", "Young trees are eaten by the deer.", "en", False),
        ("The deer eat the young trees.", "The young deer eat the trees.", "en", False),
        ("From the lungs to the heart.", "From the heart to the lungs.", "xx", False),
    ],
)
def test_where_to_and_where_from_are_told_apart(wording: str, said: str, language: str, is_turned: bool) -> None:
    assert (find_exchanged([wording], said, language) is not None) is is_turned
