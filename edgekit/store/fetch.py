"""The files of a model, from its sources into the cache, whole and checked."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from edgekit.catalogue.entries import FileEntry
from edgekit.core.atomic import PARTIAL_SUFFIX, clear_leftovers
from edgekit.core.events import Progress, Reporter, StepFinished, StepStarted
from edgekit.core.paths import cache_folder
from edgekit.core.units import bytes_in_words
from edgekit.sources.base import BLOCK_BYTES, Wanted, is_there, receive
from edgekit.sources.open import open_source
from edgekit.store.installed import models_folder
from edgekit.store.plan import Plan, file_target, part_targets


def clean(model_id: str) -> None:
    """Remove what killed pulls of this model left half done, and put back what one of them had moved aside."""
    clear_leftovers(models_folder() / model_id)
    work = cache_folder() / "pull" / model_id
    for left in work.glob(f"pip-*{PARTIAL_SUFFIX}"):
        shutil.rmtree(left, ignore_errors=True)
    for part in ("files", "parts"):
        for left in (work / part).rglob(f".*{PARTIAL_SUFFIX}"):
            left.unlink(missing_ok=True)


def fetch(plan: Plan, report: Reporter) -> None:
    """Bring what the plan lacks. Reports the step `fetch`, with one count of bytes over all sources."""
    model, total = plan.model, plan.download_bytes
    if not plan.fetches:
        return
    place = plan.fetches[0].source.text if len(plan.fetches) == 1 else f"{len(plan.fetches)} sources"
    report(StepStarted("fetch", f"{model.id} from {place}"))
    before = 0
    for one in plan.fetches:
        for wanted in one.wanted:
            wanted.target.parent.mkdir(parents=True, exist_ok=True)
        seen = 0

        def advance(done: int, before: int = before) -> None:
            nonlocal seen
            seen = max(seen, done)
            # a wheel of another platform may be a little larger than the one whose size is known
            report(Progress("fetch", before + seen if total is None else min(before + seen, total), total, "bytes"))

        source = open_source(one.source, model.archive_of(one.source))
        source.fetch(one.wanted, plan.work, advance)
        before += one.size_bytes if one.size_bytes is not None else seen
    report(StepFinished("fetch", bytes_in_words(before)))


def whole_file(plan: Plan, file: FileEntry) -> Path:
    """The file with its pieces joined. Raises IntegrityError where the whole is not what was promised."""
    target = file_target(plan.work, file)
    parts = part_targets(plan.work, file)
    wanted = Wanted("", target, file.size_bytes, file.sha256)
    if parts != [target] and not is_there(wanted):
        receive(_joined(parts), wanted, file.path)
    return target


def _joined(parts: Iterable[Path]) -> Iterator[bytes]:
    """The bytes of parts in order; each is deleted once read, so that the disk never holds all of them twice."""
    for part in parts:
        with part.open("rb") as stream:
            while block := stream.read(BLOCK_BYTES):
                yield block
        part.unlink()
