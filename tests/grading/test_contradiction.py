"""Denials, opposites, numbers and units are told from what only sounds like them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.grading.contradiction import (
    Mismatch,
    compare,
    compare_across,
    compare_any,
    find_opposed,
)
from edgekit.grading.evasions import find_hedges
from edgekit.grading.function_words import LANGUAGES
from edgekit.grading.opposites import pairs, pole

ANY = st.text(st.characters(), max_size=80)
WORDS = st.lists(
    st.sampled_from([f"{one} " for one in ("the", "bulb", "is", "not", "lit", "no", "if", "and,", "5 g", "7 kg", ".")]),
    max_size=25,
).map("".join)


@pytest.mark.parametrize(
    ("wording", "said", "language"),
    [
        ("Plants produce oxygen in the light.", "Plants do not produce oxygen in the light.", "en"),
        ("Plants produce oxygen in the light.", "Plants don't produce oxygen in the light", "en"),
        ("Plants produce oxygen in the light.", 'plants don"t produce oxygen in the light', "en"),
        ("Plants produce oxygen in the light.", "Plants never produce oxygen in the light", "en"),
        ("Plants produce oxygen in the light.", "It is not true that plants produce oxygen in the light.", "en"),
        ("Plants produce oxygen in the light.", "It is false that plants produce oxygen in the light.", "en"),
        ("Plants need water.", "Plants need no water.", "en"),
        ("The bulb is not in a closed path.", "The bulb is in a closed path.", "en"),
        ("Las plantas producen oxígeno.", "Las plantas no producen oxigeno", "es"),
        ("Las plantas producen oxígeno.", "No es cierto que las plantas producen oxígeno.", "es"),
        ("Las plantas producen oxígeno.", "No es true que las plantas producen oxígeno.", "en+es"),
        ("Las plantas producen oxígeno.", "Las plantas nunca producen oxígeno.", "es"),
        ("As plantas produzem oxigênio.", "As plantas não produzem oxigênio.", "pt"),
        ("Die Pflanzen brauchen Wasser.", "Die Pflanzen brauchen kein Wasser.", "de"),
        ("Die Sonne erwärmt das Wasser.", "Die Sonne erwärmt das Wasser nicht.", "de"),
        ("Les plantes produisent de l'oxygène.", "Les plantes ne produisent pas d'oxygène.", "fr"),
        ("Plants produce oxygen.", "Plants produce oxygen. But plants do not produce oxygen.", "en"),
    ],
)
def test_denial_is_found_when_the_same_is_said_and_denied(wording: str, said: str, language: str) -> None:
    found = compare(wording, said, language)
    assert found.negation, found
    assert found.span is not None
    assert 0 <= found.span[0] < found.span[1] <= len(said)
    assert found.detail


@pytest.mark.parametrize(
    ("wording", "said", "language"),
    [
        (
            "When the temperature increases, the volume increases.",
            "When the temperature increases, the volume decreases.",
            "en",
        ),
        ("The temperature of the water increases.", "The temperature of the water decreases.", "en"),
        ("La temperatura del agua sube.", "La temperatura del agua baja.", "es"),
        ("La temperatura del agua sube.", "La temperatura del agua decreases.", "en+es"),
        ("A temperatura da água aumenta.", "A temperatura da água diminui.", "pt"),
        ("Die Temperatur des Wassers steigt.", "Die Temperatur des Wassers sinkt.", "de"),
        ("La température de l'eau augmente.", "La température de l'eau diminue.", "fr"),
        ("The solution is saturated at room temperature.", "The solution is unsaturated at room temperature.", "en"),
        ("Yes, the circuit is complete.", "No, the circuit is complete.", "en"),
    ],
)
def test_opposite_is_found_when_one_word_is_turned_round(wording: str, said: str, language: str) -> None:
    found = compare(wording, said, language)
    assert found.antonym, found
    assert not found.negation


@pytest.mark.parametrize(
    ("wording", "said", "language"),
    [
        ("The temperature increases.", "The temperature does not decrease.", "en"),
        ("It is not true that the bulb is lit.", "The bulb is not lit.", "en"),
        ("When the string is longer, the pitch is lower.", "When the string is shorter, the pitch is higher.", "en"),
        ("Plants produce oxygen.", "Not only animals, plants produce oxygen.", "en"),
        ("No hay nada de agua en la luna.", "No hay agua en la luna.", "es"),
        ("Plants produce oxygen.", "Animals breathe, and rocks do not.", "en"),
        ("Plants produce oxygen in the light.", "Plants produce oxygen in the light", "en"),
        ("No new substance is formed.", "No se forma una nueva sustancia.", "en+es"),
        (
            "Vertebrates have a backbone, while invertebrates do not.",
            "Vertebrates have a backbone; invertebrates don't",
            "en",
        ),
    ],
)
def test_nothing_is_found_when_the_same_is_said_in_other_words(wording: str, said: str, language: str) -> None:
    assert not compare(wording, said, language), compare(wording, said, language)


@pytest.mark.parametrize(
    ("wording", "said", "number", "unit"),
    [
        ("The mass is 5 g.", "The mass is 5 kg.", False, True),
        ("The mass is 5 kg.", "The mass is 5000 g.", False, False),
        ("The mass is 5 g.", "The mass is 7 g.", True, False),
        ("The mass is 5 g.", "The mass is 5.", False, False),
        ("The mass is 2.5 g.", "La masa es 2,5 g.", False, False),
        ("The mass is 2.5 g.", "The mass is ２.５ g.", False, False),
        ("The mass is 12 g.", "The mass is ١٢ g.", False, False),
        ("The mass is 12 g.", "The mass is ١٣ g.", True, False),
        ("Water is H₂O.", "Water is H2O.", False, False),
        ("The voltage is 1.5 V.", "The voltage is 15 V.", True, False),
        ("It boils at 100 °C.", "It boils at 212 degrees fahrenheit.", False, False),
        ("It boils at 100 °C.", "It boils at 100 °F.", False, True),
        ("There are two terminals.", "There are 2 terminals.", False, False),
        ("Terminals 1, 2 and 3 are connected.", "terminals 1,2 and 3 are connected", False, False),
        ("Terminals 1 and 4 are connected.", "Terminals 4 and 4 are connected.", True, False),
        ("It is 2,5 m long.", "It is 2.5 m long.", False, False),
        ("First, add 5 g of salt.", "1. add 5 g of salt 2. stir", False, False),
    ],
)
def test_amounts_are_compared_when_both_have_one(wording: str, said: str, number: bool, unit: bool) -> None:
    found = compare(wording, said, "en")
    assert (found.number, found.unit) == (number, unit), found


def test_numbers_are_compared_when_the_language_is_not_known() -> None:
    assert compare("Uzito ni 5 kg.", "Uzito ni 5 g.", "sw").unit


def test_one_agreeing_wording_is_enough_when_there_are_several() -> None:
    wordings = ("The bulb is not in a closed path.", "The battery is in a closed path.")
    assert not compare_any(wordings, "The battery is in a closed path.", "en")
    assert compare_any(wordings, "The battery is not in a closed path.", "en")
    # What a card says of it is true either way.
    affirmed = compare_any(wordings[:1], "The bulb is in a closed path.", "en")
    denied = compare_any(wordings[1:], "The battery is not in a closed path.", "en")
    assert affirmed.detail == "`The bulb is in a closed path` affirms what the wording denies"
    assert denied.detail == "`The battery is not in a closed path` denies it"


@given(ANY | WORDS, ANY | WORDS, st.sampled_from(["en", "es", "pt", "de", "fr", "en+es", "es-phon", "hi", "xx"]))
def test_comparison_never_fails_when_any_texts_come(wording: str, said: str, language: str) -> None:
    found = compare(wording, said, language)
    if found.span is not None:
        assert 0 <= found.span[0] < found.span[1] <= len(said)
    assert bool(found) == bool(found.detail)


@given(ANY | WORDS, st.sampled_from(["en", "es", "de"]))
def test_a_text_does_not_contradict_itself_when_it_is_its_own_wording(text: str, language: str) -> None:
    found = compare(text, text, language)
    assert not found.number
    assert not found.unit


@pytest.mark.parametrize(
    ("wording", "said", "language", "opposed"),
    [
        ("In summer the rays come more directly.", "In winter the rays come more directly.", "en", True),
        ("In summer the rays come more directly.", "In winter the rays come less directly.", "en", False),
        ("En verano los rayos llegan más directos.", "En invierno los rayos llegan más directos.", "es", True),
        ("No verão os raios chegam mais diretos.", "No inverno os raios chegam mais diretos.", "pt", True),
        ("Ice floats on water.", "Ice sinks in water.", "en", True),
        ("El hielo flota en el agua.", "El hielo se hunde en el agua.", "es", True),
        ("Only the male birds sing.", "Only the female birds sing.", "en", True),
        ("A herbivore eats only plants.", "A carnivore eats only plants.", "en", True),
        ("Cold slows down bacteria.", "Warmth slows down bacteria.", "en", True),
        ("El frío frena a las bacterias.", "El calor frena a las bacterias.", "es", True),
        ("Al inspirar entra oxígeno.", "Al espirar entra oxígeno.", "es", True),
    ],
)
def test_opposites_of_school_are_told(wording: str, said: str, language: str, opposed: bool) -> None:
    assert compare(wording, said, language).antonym is opposed


@pytest.mark.parametrize("language", LANGUAGES)
def test_opposites_are_symmetrical_when_looked_up_from_either_side(language: str) -> None:
    both = pairs(language)
    assert both
    assert {(other, one) for one, other in both} == set(both)
    wrong = []
    for one, other in both:
        mine, theirs = pole(one, (language,)), pole(other, (language,))
        if mine is None or theirs is None or mine[0] != theirs[0] or mine[1] == theirs[1]:
            wrong.append((one, mine, other, theirs))
    assert not wrong


@pytest.mark.parametrize(
    ("text", "wording", "denies"),
    [
        (
            "the battery is not in a path in which there is no bulb",
            "the battery is in a path in which there is no bulb",
            True,
        ),
        (
            "the battery is in a path in which there is no bulb",
            "the battery is in a path in which there is no bulb",
            False,
        ),
        (
            "the battery is in a path in which there is a bulb",
            "the battery is in a path in which there is no bulb",
            True,
        ),
        ("Bulb A is not in a path which does not contain B", "Bulb A is in a path which does not contain B", True),
        ("the plant that does not get water does not grow", "the plant that does not get water does not grow", False),
    ],
)
def test_clause_that_depends_has_a_denial_of_its_own(text: str, wording: str, denies: bool) -> None:
    assert compare_any([wording], text, "en").negation is denies


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("It may or may not rise.", "en"),
        ("The temperature increases or decreases.", "en"),
        ("Puede o no subir.", "es"),
        ("Boil the water; the salt stays or it is not true that the water boils; the salt stays.", "en"),
        ("El agua hierve o no es cierto que el agua hierve.", "es"),
        ("A água ferve ou não é verdade que a água ferve.", "pt"),
        ("La temperatura sube o baja.", "es"),
        ("Die Temperatur steigt oder sinkt.", "de"),
        ("Pode ou não subir.", "pt"),
        ("Die Temperatur kann steigen oder auch nicht.", "de"),
        ("La temperatura puede subir o no.", "es"),
        ("The salt water is heavy in the cup. The salt water is not heavy in the cup.", "en"),
        ("The temperature rises. That is false.", "en"),
        ("The temperature rises. No, that's not true!", "en"),
        ("The temperature rises. I don't believe it", "en"),
        ("La temperatura sube. Eso no es verdad.", "es"),
        ("The temperature rises. Isso não é verdade.", "en"),
        ("ഇത് ശരിയാണ്. This is wrong.", "ml"),
        ("You need more or less force.", "en"),
        ("You need more or less force for 2 or 3 pulleys than you would need without them.", "en"),
        ("I know whether it is warm. It rises or not.", "en"),
        ("Ice is less dense or not less dense than liquid water.", "en"),
        ("The temperature rises fast or it does not really rises fast.", "en"),
        ("La temperatura es alta o no es alta.", "es"),
    ],
)
def test_hedge_is_found_when_both_are_said(text: str, language: str) -> None:
    wordings = {"en": "More heat increases it.", "es": "La temperatura sube.", "de": "Die Temperatur steigt."}
    (found,) = find_hedges(text, language, [wordings.get(language, "")])
    assert found.code == "hedged"
    assert found.span is not None
    assert text[slice(*found.span)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I want to know whether it increases or decreases.", "en"),
        ("It depends on whether the switch is closed or not.", "en"),
        ("The temperature increases.", "en"),
        ("Quiero saber si sube o baja.", "es"),
        ("no sé", "es"),
        ("Die Leistung könnte eingeschränkt oder nicht verfügbar sein.", "de"),
        ("It is not true that it falls, or so I think.", "en"),
        ("That is false.", "en"),
        ("It is true that the air is warm. I think so.", "en"),
        ("Ana is wrong. The temperature does not rise.", "en"),
        ("Different salts dissolve at different speeds. They are wrong.", "en"),
        ("La temperatura sube. Ella no tiene razón, es falso lo que dice Ana.", "es"),
        ("The nail can scratch the chalk and the chalk cannot scratch the nail.", "en"),
        ("It decides whether the frame came the best way, i.e. over the edge that it would use, or not.", "en"),
        ("It rises to 54 degrees, more or less.", "en"),
        ("The box rises to more or less 54 degrees.", "en"),
        ("Sube a 54 grados, más o menos.", "es"),
        ("It tells whether they are magnetic or not magnetic.", "en"),
    ],
)
def test_no_hedge_is_found_when_one_is_said(text: str, language: str) -> None:
    assert not find_hedges(text, language, ["The temperature increases, with more heat.", "Sube más la temperatura."])


def test_no_hedge_is_found_when_the_wording_has_both() -> None:
    assert not find_hedges("They are magnetic or not magnetic.", "en", ["Things are magnetic or not magnetic."])
    assert not find_hedges("It comes closer or farther.", "en", ["The source comes closer to or farther from us."])


@given(ANY | WORDS, st.sampled_from(["en", "es", "hi"]))
def test_evasions_never_fail_when_any_text_comes(text: str, language: str) -> None:
    for found in find_hedges(text, language, [text]):
        assert found.span is not None
        assert 0 <= found.span[0] < found.span[1] <= len(text)
    find_opposed(text, language)


def test_reasons_have_a_code_each_when_several_things_are_wrong() -> None:
    found = compare("The mass of the water increases to 5 g.", "The mass of the water does not increase to 5 kg.", "en")
    assert [reason.code for reason in found.reasons()] == ["negation", "unit"]
    assert not compare("a b", "a b", "en").reasons()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("La planta absorbe el agua por las raíces.", Mismatch()),
        ("La planta no absorbe el agua por las raíces.", "negation"),
        ("No es verdad que la planta absorbe el agua por las raíces.", "negation"),
        ("La planta libera el agua por las raíces.", "antonym"),
        ("La planta no libera el agua por las raíces.", Mismatch()),
    ],
)
def test_what_turns_a_wording_of_another_language_is_found(said: str, expected: Mismatch | str) -> None:
    found = compare_across({"en": ["The plant absorbs water through its roots."]}, said, "es")
    assert (found == expected) if isinstance(expected, Mismatch) else getattr(found, expected)


def test_a_number_is_another_in_any_language() -> None:
    assert compare_across({"en": ["It boils at 100 degrees."]}, "Hierve a 90 grados.", "es").number
    assert not compare_across({"en": ["It boils at 100 degrees."]}, "Hierve a 100 grados.", "es")


def test_only_what_goes_against_all_wordings_of_another_language_counts() -> None:
    wordings = {"en": ["Plants do not eat soil.", "Plants make their food."]}
    assert not compare_across(wordings, "Las plantas no comen tierra.", "es")
    assert not compare_across(wordings, "Las plantas hacen su comida.", "es")
    assert not compare_across({}, "Las plantas no comen tierra.", "es")


def test_spanish_se_is_no_condition_and_clauses_are_compared_one_by_one() -> None:
    said = "No se evapora, el sol no calienta el agua."
    assert compare("El sol calienta el agua", said, "es").negation
    assert compare("El sol calienta el agua", said, "en+es").negation
    assert compare("El agua se evapora", said, "es").certain
    assert not compare("El agua se evapora", "No es agua", "es")
    assert not compare("El sol calienta el agua", "Si el agua no es fría, el sol no calienta el agua", "es")


@pytest.mark.parametrize(
    ("said", "certain"),
    [
        ("The Moon does not reflect the light of the Sun", True),
        ("It does not reflect the light of the Sun", True),
        ("The Moon does not make light, it reflects the light of the Sun", False),
        ("If the Moon does not reflect the light of the Sun it is dark", False),
        ("The Moon does not reflect the light of the Sun. The Moon reflects the light of the Sun.", False),
        ("The Moon reflects the light of the Sun", False),
    ],
)
def test_a_denial_is_certain_when_one_clause_denies_and_none_says_it(said: str, certain: bool) -> None:
    assert compare("The Moon reflects the light of the Sun", said, "en").certain is certain


@pytest.mark.parametrize(
    ("wordings", "said", "denied"),
    [
        ({"es": ["La Luna refleja la luz del Sol"]}, "It does not reflect the light of the Sun", True),
        ({"en": ["The Moon reflects the light of the Sun"]}, "La luna no refleja la luz del sol", True),
        ({"es": ["La Luna refleja la luz del Sol"]}, "It reflects the light of the Sun", False),
        ({"es": ["La Luna no tiene luz propia"]}, "The Moon does not have its own light", False),
        ({"es": ["La temperatura baja"]}, "The temperature does not increase in the room", False),
        ({"es": ["La Luna refleja la luz"]}, "The Moon does not make light, it reflects the light of the Sun", False),
        ({"es": ["La Luna refleja la luz"], "en": ["It reflects"]}, "It does not reflect the light of the Sun", False),
        ({"es": ["La Luna refleja la luz"]}, "no", False),
        ({"sw": ["Mwezi"]}, "It does not reflect the light of the Sun", False),
    ],
)
def test_a_denial_in_another_language_is_told_when_no_wording_is_denied(
    wordings: dict[str, list[str]], said: str, denied: bool
) -> None:
    assert compare_across(wordings, said).negation is denied


@pytest.mark.parametrize(
    ("wording", "wrong", "right", "language"),
    [
        ("Warm air rises.", "Warm air goes down.", "Warm air goes up.", "en"),
        ("The water moves upwards.", "The water does not move up.", "The water moves up.", "en"),
        ("The pump pushes the water up.", "The pump pushes the water down.", "The pump heats the water up.", "en"),
        ("El aire sube.", "El aire va hacia abajo.", "El aire va hacia arriba.", "es"),
        ("O ar sobe.", "O ar vai para baixo.", "O ar vai para cima.", "pt"),
        ("Magma rises from deep inside.", "Magma sinks deep inside.", "Magma rises deep inside.", "en"),
        ("The wood floats.", "The wood sinks.", "The wood floats there.", "en"),
        ("Trains made it easy to travel.", "Trains made it hard to travel.", "It was easy to travel by train.", "en"),
    ],
)
def test_which_way_is_told_by_a_particle_and_by_a_word_of_two_scales(
    wording: str, wrong: str, right: str, language: str
) -> None:
    assert compare(wording, wrong, language)
    assert not compare(wording, right, language)


def test_a_word_of_two_scales_is_counted_once() -> None:
    assert not compare("The harder coin will scratch the other.", "The one with a scratch is not hard.", "en")


@pytest.mark.parametrize(
    "said",
    [
        "RAM does not lose its contents when it is switched off and the disk keeps them for years.",
        "The disk keeps them for years, and RAM does not lose its contents when it is switched off.",
    ],
)
def test_a_denial_on_a_condition_is_found_beside_another_clause(said: str) -> None:
    found = compare("RAM loses its contents when the computer is switched off.", said, "en")
    assert found.negation
    assert not found.certain
    assert found.span is not None
    assert "disk" not in said[slice(*found.span)]


def test_a_denial_is_found_when_the_other_half_has_the_word_as() -> None:
    said = "Working muscles do not make heat and sweat warms the skin as it evaporates."
    for wording in ("Working muscles make heat.", "Muscles that are working make heat."):
        assert compare(wording, said, "en").negation
    assert not compare("The volume increases as the temperature rises.", "It shrinks as it gets colder.", "en")
    # Both ends are turned round, and it says the same.
    assert not compare("The volume increases as the air warms.", "The volume decreases as the air cools.", "en")


@pytest.mark.parametrize(
    ("said", "certain"),
    [
        ("Without oxygen the brain dies within minutes.", False),
        ("The brain dies within minutes without oxygen.", False),
        ("Without oxygen the brain does not die within minutes.", True),
        ("Without blood the brain dies within minutes.", True),
        ("The heart does not beat with oxygen.", True),
        ("The heart beats without oxygen.", True),
    ],
)
def test_what_another_wording_is_without_is_no_certain_denial(said: str, certain: bool) -> None:
    right = ("Without oxygen the cells die.", "The brain dies within minutes.", "The heart beats with oxygen.")
    found = compare_any(right, said, "en")
    assert found.negation
    assert found.certain is certain


ASKED = {
    "en": "Why do we breathe faster when we run?",
    "es": "¿Por qué respiramos más rápido cuando corremos?",
    "pt": "Por que respiramos mais rápido quando corremos?",
}
NEEDED = {
    "en": "The muscles need more oxygen.",
    "es": "Los músculos necesitan más oxígeno.",
    "pt": "Os músculos precisam de mais oxigênio.",
}


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("Because when we run the muscles need no oxygen", "en"),
        ("The muscles need no oxygen when running", "en"),
        ("The muscles, when we run, need no oxygen", "en"),
        ("Porque cuando corremos los músculos no necesitan oxígeno", "es"),
        ("Al correr los músculos no necesitan oxígeno", "es"),
        ("Los músculos no necesitan oxígeno cuando corremos", "es"),
        ("Los músculos, cuando corremos, no necesitan oxígeno", "es"),
        ("Quando corremos os músculos não precisam de oxigênio", "pt"),
        ("Os músculos não precisam de oxigênio ao correr", "pt"),
    ],
)
def test_what_the_question_asks_on_hides_no_denial_when_an_answer_says_it_again(said: str, language: str) -> None:
    found = compare_any([NEEDED[language]], said, language, [ASKED[language]])
    assert found.negation
    assert found.certain


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("When we rest the muscles need no oxygen", ASKED["en"]),
        ("When we do not run the muscles need no oxygen", ASKED["en"]),
        ("When we rest the muscles need no oxygen", "Do muscles work more when we run or when we rest?"),
        ("When we run the muscles need more oxygen", ASKED["en"]),
        ("When we run fast the muscles of sad old dogs need no oxygen", ASKED["en"]),
    ],
)
def test_another_circumstance_than_the_question_asks_on_makes_no_certain_denial(said: str, asked: str) -> None:
    assert not compare_any([NEEDED["en"]], said, "en", [asked]).certain


def test_a_circumstance_that_a_wording_has_counts() -> None:
    wording = "Plants give off oxygen when the light is on."
    asked = ["What do plants do when the light is on?"]
    assert not compare_any([wording], "When there is no light plants give off no oxygen", "en", asked).certain
    assert compare_any([wording], "When the light is on plants give off no oxygen", "en", asked).negation


def test_a_circumstance_of_the_question_may_be_an_end_of_a_scale() -> None:
    wording, asked = ["Sweat evaporates from the skin."], ["Why do we sweat when it is hot?"]
    assert compare_any(wording, "When it is hot the sweat does not evaporate from the skin", "en", asked).certain
    assert not compare_any(wording, "When it is cold the sweat does not evaporate from the skin", "en", asked).certain
    spanish = "Cuando hace calor el sudor no se evapora de la piel"
    assert compare_any(
        ["El sudor se evapora de la piel."], spanish, "es", ["¿Por qué sudamos cuando hace calor?"]
    ).certain
    portuguese = "Quando faz calor o suor não evapora da pele"
    assert compare_any(["O suor evapora da pele."], portuguese, "pt", ["Por que suamos quando faz calor?"]).certain
