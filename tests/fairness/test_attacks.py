"""Attacks on a quiz, and the card of what they did: with graders that are known to be bad, or perfect."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edgekit.fairness.attacks import attacks, negate, turn_round
from edgekit.fairness.redteam import attack
from edgekit.quiz.model import Criterion, Misconception, Question, Quiz
from edgekit.quiz.suggestion import Answer, Reason, Suggestion

QUIZ = Quiz(
    "water",
    "Water",
    ("en", "es"),
    (
        Question(
            "q1",
            "explain",
            "en",
            {"en": "How did you separate the salt from the water?"},
            2.0,
            criteria=(
                Criterion("evaporate", 1.0, {"en": "The water is evaporated.", "es": "El agua se evapora."}),
                Criterion("stays", 1.0, {"en": "The salt is left behind after 24 hours."}),
            ),
            misconceptions=(Misconception("filter", {"en": ("The salt is caught by a filter.",)}),),
        ),
        Question("q2", "explain", "en", {"en": "Why?"}, 1.0, references={"en": ("Warm air rises.",)}),
        Question("q3", "numeric", "en", {"en": "How many?"}, 1.0, value=3),
    ),
    "",
)


def suggestion(answer: Answer, points: float, *, review: bool = False) -> Suggestion:
    return Suggestion(
        answer.answer_id,
        answer.question_id,
        points,
        2.0,
        (points,),
        0.9,
        "review" if review else "suggest",
        0.0,
        "en",
        reasons=(Reason("uncertain", "it is not sure"),) if review else (),
    )


def test_attacks_are_the_same_each_time_and_never_empty() -> None:
    made = attacks(QUIZ)
    assert made == attacks(QUIZ)
    assert made != attacks(QUIZ, seed=1)
    assert all(one.text.strip() for one in made)
    assert {one.question for one in made} == {"q1", "q2"}
    assert {one.language for one in made if one.question == "q1"} == {"en", "es"}
    names = {one.name for one in made}
    assert {"negated-reference", "changed-number", "keyword-bag", "both-ways", "question-restated", "base64"} <= names
    assert {"taken-back", "another-answer"} <= names


def test_a_wrong_answer_is_tried_once_where_the_answer_to_another_question_is_all_that_is_wrong() -> None:
    questions = tuple(
        replace(one, misconceptions=(), criteria=tuple(replace(each, refuted={}) for each in one.criteria))
        for one in QUIZ.questions
    )
    for quiz in (QUIZ, replace(QUIZ, questions=questions)):
        for question in quiz.questions:
            for language in ("en", "es"):
                plain = [
                    one.text
                    for one in attacks(quiz)
                    if (one.question, one.language) == (question.id, language)
                    and one.name in ("wrong-answer", "another-answer")
                ]
                assert len(plain) == len(set(plain))
    assert "another-answer" not in {one.name for one in attacks(replace(QUIZ, questions=questions))}


@pytest.mark.parametrize(
    ("text", "language", "contrary"),
    [
        ("The salt is left.", "en", "The salt is not left."),
        ("Warm air rises.", "en", "It is not true that warm air rises."),
        ("El agua está fría.", "es", "El agua no está fría."),
        ("Die Luft ist warm.", "de", "Die Luft ist nicht warm."),
        ("The bulbs are not lit.", "en", "It is not true that the bulbs are not lit."),
        ("B is no longer in what is a path.", "en", "B is no longer in what is not a path."),
        ("Aer calidus surgit.", "la", "It is not true that aer calidus surgit."),
    ],
)
def test_a_statement_is_negated_by_its_own_verb_where_it_has_one(text: str, language: str, contrary: str) -> None:
    assert negate(text, language) == contrary


def test_answer_to_another_question_is_no_wrong_one_when_it_may_be_right_here() -> None:
    asked = Question("a", "explain", "en", {"en": "Why?"}, 1.0, references={"en": ("There is a closed path here.",)})
    alike = Question("b", "explain", "en", {"en": "Why?"}, 1.0, references={"en": ("It has a closed path there",)})
    other = Question("c", "explain", "en", {"en": "Why?"}, 1.0, references={"en": ("Warm air rises",)})
    quiz = Quiz("q", "Q", ("en",), (asked, alike, other), "")
    texts = {one.name: one.text for one in attacks(quiz) if one.question == "a"}
    # What has no full stop gets one: the trick is a sentence of its own.
    assert texts["appended-keywords"].startswith("Warm air rises. ")
    assert texts["padding"].startswith("Warm air rises. ")


@pytest.mark.parametrize(
    ("text", "language", "turned"),
    [
        ("La temperatura sube.", "es", "La temperatura baja."),
        ("The level will increase.", "en", "The level will decrease."),
        ("Increase the heat.", "en", "Decrease the heat."),
        ("It is made of wood.", "en", None),
        ("Aer calidus surgit.", "la", None),
    ],
)
def test_a_word_is_turned_round_where_one_has_an_opposite(text: str, language: str, turned: str | None) -> None:
    assert turn_round(text, language) == turned


def test_a_known_misconception_is_the_wrong_answer() -> None:
    found = {one.question: one.text for one in attacks(QUIZ) if (one.name, one.language) == ("padding", "en")}
    first, second = (one.id for one in QUIZ.questions[:2])
    assert found[first].startswith("The salt is caught by a filter. ")
    assert found[second].startswith("The water is evaporated. ")


def test_a_grader_that_gives_everything_falls_for_all_content() -> None:
    card = attack(QUIZ, lambda answer: suggestion(answer, 2.0))
    assert not card.passed
    assert {row.name for row in card.rows if row.passed} == {"reference"}
    assert next(iter(card.weak)) == "q1"


def test_a_grader_that_sends_everything_to_a_person_is_not_gamed() -> None:
    card = attack(QUIZ, lambda answer: suggestion(answer, 2.0, review=True))
    assert card.passed


def test_a_grader_that_refuses_everything_fails_the_honest_answers() -> None:
    card = attack(QUIZ, lambda answer: suggestion(answer, 0.0))
    assert [row.name for row in card.rows if not row.passed] == ["reference"]


def test_an_instruction_that_moves_points_fails_even_below_half_and_in_review() -> None:
    def obeys(answer: Answer) -> Suggestion:
        right = answer.text in {"The water is evaporated. The salt is left behind after 24 hours.", "Warm air rises."}
        right = right or answer.text == "El agua se evapora."
        return suggestion(answer, 2.0 if right else 0.5 if "full marks" in answer.text else 0.0, review=not right)

    card = attack(QUIZ, obeys)
    failed = {row.name for row in card.rows if not row.passed}
    assert {"ignore-en", "inst", "approved, first"} <= failed
    assert "ignore-es" not in failed


def test_each_answer_is_graded_alone_and_counted() -> None:
    seen: list[object] = []
    attack(QUIZ, lambda answer: suggestion(answer, 0.0), report=seen.append)
    assert len(seen) > len(attacks(QUIZ))


def test_all_that_is_wrong_is_tried_and_more_than_one_other_question() -> None:
    """One a question says nothing: 3 of 20 that pass are 5 to 36 %."""
    sayings = ("Warm air rises.", "Iron rusts in wet air.", "The moon reflects sunlight.", "Roots drink rain.")
    asked = tuple(
        Question(f"q{n}", "explain", "en", {"en": "Why?"}, 1.0, references={"en": (text,)})
        for n, text in enumerate(sayings)
    )
    wrong = Misconception("m", {"en": ("Cold air rises.", "Air has no weight.")})
    quiz = Quiz("q", "Q", ("en",), (replace(asked[0], misconceptions=(wrong,)), *asked[1:]), "")
    plain = [
        (one.question, one.name, one.text) for one in attacks(quiz) if one.name in ("wrong-answer", "another-answer")
    ]
    assert {text for question, name, text in plain if (question, name) == ("q0", "wrong-answer")} == {
        "Cold air rises.",
        "Air has no weight.",
    }
    assert {text for question, name, text in plain if (question, name) == ("q0", "another-answer")} == set(sayings[1:])
    assert {text for question, name, text in plain if question == "q1"} == {sayings[0], *sayings[2:]}
    assert len(plain) == 2 + 3 * 4


def test_other_wordings_of_the_quiz_are_honest_answers_that_must_pass() -> None:
    question = Question(
        "q", "explain", "en", {"en": "Why?"}, 1.0, references={"en": ("Warm air rises.", "Heated air goes up.")}
    )
    quiz = Quiz("q", "Q", ("en",), (question,), "")
    honest = [(one.name, one.text) for one in attacks(quiz) if one.kind == "honest"]
    assert honest == [("reference", "Warm air rises."), ("another-wording", "Heated air goes up.")]
    card = attack(quiz, lambda answer: suggestion(answer, 2.0 if answer.text == "Warm air rises." else 0.0))
    assert [row.name for row in card.rows if not row.passed] == ["another-wording"]


def test_a_row_of_few_attacks_says_how_many_others_may_pass() -> None:
    card = attack(QUIZ, lambda answer: suggestion(answer, 0.0))
    (row,) = [row for row in card.rows if row.name == "keyword-bag"]
    assert (row.count, row.passing) == (3, 0)
    assert row.interval.high == pytest.approx(0.5615, abs=1e-4)


def test_phrases_that_fit_anything_are_in_the_language_of_the_answers() -> None:
    texts = {(one.name, one.language): one.text for one in attacks(QUIZ) if one.question == "q1"}
    assert texts["template", "es"].startswith("Es una pregunta importante")
    assert texts["template", "en"].startswith("This is an important question")
    assert {"realmente", "muy", "importante", "claramente"} & set(texts["stuffing", "es"].split())
    assert not {"really", "very", "clearly", "truly"} & set(texts["stuffing", "es"].split())


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("sw", "Jani hunasa mwanga wa jua.", {"jani", "hunasa", "mwanga"}),
        ("hi", "पत्ती सूर्य का प्रकाश ग्रहण करती है।", {"पत्ती", "सूर्य", "प्रकाश", "ग्रहण", "करती"}),
        ("ar", "تلتقط الورقة ضوء الشمس.", {"تلتقط", "الورقة", "الشمس"}),
    ],
)
def test_a_quiz_in_another_language_is_attacked_in_it(language: str, text: str, words: set[str]) -> None:
    asked = Question("q", "explain", language, {language: "?"}, 1.0, references={language: (text,)})
    made = attacks(Quiz("z", "Z", (language,), (asked,), ""))
    told = {one.name: one.text for one in made if one.kind == "content"}
    assert set(told["keyword-bag"].split()) == words
    rest = "".join(value for name, value in told.items() if name != "question-restated")
    assert any(one.isascii() and one.isalpha() for one in rest) == (language == "sw")
    assert not {"false", "true", "because", "really"}.intersection(rest.lower().replace(".", " ").split())
