"""A checkpoint through its conversion to GGUF, and back out of the file."""

from __future__ import annotations

from pathlib import Path

from edgekit.core.events import Note
from exporters.base import Built
from exporters.containers.gguf import Gguf, read_gguf
from exporters.conversion.checkpoint import open_checkpoint
from exporters.conversion.registry import conversion_of


def convert(source: Path, out: Path, *, dtype: str = "f16", notes: list[str] | None = None) -> tuple[Built, Gguf]:
    out.mkdir()
    checkpoint = open_checkpoint(source)

    def note(event: object) -> None:
        if notes is not None and isinstance(event, Note):
            notes.append(event.text)

    built = conversion_of(checkpoint, "gguf").convert(checkpoint, out, dtype=dtype, report=note)
    return built, read_gguf(out / str(built.engine["file"]))
