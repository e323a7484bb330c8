"""`edgekit.json`: how an artifact was made and what it consists of, schema `edgekit.artifact/1`."""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from edgekit.catalogue.entries import Languages
from edgekit.catalogue.names import RECEIPT_NAME
from edgekit.core.atomic import write_bytes
from edgekit.core.errors import ModelFormatError, UsageError
from edgekit.store.mask_record import MaskRecord
from edgekit.store.vocabulary import Vocabulary

SCHEMA = "edgekit.artifact/1"
MAX_BYTES = 4 << 20  # 20 files and their steps take 10 kB


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file of the artifact; path is relative to its folder."""

    path: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that was brought, before any build; `sources` are the places its bytes came from, in order."""

    role: str
    path: str
    sources: tuple[str, ...]
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an artifact is.

    engine: how an engine opens it, in its own words; `{"kind": "files"}` where the files are stored as they came.
    steps: what was done, each with its name and parameters.  tools: name -> version.
    created: UTC, ISO 8601 with `Z`.  licence_files: paths of texts that belong to the licence.
    vocabulary: of an artifact whose vocabulary was trimmed.  masks: of a translation model, which forms come through.
    """

    id: str
    name: str
    family: str
    task: str
    languages: Languages
    licence: str
    attribution: str
    source: str
    revision: str | None
    source_files: tuple[SourceFile, ...]
    steps: tuple[Mapping[str, Any], ...]
    tools: Mapping[str, str]
    files: tuple[FileRecord, ...]
    engine: Mapping[str, Any]
    edgekit: str
    created: str
    aliases: tuple[str, ...] = ()
    licence_files: tuple[str, ...] = field(default=())
    vocabulary: Vocabulary | None = None
    masks: tuple[MaskRecord, ...] = ()

    @property
    def size_bytes(self) -> int:
        """Size of all files."""
        return sum(file.size_bytes for file in self.files)

    def to_json(self) -> dict[str, Any]:
        """The receipt as JSON values, keys in reading order."""
        return {
            "schema": SCHEMA,
            "id": self.id,
            "name": self.name,
            "family": self.family,
            "task": self.task,
            "languages": {"from": list(self.languages.source), "to": list(self.languages.target)},
            "licence": self.licence,
            "licence_files": list(self.licence_files),
            "attribution": self.attribution,
            "aliases": list(self.aliases),
            "source": self.source,
            "revision": self.revision,
            "source_files": [
                {
                    "role": file.role,
                    "path": file.path,
                    "sources": list(file.sources),
                    "size_bytes": file.size_bytes,
                    "sha256": file.sha256,
                }
                for file in self.source_files
            ],
            "steps": [dict(step) for step in self.steps],
            "tools": dict(self.tools),
            "files": [{"path": file.path, "size_bytes": file.size_bytes, "sha256": file.sha256} for file in self.files],
            "engine": dict(self.engine),
            **({} if self.vocabulary is None else {"vocabulary": self.vocabulary.to_json()}),
            **({"masks": [record.to_json() for record in self.masks]} if self.masks else {}),
            "edgekit": self.edgekit,
            "created": self.created,
        }


def write_receipt(folder: Path, receipt: Receipt) -> None:
    """Write the receipt into folder, all or nothing."""
    text = json.dumps(receipt.to_json(), ensure_ascii=False, indent=1, allow_nan=False)
    write_bytes(folder / RECEIPT_NAME, text.encode("utf-8") + b"\n")


def read_receipt(folder: Path) -> Receipt:
    """Read the receipt of an artifact and see that its files are there with the sizes it states.

    Digests are not computed: that would read every byte each time a model is opened.
    Raises ModelFormatError, with every reason, where there is no receipt or it is not sound.
    """
    from edgekit.store.parse import parse_receipt

    path = folder / RECEIPT_NAME
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise ModelFormatError(f"`{path}` is no regular file")
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as problem:
        raise ModelFormatError(f"`{folder}` has no readable receipt: {problem.strerror}") from problem
    if len(data) > MAX_BYTES:
        raise ModelFormatError(f"`{path}` is larger than {MAX_BYTES} bytes")
    receipt, reasons = parse_receipt(data)
    if receipt is None or reasons:
        raise ModelFormatError(f"`{path}` is not a sound receipt", reasons=reasons)
    if reasons := _check_files(folder, receipt):
        raise ModelFormatError(f"`{folder}` is not what its receipt says", reasons=reasons)
    return receipt


def _check_files(folder: Path, receipt: Receipt) -> list[str]:
    reasons = []
    for file in receipt.files:
        try:
            status = (folder / file.path).lstat()
        except OSError as problem:
            reasons.append(f"`{file.path}` is not there: {problem.strerror}")
            continue
        if not stat.S_ISREG(status.st_mode):
            reasons.append(f"`{file.path}` is no regular file")
        elif not (folder / file.path).resolve().is_relative_to(folder.resolve()):
            reasons.append(f"`{file.path}` lies behind a link that leads out of the folder")
        elif status.st_size != file.size_bytes:
            reasons.append(f"`{file.path}` has {status.st_size} bytes instead of {file.size_bytes}")
    return reasons


def now() -> str:
    """The time in UTC, or `SOURCE_DATE_EPOCH` (https://reproducible-builds.org/specs/source-date-epoch/)."""
    text = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        seconds = int(text) if text else int(time.time())
        return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError) as problem:
        raise UsageError(f"`SOURCE_DATE_EPOCH` is no number of seconds: `{text}`") from problem
