"""A translation model with what it answers, built here."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from toys.marian_student import toy_student

from edgekit.core.events import silent
from edgekit.engine.marian import MarianEngine
from exporters.families.marian import MarianExporter

THREADS = (1, 2, 4)


class Artifact:
    """An artifact's folder, its receipt's `engine`, sentences as token ids, and the answer to each alone."""

    def __init__(self, folder: Path, engine: Mapping[str, Any], lines: Sequence[str]) -> None:
        self.folder, self.engine = folder, engine
        self.engines = {threads: MarianEngine.open(folder, engine, threads=threads) for threads in THREADS}
        one = self.engines[1]
        self.sources = [ids for ids in one.source_tokenizer.encode(lines) if len(ids) <= one.max_source_tokens]
        self.alone = [next(one.decode([ids], scores=True, alignment=True))[1] for ids in self.sources]

    def open(self, **changes: Any) -> MarianEngine:
        return MarianEngine.open(self.folder, {**self.engine, **changes}, threads=2)


def build(folder: Path, seed: int = 1, options: Mapping[str, Any] | None = None, **toy: Any) -> Mapping[str, Any]:
    """Write a toy artifact into folder; gives its `engine`."""
    files = folder.with_name(f"{folder.name}-files")
    for path in (folder, files):
        path.mkdir()
    paths = toy_student(seed, **toy).write(files)
    return MarianExporter().build(paths, folder, options=options or {}, report=silent).engine


def decode_threads() -> list[threading.Thread]:
    """Threads that decode now."""
    return [thread for thread in threading.enumerate() if thread.name == "edgekit-decode"]
