"""`edgekit plan`: what a model would be, and where that is over a budget, the nearest that is not."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from edgekit.core.errors import FailedError, MissingExtraError, UsageError
from edgekit.core.events import Note, Reporter, StepFinished, StepStarted
from edgekit.core.units import bytes_in_words, counted
from edgekit.pipeline.budgets import Budget, PlanRequest
from edgekit.pipeline.requests import ExportRequest
from exporters.corpus.base import Corpus
from exporters.corpus.counting import count_corpora
from exporters.export import in_format, keep_ids
from exporters.guard import check_directions
from exporters.opening import Source, open_source
from exporters.prediction.memory import Running
from exporters.prediction.predict import Prediction, Predictor, Recipe, largest
from exporters.prediction.tensor_types import PREDICTED
from exporters.quantize.onnx_files import STATIC
from exporters.quantize.types import RECIPES
from exporters.quantized import check_quant
from exporters.selection.base import Cost, Selection, Target
from exporters.selection.choose import Ranking, rank, select
from exporters.trim.base import Ids, TrimmableModel

SCHEMA = "edgekit.plan/1"
# What a plan that does not fit is tried with, by its size with all tokens.
_SMALLER = ("q8_0", "q6_k", "q5_k_m", "q4_k_m", "q4_0", "q3_k_m")


@dataclass(frozen=True, slots=True)
class Nearest:
    """A plan that fits its budget, and the options that ask for it."""

    options: str
    prediction: Prediction


@dataclass(frozen=True, slots=True)
class Plan:
    """See `edgekit.pipeline.budgets.ModelPlan`.  costs: of a choice of tokens, by language.

    types: how many tensors have which type.
    """

    source: str
    container: str
    recipe: Recipe
    tokens_before: int
    prediction: Prediction
    costs: Sequence[Cost]
    types: Mapping[str, int]
    budget: Budget
    nearest: Nearest | None

    def lines(self) -> list[str]:
        """See `edgekit.pipeline.budgets.ModelPlan.lines`."""
        found = self.prediction
        rows = [
            ("model", f"{self.source}, {self.container}, {self.recipe}"),
            (
                "tokens",
                f"{found.tokens:,}" + (f" of {self.tokens_before:,}" if found.tokens < self.tokens_before else ""),
            ),
            ("size", bytes_in_words(found.size_bytes)),
        ]
        if found.tensor_bytes is not None:
            rows.append(("tensors", f"{found.tensor_bytes:,} bytes: {_listed(self.types)}"))
        if found.memory is None:
            rows.append(("memory", "unknown: no engine here runs this format"))
        else:
            parts = {name: size for name, size in dataclasses.asdict(found.memory).items() if size}
            words = ", ".join(f"{name} {bytes_in_words(size)}" for name, size in parts.items())
            rows.append(("memory", f"{bytes_in_words(found.memory.total)}: {words}"))
        rows += [(f"loss {cost.language or 'any'}", f"{cost.expected_loss:+.2%} expected") for cost in self.costs]
        width = max(len(name) for name, _ in rows)
        return [f"{name.ljust(width)}  {value}" for name, value in rows]

    def to_json(self) -> dict[str, Any]:
        """See `edgekit.pipeline.budgets.ModelPlan.to_json`."""
        near = self.nearest
        return {
            "schema": SCHEMA,
            "model": self.source,
            "container": self.container,
            "quant": self.recipe.quant,
            "embedding_quant": self.recipe.embedding,
            "tokens_before": self.tokens_before,
            **self.prediction.to_json(),
            "types": dict(self.types),
            "costs": [dataclasses.asdict(cost) for cost in self.costs],
            "budget": dataclasses.asdict(self.budget),
            "over_budget": over(self.prediction, self.budget),
            "nearest": None if near is None else {"options": near.options, **near.prediction.to_json()},
        }

    def check(self) -> None:
        """See `edgekit.pipeline.budgets.ModelPlan.check`."""
        reasons = over(self.prediction, self.budget)
        if not reasons:
            return
        hint = "no vocabulary and no type of the weights makes it small enough"
        if self.nearest is not None:
            hint = f"the nearest that fits is {in_words(self.nearest.prediction)}: add `{self.nearest.options}`"
        raise FailedError(f"`{self.source}` does not fit", reasons=reasons, hint=hint)


def plan(request: PlanRequest, *, report: Reporter) -> Plan:
    """Predict; nothing is written. Reports the steps `open`, `count`, `select`.

    Raises as `exporters.export.plan` does for what it cannot open or read, but needs no llama.cpp.
    """
    report(StepStarted("open", request.model))
    source = in_format(request.format, open_source(request.model, request.languages), request.languages)
    if request.languages:
        check_directions(source, request.languages)
    recipe = Recipe(request.quant, request.embedding_quant)
    check_recipe(source, recipe)
    report(StepFinished("open", counted(source.model.tokenizer.size, "token")))
    running = Running(context=request.context)
    predictor = Predictor(source, recipe, running)
    corpora = _count(request, source, report)
    if request.languages:
        chosen = choose(source, predictor.model, corpora, request.languages, Target(vocab=request.vocab), report)
        found, costs = predictor.predict(chosen.kept), chosen.chosen.costs
        for note in chosen.notes:
            report(Note(note))
    else:
        found, costs = predictor.whole(), ()
    nearest = None
    if over(found, request.budget):
        nearest = _nearest(request, source, recipe, running, corpora, found.tokens, report)
    return Plan(
        source.id,
        source.model.container,
        recipe,
        source.model.tokenizer.size,
        found,
        costs,
        predictor.types,
        request.budget,
        nearest,
    )


def check_recipe(source: Source, recipe: Recipe) -> None:
    """Raise UsageError where the source cannot be quantised like this."""
    if recipe.quant is not None and recipe.quant in RECIPES and recipe.quant not in PREDICTED:
        raise UsageError(
            f"`{recipe.quant}` cannot be predicted",
            reasons=["which types it mixes hangs on an importance matrix"],
            hint="`edgekit export --dry-run` asks llama.cpp",
        )
    if recipe.quant == STATIC:
        raise UsageError(
            f"`{STATIC}` cannot be predicted",
            reasons=["its ranges are measured on text"],
            hint="`int8` takes about as much",
        )
    request = ExportRequest(source.id, (), quant=recipe.quant, embedding_quant=recipe.embedding)
    # What predicts needs no quantiser.
    with contextlib.suppress(MissingExtraError):
        check_quant(request, source.model, source.id)


def choose(
    source: Source,
    model: TrimmableModel,
    corpora: Sequence[Corpus],
    languages: Sequence[str],
    target: Target,
    report: Reporter,
    ranking: Ranking | None = None,
) -> Selection:
    """What stays of a source for languages.  model: the source's, with the sizes that a target of bytes means.

    ranking: what `ranked` gave.
    """
    return select(
        model,
        corpora,
        languages=languages,
        target=target,
        scripts=None,
        keep=_prompts(source),
        language_model=None,
        report=report,
        ranking=ranking,
    )


def ranked(source: Source, corpora: Sequence[Corpus], languages: Sequence[str], report: Reporter) -> Ranking:
    """The order in which tokens of a source go, for every target; see `exporters.selection.choose.rank`.

    Begins the step `select`, which each choice made by it ends.
    """
    report(StepStarted("select", f"for {', '.join(languages)}"))
    return rank(
        source.model,
        corpora,
        languages=languages,
        whole=False,
        scripts=None,
        keep=_prompts(source),
        report=report,
    )


def _prompts(source: Source) -> Ids:
    return keep_ids(source.model.tokenizer, [*source.model.prompts, *source.prefixes.values()], ())


def over(found: Prediction, budget: Budget) -> list[str]:
    """What is over a budget, a line each."""
    reasons = []
    if budget.size_bytes is not None and found.size_bytes > budget.size_bytes:
        reasons.append(f"its files take {_against(found.size_bytes, budget.size_bytes)}")
    if budget.memory_bytes is not None and found.memory is not None and found.memory.total > budget.memory_bytes:
        reasons.append(f"its memory when it runs is {_against(found.memory.total, budget.memory_bytes)}")
    return reasons


def in_words(found: Prediction) -> str:
    """`64,000 tokens, 113 MB, 215 MB of memory`."""
    memory = "" if found.memory is None else f", {bytes_in_words(found.memory.total)} of memory"
    return f"{found.tokens:,} tokens, {bytes_in_words(found.size_bytes)}{memory}"


def _against(size: int, limit: int) -> str:
    """Sizes that round to the same words are told to the byte."""
    one, other = bytes_in_words(size), bytes_in_words(limit)
    return f"{size:,} bytes, and {limit:,} are allowed" if one == other else f"{one}, and {other} are allowed"


def _count(request: PlanRequest, source: Source, report: Reporter) -> list[Corpus]:
    if not request.corpora:
        return []
    return count_corpora(request.corpora, source.model.tokenizer, languages=request.languages, report=report)


def _nearest(
    request: PlanRequest,
    source: Source,
    recipe: Recipe,
    running: Running,
    corpora: Sequence[Corpus],
    tokens: int,
    report: Reporter,
) -> Nearest | None:
    """The fewest changes: fewer tokens first, else other types of the weights, else both."""
    quantised = [one for one in _recipes(source, recipe) if one != recipe]
    whole = {one: Predictor(source, one, running) for one in (recipe, *quantised)}
    sizes = {one: predictor.whole().size_bytes for one, predictor in whole.items()}
    smaller = sorted((one for one in quantised if sizes[one] < sizes[recipe]), key=lambda one: -sizes[one])
    for one in (recipe, *smaller):
        if one != recipe and tokens == source.model.tokenizer.size:
            found = whole[one].whole()
            if not over(found, request.budget):
                return Nearest(_options(one, None, request), found)
        if (found_by := _trimmed(request, source, whole[one], corpora, tokens, report)) is not None:
            return Nearest(_options(one, found_by.tokens, request), found_by)
    return None


def _recipes(source: Source, recipe: Recipe) -> list[Recipe]:
    if source.model.container != "gguf":
        return [recipe]
    found = []
    for quant in _SMALLER:
        with contextlib.suppress(UsageError):
            check_recipe(source, Recipe(quant, recipe.embedding))
            found.append(Recipe(quant, recipe.embedding))
    return found


def _trimmed(
    request: PlanRequest,
    source: Source,
    predictor: Predictor,
    corpora: Sequence[Corpus],
    tokens: int,
    report: Reporter,
) -> Prediction | None:
    """With as many tokens as fit, None where even those that have to stay do not."""
    tokenizer, budget = source.model.tokenizer, request.budget

    def first(count: int) -> Prediction:
        return predictor.predict(tokenizer.closed(np.arange(count)))

    count = largest(lambda count: not over(first(count), budget), 0, min(tokens, tokenizer.size))
    if count is None:
        return None
    found = first(count)
    # Which tokens they are changes the size a little: the words of some languages are longer than those of others.
    while request.languages:
        try:
            target = Target(vocab=min(found.tokens, tokens))
            chosen = choose(source, predictor.model, corpora, request.languages, target, report)
        except UsageError:
            return None
        found = predictor.predict(chosen.kept)
        if not over(found, budget):
            break
        found = dataclasses.replace(found, tokens=found.tokens * 49 // 50)
    return found


def _options(recipe: Recipe, tokens: int | None, request: PlanRequest) -> str:
    parts = [] if recipe.quant in (None, request.quant) else [f"--quant {recipe.quant}"]
    if tokens is not None:
        parts.append(f"--vocab {tokens}" + ("" if request.languages else " --languages TAGS"))
    return " ".join(parts)


def _listed(types: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in types.items())
