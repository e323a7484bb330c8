"""A checkpoint of an encoder-decoder and what it became, for tests that hold the two against each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from toys.checkpoints import LINES, Kind

from edgekit.core.events import silent
from edgekit.core.languages import Direction
from edgekit.engine.marian import MarianEngine
from exporters.base import Built
from exporters.conversion.checkpoint import Checkpoint
from exporters.conversion.registry import conversion_of

DIRECTIONS = {"nllb": Direction("en", "pt"), "mbart": Direction("en", "de"), "marian": Direction("en", "pt")}
MOST = 24
# Whole lines, their halves and pieces of them: 100 inputs of 1 to 60 tokens.
TEXTS = [
    *LINES,
    *(line[: len(line) // 2] for line in LINES),
    *(line[at : at + 9] for line in LINES for at in (3, 11, 20)),
][:100]


@dataclass(frozen=True)
class Converted:
    """A checkpoint, what it became in each precision, and transformers' model."""

    kind: Kind
    checkpoint: Checkpoint
    folder: Path
    model: Any
    builds: dict[str, Built] = field(default_factory=dict)

    def build(self, dtype: str) -> tuple[Path, Built]:
        out = self.folder / dtype
        if dtype not in self.builds:
            out.mkdir()
            self.builds[dtype] = conversion_of(self.checkpoint, "onnx").convert(
                self.checkpoint, out, dtype=dtype, report=silent
            )
        return out, self.builds[dtype]

    def engine(self, dtype: str = "f32", *, threads: int = 1, direction: Direction | None = None) -> MarianEngine:
        out, built = self.build(dtype)
        limits = {"max_length_factor": 0, "max_length_extra": MOST}
        direction = direction or DIRECTIONS.get(self.kind.name)
        return MarianEngine.open(out, {**built.engine, **limits}, direction=direction, threads=threads)
