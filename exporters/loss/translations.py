"""A quantised translation model beside the one it was made from: how alike their translations of the same lines are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from edgekit.core.chrf import corpus_chrf
from edgekit.core.events import Progress, Reporter, StepFinished, StepStarted
from edgekit.core.languages import Direction
from edgekit.core.units import counted
from exporters.loss.base import STEP, Limits

_LINES_AT_ONCE = 20


class Translator(Protocol):
    """A translation model that runs in one direction; who runs it, is handed in."""

    def translate(self, lines: Sequence[str]) -> list[str]:
        """The translation of each line."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class TranslationLoss:
    """What a translation model lost in one direction.

    language: `en→pt`.  chrf: 0 to 100, of its translations against those of the model before.  same: share of the lines
    that are translated as before.
    """

    language: str
    lines: int
    chrf: float
    same: float

    def cells(self) -> Mapping[str, str]:
        """See `exporters.loss.base.Loss.cells`."""
        return {"chrF against before": f"{self.chrf:.1f}", "same translation": f"{self.same:.1%}"}

    def excess(self, limits: Limits) -> list[str]:
        """See `exporters.loss.base.Loss.excess`."""
        least = limits.get("chrf")
        if least is None or self.chrf >= least:
            return []
        return [f"translations have chrF {self.chrf:.1f} against those before, and {least:.1f} is the least allowed"]

    def to_json(self) -> dict[str, Any]:
        """See `exporters.loss.base.Loss.to_json`."""
        return {"language": self.language, "lines": self.lines, "chrf": self.chrf, "same": self.same}


def compare_translators(
    before: Translator, after: Translator, direction: Direction, lines: Sequence[str], report: Reporter
) -> TranslationLoss:
    """Translate the same lines, one or more, with two models; closes neither. Reports the step `measure`."""
    report(StepStarted(STEP, f"{direction}, {counted(len(lines), 'line')}"))
    old: list[str] = []
    new: list[str] = []
    for begin in range(0, len(lines), _LINES_AT_ONCE):
        part = lines[begin : begin + _LINES_AT_ONCE]
        old += before.translate(part)
        new += after.translate(part)
        report(Progress(STEP, len(old), len(lines), "lines"))
    same = sum(one == other for one, other in zip(old, new, strict=True)) / len(lines)
    report(StepFinished(STEP, f"{direction}, {counted(len(lines), 'line')}"))
    # Two models that both say nothing agree, and chrF has nothing to count there.
    return TranslationLoss(str(direction), len(lines), 100.0 if same == 1 else corpus_chrf(new, old), same)
