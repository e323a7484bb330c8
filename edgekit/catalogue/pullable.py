"""Entries that are listed and cannot be pulled: not pinned yet, or of no kind that edgekit carries over."""

from __future__ import annotations

from edgekit.catalogue.entries import Model
from edgekit.core.errors import ModelNotFoundError, UnsupportedModelError


def refuse_entry(model: Model) -> None:
    """Raise for an entry that says too little to bring the model, with what to do about it."""
    if model.refused is not None:
        raise UnsupportedModelError(f"`{model.id}` cannot be pulled", reasons=[model.refused])
    if model.unpinned:
        raise ModelNotFoundError(
            f"the catalogue does not say yet which files `{model.id}` is",
            reasons=[f"its entry names `{model.source.text}`, and no commit of it"],
            hint=f"run `edgekit models pin {model.id}` while connected, then pull",
        )
