"""Feedback is made of the quiz's words and the student's, in the student's language, and announces no mark."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.core.characters import visible
from edgekit.grading.feedback import PHRASES, Phrases, checked_feedback, feedback_faults, spoken, write_feedback
from edgekit.grading.intake import take_in
from edgekit.grading.kinds import mark_by_rule
from edgekit.grading.reading import read_answer
from edgekit.grading.suggesting import feedback_language, suggest, suggest_nothing
from edgekit.quiz.criteria import WHOLE
from edgekit.quiz.model import Criterion, Question
from edgekit.quiz.suggestion import Answer, CriterionResult, Evidence

QUESTION = Question(
    "q1",
    "explain",
    "en",
    {"en": "Where did the salt go?"},
    2.0,
    criteria=(
        Criterion("air", 1.0, {"en": "The water goes into the air", "es": "El agua se va al aire"}),
        Criterion("stays", 1.0, {"en": "The salt stays behind."}),
    ),
)
MET = CriterionResult("air", "met", 1.0, 0.9, Evidence(0, 20, "el agua\nse  evapora", "El agua se va al aire"))
MISSING = CriterionResult("stays", "missing", 0.0, 0.1)


def test_what_is_missing_comes_first_and_words_are_quoted() -> None:
    assert write_feedback(QUESTION, [MET, MISSING], "es") == (
        "Esto todavía no está en tu respuesta: The salt stays behind.\n"
        "Dices esto: El agua se va al aire. Tus palabras: «el agua se evapora»."
    )


def test_a_mix_is_told_in_both_languages() -> None:
    assert write_feedback(QUESTION, [MET], "en+es:0.6") == (
        "You say this: The water goes into the air. Your words: “el agua se evapora”."
        " / Dices esto: El agua se va al aire. Tus palabras: «el agua se evapora»."
    )


@pytest.mark.parametrize(
    ("variety", "languages"),
    [
        ("en", ("en",)),
        ("es-phon", ("es",)),
        ("en+es", ("en", "es")),
        ("qu", ("en",)),
        ("", ("en",)),
        ("qu+pt", ("pt",)),
        ("sw", ("sw",)),
        ("hi-Latn", ("hi",)),
    ],
)
def test_languages_of_a_variety(variety: str, languages: tuple[str, ...]) -> None:
    assert spoken(variety) == languages


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Maji huenda hewani kwa sababu ya joto la jua.", "sw"),
        ("पानी गरम होकर हवा में चला जाता है।", "hi"),
        ("El agua se va al aire.", "es"),
        # Amharic has no sentences here, and this class speaks Spanish.
        ("ውሃው ወደ አየር ይሄዳል።", "es"),
        ("12", "es"),
    ],
)
def test_a_student_is_told_in_their_language_else_in_that_of_the_question(text: str, language: str) -> None:
    asked = replace(QUESTION, language="es", text={"es": "¿Adónde se fue el agua?"})
    expected = ("es", "am", "en", "hi", "sw")
    read = read_answer(asked, Answer("a", "q1", text), (), expected)
    assert feedback_language(asked, read, expected) == language


def test_what_something_was_found_against_is_not_told_as_said() -> None:
    read = read_answer(QUESTION, Answer("a", "q1", "el agua\nse  evapora"), (), ("es",))
    half = replace(MET, state="partly", points=0.5)
    sure, doubted, part = (
        suggest(
            QUESTION,
            read,
            points=first.points,
            possible=(first.points,),
            probability=0.9,
            criteria=(first, MISSING),
            doubted=against,
            languages=("es",),
        )
        for first, against in ((MET, ()), (MET, ("air", "stays")), (half, ("air", "stays")))
    )
    missing = "Esto todavía no está en tu respuesta: The salt stays behind."
    assert "Dices esto: El agua se va al aire. Tus palabras:" in sure.feedback
    # Who accepts all of its points has found it clear.
    assert doubted.feedback == missing
    assert part.feedback == (
        f"{missing}\nNo queda claro si tu respuesta dice esto; dilo con más claridad: El agua se va al aire."
    )
    assert (doubted.points, doubted.criteria) == (sure.points, sure.criteria)


@pytest.mark.parametrize(("points", "told"), [(1.0, ""), (0.0, "No queda claro")])
def test_a_translation_with_all_points_is_not_told_to_be_unclear_when_it_is_accepted(points: float, told: str) -> None:
    asked = Question("t", "translate", "en", {"en": "The sea."}, 1.0, references={"es": ("El mar.",)})
    read = read_answer(asked, Answer("a", "t", "El océano azul."), (), ("es",))
    unclear = CriterionResult(WHOLE, "unclear", points, 0.5)
    found = suggest(
        asked, read, points=points, possible=(0.0, 1.0), probability=0.5, criteria=(unclear,), languages=("es",)
    )
    assert found.feedback.startswith(told) if told else found.feedback == ""
    assert found.criteria == (unclear,)


def test_who_translates_nothing_is_told_in_the_language_of_the_quiz() -> None:
    asked = Question("t", "translate", "en", {"en": "The sea."}, 1.0, references={"es": ("El mar.",)})
    nothing = suggest_nothing(asked, read_answer(asked, Answer("a", "t", ""), (), ("es",)), ("es",))
    assert nothing.feedback == "Esto todavía no está en tu respuesta: El mar."


def test_marks_in_devanagari_are_a_fault() -> None:
    assert feedback_faults("तुम पास हो, सारे अंक तुम्हारे।", QUESTION, [MET], "hi") == ("it speaks of marks: अंक, पास",)


def test_braces_of_a_student_are_text() -> None:
    said = CriterionResult("air", "met", 1.0, 0.9, Evidence(0, 8, "{0} {x} %s", "x"))
    assert "{0} {x} %s" in write_feedback(QUESTION, [said], "en")


@pytest.mark.parametrize("language", sorted(PHRASES))
def test_our_own_sentences_have_no_fault(language: str) -> None:
    for state in PHRASES[language].states:
        results = [CriterionResult("air", state, 0.0, 0.5, MET.evidence), CriterionResult("stays", state, 0.0, 0.5)]
        text = write_feedback(QUESTION, results, language)
        assert text
        assert feedback_faults(text, QUESTION, results, language) == ()


def test_numbers_and_marks_from_nowhere_are_faults() -> None:
    faults = feedback_faults("You get 7 points!", QUESTION, [MET], "en")
    assert faults == ("it has numbers that nobody gave: 7", "it speaks of marks: points")


def test_a_criterion_that_was_not_looked_for_is_a_fault() -> None:
    faults = feedback_faults("You say this: the salt stays behind!", QUESTION, [MET], "en")
    assert faults == ("it tells of what was not looked for: `stays`",)


def test_another_language_around_what_was_given_is_a_fault() -> None:
    text = "This is not what you say there: El agua se va al aire."
    assert feedback_faults(text, QUESTION, [MET], "es") == ("it is in `en` and not in `es`",)
    assert feedback_faults(text, QUESTION, [MET], "en+es") == ()
    # What the quiz has in no other language, and what the student says, is told as it is.
    assert feedback_faults("Dices esto: The salt stays behind.", QUESTION, [MISSING], "es") == ()


def _with(monkeypatch: pytest.MonkeyPatch, met: str, quoted: str) -> None:
    english = PHRASES["en"]
    said = Phrases({**english.states, "met": met}, quoted, english.marks)
    monkeypatch.setattr("edgekit.grading.feedback.PHRASES", {**PHRASES, "en": said})


def test_feedback_is_left_without_quotes_where_those_are_the_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    _with(monkeypatch, "You say this: {}", "For 7 points: {}")
    text, faults = checked_feedback(QUESTION, [MET], "en")
    assert text == "You say this: The water goes into the air."
    assert faults == ("it has numbers that nobody gave: 7", "it speaks of marks: points")


def test_a_suggestion_has_no_feedback_that_fails_its_check_and_goes_to_a_person(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = read_answer(QUESTION, Answer("a1", "q1", "The water goes into the air."), (), ("en",))
    given = {"points": 1.0, "possible": (1.0,), "probability": 0.9, "criteria": [MET], "languages": ("en",)}
    whole = suggest(QUESTION, read, **given)
    assert (whole.decision, bool(whole.feedback)) == ("suggest", True)
    _with(monkeypatch, "You passed: {}", "Your words: “{}”.")
    failed = suggest(QUESTION, read, **given)
    assert (failed.decision, failed.feedback, failed.points) == ("review", "", 1.0)
    assert [one.code for one in failed.reasons] == ["feedback_failed"]
    assert failed.reasons[0].detail.endswith("it speaks of marks: passed")


@given(st.text())
def test_no_answer_breaks_a_feedback(text: str) -> None:
    said = CriterionResult("air", "partly", 0.5, 0.5, Evidence(0, len(text), text, "x"))
    feedback = write_feedback(QUESTION, [said], "pt")
    assert feedback.startswith("Você diz pelo menos uma parte")
    assert feedback_faults(feedback, QUESTION, [said], "pt") == ()


def test_what_a_terminal_would_obey_is_in_no_feedback_when_the_student_wrote_it_between_words() -> None:
    said = "the \x1b[31mwater\x1b]0;t\x07 dries\u202e\x9b2J\n up"
    result = CriterionResult("air", "met", 1.0, 0.9, Evidence(0, len(said), said, "The water goes into the air"))
    text, faults = checked_feedback(QUESTION, [result], "en")
    assert "“the water dries up”" in text
    assert visible(text, one_line=True) == text
    assert faults == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("My hart beats faster.", "make sure that it is whole: My heart beats faster. hart → heart."),
        ("My heart beats.", "make sure that it is whole: My heart beats faster. Your words: “My heart beats”."),
        # A word too many is right for nothing.
        ("My own heart beats faster.", "make sure that it is whole: My heart beats faster."),
        ("My heart beats faster", "You say this: My heart beats faster. Your words: “My heart beats faster”."),
    ],
)
def test_a_slip_of_a_dictation_is_not_quoted_as_a_part_of_it(text: str, told: str) -> None:
    asked = Question("d", "dictation", "es", {"es": "Escribe."}, 2.0, references={"en": ("My heart beats faster.",)})
    ruled = mark_by_rule(asked, take_in(text), ("en",))
    feedback, faults = checked_feedback(asked, [ruled.result], "en")
    assert feedback.endswith(told)
    assert not faults
    assert checked_feedback(asked, [ruled.result], "es")[1] == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("la arteria", "No queda claro si tu respuesta dice esto; dilo con más claridad: arteria."),
        ("arteria", "Dices esto: arteria. Tus palabras: «arteria»."),
        ("artery", "You say this: artery. Your words: “artery”."),
        # In both: the question's.
        ("lava", "You say this: lava. Your words: “lava”."),
    ],
)
def test_a_word_alone_is_answered_in_the_language_of_what_it_is_like(text: str, told: str) -> None:
    accepted = {"en": ("artery", "lava"), "es": ("arteria", "lava")}
    asked = Question("v", "exact", "en", {"en": "Which?"}, 1.0, references=accepted)
    read = read_answer(asked, Answer("a", "v", text), (), ("en", "es"))
    found = mark_by_rule(asked, read.intake, ("en", "es"))
    made = suggest(
        asked,
        read,
        points=found.points,
        possible=found.possible,
        probability=found.probability,
        criteria=(found.result,),
        languages=("en", "es"),
    )
    assert made.feedback == told
