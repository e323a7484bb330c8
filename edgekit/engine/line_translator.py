"""Opens what translates lines for who measures a model: each line as one sentence, without the task round it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from edgekit.core.languages import Direction
from edgekit.engine.base import TranslationEngine
from edgekit.engine.devices import choose_providers


def open_line_translator(folder: Path, engine: Mapping[str, Any], direction: Direction) -> LineTranslator:
    """Open the translation model in folder, as engine, the receipt's, tells, on one core of the CPU.

    Raises ModelFormatError, EngineError, DirectionError.
    """
    from edgekit.engine.marian import MarianEngine

    choice = choose_providers("cpu", decode_loop=True)
    return LineTranslator(MarianEngine.open(folder, engine, direction=direction, threads=1, choice=choice))


class LineTranslator:
    """An `exporters.loss.translations.Translator` by an engine."""

    def __init__(self, engine: TranslationEngine) -> None:
        self._engine = engine

    def translate(self, lines: Sequence[str]) -> list[str]:
        """The translation of each line; of one that is longer than the engine takes, that of its beginning."""
        engine = self._engine
        ids = [one[: engine.max_source_tokens] for one in engine.source_tokenizer.encode(lines)]
        found: dict[int, list[int]] = {at: decoded.token_ids for at, decoded in engine.decode(ids)}
        return engine.target_tokenizer.decode([found[at] for at in range(len(lines))])

    def close(self) -> None:
        """Free the model."""
        self._engine.close()
