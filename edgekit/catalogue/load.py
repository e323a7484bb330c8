"""The catalogue: the packaged `models.toml`, with the user's own merged over it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from edgekit.catalogue.check import check_bytes
from edgekit.catalogue.entries import Catalogue
from edgekit.catalogue.problems import Problem
from edgekit.core.errors import CatalogueError, InputError
from edgekit.core.paths import config_folder

FILE_NAME = "models.toml"


def packaged_file() -> Path:
    """The catalogue that came with edgekit: the checkout's own where edgekit runs from one, else the wheel's copy."""
    package = Path(__file__).resolve().parent.parent
    checkout = package.parent / FILE_NAME
    if checkout.is_file() and (package.parent / "pyproject.toml").is_file():
        return checkout
    return package / FILE_NAME


def user_file() -> Path:
    """The user's own catalogue; it need not exist."""
    return config_folder() / FILE_NAME


def check_file(file: Path) -> tuple[Catalogue, list[Problem]]:
    """Read one catalogue file with every problem in it. Raises InputError where it cannot be read at all."""
    try:
        with file.open("rb") as stream:
            data = stream.read((1 << 20) + 1)
    except OSError as problem:
        raise InputError(f"`{file}` cannot be read: {problem.strerror}") from problem
    return check_bytes(data, file)


def merge(packaged: Catalogue, own: Catalogue) -> Catalogue:
    """Every entry of both; where an id is in both, the whole entry of `own` stands, and of exemplars all of them.

    An id or alias of `own` also takes that alias from a packaged model, so that an update of edgekit
    that adds an alias never breaks a user's file.
    """
    taken = {name for model in own.models.values() for name in (model.id, *model.aliases)}
    kept = {
        model.id: dataclasses.replace(model, aliases=tuple(name for name in model.aliases if name not in taken))
        for model in packaged.models.values()
        if model.id not in own.models
    }
    return Catalogue(
        {**kept, **own.models},
        {**packaged.presets, **own.presets},
        {**packaged.languages, **own.languages},
        {**packaged.export_presets, **own.export_presets},
        {**packaged.prompts, **own.prompts},
        own.exemplars or packaged.exemplars,
    )


def load_catalogue() -> Catalogue:
    """The merged catalogue. Raises CatalogueError with every problem of both files."""
    catalogue, problems = check_file(packaged_file())
    own_file = user_file()
    if own_file.exists():
        own, more = check_file(own_file)
        catalogue, problems = merge(catalogue, own), problems + more
    if problems:
        count = len(problems)
        raise CatalogueError(
            f"the model catalogue has {count} problem" + ("s" if count > 1 else ""),
            reasons=[str(problem) for problem in problems],
            hint=f"edit `{problems[0].file}`, then run `edgekit models validate`",
        )
    return catalogue
