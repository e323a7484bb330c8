"""Which models and directions this machine has."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

from edgekit.catalogue.entries import Model
from edgekit.catalogue.names import RECEIPT_NAME, is_model_id
from edgekit.catalogue.pullable import refuse_entry
from edgekit.core.errors import (
    CatalogueError,
    DirectionError,
    InputError,
    ModelFormatError,
    ModelNotFoundError,
    UsageError,
)
from edgekit.core.languages import Direction, base_language, normalise_tag
from edgekit.core.paths import data_folder
from edgekit.store.receipt import Receipt, read_receipt


@dataclass(frozen=True, slots=True)
class Installed:
    """A model that is whole: its receipt is sound and its files have the sizes it states."""

    folder: Path
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Broken:
    """A folder in the store that is no model, and why."""

    folder: Path
    problem: ModelFormatError


def models_folder() -> Path:
    """The folder that has one folder per installed model."""
    return data_folder() / "models"


def open_folder(folder: Path) -> Installed:
    """The model in a folder of the store. Raises ModelFormatError where it is not whole or is called otherwise."""
    receipt = read_receipt(folder)
    if receipt.id != folder.name:
        raise ModelFormatError(f"`{folder / RECEIPT_NAME}` is the receipt of `{receipt.id}`")
    return Installed(folder, receipt)


def installed_models() -> list[Installed]:
    """Every whole model, by id."""
    return _scan()[0]


def broken_models() -> list[Broken]:
    """Every folder of the store that looks like a model and is not whole; what a pull is writing is none of these."""
    return _scan()[1]


def _scan() -> tuple[list[Installed], list[Broken]]:
    whole: list[Installed] = []
    broken: list[Broken] = []
    try:
        folders = sorted(models_folder().iterdir())
    except OSError:
        return [], []
    for folder in folders:
        if not is_model_id(folder.name) or not folder.is_dir():
            continue
        try:
            whole.append(open_folder(folder))
        except ModelFormatError as problem:
            broken.append(Broken(folder, problem))
    return whole, broken


def find_model(id_or_alias: str) -> Installed:
    """The installed model of that id, else the one that has this alias.

    Raises ModelNotFoundError whose hint is the pull that brings it, where the catalogue has it, UnsupportedModelError
    for an entry that can never be pulled, and ModelFormatError where the model is installed but damaged.
    """
    if is_model_id(id_or_alias) and (models_folder() / id_or_alias).is_dir():
        try:
            return open_folder(models_folder() / id_or_alias)
        except ModelFormatError as problem:
            raise ModelFormatError(
                f"`{id_or_alias}` is installed but damaged",
                reasons=[problem.message, *problem.reasons],
                hint=repair_hint(id_or_alias),
            ) from problem
    models = installed_models()
    for model in models:
        if id_or_alias in model.receipt.aliases:
            return model
    known = _catalogue_names()
    if (entry := known.get(id_or_alias)) is not None:
        refuse_entry(entry)
        raise ModelNotFoundError(
            f"`{entry.id}` is not installed", hint=f"run `edgekit pull {entry.id}` while connected"
        )
    near = difflib.get_close_matches(id_or_alias, [*known, *(model.receipt.id for model in models)], n=1)
    raise ModelNotFoundError(
        f"there is no model `{id_or_alias}`",
        hint=(f"did you mean `{near[0]}`? " if near else "") + "run `edgekit models ls` to see every model",
    )


def find_artifact(model: str) -> Installed:
    """The installed model of that id or alias, or the artifact in a folder: `./ID` is one for sure.

    Raises ModelFormatError for a folder whose receipt is damaged, and what `find_model` raises.
    """
    folder = Path(model).expanduser()
    try:
        is_artifact = (folder / RECEIPT_NAME).is_file()
    except (OSError, ValueError):  # longer than a file name can be, or with a NUL
        is_artifact = False
    if is_artifact and is_model_id(model):
        names = {name for one in installed_models() for name in (one.receipt.id, *one.receipt.aliases)}
        is_artifact = model not in names
    return Installed(folder, read_receipt(folder)) if is_artifact else find_model(model)


def repair_hint(model_id: str) -> str:
    """The next step for who has a damaged model: the pull, or where it came from a folder, that folder."""
    if model_id in _catalogue_names():
        return f"run `edgekit pull --force {model_id}` while connected"
    return "run `edgekit models add --force PATH` with the folder that it came from"


def find_translator(model: str, wanted: Direction) -> tuple[Installed, Direction]:
    """A translation model as `find_artifact` finds it, and its direction that serves the one that is wanted.

    Raises UsageError (a model for another task), DirectionError, and what `find_artifact` raises.
    """
    found = find_artifact(model)
    receipt = found.receipt
    if receipt.task != "translate":
        raise UsageError(f"`{receipt.id}` is for the task `{receipt.task}`, not a translation model")
    served = closest(wanted, list(receipt.languages.directions()))
    if served is None:
        raise DirectionError(
            f"`{receipt.id}` does not translate {wanted}",
            reasons=[f"it translates {one}" for one in receipt.languages.directions()[:20]],
        )
    return found, served


def find_directions() -> dict[Direction, Installed]:
    """Every direction that an installed model translates.

    Of two models for one direction it is the one that was made for a kind of processor, which runs on any other as
    well, then the first by id.
    """
    directions: dict[Direction, Installed] = {}
    for model in sorted(installed_models(), key=lambda one: "encoder" not in one.receipt.engine):
        if model.receipt.task == "translate" and model.receipt.engine.get("kind") != "checkpoint":
            for direction in model.receipt.languages.directions():
                directions.setdefault(direction, model)
    return directions


def find_direction(source: str, target: str) -> Installed:
    """The model that translates source to target: these tags exactly, else the same languages (`pt-BR` finds `pt`).

    Raises DirectionError whose hint is the pull that brings the direction, or says which directions are here,
    and UsageError for what is no language tag.
    """
    wanted = Direction(normalise_tag(source), normalise_tag(target))
    directions = find_directions()
    found = closest(wanted, list(directions))
    if found is not None:
        return directions[found]
    raise DirectionError(
        f"no model on this machine translates `{wanted.source}` to `{wanted.target}`", hint=_direction_hint(wanted)
    )


def closest(wanted: Direction, directions: list[Direction]) -> Direction | None:
    """The direction that serves wanted: itself; else one with the same base languages, plainest tags first."""
    if wanted in directions:
        return wanted
    similar = [one for one in directions if _bases(one) == _bases(wanted)]
    similar.sort(key=lambda one: (one.source != wanted.source, one.target != wanted.target, len(str(one)), one))
    return similar[0] if similar else None


def _bases(direction: Direction) -> tuple[str, str]:
    return base_language(direction.source), base_language(direction.target)


def _direction_hint(wanted: Direction) -> str:
    from edgekit.store.offered import offered_directions

    offered: dict[Direction, str] = {}
    try:
        offered = offered_directions()
    except (CatalogueError, InputError):
        pass  # a mistake in the user's catalogue must not hide what was asked for
    found = closest(wanted, list(offered))
    if found is not None:
        return f"run `edgekit pull {offered[found]}` while connected"
    here = sorted(find_directions())
    if here:
        return f"installed directions: {', '.join(map(str, here))}"
    return "run `edgekit models ls` to see which directions there are"


def _catalogue_names() -> dict[str, Model]:
    """Every id and alias of the catalogue, each with its entry; empty where the catalogue has problems."""
    from edgekit.catalogue.load import load_catalogue

    try:
        models = load_catalogue().models.values()
    except (CatalogueError, InputError):
        return {}
    names = {alias: model for model in models for alias in model.aliases}
    return {**names, **{model.id: model for model in models}}
