"""What is evaluated: an installed model, or an artifact in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgekit.core.errors import DirectionError, UsageError
from edgekit.core.events import Progress, Reporter, StepFinished, StepStarted, silent
from edgekit.core.languages import Direction
from edgekit.translate.translator import Translation, Translator

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
    from edgekit.engine.open import open_engine
    from edgekit.store.installed import Installed, closest, find_direction, find_model
    from edgekit.store.receipt import read_receipt

    if model is None:
        chosen = find_direction(direction.source, direction.target)
        return System(
            Translator(direction, open_engine(chosen, direction=direction, threads=threads, report=report)),
            chosen.receipt.id,
        )
    folder = Path(model).expanduser()
    # An id with a folder of that name beside it is meant as the id, as elsewhere; `./ID` is the folder.
    is_path = folder.is_dir() and ("/" in model or "\\" in model or not _is_installed(model))
    installed = Installed(folder, read_receipt(folder)) if is_path else find_model(model)
    receipt = installed.receipt
    if receipt.task != "translate":
        raise UsageError(f"`{receipt.id}` is for the task `{receipt.task}`, not a translation model")
    served = closest(direction, list(receipt.languages.directions()))
    if served is None:
        raise DirectionError(
            f"`{receipt.id}` does not translate {direction}",
            reasons=[f"it translates {one}" for one in receipt.languages.directions()[:20]],
        )
    engine = open_engine(installed, direction=served, threads=threads, report=report)
    return System(Translator(direction, engine), receipt.id)


def _is_installed(model: str) -> bool:
    from edgekit.store.installed import installed_models

    return any(model == one.receipt.id or model in one.receipt.aliases for one in installed_models())


def translate_lines(
    translator: Translator,
    lines: Sequence[str],
    report: Reporter = silent,
    *,
    scores: bool = False,
    alignment: bool = False,
) -> list[Translation]:
    """The translation of each line. Reports the step `translate`."""
    report(StepStarted(STEP, f"{translator.direction}, {len(lines):,} lines"))
    found: list[Translation] = []
    for begin in range(0, len(lines), _LINES_AT_ONCE):
        found += translator.translate(lines[begin : begin + _LINES_AT_ONCE], scores=scores, alignment=alignment)
        report(Progress(STEP, len(found), len(lines), "lines"))
    report(StepFinished(STEP, f"{len(lines):,} lines"))
    return found
