"""Words, numbers, dictations, options and translations: what a rule says of them, and what it leaves to a person."""

from __future__ import annotations

import pytest
from grading.ruled_questions import EXACT, MASS, mark, question
from hypothesis import given
from hypothesis import strategies as st

from edgekit.grading.intake import take_in
from edgekit.grading.kinds import is_ruled, mark_by_rule
from edgekit.quiz.model import Criterion, Question

REFERENCES = {"en": ("The seed needs water.",)}


@pytest.mark.parametrize(
    "text",
    ["photosynthesis", " Photosynthesis. ", "FOTOSINTESIS", "fotosíntesis", "fotosi\u0301ntesis", "“Photosynthesis”"],
)
def test_a_word_is_right_whatever_its_case_and_accents(text: str) -> None:
    assert mark(EXACT, text).possible == (2.0,)


@pytest.mark.parametrize("text", ["photosyntesis", "it is called photosynthesis", "phtosynthesis"])
def test_a_word_goes_to_a_person_when_it_is_nearly_right(text: str) -> None:
    found = mark(EXACT, text)
    assert (found.points, found.possible) == (0.0, (0.0, 2.0))
    assert found.reasons[0].code == "uncertain"


@pytest.mark.parametrize("text", ["respiration", "photo", "no", "x" * 5000])
def test_another_word_has_no_points(text: str) -> None:
    assert mark(EXACT, text).possible == (0.0,)


@pytest.mark.parametrize("text", ["it is fotosyntesis", "la fotosintezis", "photo synthesis", "fotosíntesi creo yo"])
def test_a_word_goes_to_a_person_when_it_is_nearly_right_among_others(text: str) -> None:
    found = mark(EXACT, text)
    assert (found.points, found.possible, found.reasons[0].code) == (0.0, (0.0, 2.0), "uncertain")


@pytest.mark.parametrize(("text", "possible"), [("CO₂", (2.0,)), ("CO 2", (0.0, 2.0)), ("CO", (0.0,)), ("O2", (0.0,))])
def test_a_formula_is_known_with_its_low_digits(text: str, possible: tuple[float, ...]) -> None:
    assert mark(question("exact", references={"en": ("CO2",)}), text).possible == possible


@pytest.mark.parametrize(("text", "sure"), [("auga", False), ("aqua", False), ("gua", False), ("pan", True)])
def test_a_word_of_four_letters_goes_to_a_person_when_one_is_wrong(text: str, sure: bool) -> None:
    assert (mark(question("exact", references={"es": ("agua",)}), text).possible == (0.0,)) is sure


def test_what_has_some_of_the_points_gets_them() -> None:
    asked = question("exact", references={"en": ("Paris",)}, partly={"Lyon": 1.0})
    assert [mark(asked, text).possible for text in ("Paris", "lyon.", "Nice")] == [(2.0,), (1.0,), (0.0,)]
    options = {"a": "dry", "b": "damp", "c": "wet"}
    asked = question("choice", options=options, correct=("a",), partly={"b": 0.5})
    texts = ("a", "damp", "c", "a, b", "b, c")
    assert [mark(asked, text).possible for text in texts] == [(2.0,), (0.5,), (0.0,), (0.0,), (0.0,)]


SIGN = question("exact", references={"en": ("*",)})


@pytest.mark.parametrize(("text", "points"), [("*", 2.0), (" * ", 2.0), ("-", 0.0), (".", 0.0), ("?", 0.0), ("`", 0.0)])
def test_an_answer_of_signs_alone_is_right_when_they_are_the_same(text: str, points: float) -> None:
    assert mark(SIGN, text).points == points


@pytest.mark.parametrize(("text", "points"), [("*", 0.0), ("-", 2.0), ("b", 2.0), ("+", 0.0)])
def test_options_of_signs_alone_are_told_apart(text: str, points: float) -> None:
    asked = question("choice", options={"a": "*", "b": "-", "c": "+"}, correct=("b",))
    assert mark(asked, text).possible == (points,)


@pytest.mark.parametrize("text", ["**photosynthesis**", "`photosynthesis`", "*Photosynthesis*."])
def test_markdown_around_a_word_is_no_matter(text: str) -> None:
    assert mark(EXACT, text).possible == (2.0,)


@pytest.mark.parametrize("text", ["<b>photosynthesis</b>", "photosynthesis=1", "x/photosynthesis", "_photosynthesis_"])
def test_a_word_among_signs_goes_to_a_person(text: str) -> None:
    found = mark(EXACT, text)
    assert (found.points, found.possible, found.reasons[0].code) == (0.0, (0.0, 2.0), "uncertain")


def test_accents_count_when_form_counts() -> None:
    asked = question("exact", references={"es": ("fotosíntesis",)}, form_counts=True)
    assert mark(asked, "fotosíntesis").points == 2.0
    found = mark(asked, "Fotosintesis")
    assert (found.points, found.possible) == (1.0, (0.0, 1.0, 2.0))


@pytest.mark.parametrize("text", ["no es fotosintesis", "it is not photosynthesis"])
def test_a_word_that_is_denied_goes_to_a_person(text: str) -> None:
    found = mark(EXACT, text)
    assert (found.points, found.possible, found.reasons[0].code) == (0.0, (0.0, 2.0), "negation")


@pytest.mark.parametrize(
    ("reference", "text", "wording"),
    [("the heart", "Heart.", "the heart"), ("heart", "a heart", "heart"), ("la capital", "el capital", "la capital")],
)
def test_a_word_with_another_article_or_none_goes_to_a_person(reference: str, text: str, wording: str) -> None:
    found = mark(question("exact", references={"es": ("el riñón", reference)}), text)
    assert (found.points, found.possible) == (0.0, (0.0, 2.0))
    assert found.reasons[0].detail == f"it is `{wording}` but for an article"


@pytest.mark.parametrize(
    ("reference", "text", "detail"),
    [
        ("Simón Bolívar", "Bolívar", "it has only words of `Simón Bolívar`"),
        ("Simón Bolívar", "Bolívar, Simón", "it has only words of `Simón Bolívar`"),
        ("H2O", "H20", "it is nearly `H2O`"),
        ("tres", "3", "it is nearly `tres`"),
        ("3", "tres", "it is nearly `3`"),
    ],
)
def test_a_part_and_another_way_of_writing_go_to_a_person(reference: str, text: str, detail: str) -> None:
    found = mark(question("exact", references={"es": (reference,)}), text)
    assert (found.points, found.possible) == (0.0, (0.0, 2.0))
    assert [one.detail for one in found.reasons] == [detail]


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("no metal", "metal"),
        ("Simón Bolívar", "Simón Rodríguez"),
        ("carbon dioxide", "carbon"),
        ("H2O", "CO2"),
        ("tres", "4"),
    ],
)
def test_another_word_of_the_same_kind_has_no_points(reference: str, text: str) -> None:
    assert mark(question("exact", references={"es": (reference,)}), text).possible == (0.0,)


@pytest.mark.parametrize("text", ["$CO_2$", "$CO_{2}$", r"$\mathrm{CO}_2$", r"\(CO_2\)", "CO₂"])
def test_a_formula_is_right_however_it_is_typeset(text: str) -> None:
    assert mark(question("exact", references={"en": ("CO2",)}), text).possible == (2.0,)


def test_a_picture_behind_an_answer_is_no_part_of_it() -> None:
    assert mark(EXACT, "photosynthesis 🌱✨").possible == (2.0,)
    assert mark(CHOICE, "b 😀").possible == (2.0,)


CHOICE = question("choice", options={"a": "by night", "b": "by day", "c": "never"}, correct=("b",))


@pytest.mark.parametrize(
    "text",
    [
        "b or c, by day",
        "b c by day",
        "b: by night or by day",
        "b) not by day",
        "b is wrong, by day",
        "b or a by day",
        "b xby day",
        "b, a) by night",
        "a) by day",
    ],
)
def test_the_id_and_the_text_of_an_option_among_others_go_to_a_person(text: str) -> None:
    assert mark(CHOICE, text).possible == (0.0, 2.0)


@pytest.mark.parametrize(
    "text",
    ["b) by day", "b because it is by day", "b, a by day", "b: the by day", "b - by day.", "(b) by day", "b=by day"],
)
def test_the_id_of_an_option_before_its_text_is_that_option(text: str) -> None:
    assert mark(CHOICE, text).possible == (2.0,)


@pytest.mark.parametrize("text", ["b", "B)", " b. ", "by day", "By day!", "b) by day", "ｂ"])
def test_an_option_is_known_by_its_id_and_its_text(text: str) -> None:
    assert mark(CHOICE, text).possible == (2.0,)


@pytest.mark.parametrize(
    ("text", "possible"), [("a", (0.0,)), ("a, b", (0.0,)), ("sometimes", (0.0, 2.0)), ("d", (0.0, 2.0))]
)
def test_another_option_has_no_points_and_what_is_none_goes_to_a_person(text: str, possible: tuple[float, ...]) -> None:
    assert mark(CHOICE, text).possible == possible


@pytest.mark.parametrize(
    ("text", "points"), [("a, b", 2.0), ("b and a", 2.0), ("a", 1.0), ("a c", 0.0), ("a b c", 1.0), ("c", 0.0)]
)
def test_each_right_option_counts_and_a_wrong_one_takes_as_much_away(text: str, points: float) -> None:
    asked = question("choice", options=CHOICE.options, correct=("a", "b"))
    assert mark(asked, text).points == points


MAMMALS = question(
    "choice", options={"a": "whale", "b": "shark", "c": "bat", "d": "salt and water"}, correct=("a", "c")
)


@pytest.mark.parametrize(
    ("text", "possible"),
    [
        ("whale and bat", (2.0,)),
        ("The whale and the bat.", (2.0,)),
        ("both a and c", (2.0,)),
        ("the answers are a and c", (2.0,)),
        ("réponses a et c", (2.0,)),
        ("a/c", (2.0,)),
        ("ac", (2.0,)),
        ("bat, a whale", (2.0,)),
        ("whale and shark", (0.0,)),
        ("salt and water", (0.0,)),
        ("whale, salt and water", (0.0,)),
        ("whale or bat", (0.0, 2.0)),
        ("not a", (0.0, 2.0)),
        ("ca", (0.0, 2.0)),
        ("whale and cow", (0.0, 2.0)),
    ],
)
def test_options_are_known_in_a_row_of_words(text: str, possible: tuple[float, ...]) -> None:
    assert mark(MAMMALS, text).possible == possible


@pytest.mark.parametrize(
    "text",
    [
        *("option b", "The answer is: b", "It is b, by day", "I think b", "the answer is option B"),
        *("letra b", "a letra b", "la respuesta es la b", "a resposta é b", "opción b"),
    ],
)
def test_an_option_is_known_by_what_it_is_called(text: str) -> None:
    assert mark(CHOICE, text).possible == (2.0,)


@pytest.mark.parametrize(
    ("text", "possible"),
    [
        ("a letra a", (0.0,)),
        ("a resposta é a", (0.0,)),
        ("the answer is not b", (0.0, 2.0)),
        ("option b or c", (0.0, 2.0)),
        ("a resposta é a b", (0.0, 2.0)),
        ("option", (0.0, 2.0)),
        ("option " * 1000, (0.0, 2.0)),
    ],
)
def test_what_an_option_is_called_is_none_by_itself(text: str, possible: tuple[float, ...]) -> None:
    assert mark(CHOICE, text).possible == possible


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("ribosome, photosynthesis, nucleus", "it holds an accepted form among other words"),
        ("photosynthesis/respiration", "it holds an accepted form among other words"),
        ("no fue fotosíntesis, fue respiración", "`no` denies something in it"),
        ("फोटोसिंथेसिस", "it is in another script than what is accepted"),
        ("фотосинтез", "it is in another script than what is accepted"),
    ],
)
def test_a_word_goes_to_a_person_among_others_and_in_another_script(text: str, detail: str) -> None:
    found = mark(EXACT, text)
    assert found.possible == (0.0, 2.0)
    assert [one.detail for one in found.reasons] == [detail]


def test_an_option_is_known_with_its_article() -> None:
    asked = question("choice", options={"a": "ventana", "b": "la puerta"}, correct=("a",))
    assert mark(asked, "La ventana").possible == (2.0,)
    assert mark(asked, "puerta").possible == (0.0,)


DICTATION = question("dictation", references={"es": ("El árbol está en el jardín grande.", "x")})


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("El árbol está en el jardín grande.", 2.0),
        ("el arbol esta en el jardin grande", 2.0),
        ("el arbol esta en jardin grande", 1.75),
        ("el harbol esta en el gardin grande", 1.5),
        ("nada", 0.0),
    ],
)
def test_a_dictation_has_the_share_of_its_words(text: str, points: float) -> None:
    assert mark(DICTATION, text).possible == (points,)


def test_a_dictation_with_a_mistake_never_has_all_points() -> None:
    asked = question("dictation", references={"en": ("The water rises and comes back to us as a soft rain.",)})
    assert mark(asked, "the water rises and comes back to us as a soft rain").points == 2.0
    assert mark(asked, "the water rises and coms back to us as a soft rain").points == 1.8


def test_the_first_word_that_differs_is_shown_and_accents_count_when_form_counts() -> None:
    asked = question("dictation", references=DICTATION.references, form_counts=True)
    found = mark(asked, "El arbol está en el jardín grande.")
    assert found.result.evidence is not None
    assert (found.result.evidence.text, found.result.evidence.wording) == ("arbol", "árbol")
    assert found.points == 1.75


def test_a_dictation_in_capitals_is_seen_by_a_person_when_form_counts() -> None:
    asked = question("dictation", references=DICTATION.references, form_counts=True)
    found = mark(asked, "EL ÁRBOL ESTÁ EN EL JARDÍN GRANDE.")
    assert (found.possible, found.reasons[0].code) == ((0.0, 2.0), "uncertain")


@pytest.mark.parametrize(
    "text", ["El arbol esta en el jardin grande. " * 2, "uno dos tres cuatro cinco seis siete ocho x"]
)
def test_a_dictation_among_other_words_is_seen_by_a_person(text: str) -> None:
    found = mark(DICTATION, text)
    assert (found.possible, found.reasons[0].code) == ((0.0, 2.0), "uncertain")


TRANSLATION = question("translate", references={"es": ("La semilla necesita 3 gotas de agua.",)})


def test_a_translation_is_right_when_it_is_a_reference_and_else_a_person_looks_at_it() -> None:
    assert mark(TRANSLATION, "la semilla necesita 3 gotas de agua").possible == (2.0,)
    near = mark(TRANSLATION, "La semilla ocupa 3 gotas de agua")
    far = mark(TRANSLATION, "El perro come carne")
    assert near.points > far.points == 0.0
    assert near.reasons[0].code == far.reasons[0].code == "uncertain"
    assert len(near.possible) > 1
    assert len(far.possible) > 1


def test_what_the_checks_of_translations_find_is_told() -> None:
    asked = Question(
        "q", "translate", "en", {"en": "The seed needs 3 drops of water."}, 2.0, references=TRANSLATION.references
    )
    assert "number" in {one.code for one in mark(asked, "La semilla necesita 8 gotas de agua.").reasons}
    same = mark(asked, "The seed needs 3 drops of water.")
    assert {"copied_question", "unsupported_language"} & {one.code for one in same.reasons}


@pytest.mark.parametrize(
    ("text", "points", "code"),
    [
        ("La semilla no necesita 3 gotas de agua.", 0.0, "negation"),
        ("La semilla necesita 30 gotas de agua.", 1.0, "number"),
        ("Una semilla necesita 3 gotas de agua.", 2.0, "uncertain"),
    ],
)
def test_a_translation_that_is_near_in_letters_and_says_something_else_is_told(
    text: str, points: float, code: str
) -> None:
    found = mark(TRANSLATION, text)
    assert (found.points, found.reasons[0].code) == (points, code)
    assert found.result.state == {0.0: "contradicted", 1.0: "partly", 2.0: "unclear"}[points]


def test_a_translation_that_names_another_thing_has_half_of_the_points_at_most_and_is_told() -> None:
    asked = question("translate", references={"es": ("La casa roja está cerca del río.",)})
    found = mark(asked, "La casa azul está cerca del río.")
    assert (found.points, found.possible[-1]) == (1.0, 2.0)
    assert ("negation", "it says `azul` and not `roja`") in [(one.code, one.detail) for one in found.reasons]
    assert mark(asked, "La casa grande está cerca del río.").points == 1.5


@pytest.mark.parametrize(
    ("text", "most"),
    [("My sister has two cats.", 1.0), ("My sister has", 0.5), ("My sister has 2 cats, no likes dogs.", 2.0)],
)
def test_half_a_translation_has_no_more_than_its_share(text: str, most: float) -> None:
    asked = question("translate", references={"en": ("My sister has two cats and does not like dogs.",)})
    assert mark(asked, text).points <= most


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("The cat sleeps in the garden.", 1.25),
        ("The dog sleeps in the yard.", 1.25),
        ("The dog eats in the garden", 1.25),
        ("The dogs sleep in the garden", 2.0),
        ("The dog sleps in the gardin", 2.0),
        ("My dog sleeps in the garden", 2.0),
        ("In the garden the dog sleeps", 2.0),
    ],
)
def test_a_translation_with_another_word_is_proposed_no_more_than_the_others(text: str, points: float) -> None:
    found = mark(question("translate", references={"en": ("The dog sleeps in the garden.",)}), text)
    assert (found.points, found.possible[-1]) == (points, 2.0)


@pytest.mark.parametrize(
    ("text", "options", "possible"),
    [
        ("b → a", ("the heart", "the lungs"), (0.0, 2.0)),
        ("b -> a", ("the heart", "the lungs"), (0.0, 2.0)),
        ("~~b~~ a", ("the heart", "the lungs"), (0.0, 2.0)),
        ("b, a", ("the heart", "the lungs"), (0.0,)),
        ("A -> B", ("A -> B", "B -> A"), (2.0,)),
        *((text, ("True", "False"), (2.0,)) for text in ("T", "V", "verdadero", "Verdadeiro.", "a")),
        *((text, ("True", "False"), (0.0,)) for text in ("F", "falso", "b")),
        *((text, ("Falso", "Verdadero"), (2.0,)) for text in ("F", "false")),
        *((text, ("True", "False"), (0.0, 2.0)) for text in ("not true", "T or F", "no es falso", "yes")),
        ("F", ("True", "False", "Nobody knows"), (0.0, 2.0)),
    ],
)
def test_a_choice_that_is_corrected_and_words_for_true_and_false(
    text: str, options: tuple[str, ...], possible: tuple[float, ...]
) -> None:
    assert (
        mark(question("choice", options=dict(zip("abc", options, strict=False)), correct=("a",)), text).possible
        == possible
    )


@pytest.mark.parametrize(
    ("language", "dictated", "text"),
    [
        ("pt", "Há vinte e cinco alunos.", "ha 25 alunos"),
        ("es", "Tengo 35 libros.", "tengo treinta y cinco libros"),
        ("en", "I've got 1,250 books.", "I've got 1250 books"),
        ("es", "Pesa 3,5 kg.", "pesa 3.5 kg"),
        ("en", "One hundred and five men, 3 dogs.", "105 men, three dogs"),
    ],
)
def test_a_number_of_a_dictation_is_one_word_however_it_is_written(language: str, dictated: str, text: str) -> None:
    assert mark(question("dictation", references={language: (dictated,)}), text).possible == (2.0,)
    other = text.replace("5", "6").replace("cinco", "seis")
    assert mark(question("dictation", references={language: (dictated,)}), other).points < 2.0


@pytest.mark.parametrize("text", ["W E D N E S D A Y", "w-e-d-n-e-s-d-a-y", "Wed nes day"])
def test_a_dictation_of_the_right_letters_is_seen_by_a_person(text: str) -> None:
    assert mark(question("dictation", references={"en": ("Wednesday",)}), text).possible == (0.0, 2.0)
    assert mark(question("dictation", references={"en": ("well-known",)}), "wellknown").possible == (0.0, 2.0)
    assert mark(question("dictation", references={"en": ("Wednesday",)}), "Wensday").possible == (0.0,)


def test_an_explanation_is_for_the_scorer() -> None:
    criterion = Criterion("c", 2.0, {"en": "It needs water."})
    for asked in (question("explain", criteria=(criterion,)), question("translate", criteria=(criterion,))):
        assert not is_ruled(asked)
        with pytest.raises(ValueError, match="rule"):
            mark_by_rule(asked, take_in("x"))


@given(st.text(max_size=60), st.sampled_from([EXACT, MASS, CHOICE, DICTATION, TRANSLATION]))
def test_any_text_is_marked_with_evidence_in_its_own_words(text: str, asked: Question) -> None:
    mark(asked, text)


@pytest.mark.parametrize("asked", [EXACT, MASS, CHOICE, DICTATION, TRANSLATION])
@pytest.mark.parametrize("text", ["a" * 50_000, "1" * 9000, "b, " * 3000, "\ud800", "\x1b[31m5 kg", "=5", "\u202e5 kg"])
def test_hostile_text_is_marked(asked: Question, text: str) -> None:
    mark(asked, text)
