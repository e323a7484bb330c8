"""What is evaluated: an installed model, or an artifact in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edgekit.core.events import Progress, Reporter, StepFinished, StepStarted, silent
from edgekit.core.languages import Direction
from edgekit.core.segments import Translation
from edgekit.core.units import counted
from edgekit.store.installed import find_direction, find_translator
from edgekit.translate.pivot import PivotTranslator, TextTranslator
from edgekit.translate.pivot_routes import describe
from edgekit.translate.translator import Translator, open_translator

_LINES_AT_ONCE = 256
STEP = "translate"


@dataclass(frozen=True, slots=True)
class System:
    """A translator and the id of its model."""

    translator: Translator
    model: str


def open_system(
    model: str | None, direction: Direction, *, threads: int | None = None, report: Reporter = silent
) -> System:
    """What translates a direction: an artifact's folder, an installed model by id, or None for whichever is installed.

    Raises UsageError (no translation model), DirectionError (the model does not translate that way),
    ModelNotFoundError, ModelFormatError, EngineError.
    """
    if model is None:
        chosen = find_direction(direction.source, direction.target)
    else:
        chosen, _ = find_translator(model, direction)
    translator = open_translator(direction.source, direction.target, model=model, threads=threads, report=report)
    return System(translator, chosen.receipt.id)


def _way(translator: TextTranslator) -> str:
    return describe(translator.route) if isinstance(translator, PivotTranslator) else str(translator.direction)


def translate_lines(
    translator: TextTranslator,
    lines: Sequence[str],
    report: Reporter = silent,
    *,
    scores: bool = False,
    alignment: bool = False,
    at_once: int = _LINES_AT_ONCE,
) -> list[Translation]:
    """The translation of each line. Reports the step `translate`, `at_once` lines after `at_once` lines."""
    report(StepStarted(STEP, f"{_way(translator)}, {counted(len(lines), 'line')}"))
    found: list[Translation] = []
    for begin in range(0, len(lines), at_once):
        found += translator.translate(lines[begin : begin + at_once], scores=scores, alignment=alignment)
        report(Progress(STEP, len(found), len(lines), "lines"))
    report(StepFinished(STEP, counted(len(lines), "line")))
    return found
