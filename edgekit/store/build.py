"""Turning the files of a model into what an engine runs, through the exporter of its family.

Exporters are found by name under the entry-point group `edgekit.exporters`; edgekit imports none of them.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Protocol, cast

from edgekit.catalogue.entries import Model
from edgekit.catalogue.files import KEPT_ROLES
from edgekit.catalogue.names import why_unsafe_path
from edgekit.core.errors import FailedError, MissingExtraError
from edgekit.core.events import Reporter
from edgekit.core.hashing import sha256_file
from edgekit.store.receipt import FileRecord

GROUP = "edgekit.exporters"


class Built(Protocol):
    """What an exporter gives back."""

    @property
    def engine(self) -> Mapping[str, Any]: ...
    @property
    def steps(self) -> tuple[Mapping[str, Any], ...]: ...
    @property
    def tools(self) -> Mapping[str, str]: ...


class Exporter(Protocol):
    """What an entry point of the group is called as."""

    def build(self, files: Mapping[str, Path], out: Path, *, options: Mapping[str, Any], report: Reporter) -> Built: ...


def has_exporter(family: str) -> bool:
    """Whether the models of this family are built; the others are stored as they come."""
    return _entry_point(family) is not None


def open_exporter(family: str) -> Exporter:
    """The exporter of a family. Raises MissingExtraError where it, or a library it needs, is not installed."""
    point = _entry_point(family)
    if point is None:
        raise MissingExtraError(f"no exporter for family `{family}` is installed")
    try:
        return cast("Exporter", point.load()())
    except (ImportError, AttributeError) as problem:
        raise MissingExtraError(
            f"the exporter of family `{family}` cannot be loaded: {problem}",
            hint="run `pip install 'edgekit[export]'`",
        ) from problem


def _entry_point(family: str) -> EntryPoint | None:
    points = sorted(entry_points(group=GROUP, name=family), key=lambda point: point.value)
    return points[0] if points else None


def build(
    model: Model, files: Mapping[str, Path], out: Path, options: Mapping[str, Any], report: Reporter
) -> tuple[Mapping[str, Any], tuple[Mapping[str, Any], ...], Mapping[str, str]]:
    """Fill the empty folder out with the artifact of a model; give its engine, steps and tools.

    files: role -> path. Those of roles in KEPT_ROLES are left out; they are stored beside the artifact.
    """
    material = {role: path for role, path in files.items() if role not in KEPT_ROLES}
    built = open_exporter(model.family).build(material, out, options=options, report=report)
    return built.engine, tuple(built.steps), built.tools


def place(source: Path, target: Path) -> None:
    """Move a file into a folder under construction; across disks it is copied."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(source, target)


def list_files(folder: Path) -> tuple[FileRecord, ...]:
    """Every file below folder, by path, with size and digest. Raises FailedError for what no receipt may name."""
    records, reasons = [], []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            reasons.append(f"`{name}` is no regular file")
        elif path.is_file():
            reason = why_unsafe_path(name)
            if reason is not None:
                reasons.append(f"`{name}` {reason}")
            records.append(FileRecord(name, path.stat().st_size, sha256_file(path)))
    if reasons or not records:
        raise FailedError("the artifact cannot be installed", reasons=reasons or ["it has no files"])
    return tuple(records)
