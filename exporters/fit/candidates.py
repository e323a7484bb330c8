"""Every candidate that one model gives: its vocabularies by the types of its weights, all predicted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from edgekit.core.errors import UsageError
from edgekit.core.events import Note, Reporter
from edgekit.core.llama_extra import has_llama
from edgekit.pipeline.budgets import Budget
from exporters.containers.gguf import BLOCKS, Gguf
from exporters.conversion.trimmed_gguf import ConvertedGguf
from exporters.corpus.base import Corpus
from exporters.fit.base import Candidate
from exporters.fit.front import fits
from exporters.opening import Source
from exporters.prediction.plan import check_recipe, choose
from exporters.prediction.predict import Prediction, Predictor, Recipe, largest
from exporters.selection.base import Target
from exporters.trim.gguf import GgufModel

# What each type is expected to add to the bits of text, as a share. Measured on Gemma 3 270M: Q5_0 words and a body
# quantised again 1.1 %, all of it Q4_0 16 %; the others are guesses between and beyond, by their bits. It only says
# what is worth building, and that is measured.
_LOSSES: Mapping[str, float] = {
    "Q8_0": 0.002,
    "Q6_K": 0.006,
    "Q5_K": 0.018,
    "Q5_1": 0.022,
    "Q5_0": 0.028,
    "Q4_K": 0.06,
    "Q4_1": 0.12,
    "Q4_0": 0.16,
    "IQ4_NL": 0.08,
    "IQ4_XS": 0.08,
    "Q3_K": 0.25,
}
_RECIPES = (
    Recipe("q8_0"),
    Recipe("q6_k"),
    Recipe("q5_k_m"),
    Recipe("q4_k_m"),
    Recipe("q4_k_m", "q5_0"),
    Recipe("q4_0"),
    Recipe("q4_0", "q4_0"),
    Recipe("q3_k_m", "q4_0"),
)
# Text whose bits grow by a half is no longer the model's.
_MOST_LOSS = 0.5
# A recipe is for nothing where it saves less.
_LEAST_SAVED = 0.02
# Sizes between two that were computed are within 0.2 % of what is built: words of different lengths.
_MARGIN = 0.995
_ROUND = 100


@dataclass(frozen=True, slots=True)
class Point:
    """A vocabulary of a model: tokens, bytes of the model's files in its own types, and the largest expected loss."""

    tokens: int
    size_bytes: int
    loss: float


def vocabularies(source: Source, corpora: Sequence[Corpus], languages: Sequence[str], report: Reporter) -> list[Point]:
    """Vocabularies of a model by size, the whole one last. Reports the step `select`."""
    # Any target but the default: that one keeps every token of the text and has no smaller vocabulary to show.
    found = choose(source, source.model, corpora, languages, Target(coverage=0.99), report)
    points = {
        one.tokens: Point(one.tokens, one.size_bytes, max(0.0, *(cost.expected_loss for cost in one.costs)))
        for one in [found.chosen, *found.curve]
    }
    return [points[tokens] for tokens in sorted(points)]


def candidates_of(
    model: str, source: Source, points: Sequence[Point], languages: Sequence[str], budget: Budget, report: Reporter
) -> list[Candidate]:
    """Each vocabulary by each recipe, and for each recipe the largest vocabulary that the budget has room for."""
    found: dict[str, Candidate] = {}
    own = Predictor(source, Recipe())
    for recipe in _recipes(source, report):
        predictor = own if recipe == Recipe() else Predictor(source, recipe)
        added = _added_loss(own, predictor)

        def at(tokens: int, predictor: Predictor = predictor, added: float = added) -> Candidate:
            point = _between(points, tokens)
            prediction = _in_types(own, predictor, point)
            return Candidate(
                model,
                source.id,
                predictor.model.container,
                tuple(languages),
                tokens,
                tokens == points[-1].tokens,
                predictor.recipe,
                prediction.size_bytes,
                None if prediction.memory is None else prediction.memory.total,
                point.loss + added,
            )

        tried = [at(point.tokens) for point in points]
        room = Budget(
            None if budget.size_bytes is None else round(budget.size_bytes * _MARGIN),
            None if budget.memory_bytes is None else round(budget.memory_bytes * _MARGIN),
        )
        steps = range(-(-points[0].tokens // _ROUND), points[-1].tokens // _ROUND + 1)

        def has_room(step: int, at: Callable[[int], Candidate] = at, room: Budget = room) -> bool:
            return fits(at(step * _ROUND), room)

        if len(steps) and (most := largest(has_room, steps[0], steps[-1])) is not None:
            tried.append(at(most * _ROUND))
        found |= {one.id: one for one in tried if one.expected_loss <= _MOST_LOSS}
    return list(found.values())


def _recipes(source: Source, report: Reporter) -> list[Recipe]:
    model = source.model
    if not isinstance(model, GgufModel | ConvertedGguf):
        return [Recipe()]
    if not has_llama():
        report(Note("other types of the weights are not tried: quantising needs llama-cpp-python"))
        return [Recipe()]
    most = (1 - _LEAST_SAVED) * Predictor(source, Recipe()).whole().size_bytes
    found = [Recipe()]
    for recipe in _RECIPES:
        try:
            check_recipe(source, recipe)
        except UsageError:
            continue
        if Predictor(source, recipe).whole().size_bytes <= most:
            found.append(recipe)
    return found


def _in_types(own: Predictor, predictor: Predictor, point: Point) -> Prediction:
    """The prediction of a vocabulary that only its size in the model's own types is known of."""
    before = own.at(point.tokens, point.size_bytes).tensor_bytes
    after = predictor.at(point.tokens, point.size_bytes).tensor_bytes
    change = 0 if before is None or after is None else after - before
    return predictor.at(point.tokens, point.size_bytes + change)


def _added_loss(own: Predictor, predictor: Predictor) -> float:
    """By the types, each weighed by its share of the weights; a type that stays adds nothing."""
    before, after = own.tensor_types, predictor.tensor_types
    if own is predictor or own.file is None:
        return 0.0
    weights = _weights(own.file)
    total = sum(weights.values())
    return sum(
        count * max(0.0, _LOSSES.get(after[name], 0.0) - _LOSSES.get(before[name], 0.0)) / total
        for name, count in weights.items()
    )


def _weights(file: Gguf) -> dict[str, int]:
    """Values in each matrix."""
    return {
        name: place.size // BLOCKS[place.type][2] * BLOCKS[place.type][1]
        for name, place in file.tensors.items()
        if len(place.shape) > 1
    }


def _between(points: Sequence[Point], tokens: int) -> Point:
    """Between two vocabularies sizes grow by the token, and losses fall with its logarithm."""
    for one in points:
        if one.tokens == tokens:
            return one
    sizes = np.array([point.tokens for point in points], np.float64)
    size = float(np.interp(tokens, sizes, [point.size_bytes for point in points]))
    loss = float(np.interp(np.log(tokens), np.log(sizes), [point.loss for point in points]))
    return Point(tokens, round(size), loss)
