"""A translation model as `edgekit pull` installs it, built from a toy student."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from toys.receipts import TRANSLATION, with_receipt

from edgekit.core.events import silent
from edgekit.engine.marian import MarianEngine
from exporters.families.marian import MarianExporter


def install(files: Mapping[str, Path], folder: Path, **options: Any) -> Path:
    """Build the files of a student into folder, with a receipt."""
    folder.mkdir()
    return with_receipt(folder, MarianExporter().build(files, folder, options=options, report=silent), TRANSLATION)


def translate(folder: Path, engine: Mapping[str, Any], lines: Sequence[str]) -> tuple[list[list[int]], list[list[int]]]:
    """The ids of lines and those of their translations."""
    opened = MarianEngine.open(folder, engine, threads=1)
    sources = opened.source_tokenizer.encode(lines)
    targets: list[list[int]] = [[] for _ in lines]
    for at, hypothesis in opened.decode(sources):
        targets[at] = hypothesis.token_ids
    opened.close()
    return sources, targets
