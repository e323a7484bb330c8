"""A quantised encoder beside the one it was made from: how far the vectors of the same sentences turned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.core.events import Progress, Reporter, StepFinished, StepStarted
from edgekit.core.units import counted
from exporters.alignment.cosine import cosines
from exporters.alignment.gate import TextEncoder
from exporters.loss.base import STEP, Limits

_LINES_AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class VectorLoss:
    """What an encoder lost on sentences of one language.

    cosine: mean and least over the sentences, of the vector after with the one before.  neighbour: share of the
    sentences whose nearest other sentence, of the same language, is the same one as before.
    """

    language: str
    lines: int
    cosine: float
    least_cosine: float
    neighbour: float

    def cells(self) -> Mapping[str, str]:
        """See `exporters.loss.base.Loss.cells`."""
        return {
            "cosine": f"{self.cosine:.4f}",
            "least": f"{self.least_cosine:.4f}",
            "same nearest sentence": f"{self.neighbour:.1%}",
        }

    def excess(self, limits: Limits) -> list[str]:
        """See `exporters.loss.base.Loss.excess`."""
        least = limits.get("cosine")
        # A figure that is no number is beyond every limit.
        if least is None or self.cosine >= least:
            return []
        return [
            f"the cosine of vectors with those before is {self.cosine:.4f} on average, and {least:.4f} is the least "
            "allowed"
        ]

    def to_json(self) -> dict[str, Any]:
        """See `exporters.loss.base.Loss.to_json`."""
        return {
            "language": self.language,
            "lines": self.lines,
            "cosine": self.cosine,
            "least_cosine": self.least_cosine,
            "neighbour": self.neighbour,
        }


def compare_encoders(
    before: TextEncoder, after: TextEncoder, lines: Mapping[str, Sequence[str]], report: Reporter
) -> list[VectorLoss]:
    """Embed the same lines with two encoders; a language without lines is left out.

    lines: by language, with their prefixes. Closes neither encoder. Reports the step `measure`. Raises EngineError.
    """
    total, done, found = sum(map(len, lines.values())), 0, []
    report(StepStarted(STEP, counted(total, "line")))
    for language, texts in lines.items():
        both: tuple[list[NDArray[np.float32]], list[NDArray[np.float32]]] = [], []
        for begin in range(0, len(texts), _LINES_AT_ONCE):
            part = texts[begin : begin + _LINES_AT_ONCE]
            both[0].append(before.embed(part))
            both[1].append(after.embed(part))
            done += len(part)
            report(Progress(STEP, done, total, "lines"))
        if texts:
            old, new = (np.concatenate(rows) for rows in both)
            turned = np.diag(cosines(old, new))
            same = float(np.mean(_nearest(old) == _nearest(new))) if len(texts) > 1 else 1.0
            found.append(VectorLoss(language, len(texts), float(turned.mean()), float(turned.min()), same))
    report(StepFinished(STEP, counted(total, "line")))
    return found


def _nearest(rows: NDArray[np.float32]) -> NDArray[np.intp]:
    """(n,) the row that is nearest to each, itself left out."""
    found = cosines(rows, rows)
    np.fill_diagonal(found, -np.inf)
    return np.asarray(found.argmax(axis=1), np.intp)
