"""What is learned from a teacher's marks: at once, never by order, never from one odd mark alone."""

from __future__ import annotations

import dataclasses
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.grading.linear import shares
from edgekit.grading.local_marks import Marked, local_features, local_logits
from edgekit.grading.marked_scores import Scored, Written, languages_means, predict_scores
from edgekit.grading.scorer import Scorer
from edgekit.grading.text_states import TextStates


def text_of(name: str, vector: np.ndarray, words: str = "") -> TextStates:
    """A text with an embedding."""
    rows = np.zeros((3 + len(words), 1), np.float32)
    unit = (vector / np.linalg.norm(vector)).astype(np.float32)
    return TextStates(name, unit, rows, rows[:, 0], (), dict.fromkeys(words.split(), 1.0), (), rows[:0])


def marked_answers(seed: int, count: int) -> list[Marked]:
    chooser = np.random.default_rng(seed)
    return [
        Marked(text_of(f"a{at}", chooser.normal(0, 1, 8)), float(chooser.integers(0, 2)), float(chooser.uniform()))
        for at in range(count)
    ]


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer.load()


@given(prior=st.floats(-20, 20))
def test_prior_is_kept_when_nothing_is_marked(prior: float) -> None:
    table = local_features(text_of("x", np.ones(8)), prior, [])[None]
    assert local_logits(Scorer.load().head, table)[0] == prior


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000), count=st.integers(1, 12), order=st.randoms(use_true_random=False))
def test_order_of_marks_changes_nothing(seed: int, count: int, order: random.Random) -> None:
    marked = marked_answers(seed, count)
    answer = text_of("x", np.random.default_rng(seed + 1).normal(0, 1, 8))
    first = local_features(answer, 0.3, marked)
    order.shuffle(marked)
    assert np.array_equal(first, local_features(answer, 0.3, marked))


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 1000), count=st.integers(1, 8), at=st.integers(0, 7))
def test_better_mark_of_another_answer_never_lowers(seed: int, count: int, at: int) -> None:
    scorer = Scorer.load()
    marked = marked_answers(seed, count)
    answer = text_of("x", np.random.default_rng(seed + 1).normal(0, 1, 8))
    at %= count
    table = []
    for mark in (0.0, 1.0):
        changed = list(marked)
        changed[at] = dataclasses.replace(marked[at], mark=mark)
        table.append(local_features(answer, 0.0, changed))
    low, high = shares(local_logits(scorer.head, np.array(table)))
    assert low <= high


def test_marks_of_the_same_words_turn_a_suggestion(scorer: Scorer) -> None:
    vector = np.arange(1.0, 9.0)
    answer = text_of("x", vector, "the salt stays")
    wrong = [Marked(text_of(f"a{at}", vector, "the salt stays"), 0.0, 0.7) for at in range(4)]
    right = [dataclasses.replace(one, mark=1.0) for one in wrong]
    low, high = shares(
        local_logits(scorer.head, np.array([local_features(answer, 0.5, some) for some in (wrong, right)]))
    )
    assert low < 0.5 < high


def test_one_odd_mark_of_an_answer_that_is_unlike_moves_little(scorer: Scorer) -> None:
    honest = marked_answers(3, 12)
    answer = text_of("x", np.random.default_rng(99).normal(0, 1, 8))
    odd = Marked(text_of("odd", -answer.embedding.astype(float)), 0.0, 0.99)
    before, after = shares(
        local_logits(scorer.head, np.array([local_features(answer, 1.0, some) for some in (honest, [*honest, odd])]))
    )
    assert abs(before - after) < 0.05


@pytest.mark.parametrize("prior", [0.0, 1.0])
def test_probability_is_a_number_when_priors_are_certain(scorer: Scorer, prior: float) -> None:
    answer = text_of("x", np.ones(8))
    found = local_features(answer, 1e9, [Marked(answer, 1 - prior, prior)])
    assert np.isfinite(found).all()
    assert 0 <= shares(local_logits(scorer.head, found[None]))[0] <= 1


def class_of(seed: int, count: int, language: str, away: float) -> tuple[list[Written], list[int]]:
    """Answers whose score is in their first coordinate, in a language that is `away` in the last."""
    chooser = np.random.default_rng(seed)
    vectors = chooser.normal(0, 0.3, (count, 8))
    scores = chooser.integers(0, 3, count)
    vectors[:, 0] += scores - 1.0
    vectors[:, 7] += away
    written = [Written(text_of(f"{language}{at}", vector), language) for at, vector in enumerate(vectors)]
    return written, scores.tolist()


def test_scores_carry_over_to_a_language_without_marks() -> None:
    english, scores = class_of(1, 90, "en", 2.0)
    spanish, truth = class_of(2, 60, "es", -2.0)
    marked = [Scored(one, score) for one, score in zip(english, scores, strict=True)]
    expected, given_scores = predict_scores(marked, spanish, languages_means([*english, *spanish]), most=2)
    assert np.corrcoef(expected, truth)[0, 1] > 0.7
    assert (given_scores == truth).mean() > 0.6
    assert set(given_scores.tolist()) <= {0, 1, 2}


def test_scores_do_not_depend_on_the_order_of_marks_or_answers() -> None:
    english, scores = class_of(3, 40, "en", 1.0)
    asked, _ = class_of(4, 10, "es", -1.0)
    marked = [Scored(one, score) for one, score in zip(english, scores, strict=True)]
    first = predict_scores(marked, asked, languages_means([*english, *asked]), most=2)
    second = predict_scores(marked[::-1], asked[::-1], languages_means([*asked, *english]), most=2)
    assert np.allclose(first[0], second[0][::-1], atol=1e-12)
    assert np.array_equal(first[1], second[1][::-1])


def test_better_class_keeps_most_of_its_lead_when_its_answers_are_longer() -> None:
    """Its mean is taken from its vectors, and with it what it knows better; lengths tell of the lead."""

    def written(seed: int, language: str, away: float, scores: list[int]) -> list[Written]:
        chooser = np.random.default_rng(seed)
        vectors = chooser.normal(0, 0.3, (len(scores), 8))
        vectors[:, 0] += np.array(scores) - 1.0
        vectors[:, 7] += away
        said = ["a " * int(chooser.integers(8, 24) * 1.6**score) for score in scores]
        return [
            Written(text_of(f"{language}{at}", vector, words), language)
            for at, (vector, words) in enumerate(zip(vectors, said, strict=True))
        ]

    scores = [0] * 60 + [1] * 30 + [2] * 10
    marked = [Scored(one, score) for one, score in zip(written(7, "en", 2.0, scores), scores, strict=True)]
    truth = [0] * 10 + [1] * 30 + [2] * 60
    asked = written(8, "es", -2.0, truth)
    means = languages_means([*(one.answer for one in marked), *asked])
    _, found = predict_scores(marked, asked, means, most=2)
    # Without the lengths .64 of the 1.5.
    assert abs(float(np.mean(found)) - np.mean(truth)) < 0.25


def test_words_tell_answers_apart_that_have_no_other_difference_when_their_language_has_marks() -> None:
    chooser = np.random.default_rng(9)

    def written(language: str, count: int) -> list[Written]:
        said = ["white reflects", "black swallows"] * count
        return [
            Written(text_of(f"{language}{at}", chooser.normal(0, 1, 8), words), language)
            for at, words in enumerate(said)
        ]

    known, asked = written("es", 20), written("es", 10)
    marked = [Scored(one, 2 - 2 * (at % 2)) for at, one in enumerate(known)]
    _, found = predict_scores(marked, asked, languages_means([*known, *asked]), most=2)
    assert found.tolist() == [2, 0] * 10


@pytest.mark.parametrize("all_of", [0, 1, 2])
def test_scores_stay_within_what_can_be_had(all_of: int) -> None:
    english, _ = class_of(5, 30, "en", 0.0)
    marked = [Scored(one, all_of) for one in english]
    expected, found = predict_scores(marked, english, languages_means(english), most=2)
    assert np.abs(expected - all_of).max() < 1e-6
    assert set(found.tolist()) <= {0, 1, 2}


def test_too_few_marks_to_learn_scores_from_are_refused() -> None:
    english, _ = class_of(6, 4, "en", 0.0)
    with pytest.raises(ValueError, match="5 marks"):
        predict_scores([Scored(one, 1) for one in english], english, languages_means(english), most=2)
