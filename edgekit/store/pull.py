"""Bringing a model onto this machine: fetch, check, build, install.

Bytes gather in `<cache>/pull/<id>`, under `.partial` names until they are whole and checked. The artifact is made in a
`.partial` folder beside its place in the store and renamed into it, receipt and all, so whatever kills a pull leaves
the store as it was; the next pull removes what is half and goes on from what is whole.
"""

from __future__ import annotations

import difflib
import shutil
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from edgekit.catalogue.entries import FileEntry, Model
from edgekit.catalogue.files import KEPT_ROLES
from edgekit.catalogue.licences import accepted
from edgekit.catalogue.load import load_catalogue
from edgekit.catalogue.pullable import refuse_entry
from edgekit.catalogue.uris import is_hub_place
from edgekit.core.atomic import replacing_folder
from edgekit.core.errors import ModelFormatError, ModelNotFoundError, OutputError
from edgekit.core.events import Note, Reporter, StepFinished, StepStarted, silent
from edgekit.core.hashing import sha256_file
from edgekit.core.units import bytes_in_words
from edgekit.sources.open import refuse_offline
from edgekit.store.build import build, list_files, place
from edgekit.store.fetch import clean, fetch, whole_file
from edgekit.store.installed import Installed, models_folder, open_folder
from edgekit.store.lock import alone
from edgekit.store.mask_record import MaskRecord
from edgekit.store.masks import OpenLines, measure_masks
from edgekit.store.plan import Plan, make_plan
from edgekit.store.receipt import Receipt, SourceFile, now, write_receipt


def pull(
    model_id: str,
    *,
    report: Reporter = silent,
    force: bool = False,
    accept_licence: bool = False,
    open_lines: OpenLines | None = None,
) -> Installed:
    """Install a model of the catalogue, by id or alias, and give it back; one that is here already is not touched.

    force: bring and build it again. accept_licence: take it under terms that forbid commercial use, which the receipt
    notes. open_lines: opens a translation model, in which it is then tried which masks come through.
    Steps reported: `fetch` (bytes), `build` where there is an exporter, `masks`, `install`.
    Raises ModelNotFoundError (also for an entry that is not pinned yet), UnsupportedModelError (one that never can be),
    UsageError (the licence was not accepted), OfflineError, SourceError, IntegrityError, ResourceError,
    OutputError, CatalogueError, and what the exporter of its family raises.
    """
    (model,) = known_models([model_id])
    refuse_entry(model)
    return install(model, report=report, force=force, accept_licence=accept_licence, open_lines=open_lines)


def install(
    model: Model,
    *,
    report: Reporter = silent,
    force: bool = False,
    accept_licence: bool = False,
    open_lines: OpenLines | None = None,
) -> Installed:
    """As `pull`, for an entry that need not be in the catalogue."""
    if not force and (here := current(model)) is not None:
        report(Note(f"`{model.id}` is installed already"))
        return here
    licence = accepted(model.id, model.licence, accept=accept_licence)
    refuse_offline(model.id, model.sources(), then=f"run `edgekit pull {model.id}`")
    try:
        with alone(model.id, report):
            if not force and (here := current(model)) is not None:
                report(Note(f"`{model.id}` was installed meanwhile"))
                return here
            return _pull(model, licence, open_lines, report)
    except OSError as problem:
        where = f"`{problem.filename}`: " if problem.filename else ""
        raise OutputError(
            f"`{model.id}` could not be stored", reasons=[f"{where}{problem.strerror or problem}"]
        ) from problem


def known_models(model_ids: Sequence[str]) -> list[Model]:
    """The catalogue's model for each id or alias. Raises ModelNotFoundError with every name that is none."""
    catalogue = load_catalogue()
    found = [catalogue.find(model_id) for model_id in model_ids]
    unknown = [model_id for model_id, model in zip(model_ids, found, strict=True) if model is None]
    if unknown:
        names = [name for known in catalogue.models.values() for name in (known.id, *known.aliases)]
        near = difflib.get_close_matches(unknown[0], names, n=1)
        raise ModelNotFoundError(
            f"the catalogue has no model {', '.join(f'`{model_id}`' for model_id in unknown)}",
            hint=_hint(unknown[0], near),
        )
    return [model for model in found if model is not None]


def _hint(unknown: str, near: Sequence[str]) -> str:
    if is_hub_place(unknown):
        return f"what the catalogue does not have is pulled by its export: `edgekit export {unknown} --languages TAGS`"
    return f"did you mean `{near[0]}`?" if near else "run `edgekit models ls` to see every model"


def current(model: Model) -> Installed | None:
    """The installed model where it is whole and made from the files that the catalogue names now."""
    try:
        installed = open_folder(models_folder() / model.id)
    except ModelFormatError:
        return None
    receipt = installed.receipt
    made_from = {(file.role, file.path): file.sha256 for file in receipt.source_files}
    named = {(file.role, file.path): file.sha256 for file in model.files}
    if made_from.keys() != named.keys() or receipt.family != model.family:
        return None
    if any(sha256 not in (None, made_from[key]) for key, sha256 in named.items()):
        return None
    if any(sha256 is None for sha256 in named.values()) and (receipt.source, receipt.revision) != (
        model.source.text,
        model.source.revision,
    ):
        return None
    return installed


def _pull(model: Model, licence: str | None, open_lines: OpenLines | None, report: Reporter) -> Installed:
    """licence: that was accepted, where it had to be."""
    report(Note(f"licence of `{model.id}`: {model.licence}; {model.attribution}"))
    clean(model.id)
    plan = make_plan(model)
    plan.check_space()
    fetch(plan, report)
    files = {file.role: whole_file(plan, file) for file in model.files}
    made_from = tuple(_source_file(file, files[file.role]) for file in model.files)
    folder = models_folder() / model.id
    with replacing_folder(folder) as beside:
        engine, steps, tools = _build(plan, files, beside, report)
        masks: tuple[MaskRecord, ...] = ()
        if open_lines is not None and plan.builds and model.task == "translate":
            masks = measure_masks(open_lines, beside, engine, model.languages, report)
        report(StepStarted("install", str(folder)))
        kept = [file for file in model.files if not plan.builds or file.role in KEPT_ROLES]
        for file in kept:
            place(files[file.role], beside / file.path)
        receipt = Receipt(
            id=model.id,
            name=model.name,
            family=model.family,
            task=model.task,
            languages=model.languages,
            licence=model.licence,
            attribution=model.attribution,
            source=model.source.text,
            revision=model.source.revision,
            source_files=made_from,
            steps=(
                {
                    "name": "fetch",
                    "sources": [source.text for source in model.sources()],
                    **({} if licence is None else {"accepted_licence": licence}),
                },
                *steps,
            ),
            tools=tools,
            files=list_files(beside),
            engine=engine,
            edgekit=version("edgekit"),
            created=now(),
            aliases=model.aliases,
            licence_files=tuple(sorted(file.path for file in kept if file.role in KEPT_ROLES)),
            masks=masks,
        )
        write_receipt(beside, receipt)
    installed = open_folder(folder)
    shutil.rmtree(plan.work, ignore_errors=True)
    report(StepFinished("install", f"{model.id}, {bytes_in_words(receipt.size_bytes)}"))
    return installed


def _build(
    plan: Plan, files: Mapping[str, Path], out: Path, report: Reporter
) -> tuple[Mapping[str, Any], tuple[Mapping[str, Any], ...], Mapping[str, str]]:
    model = plan.model
    if not plan.builds:
        kind = "checkpoint" if model.is_checkpoint else "files"
        return {"kind": kind, "files": {file.role: file.path for file in model.files}}, (), {}
    preset = model.preset
    report(StepStarted("build", f"family {model.family}" + (f", preset {preset.id}" if preset else "")))
    engine, steps, tools = build(model, files, out, preset.options if preset else {}, report)
    if preset is not None:
        steps = ({"name": "preset", "preset": preset.id, "options": dict(preset.options)}, *steps)
    report(StepFinished("build"))
    return engine, steps, tools


def _source_file(file: FileEntry, path: Path) -> SourceFile:
    sources = tuple(
        f"{piece.source.text}{f'@{piece.source.revision}' if piece.source.scheme == 'hf' else ''}"
        + (f"/{piece.member}" if piece.member else "")
        for piece in file.pieces
    )
    return SourceFile(file.role, file.path, sources, path.stat().st_size, file.sha256 or sha256_file(path))
