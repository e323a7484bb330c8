"""Explanations through the whole grader: states, points, evidence, and what they do not depend on."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from grading.explained import BOTH, QUIZ, SWELL, grade, grader
from grading.toy_states import ToyEncoder, toy_scorer
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.engine.encoder import Adapter, TokenStates
from edgekit.grading.grader import Grader
from edgekit.grading.scorer import STATES, Scorer
from edgekit.grading.texts import Texts
from edgekit.quiz.model import Question
from edgekit.quiz.suggestion import Answer


def test_each_criterion_has_its_own_state_points_and_words() -> None:
    (both, half, none) = grade(BOTH, "Water makes the seed swell.", "My dog likes old shoes very much.")
    assert [one.state for one in both.criteria] == ["met", "met"]
    assert (both.points, both.decision) == (2.0, "suggest")
    assert (half.points, [one.state for one in half.criteria]) == (1.0, ["met", "missing"])
    assert half.criteria[0].evidence is not None
    assert half.criteria[0].evidence.text == "Water makes the seed swell"
    assert half.criteria[0].evidence.wording == "Water makes the seed swell."
    assert none.points == 0.0


def test_evidence_is_of_a_wording_in_the_students_language() -> None:
    swell = replace(
        SWELL, statement={"en": "Water makes the seed swell and then grow.", "es": "El agua hace la semilla hinchar."}
    )
    quiz = replace(QUIZ, questions=(replace(QUIZ.questions[0], criteria=(swell,)),))
    for text, wording in (
        ("Water makes the seed swell", "Water makes the seed swell and then grow."),
        ("El agua hace la semilla hinchar", "El agua hace la semilla hinchar."),
    ):
        (found,) = grader(quiz).grade([Answer("a", "q1", text)])
        assert found.criteria[0].evidence is not None
        assert found.criteria[0].evidence.wording == wording


def test_the_same_content_in_spanish_and_mixed_has_the_same_points() -> None:
    texts = ("Water makes the seed swell", "El agua hace la semilla hinchar", "El agua makes la semilla swell")
    found = grade(*texts)
    assert [one.points for one in found] == [1.0, 1.0, 1.0]


def test_a_criterion_that_is_denied_for_certain_is_contradicted_and_its_points_stay_possible() -> None:
    (denied, both, said) = grade(
        "Water does not make the seed swell.",
        "Water does not make the seed swell. Water makes the seed swell.",
        "Water makes the seed swell.",
    )
    assert (denied.criteria[0].state, denied.criteria[0].points, denied.points) == ("contradicted", 0.0, 0.0)
    assert denied.criteria[0].probability < 0.5
    assert denied.decision == "review"
    assert 1.0 in denied.possible
    # Said and denied: which of the two counts is not for a rule, and no student is told that they say it.
    assert (both.criteria[0].state, both.decision) == ("met", "review")
    assert both.feedback == "This is not in your answer yet: The plant needs light to grow."
    assert said.criteria[0].state == "met"


def test_what_may_be_there_in_other_words_is_unclear_and_not_said_to_be_missing() -> None:
    quiz = replace(QUIZ, questions=(replace(QUIZ.questions[0], criteria=(replace(SWELL, partial=False),)),))
    (unclear, away) = grade("A seed is small; later it swells", "My dog likes old shoes very much.", quiz=quiz)
    assert (unclear.criteria[0].state, unclear.points, unclear.possible) == ("unclear", 0.0, (0.0, 1.0))
    assert unclear.decision == "review"
    # Nobody knows whether those words are of it: the teacher sees them, the student does not.
    assert unclear.criteria[0].evidence is not None
    assert unclear.feedback == (
        "It is not clear whether your answer says this; say it more plainly: Water makes the seed swell."
    )
    assert away.criteria[0].state == "missing"


def test_of_several_criteria_none_is_contradicted_where_nothing_was_found_against_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Scorer, "named", lambda _, shares: np.full(len(shares), STATES.index("contradicted")))
    one = replace(QUIZ, questions=(replace(QUIZ.questions[0], criteria=(SWELL,)),))
    (several,), (alone,) = (grade("My dog likes old shoes very much.", quiz=quiz) for quiz in (QUIZ, one))
    assert [found.state for found in several.criteria] == ["missing", "missing"]
    assert [found.state for found in alone.criteria] == ["contradicted"]


def test_a_question_without_criteria_is_graded_by_its_references() -> None:
    question = Question("q1", "explain", "en", {"en": "Why?"}, 3.0, references={"en": ("Water makes the seed swell.",)})
    (found,) = grade("Water makes the seed swell!", quiz=replace(QUIZ, questions=(question,)))
    assert (found.points, found.criteria[0].criterion) == (3.0, "answer")


def test_neither_order_nor_company_changes_a_suggestion() -> None:
    rng = random.Random(4)
    words = [*BOTH.split(), "no", "dog", "it", "soil"]
    texts = [" ".join(rng.choices(words, k=rng.randint(1, 14))) for _ in range(40)]
    answers = [Answer(f"a{at}", "q1", text) for at, text in enumerate(texts)]
    together = {one.answer_id: one for one in grader().grade(answers)}
    shuffled = rng.sample(answers, len(answers))
    assert {one.answer_id: one for one in grader().grade(shuffled)} == together
    alone = [
        next(iter(grader().grade([one], among=[other for other in answers if other is not one]))) for one in answers[:8]
    ]
    assert alone == [together[one.answer_id] for one in answers[:8]]


def test_every_text_is_read_once() -> None:
    encoder = ToyEncoder()
    texts = Texts(encoder, toy_scorer())  # type: ignore[arg-type]  # a toy
    answers = [Answer("a", "q1", BOTH), Answer("b", "q1", "Water makes the seed swell.")]
    for _ in range(2):
        list(Grader(QUIZ, texts).grade(answers))
    assert len(encoder.read) == len(set(encoder.read))


def test_a_suggestion_does_not_depend_on_what_is_read_with_it_when_an_encoder_rounds_otherwise_in_company() -> None:
    class Rounding(ToyEncoder):
        def token_states(
            self, texts: Sequence[str], *, prefix: str | None = None, adapter: Adapter | None = None
        ) -> list[TokenStates]:
            found = super().token_states(texts, prefix=prefix)
            return [replace(one, embedding=one.embedding * (1 + 1e-6 * len(texts))) for one in found]

    answers = [
        Answer(f"a{at}", "q1", text) for at, text in enumerate((BOTH, "Water makes the seed swell.", "No idea at all"))
    ]
    together = list(Grader(QUIZ, Texts(Rounding(), toy_scorer())).grade(answers))  # type: ignore[arg-type]  # a toy
    for one, answer in zip(together, answers, strict=True):
        rest = [other for other in answers if other is not answer]
        texts = Texts(Rounding(), toy_scorer())  # type: ignore[arg-type]  # a toy
        texts.read(["something", "else"])
        assert list(Grader(QUIZ, texts).grade([answer], among=rest)) == [one]


@pytest.mark.parametrize(
    "text",
    [
        "?" * 300,
        "a" * 50_000,
        "water " * 3000,
        "\x00\x1b[31m water",
        "\ud800 water",
        "e\u0301" * 500,
        "=HYPERLINK(1)",
        "<script>alert(1)</script>",
        "$H_2O$ water",
        "🌱🌱🌱",
        "WATER MAKES THE SEED SWELL",
        "w\u0338\u0337\u0336a\u0338\u0337t" * 40,
        "\n\n\n.\n",
        "{{language}} {role} %s",
        "1,5 kg; 2 kg",
        "water\r\nseed\r\n",
    ],
)
def test_hostile_text_gets_a_suggestion_with_sound_offsets(text: str) -> None:
    grade(text)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=3))
def test_any_text_gets_a_suggestion_with_sound_offsets(texts: list[str]) -> None:
    grade(*texts)
