"""A wrong idea in a clause of an answer that says what is right as well."""

from __future__ import annotations

import pytest
from grading.toy_states import ToyEncoder, toy_scorer
from hypothesis import given
from hypothesis import strategies as st

from edgekit.grading.grader import Grader
from edgekit.grading.texts import Texts
from edgekit.grading.wrong_ideas import find_wrong_idea
from edgekit.quiz.model import Criterion, Misconception, Question, Quiz
from edgekit.quiz.suggestion import Answer

IDEA, RIGHT, ASKED = "The Moon makes its own light.", "It reflects the light of the Sun.", "Why do we see the Moon?"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("It reflects the light of the Sun and it also makes its own light.", "and it also makes its own light"),
        ("The Moon makes light. It reflects the light of the Sun.", "The Moon makes light"),
        ("It reflects the light of the Sun.", None),
        ("It reflects the light of the Sun, it does not make its own light.", None),
        ("It is lit by the Sun, which makes strong warm yellow light.", None),
        ("It makes me think.", None),
        ("", None),
    ],
)
def test_a_wrong_idea_is_found_in_the_clause_that_says_it(said: str, words: str | None) -> None:
    place = find_wrong_idea([IDEA], [RIGHT], ASKED, said, "en")
    assert (said[slice(*place)] if place is not None else None) == words


def test_a_wrong_idea_is_denied_in_a_sentence_with_a_decimal_point() -> None:
    said = "Nobody says for 1.5 seconds that the Moon makes its own light"
    assert find_wrong_idea([IDEA], [RIGHT], ASKED, said, "en") is None


def test_what_counts_is_no_wrong_idea() -> None:
    assert find_wrong_idea([IDEA], [RIGHT, "The Sun makes the light."], ASKED, "The Moon makes light", "en") is None
    assert find_wrong_idea([IDEA], [RIGHT], ASKED, "The Moon makes light", "xx") is None


def test_a_wrong_idea_is_found_in_spanish() -> None:
    said = "Refleja la luz del Sol, pero también produce luz propia."
    place = find_wrong_idea(
        ["La Luna produce luz propia."], ["Refleja la luz del Sol."], "¿Qué es la Luna?", said, "es"
    )
    assert place is not None
    assert said[slice(*place)] == "pero también produce luz propia"


DENSER = ("Ice is denser than water.", "El hielo es más denso que el agua")


@pytest.mark.parametrize("language", ["en+es", "xx"])
@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Ice is less dense than water, but ice is denser than water", "ice is denser"),
        ("Ice is less dense than water. ICE IS DENSER   than water!!", "ice is denser"),
        ("el hielo es menos denso y el hielo es mas denso que el agua", "el hielo es mas denso"),
        ("Ice is less dense than water", None),
        ("Mice is denser than water", None),
    ],
)
def test_a_wrong_idea_word_by_word_is_found_where_it_stands(said: str, words: str | None, language: str) -> None:
    place = find_wrong_idea(DENSER, ["Ice is less dense than liquid water."], "", said, language)
    assert (words is None) == (place is None)
    assert words is None or words in said[slice(*place or (0, 0))].casefold()


@pytest.mark.parametrize(
    "said", ["It is not true that ice is denser than water", "No es cierto que el hielo es más denso que el agua"]
)
def test_a_wrong_idea_that_is_denied_is_none(said: str) -> None:
    assert find_wrong_idea(DENSER, [], "", said, "en+es") is None


def test_words_of_a_script_without_spaces_are_found_and_two_short_ones_are_not() -> None:
    khmer = "ទឹកកកធ្ងន់ជាងទឹក"
    assert find_wrong_idea([khmer], [], "", khmer, "km") == (0, len(khmer))
    assert find_wrong_idea([khmer], [khmer], "", khmer, "km") is None
    assert find_wrong_idea(["it sinks"], [], "", "it sinks", "xx") is None


@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from(["en", "es", "pt", "fr", "en+es", "xx", ""]))
def test_any_text_has_a_place_in_itself_or_none(idea: str, said: str, language: str) -> None:
    place = find_wrong_idea([idea], [], "", said, language)
    assert place is None or 0 <= place[0] < place[1] <= len(said)
    assert find_wrong_idea([idea], [idea], "", idea, language) is None


def test_a_wrong_idea_beside_what_is_right_is_sent_to_a_person_and_changes_no_points() -> None:
    criterion = Criterion("sun", 1.0, {"en": RIGHT}, refuted={"en": ("It sends heat to warm people.",)})
    own = Misconception("own", {"en": (IDEA,)})
    question = Question("q1", "explain", "en", {"en": ASKED}, 1.0, (criterion,), misconceptions=(own,))
    grader = Grader(Quiz("quiz", "Quiz", ("en",), (question,), ""), Texts(ToyEncoder(), toy_scorer("en")))
    said = [RIGHT, f"{RIGHT} It makes its own light.", f"{RIGHT} It sends heat to warm people."]
    right, wrong, refuted = grader.grade([Answer(f"a{at}", "q1", text) for at, text in enumerate(said)])
    assert right.decision == "suggest"
    for one, detail, begin in (
        (wrong, "it sounds like the misconception `own: The Moon makes its own light.`", 34),
        (refuted, "it says what does not count for `sun`", 34),
    ):
        assert (one.decision, one.points) == ("review", right.points)
        told = [reason for reason in one.reasons if reason.code == "misconception"]
        assert [reason.detail for reason in told] == [detail]
        assert told[0].span is not None
        assert told[0].span[0] == begin
