"""What is worth building and what is recommended: properties that hold whatever the candidates are."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from edgekit.pipeline.budgets import Budget
from exporters.fit.base import Candidate, Measured, Outcome, candidate_of
from exporters.fit.front import dominates, fits, front, next_step, recommend, worth_building
from exporters.prediction.predict import Recipe

SIZES = st.integers(1, 60)


@st.composite
def candidates(draw: st.DrawFn) -> list[Candidate]:
    found = {}
    for at in range(draw(st.integers(0, 14))):
        model = draw(st.sampled_from(["one", "two"]))
        memory = draw(st.none() | SIZES) if model == "two" else draw(SIZES)
        loss = draw(st.integers(0, 8)) / 8
        size = draw(SIZES)
        one = Candidate(model, model, "gguf", ("pt",), at + 1, False, Recipe(), size, memory, loss)
        found[one.id] = one
    return list(found.values())


@st.composite
def outcomes(draw: st.DrawFn) -> list[Outcome]:
    found = []
    for one in draw(candidates()):
        if draw(st.integers(0, 5)) == 0:
            found.append(Outcome(one, None, "it broke"))
            continue
        quality = draw(st.integers(-9, 0)) / 4
        memory = draw(st.none() | SIZES)
        found.append(Outcome(one, Measured(one.id, draw(SIZES), memory, quality, str(quality), 1.0, "tokens/s")))
    return found


budgets = st.builds(Budget, st.none() | SIZES, st.none() | SIZES)


def larger(budget: Budget, size: int, memory: int) -> Budget:
    return Budget(
        None if budget.size_bytes is None else budget.size_bytes + size,
        None if budget.memory_bytes is None else budget.memory_bytes + memory,
    )


@given(outcomes())
def test_no_one_of_the_front_is_dominated_and_all_others_are(rated: Sequence[Outcome]) -> None:
    best = front(rated)
    assert not any(dominates(other, one) for one in best for other in rated)
    for one in rated:
        assert one in best or any(dominates(other, one) for other in best)


@given(outcomes(), budgets)
def test_the_recommendation_fits_its_budget_and_nothing_that_fits_is_better(
    found: Sequence[Outcome], budget: Budget
) -> None:
    taken = recommend(found, budget)
    fitting = [one for one in found if one.measured is not None and fits(one, budget)]
    if taken is None:
        assert not fitting
        return
    assert taken in fitting
    assert taken.quality == max(one.quality for one in fitting)
    assert not any(dominates(other, taken) and other.size_bytes < taken.size_bytes for other in fitting)


@given(outcomes(), budgets, SIZES, SIZES)
def test_a_larger_budget_never_recommends_worse(
    found: Sequence[Outcome], budget: Budget, size: int, memory: int
) -> None:
    small, large = recommend(found, budget), recommend(found, larger(budget, size, memory))
    if small is not None:
        assert large is not None
        assert large.quality >= small.quality


@given(outcomes(), budgets, st.randoms())
def test_the_recommendation_does_not_depend_on_the_order(
    found: list[Outcome], budget: Budget, chooser: random.Random
) -> None:
    shuffled = list(found)
    chooser.shuffle(shuffled)
    assert recommend(found, budget) == recommend(shuffled, budget)


@given(candidates(), budgets, st.integers(1, 6))
def test_what_is_built_fits_and_is_not_dominated_by_prediction(
    found: Sequence[Candidate], budget: Budget, builds: int
) -> None:
    chosen = worth_building(found, budget, builds)
    assert len(chosen) == len({one.id for one in chosen}) <= builds
    for one in chosen:
        assert fits(one, budget)
        rivals = [other for other in found if other.model == one.model and fits(other, budget)]
        assert not any(dominates(Outcome(other, None), Outcome(one, None)) for other in rivals)
    for model in {one.model for one in found if fits(one, budget)}:
        rivals = [one for one in found if one.model == model and fits(one, budget)]
        own = [one for one in chosen if one.model == model]
        if own:  # each model's most promising one comes first
            assert own[0].expected_loss == min(one.expected_loss for one in rivals)


@given(candidates(), budgets, SIZES, SIZES)
def test_the_first_that_is_built_is_expected_to_be_no_worse_with_a_larger_budget(
    found: Sequence[Candidate], budget: Budget, size: int, memory: int
) -> None:
    own = [one for one in found if one.model == "one"]
    small, large = (worth_building(own, one, 1) for one in (budget, larger(budget, size, memory)))
    if small:
        assert large[0].expected_loss <= small[0].expected_loss


@given(candidates(), outcomes(), budgets)
def test_the_next_step_is_over_the_budget_and_expected_to_be_better(
    found: Sequence[Candidate], built: Sequence[Outcome], budget: Budget
) -> None:
    taken = recommend(built, budget)
    if taken is None:
        return
    step = next_step(taken, found, built, budget)
    if step is not None:
        assert step.more_bytes > 0
        assert step.candidate.size_bytes - step.more_bytes == taken.candidate.size_bytes
        assert step.loss[1] < step.loss[0]
        assert not fits(step.candidate, budget)


@given(candidates())
def test_a_candidate_survives_the_journal(found: Sequence[Candidate]) -> None:
    for one in found:
        assert candidate_of(one.to_json()) == one
        quantised = dataclasses.replace(one, recipe=Recipe("q4_0", "q5_0"), source="x" * 80)
        assert len(quantised.id) <= 64
        assert quantised.id.endswith(f"pt-{one.tokens}-q4_0-q5_0")
