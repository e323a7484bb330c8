"""A translation model as `edgekit pull` installs it, built from a toy student."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from edgekit.catalogue.entries import Languages
from edgekit.core.events import silent
from edgekit.core.hashing import sha256_file
from edgekit.engine.marian import MarianEngine
from edgekit.store.receipt import FileRecord, Receipt, write_receipt
from exporters.base import Built
from exporters.families.marian import MarianExporter


def install(files: Mapping[str, Path], folder: Path, **options: Any) -> Path:
    """Build the files of a student into folder, with a receipt."""
    folder.mkdir()
    return with_receipt(folder, MarianExporter().build(files, folder, options=options, report=silent))


def with_receipt(folder: Path, built: Built) -> Path:
    """Write the receipt of what lies in folder."""
    names = sorted(path.name for path in folder.iterdir() if path.name != "edgekit.json")
    records = [FileRecord(name, (folder / name).stat().st_size, sha256_file(folder / name)) for name in names]
    receipt = Receipt(
        id="toy-en-pt",
        name="A toy",
        family="marian",
        task="translate",
        languages=Languages(("en",), ("pt",)),
        licence="MPL-2.0",
        attribution="nobody",
        source="file:toy",
        revision=None,
        source_files=(),
        steps=built.steps,
        tools=built.tools,
        files=tuple(records),
        engine=built.engine,
        edgekit="0",
        created="2026-01-01T00:00:00Z",
    )
    write_receipt(folder, receipt)
    return folder


def translate(folder: Path, engine: Mapping[str, Any], lines: Sequence[str]) -> tuple[list[list[int]], list[list[int]]]:
    """The ids of lines and those of their translations."""
    opened = MarianEngine.open(folder, engine, threads=1)
    sources = opened.source_tokenizer.encode(lines)
    targets: list[list[int]] = [[] for _ in lines]
    for at, hypothesis in opened.decode(sources):
        targets[at] = hypothesis.token_ids
    opened.close()
    return sources, targets
