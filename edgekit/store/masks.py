"""Which masks come through an installed model: found out, written into its receipt, read from there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from edgekit.catalogue.entries import Languages
from edgekit.core.errors import EdgekitError
from edgekit.core.events import Note, Reporter, StepFinished, StepStarted
from edgekit.core.languages import Direction
from edgekit.protect.mask_test import try_masks
from edgekit.store.installed import closest
from edgekit.store.mask_record import MaskRecord
from edgekit.store.receipt import Receipt

# A model of many directions is tried in as many; each takes about a second.
MOST_DIRECTIONS = 4


class Lines(Protocol):
    """Translates lines; see `edgekit.engine.line_translator`."""

    def translate(self, lines: Sequence[str]) -> list[str]: ...

    def close(self) -> None: ...


OpenLines: TypeAlias = Callable[[Path, Mapping[str, Any], Direction], Lines]


def measure_masks(
    open_lines: OpenLines, folder: Path, engine: Mapping[str, Any], languages: Languages, report: Reporter
) -> tuple[MaskRecord, ...]:
    """Try the masks in the translation model in a folder, in its first directions of whose source there are sentences.

    Reports the step `masks`. A model that cannot be run here is a note and no record: masks have an order without one.
    """
    records: list[MaskRecord] = []
    report(StepStarted("masks", "which placeholders come through"))
    for direction in languages.directions()[:MOST_DIRECTIONS]:
        try:
            lines = open_lines(folder, engine, direction)
            try:
                found = try_masks(lines.translate, direction)
            finally:
                lines.close()
        except EdgekitError as problem:
            report(Note(f"masks were not tried in {direction}: {problem.message}"))
            break
        if found:
            records.append(MaskRecord(direction.source, direction.target, found))
    told = [f"{one.forms[0].template} {one.forms[0].survival:.0%}" for one in records]
    report(StepFinished("masks", ", ".join(told) or "not tried"))
    return tuple(records)


def templates(receipt: Receipt, direction: Direction) -> list[str]:
    """The forms that a receipt recommends for a direction, the best first; none where it has no test of it."""
    records = {Direction(one.source, one.target): one for one in receipt.masks}
    found = closest(direction, list(records))
    return [] if found is None else [form.template for form in records[found].forms]
