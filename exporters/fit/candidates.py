"""Every candidate that one model gives: its vocabularies by the types of its weights, all predicted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from edgekit.core.events import Reporter
from edgekit.pipeline.budgets import Budget
from exporters.containers.gguf import BLOCKS, Gguf
from exporters.conversion.trimmed import ConvertedModel
from exporters.corpus.base import Corpus
from exporters.fit.base import Candidate
from exporters.fit.formats import predictors_of
from exporters.fit.front import fits
from exporters.opening import Source
from exporters.prediction.plan import choose
from exporters.prediction.predict import Predictor, largest
from exporters.selection.base import Target
from exporters.selection.choose import Ranking

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
# The same of ONNX blocks, which are 32 values with one scale: those of Q8_0 and Q4_0.
_ONNX_LOSSES: Mapping[str, float] = {"int8": 0.002, "int4": 0.16}
# Text whose bits grow by a half is no longer the model's.
_MOST_LOSS = 0.5
# Sizes between two that were computed are within 0.2 % of what is built: words of different lengths.
_MARGIN = 0.995
_ROUND = 100


@dataclass(frozen=True, slots=True)
class Point:
    """A vocabulary of a model: tokens, bytes of the model's files in its own types, and the largest expected loss."""

    tokens: int
    size_bytes: int
    loss: float


def vocabularies(
    source: Source, corpora: Sequence[Corpus], languages: Sequence[str], ranking: Ranking, report: Reporter
) -> list[Point]:
    """Vocabularies of a model by size, the whole one last. Reports the step `select`."""
    # Any target but the default: that one keeps every token of the text and has no smaller vocabulary to show.
    target = Target(coverage=0.99)
    found = choose(source, source.model, corpora, languages, target, report, ranking)
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
    own, *others = predictors_of(source, report)
    for predictor in (own, *others):
        added, change = _added_loss(own, predictor), _change_of_size(own, predictor)

        def at(
            tokens: int,
            predictor: Predictor = predictor,
            added: float = added,
            change: Callable[[int], float] = change,
        ) -> Candidate:
            point = _between(points, tokens)
            # Its size is known in the model's own types.
            prediction = predictor.at(tokens, point.size_bytes + round(change(tokens)))
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
                isinstance(source.model, ConvertedModel),
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


def _change_of_size(own: Predictor, predictor: Predictor) -> Callable[[int], float]:
    """Bytes that a recipe adds to the files, by tokens: a row of each table of words has so many more or fewer."""
    tokenizer = own.source.model.tokenizer
    ends = [tokenizer.closed(np.array([], np.int64)), np.arange(tokenizer.size)]
    sizes = [len(kept) for kept in ends]
    changes = [predictor.predict(kept).size_bytes - own.predict(kept).size_bytes for kept in ends]
    return lambda tokens: float(np.interp(tokens, sizes, changes))


def _added_loss(own: Predictor, predictor: Predictor) -> float:
    """By the types, each weighed by its share of the weights; a type that stays adds nothing."""
    before, after = own.tensor_types, predictor.tensor_types
    if own is predictor:
        return 0.0
    if own.file is None:
        return _ONNX_LOSSES.get(predictor.recipe.quant or "", 0.0)
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
