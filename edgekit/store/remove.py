"""Taking a model off this machine."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from edgekit.catalogue.names import is_model_id
from edgekit.core.atomic import PARTIAL_SUFFIX, fsync_folder
from edgekit.core.errors import OutputError
from edgekit.core.events import Reporter, silent
from edgekit.store.installed import find_model, models_folder
from edgekit.store.lock import alone


def folder_of(id_or_alias: str) -> Path:
    """The folder of an installed model, whole or damaged. Raises ModelNotFoundError where there is none."""
    if is_model_id(id_or_alias) and (models_folder() / id_or_alias).is_dir():
        return models_folder() / id_or_alias
    return find_model(id_or_alias).folder


def remove(id_or_alias: str, *, report: Reporter = silent) -> Path:
    """Remove an installed model; it is renamed away first, so no half of it is ever taken for a model."""
    folder = folder_of(id_or_alias)
    try:
        with alone(folder.name, report):
            aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}.", suffix=PARTIAL_SUFFIX))
            folder.replace(aside / "removed")
            fsync_folder(folder.parent)
            shutil.rmtree(aside)
    except OSError as problem:
        raise OutputError(f"`{folder.name}` could not be removed: {problem.strerror or problem}") from problem
    return folder
