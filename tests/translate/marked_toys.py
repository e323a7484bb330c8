"""A translator of marked texts without a model; as a program, a slow job to be killed.

`python marked_toys.py DOCUMENT OUT SECONDS LOG` appends a line to LOG for every text that it translates.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from documents.zip_files import louder

from edgekit.core.findings import Finding
from edgekit.core.marked import MarkedText


@dataclass(frozen=True)
class Result:
    marked: MarkedText
    findings: tuple[Finding, ...] = ()
    kept: int = 0
    repaired: int = 0
    left: int = 0
    origin: str = "model"
    confidence: float | None = None


class Loud:
    """Capitals; counts the texts that it has seen."""

    def __init__(self, change: Callable[[MarkedText], MarkedText] = louder, *, fails_after: int | None = None) -> None:
        self.seen: list[MarkedText] = []
        self.batches = 0
        self._change = change
        self._fails_after = fails_after

    def translate(self, texts: Sequence[MarkedText]) -> list[Result]:
        self.batches += 1
        if self._fails_after is not None and self.batches > self._fails_after:
            raise KeyboardInterrupt
        self.seen += texts
        return [self.result(text) for text in texts]

    def result(self, text: MarkedText) -> Result:
        return Result(self._change(text), kept=sum(mark.kind == "keep" for mark in text.marks))


class Slow(Loud):
    """Takes its time and writes down what it translates."""

    def __init__(self, seconds: float, log: Path) -> None:
        super().__init__()
        self._seconds, self._log = seconds, log

    def translate(self, texts: Sequence[MarkedText]) -> list[Result]:
        time.sleep(self._seconds)
        with self._log.open("a", encoding="utf-8") as stream:
            stream.writelines(text.text + "\n" for text in texts)
        return super().translate(texts)


if __name__ == "__main__":
    from edgekit.translate.documents import translate_document

    translate_document(Path(sys.argv[1]), Path(sys.argv[2]), Slow(float(sys.argv[3]), Path(sys.argv[4])))
