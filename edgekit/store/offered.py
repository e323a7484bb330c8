"""Directions that a pull would bring."""

from __future__ import annotations

from edgekit.catalogue.load import load_catalogue
from edgekit.core.errors import CatalogueError, InputError
from edgekit.core.languages import Direction, base_language


def offered_directions() -> dict[Direction, str]:
    """Every direction that a model of the catalogue translates, with the id of the first that can be pulled for it.

    Raises what `load_catalogue` raises.
    """
    offered: dict[Direction, str] = {}
    for model in load_catalogue().models.values():
        if model.task == "translate" and model.can_be_pulled and not model.is_checkpoint:
            for direction in model.languages.directions():
                offered.setdefault(direction, model.id)
    return offered


def pull_hint(source: str | None, target: str | None) -> str:
    """The pull of a model from source or into target, both tags or None for any; else where all of them are listed."""
    try:
        offered = offered_directions()
    except (CatalogueError, InputError):
        offered = {}  # a mistake in the user's catalogue must not hide what was asked for
    for direction, model in offered.items():
        if (source is None or base_language(direction.source) == base_language(source)) and (
            target is None or base_language(direction.target) == base_language(target)
        ):
            return f"run `edgekit pull {model}` while connected, which translates {direction}"
    return "run `edgekit models ls` to see which directions there are"
