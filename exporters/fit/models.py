"""Which models take part in a fit."""

from __future__ import annotations

from collections.abc import Sequence

from edgekit.catalogue.entries import Languages
from edgekit.catalogue.load import load_catalogue
from edgekit.core.errors import UnavailableError
from edgekit.core.languages import Direction
from edgekit.core.units import bytes_in_words
from edgekit.pipeline.budgets import FitRequest
from edgekit.store.installed import closest, installed_models

# What models are called in the catalogue that do a task of a fit.
_TASKS = {"translate": ("translate",), "grade": ("grade", "embed"), "generate": ("generate",)}
_ANY = "mul"


def models_for(request: FitRequest) -> tuple[list[str], list[str]]:
    """Ids or paths of the models that take part; and a line for each of the catalogue that would and is not
    here, with the command that brings it; none for those that are refused.

    Those that were trimmed already take no part unless they are named: their originals give all that they do.
    Raises UnavailableError where there is none.
    """
    if request.models:
        return list(request.models), []
    here = installed_models()
    found = [
        one.receipt.id
        for one in here
        if one.receipt.vocabulary is None and _serves(request, one.receipt.task, one.receipt.languages)
    ]
    ids = {one.receipt.id for one in here}
    absent = [
        f"`{model.id}` is not installed"
        + ("" if model.size_bytes is None else f" ({bytes_in_words(model.size_bytes)})")
        + f": `edgekit {'models pin' if model.unpinned else 'pull'} {model.id}`"
        for model in load_catalogue().models.values()
        if model.refused is None and model.id not in ids and _serves(request, model.task, model.languages)
    ]
    if not found:
        raise UnavailableError(
            f"no installed model does `{request.task}` for {', '.join(request.languages)}",
            reasons=absent,
            hint="run one while connected; pull what was pinned" if absent else "name a model with `--model PATH`",
        )
    return found, absent


def _serves(request: FitRequest, task: str, languages: Languages) -> bool:
    if task not in _TASKS[request.task]:
        return False
    if request.task == "translate":
        source, target = request.languages
        return closest(Direction(source, target), list(languages.directions())) is not None
    return _ANY in languages.source or _all_in(request.languages, languages.source)


def _all_in(wanted: Sequence[str], there: Sequence[str]) -> bool:
    return {tag.partition("-")[0] for tag in wanted} <= {tag.partition("-")[0] for tag in there}
