"""Agreement of those who judge, against values worked out by hand or published."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.fairness.agreement import (
    entropy,
    fleiss_kappa,
    judge_card,
    macro_f1,
    majority,
    percentage_agreement,
    preference,
    preference_interval,
    quadratic_kappa,
    shuffle_words,
    weighted_f1,
)

# Fleiss 1971 as worked through at https://en.wikipedia.org/wiki/Fleiss%27_kappa: 10 items, 14 raters, kappa .210.
COUNTS = [
    (0, 0, 0, 0, 14),
    (0, 2, 6, 4, 2),
    (0, 0, 3, 5, 6),
    (0, 3, 9, 2, 0),
    (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0),
    (3, 2, 6, 3, 0),
    (2, 5, 3, 2, 2),
    (6, 5, 2, 1, 0),
    (0, 2, 2, 3, 7),
]


def test_fleiss_kappa_is_that_of_the_worked_example() -> None:
    items = [[label for label, count in enumerate(row) for _ in range(count)] for row in COUNTS]
    assert fleiss_kappa(items) == pytest.approx(0.210, abs=0.0005)


@pytest.mark.parametrize("items", [[[1, 1], [1, 1]], [[1], [2]], [[1, 2], [1, 2, 3]], []])
def test_fleiss_kappa_has_no_value_when_nothing_can_be_said(items: list[list[int]]) -> None:
    assert fleiss_kappa(items) is None


def test_quadratic_kappa_of_hand_values() -> None:
    assert quadratic_kappa([0, 1, 2], [0, 1, 2]) == 1
    assert quadratic_kappa([0, 2], [2, 0]) == -1
    assert quadratic_kappa([1, 1], [1, 1]) is None
    # Observed (0 + 1 + 0 + 1) / 4; expected by the margins, .375 + .0625 + .25 + .1875.
    assert quadratic_kappa([0, 0, 1, 2], [0, 1, 1, 1]) == pytest.approx(1 - 0.5 / 0.875)


def test_f1_of_hand_values() -> None:
    truth, said = list("aab"), list("abb")
    assert weighted_f1(truth, said) == pytest.approx((2 * 2 / 3 + 2 / 3) / 3)
    assert macro_f1(truth, said) == pytest.approx(2 / 3)
    assert percentage_agreement(truth, said) == pytest.approx(2 / 3)


def test_a_majority_needs_more_than_a_tie() -> None:
    assert majority([1, 1, 2]) == 1
    assert majority([1, 2]) is None
    assert majority([]) is None


def test_a_judge_that_always_says_the_same_is_not_calibrated_whatever_the_agreement() -> None:
    people = [["good"] * 3] * 18 + [["bad"] * 3] * 2
    card = judge_card("ja", people, ["good"] * 20)
    assert card.agreement == 0.9
    assert [reason.split(",")[0] for reason in card.why_not][-1].startswith("its labels have 0.00 bits")


def test_a_judge_that_agrees_is_calibrated() -> None:
    people = [["good"] * 3, ["bad"] * 3] * 10
    card = judge_card("en", people, ["good", "bad"] * 10)
    assert (card.why_not, card.kappa, card.f1) == ((), 1.0, 1.0)


def test_a_judge_that_guesses_is_not_calibrated() -> None:
    people = [["good"] * 2, ["bad"] * 2] * 10
    assert judge_card("en", people, ["bad", "good"] * 10).why_not


@given(st.lists(st.sampled_from("abcd"), min_size=1))
def test_entropy_is_largest_for_all_labels_alike(labels: list[str]) -> None:
    assert -1e-12 <= entropy(labels) <= 2 + 1e-12


def test_shuffled_words_are_the_same_words_in_another_order() -> None:
    text = "The salt stays behind when the water has gone into the air of the room"
    shuffled = shuffle_words(text)
    assert shuffled != text
    assert sorted(shuffled.split()) == sorted(text.split())
    assert shuffled == shuffle_words(text)
    assert shuffle_words("word") == "word"


def test_a_judge_that_prefers_what_comes_first_is_told_by_its_position() -> None:
    assert preference([(0.9, 0.9)] * 4) == (0.5, 1.0)
    assert preference([(1.0, 0.0), (0.6, 0.4)]) == (1.0, 0.0)
    assert preference([(0.4, 0.6)]) == (0.0, 0.0)


@pytest.mark.parametrize("raters", [1, 2, 3, 5])
def test_a_judge_that_guesses_is_not_calibrated_however_well_people_agree_with_each_other(raters: int) -> None:
    """Three people who agree and one who tosses a coin have a kappa of .5 together."""
    draw = random.Random(3)
    truth = [draw.choice(["good", "bad"]) for _ in range(200)]
    card = judge_card("en", [[label] * raters for label in truth], [draw.choice(["good", "bad"]) for _ in truth])
    assert card.why_not
    assert card.beside is not None
    assert abs(card.beside.value) < 0.2
    if raters >= 3:
        assert card.kappa is not None
        assert card.kappa > 0.4


def test_a_judge_with_one_label_is_not_calibrated_even_where_people_have_one() -> None:
    card = judge_card("en", [["good", "good", "bad"], ["good", "good", "good"]] * 30, ["good"] * 60)
    assert "it has one label for everything" in card.why_not


def test_a_judge_with_labels_of_its_own_is_told_so() -> None:
    card = judge_card("en", [["good"], ["bad"]] * 20, ["Good", "Bad"] * 20)
    assert "none of its labels is one of people's: they may be spelt otherwise" in card.why_not


@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_judge_of_a_few_items_is_not_calibrated_however_right_it_is(count: int) -> None:
    labels = ["good", "bad"] * count
    assert judge_card("en", [[label] * 3 for label in labels[:count]], labels[:count]).why_not


def test_kappa_has_an_interval_that_more_items_narrow() -> None:
    def width(times: int) -> float:
        truth, said = ["good", "bad", "good", "bad", "good"] * times, ["good", "bad", "bad", "bad", "good"] * times
        found = judge_card("en", [[label] for label in truth], said).beside
        assert found is not None
        assert found.low < found.value < found.high
        return found.high - found.low

    assert width(4) > 1.5 * width(40)


def test_an_empty_card_is_not_calibrated() -> None:
    assert judge_card("en", [], []).why_not
    assert judge_card("en", [["good", "bad"]] * 40, ["good", "bad"] * 20).why_not


@given(st.lists(st.sampled_from(["a", "b", "the"]), min_size=1, max_size=12), st.integers(0, 20))
def test_words_are_shuffled_wherever_two_of_them_differ(words: list[str], seed: int) -> None:
    """Two of the same word once changed places, and a judge that minds was said not to."""
    shuffled = shuffle_words(" ".join(words), seed=seed)
    assert sorted(shuffled.split()) == sorted(words)
    assert (shuffled == " ".join(words)) == (len(set(words)) == 1)


def test_a_preference_has_an_interval_of_its_questions() -> None:
    chances = [(f"q{at}", (1.0, 0.0) if at % 4 else (0.0, 1.0)) for at in range(40)]
    found = preference_interval(chances)
    assert found is not None
    assert found.value == 0.75
    assert 0.55 < found.low < 0.75 < found.high < 0.95
    assert preference_interval([]) is None
    two = preference_interval([("q", (1.0, 0.0)), ("q", (0.9, 0.1))])
    assert two is not None
    assert two.value == two.high == 1
    assert two.low == pytest.approx(0.342, abs=0.001)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("abc")), min_size=2, max_size=30))
def test_the_interval_of_kappa_is_that_of_fleiss_on_samples(pairs: list[tuple[str, str]]) -> None:
    truth, said = [one for one, _ in pairs], [two for _, two in pairs]
    found = judge_card("en", [[label] for label in truth], said).beside
    if found is None:
        assert fleiss_kappa(pairs) is None
        return
    draw = np.random.default_rng(0)
    samples = [fleiss_kappa([pairs[at] for at in draw.integers(len(pairs), size=len(pairs))]) for _ in range(500)]
    low, high = np.percentile([one or 0.0 for one in samples], [2.5, 97.5])
    assert (found.value, found.low, found.high) == pytest.approx((fleiss_kappa(pairs), low, high))
