"""What a rule says of an answer: the state that a student reads, the marks that are possible, how likely they are."""

from __future__ import annotations

import pytest
from grading.ruled_questions import MASS, mark, question
from hypothesis import given
from hypothesis import strategies as st

from edgekit.grading.intake import take_in
from edgekit.grading.ruled import doubt, evidence, rounded, ruled
from edgekit.quiz.suggestion import Evidence


@pytest.mark.parametrize(
    ("points", "possible", "against", "state", "met"),
    [
        (2.0, (), False, "met", 1.0),
        (2.0, (), True, "met", 1.0),
        (0.0, (), False, "missing", 0.0),
        (0.0, (), True, "contradicted", 0.0),
        (0.0, (1.0,), True, "contradicted", 0.0),
        (1.0, (), False, "partly", 0.0),
        (1.0, (0.0, 2.0), False, "partly", 1 / 3),
        (0.0, (2.0,), False, "unclear", 0.5),
        (2.0, (0.0,), False, "unclear", 0.5),
        (2.0, (2.0,), False, "met", 1.0),
    ],
)
def test_the_state_is_of_the_points_and_open_where_another_mark_is_possible(
    points: float, possible: tuple[float, ...], against: bool, state: str, met: float
) -> None:
    found = ruled(points, 2.0, None, possible=possible, against=against)
    assert (found.result.state, found.result.points) == (state, points)
    assert found.result.probability == pytest.approx(met)
    assert found.possible == tuple(sorted({points, *possible}))
    assert found.probability == pytest.approx(1 / len(found.possible))


@given(st.floats(-5, 50), st.sampled_from([0.5, 1.0, 2.0, 3.0, 10.0]))
def test_points_are_quarters_between_nothing_and_most(points: float, most: float) -> None:
    found = rounded(points, most)
    assert 0 <= found <= most
    assert (4 * found).is_integer()
    assert abs(found - min(most, max(0.0, points))) <= 0.125


def test_a_reason_stands_where_its_words_do() -> None:
    assert doubt("unit", "x", Evidence(3, 8, "words", "y"))[0].span == (3, 8)
    assert doubt("unit", "x")[0].span is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It weighs 5 kg today.", "5 kg"),
        ("It weighs 7 kg today.", "7 kg"),
        ("9 g, no, 7 kg", "9 g"),
        ("2 kg + 3 kg = 5 kg", "5 kg"),
        ("It weighs 5.", "5"),
    ],
)
def test_the_words_of_a_number_are_those_of_the_right_one_else_of_the_first(text: str, words: str) -> None:
    found = mark(MASS, text).result.evidence
    assert found is not None
    assert (found.text, found.wording) == (words, "5 kg")


def test_no_words_are_no_evidence() -> None:

    assert evidence(take_in("words"), 2, 2, "x") is None
    assert mark(question("numeric", value=5.0), "none").result.evidence is None
