"""A checkpoint on the Hugging Face hub as a model of the store: what it is made of, and how it gets here."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgekit.catalogue.entries import FileEntry, Languages, Model
from edgekit.catalogue.names import is_model_id
from edgekit.catalogue.uris import HubPlace, SourceUri, is_commit, parse_hub_place
from edgekit.core.errors import (
    ModelFormatError,
    OfflineError,
    SourceError,
    UnavailableError,
    UnsupportedModelError,
    UsageError,
)
from edgekit.core.events import Reporter, StepFinished, StepStarted, silent
from edgekit.core.languages import normalise_tag
from edgekit.core.paths import cache_folder
from edgekit.core.units import counted
from edgekit.sources.base import Wanted
from edgekit.sources.hf import HfSource
from edgekit.sources.hub import Repository, read_repository
from edgekit.sources.open import refuse_offline
from edgekit.store.checkpoint_files import CONFIG, SETTINGS, checkpoint_files, reasons_against, refuse_empty
from edgekit.store.installed import Installed, models_folder, open_folder
from edgekit.store.pull import install

UNKNOWN = "unknown"
"""Licence of a repository that states none."""

_MOST_BYTES = 4 << 20  # of a configuration; those of tokenizers with thousands of added tokens have 1 MB
_FAMILY = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?")
# What a class of transformers is for, by the end of its name.
_TASKS = (("ForCausalLM", "generate"), ("LMHeadModel", "generate"), ("ForConditionalGeneration", "generate"))

Check = Callable[[Mapping[str, Any]], list[str]]
"""Every reason why nobody could use a model of this `config.json`, known before its weights come."""


@dataclass(frozen=True, slots=True)
class Found:
    """A checkpoint that can be taken: the repository at one commit, its configuration, the files that are needed."""

    place: HubPlace
    repository: Repository
    config: Mapping[str, Any]
    files: tuple[FileEntry, ...]

    @property
    def family(self) -> str:
        """The `model_type`."""
        value = self.config.get("model_type")
        return value if isinstance(value, str) and _FAMILY.fullmatch(value) else UNKNOWN

    @property
    def licence(self) -> str:
        """As the hub's metadata states it."""
        return self.repository.licence or UNKNOWN


def look_up(place: HubPlace, *, check: Check | None = None, report: Reporter = silent) -> Found:
    """Ask the hub what a checkpoint is made of; its configurations are read, its weights are not touched.

    Reports the step `look up`. Raises OfflineError, SourceError, ModelFormatError (a configuration is damaged) and
    UnsupportedModelError with everything that is against it: pickles, code of its own, what check says.
    """
    report(StepStarted("look up", place.text))
    repository = read_repository(place.name, place.revision)
    refuse_empty(repository, place)
    files = checkpoint_files(repository, place)
    settings = _read_settings(repository, files)
    config = settings[CONFIG]
    reasons, hint = reasons_against(repository, place, settings)
    if check is not None:
        reasons += check(config)
    if reasons:
        raise UnsupportedModelError(f"`{place.text}` cannot be taken", reasons=reasons, hint=hint)
    report(StepFinished("look up", f"{counted(len(files), 'file')} at {repository.commit[:12]}"))
    return Found(place, repository, config, files)


def pull_repository(
    text: str,
    *,
    check: Check | None = None,
    accept_licence: bool = False,
    report: Reporter = silent,
) -> Installed:
    """Install the checkpoint `hf:OWNER/NAME[/FOLDER][@REVISION]`; one of that commit that is here is not touched.

    Its id is `owner--name`, as the hub's own cache calls it, so that no two repositories share one.

    Raises what `look_up` and `edgekit.store.pull.pull` raise, UnavailableError where the hub cannot be asked and one of
    another commit is here, UsageError for a text that is no such place.
    """
    place = parse_hub_place(text)
    model_id = hub_id(place)
    if place.revision is not None and is_commit(place.revision) and (here := _here(model_id, place)) is not None:
        return here
    try:
        refuse_offline(place.text, [SourceUri(place.text, "hf", place.name, place.revision)], then="try again")
        found = look_up(place, check=check, report=report)
    except (OfflineError, SourceError) as problem:
        if place.revision is None and _here(model_id, place) is not None:
            raise UnavailableError(
                problem.message,
                reasons=problem.reasons,
                hint=f"`{model_id}` is here as it was pulled before: name it in the place of `{text}`",
            ) from problem
        raise
    return install(_model(model_id, found), report=report, accept_licence=accept_licence)


def hub_id(place: HubPlace) -> str:
    """The id that a checkpoint gets in the store. Raises UsageError where none can be made of its name."""
    parts = [place.name.replace("/", "--"), *([place.folder.replace("/", "-")] if place.folder else [])]
    name = re.sub(r"[^a-z0-9._-]+", "-", "--".join(parts).lower()).strip("._-")
    if not is_model_id(name):
        raise UsageError(
            f"no id of at most 64 characters can be made of `{place.text}`", hint="download it and name its folder"
        )
    return name


def _here(model_id: str, place: HubPlace) -> Installed | None:
    try:
        installed = open_folder(models_folder() / model_id)
    except ModelFormatError:
        return None
    receipt = installed.receipt
    is_it = receipt.source == f"hf:{place.name}" and place.revision in (None, receipt.revision)
    return installed if is_it else None


def _model(model_id: str, found: Found) -> Model:
    repository = found.repository
    tags = [tag for one in repository.languages if (tag := _tag(one)) is not None]
    return Model(
        id=model_id,
        name=repository.name,
        family=found.family,
        task=_task(found.config),
        licence=found.licence,
        attribution=f"{repository.name} on the Hugging Face hub",
        source=SourceUri(repository.source, "hf", repository.name, repository.commit),
        languages=Languages(tuple(dict.fromkeys(tags)) or ("mul",)),
        files=found.files,
    )


def _tag(text: str) -> str | None:
    if text == "multilingual":
        return "mul"
    try:
        return normalise_tag(text)
    except UsageError:
        return None


def _task(config: Mapping[str, Any]) -> str:
    listed = config.get("architectures")
    names = [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
    return next((task for name in names for ending, task in _TASKS if name.endswith(ending)), "embed")


def _read_settings(repository: Repository, files: tuple[FileEntry, ...]) -> dict[str, Mapping[str, Any]]:
    """The configurations that are there, by name. Raises ModelFormatError for one that is damaged or too large."""
    wanted = [file for file in files if file.path in SETTINGS]
    large = [file.path for file in wanted if (file.size_bytes or 0) > _MOST_BYTES]
    if large:
        raise ModelFormatError(
            f"`{repository.source}` is no sound checkpoint",
            reasons=[f"`{path}` has more than {_MOST_BYTES:,} bytes" for path in large],
        )
    cache_folder().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache_folder(), prefix="hub-") as name:
        work = Path(name)
        source = HfSource(repository.name, repository.commit)
        source.fetch(
            [Wanted(file.pieces[0].member, work / "read" / file.path, file.size_bytes, file.sha256) for file in wanted],
            work,
            lambda _: None,
        )
        return {file.path: _parsed(work / "read" / file.path, repository) for file in wanted}


def _parsed(path: Path, repository: Repository) -> Mapping[str, Any]:
    reason = "it is no JSON object"
    try:
        if path.stat().st_size > _MOST_BYTES:
            reason = f"it has more than {_MOST_BYTES:,} bytes"
        else:
            value = json.loads(path.read_bytes().decode("utf-8"))
            if isinstance(value, dict):
                return value
    except (ValueError, RecursionError) as problem:
        reason = f"it is no JSON: {problem}"
    raise ModelFormatError(f"`{path.name}` of `{repository.source}` is damaged", reasons=[reason])
