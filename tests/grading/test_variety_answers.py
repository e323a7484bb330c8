"""Right answers as classes write them: no variety of language is taken for a denial, an order, a bag or no answer."""

from __future__ import annotations

import pytest

from edgekit.grading.bags import find_bag
from edgekit.grading.contradiction import compare_any
from edgekit.grading.evasions import find_hedges
from edgekit.grading.injection import find_instructions
from edgekit.grading.intake import take_in
from edgekit.grading.validity import check_validity
from edgekit.grading.variety import profile
from edgekit.grading.views import make_views
from edgekit.quiz.model import Question

LANGUAGES = ("en", "es", "pt", "hi", "ar")
WORDINGS = {
    "en": "The water evaporates because the sun heats it, and 5 grams of salt are left.",
    "es": "El agua se evapora porque el sol la calienta, y quedan 5 gramos de sal.",
    "hi": "पानी भाप बन जाता है क्योंकि सूरज उसे गरम करता है।",
}
QUESTION = Question(
    "q",
    "explain",
    "en",
    {"en": "What happens to salt water in the sun?"},
    1.0,
    references={tag: (text,) for tag, text in WORDINGS.items()},
)
ANSWERS = {
    "spelling": "the watter evaporats becuase the sun heets it",
    "phonetic": "el agua se ebapora xq el sol la kalienta",
    "cognates": "the agua evapora because the sol, so it vaporates",
    "noun transfer": "the agua evaporates because the sol heats it",
    "dialect mix": "pos el agua se hace vapor bien rápido because it's hot, ¿verdad?",
    "Spanglish": "el water se evapora because el sun lo calienta",
    "no accents": "el sol calienta el agua y asi se evapora tambien",
    "shorthand": "el agua tmb se evapora x q hace calor",
    "switch in a word": "the sun evaporatea the water y queda la sal",
    "numbers in the other language": "the water evaporates and quedan cinco gramos of salt",
    "false friend": "actualmente el agua se evapora porque el sol la calienta",
    "another false friend": "la tierra queda embarazada de sal y el agua se evapora",
    "heritage": "el agua se va pa arriba porque el sol la calienta y asina se evapora",
    "African American English": "the water be evaporating 'cause the sun heat it up",
    "habitual and copula": "It be hot so the water gone up in the air",
    "Andean Spanish": "el agua evaporándose está pues porque calentando está el sol",
    "Hinglish": "paani bhaap ban jaata hai kyunki suraj usko garam karta hai",
    "Devanagari": "पानी भाप बन जाता है क्योंकि सूरज गरम करता है",
    "Devanagari and English": "water भाप बन जाता है because सूरज heat करता है",
    "romanised Arabic": "al maa yatabakhar li anna al shams tusakhinuhu",
    "term that no glossary has": "el agua se vaporiza, o sea se volatiliza, por el solazo",
    "capitals": "THE WATER EVAPORATES BECAUSE THE SUN HEATS IT",
    "speech": "so um the water it like evaporates you know because the sun is heating it yeah",
    "scan": "The wat er evap0rates because the 5un heats it",
}


@pytest.mark.parametrize("text", ANSWERS.values(), ids=ANSWERS)
def test_nothing_is_held_against_an_answer_for_its_variety(text: str) -> None:
    intake = take_in(text)
    assert check_validity(intake, QUESTION, languages=LANGUAGES) == ()
    assert find_instructions(intake.text) == ()
    variety = profile(intake.text, LANGUAGES)
    wordings = list(WORDINGS.values())
    for view in make_views(intake, QUESTION, variety):
        assert find_hedges(view.text, variety.tag, wordings) == ()
        assert find_bag(view.text, wordings, (variety.tag, *LANGUAGES)) == ()
        mine = [WORDINGS[tag] for tag in variety.tag.split("+") if tag in WORDINGS]
        mismatch = compare_any(mine, view.text, variety.tag) if mine else None
        assert mismatch is None or not (mismatch.negation or mismatch.number or mismatch.unit or mismatch.antonym)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("no es true that the water evaporates because the sun heats it", "en+es"),
        ("The water no se evapora because the sun heats it", "en+es"),
        ("the water don't evaporate because the sun heats it", "en"),
        ("the water ain't evaporating because the sun heats it", "en"),
    ],
)
def test_denial_is_found_when_it_is_in_another_language_or_dialect_than_what_it_denies(text: str, tag: str) -> None:
    assert compare_any([WORDINGS["en"]], text, tag).negation


def test_number_is_found_when_it_is_another_and_said_in_the_other_language() -> None:
    assert compare_any([WORDINGS["en"]], "the water evaporates and 7 gramos of salt are left", "en+es").number


@pytest.mark.parametrize("expected", [("es", "pt"), ("en", "es", "pt"), ("pt", "es", "en")])
@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("artérias", "pt"),
        ("água", "pt"),
        ("pulmões", "pt"),
        ("não", "pt"),
        ("corazón", "es"),
        ("evaporación", "es"),
        ("también", "es"),
    ],
)
def test_a_word_alone_is_in_the_language_that_spells_so(text: str, tag: str, expected: tuple[str, ...]) -> None:
    assert profile(text, expected).tag == tag


def test_a_word_that_several_languages_spell_so_is_in_the_first_that_does() -> None:
    assert profile("arterias", ("es", "pt")).tag == "es"
    assert profile("célula", ("en", "pt", "es")).tag == "pt"
