"""Words of an answer that several criteria could be met by."""

from __future__ import annotations

import pytest
from grading.toy_states import ToyEncoder, toy_scorer
from hypothesis import given
from hypothesis import strategies as st
from translate.real_models import home_with

import edgekit
from edgekit.grading.grader import Grader
from edgekit.grading.sharing import OwnWords, Sharing, shared
from edgekit.grading.texts import Texts
from edgekit.quiz.model import Criterion, Question, Quiz
from edgekit.quiz.suggestion import Answer

PUMP, AWAY, BACK = (
    "The heart pumps the blood around.",
    "Arteries carry the blood away from the heart.",
    "Veins carry the blood back to the heart.",
)


def _sharing(*criteria: str) -> Sharing:
    return Sharing([[("en", one)] for one in criteria], Texts(ToyEncoder(), toy_scorer()))


def test_a_wording_claims_its_own_words_and_no_other_does() -> None:
    pump, away, back = _sharing(PUMP, AWAY, BACK).claims([("en", AWAY)])
    assert pump is not None
    assert away is not None
    assert back is not None
    assert max(pump, back) <= 0.0 < 0.99 < away


def test_two_wordings_claim_an_answer_that_says_both() -> None:
    claims = _sharing(PUMP, AWAY, BACK).claims([("en", f"{PUMP} {BACK}")])
    assert [one is not None and one > 0.9 for one in claims] == [True, False, True]


def test_halves_of_a_sentence_are_claimed_each_by_its_own() -> None:
    said = "Nothing else and arteries carry the blood away from the heart and it pumps the blood around."
    pump, away = _sharing(PUMP, AWAY).claims([("en", said)])
    assert pump is not None
    assert away is not None
    assert min(pump, away) > 0.5


def test_the_view_that_says_it_most_counts() -> None:
    sharing = _sharing(PUMP, AWAY)
    assert sharing.claims([("en", "Artries cary teh blod."), ("en", AWAY)])[1] == pytest.approx(
        sharing.claims([("en", AWAY)])[1]
    )


@pytest.mark.parametrize("text", ["", "...", "🙂", "心臓"])
def test_what_has_no_words_of_any_claims_little(text: str) -> None:
    claims = _sharing(PUMP, AWAY).claims([("en", text)])
    assert all(one is not None and abs(one) < 0.9 for one in claims)


def test_one_criterion_has_all_words_for_itself() -> None:
    assert _sharing(PUMP).claims([("en", AWAY)]) == (None,)
    assert shared(1.5, None) == 1.5


def test_criteria_in_the_same_words_take_nothing_from_each_other_but_the_claim() -> None:
    assert _sharing(PUMP, PUMP).claims([("en", PUMP)]) == (0.0, 0.0)


@given(logit=st.floats(-20, 20), claims=st.tuples(st.floats(-2, 1), st.floats(-2, 1)))
def test_sharing_never_raises_and_more_claim_never_lowers(logit: float, claims: tuple[float, float]) -> None:
    low, high = sorted(claims)
    assert shared(logit, low) <= shared(logit, high) <= logit


def test_a_clause_of_one_criterion_is_less_of_another_than_it_would_be_alone() -> None:
    texts = Texts(ToyEncoder(), toy_scorer())
    both = _probabilities(texts, AWAY, PUMP, AWAY, BACK)
    alone = [_probabilities(texts, AWAY, one)[0] for one in (PUMP, AWAY, BACK)]
    assert both[1] == alone[1]
    assert both[2] < alone[2] - 0.05


OWN = OwnWords(
    {
        "gas": [("en", "It takes in carbon dioxide from the air."), ("es", "Toma dióxido de carbono del aire.")],
        "sugar": [("en", "It makes sugar, the food of the plant."), ("es", "Produce azúcar con el sol y el aire.")],
    },
    ["Why do plants need their leaves?"],
)


@pytest.mark.parametrize(
    ("said", "gas", "sugar"),
    [
        ("con el carbon dioxide hacen sugar pa la planta", True, False),
        ("making sugars and food", False, True),
        ("the DIOXIDE of carbons", True, False),
        ("the plants need air and leaves", False, False),
        ("el aire", False, False),
        ("", False, False),
    ],
)
def test_half_of_the_words_that_only_one_criterion_has_name_it(said: str, gas: bool, sugar: bool) -> None:
    assert (OWN.named("gas", said), OWN.named("sugar", said)) == (gas, sugar)


@given(st.text(max_size=60))
def test_one_criterion_and_criteria_of_the_same_words_are_never_named(said: str) -> None:
    for criteria in ({"one": [("en", AWAY)]}, {"one": [("en", AWAY)], "other": [("en", AWAY), ("en", BACK)]}):
        assert not OwnWords(criteria, []).named("one", f"{AWAY} {said}")


def test_numbers_and_small_words_name_nothing() -> None:
    own = OwnWords({"a": [("en", "It is 7 of the 9.")], "b": [("en", "It was not there in 1945.")]}, [])
    assert not own.named("a", "It is 7 of the 9.")
    assert not own.named("b", "1945")


def _probabilities(texts: Texts, said: str, *criteria: str) -> list[float]:
    asked = tuple(Criterion(f"c{at}", 1.0, {"en": one}) for at, one in enumerate(criteria))
    question = Question("q", "explain", "en", {"en": "What does it do?"}, float(len(asked)), asked)
    (found,) = Grader(Quiz("z", "z", ("en",), (question,), ""), texts).grade([Answer("a", "q", said)])
    return [one.probability for one in found.criteria]


@pytest.mark.real
def test_what_says_one_criterion_of_several_about_the_same_has_its_points_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(home_with("multilingual-e5-small")))
    with edgekit.open_encoder("multilingual-e5-small", threads=1) as encoder:
        texts = Texts(encoder)
        for at, said in enumerate(("The heart works like a pump.", "It goes off through the arteries.")):
            met = [one >= 0.5 for one in _probabilities(texts, said, PUMP, AWAY, BACK)]
            assert met == [at == other for other in range(3)]
