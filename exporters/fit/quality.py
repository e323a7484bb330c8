"""How good an artifact is and how fast, a class for each task; what else a fit does, does not depend on which.

Everything that runs a model is handed in. A measure opens one artifact at a time and closes it.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from edgekit.core.chrf import corpus_chrf
from edgekit.core.errors import EngineError
from edgekit.core.languages import Direction
from edgekit.core.resident import resident_bytes
from edgekit.pipeline.requests import MeasureMemory, OpenLanguageModel, OpenTextEncoder, OpenTranslator
from exporters.alignment.cosine import cosines
from exporters.conversion.trimmed import ConvertedModel
from exporters.loss.translations import Translator
from exporters.opening import Source
from exporters.trim.gguf import open_gguf

# Lines a language: 40 of news are 1,500 tokens, some 15 s on two cores for Gemma 3 270M.
LINES = 40
_GENERATED = 64
_LINES_AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class Quality:
    """value: higher is better, None where there is no text to measure on.  shown: as people know it.

    speed: units a second, of one run.  memory_bytes: the resident set where it can be seen.
    """

    value: float | None
    shown: str
    speed: float | None
    unit: str
    memory_bytes: int | None


class Measure(Protocol):
    """Measures one artifact; what names it in the report."""

    @property
    def name(self) -> str: ...

    def __call__(self, source: Source, folder: Path, engine: Mapping[str, Any]) -> Quality:
        """source: of what the artifact was made.  engine: as its receipt has it. Raises EngineError."""
        ...


@dataclass(frozen=True)
class BitsPerByte:
    """Of a language model, the mean over languages; and tokens a second that it writes.  lines: by language."""

    open_model: OpenLanguageModel
    lines: Mapping[str, Sequence[str]]

    name = "bits per byte"

    def __call__(self, source: Source, folder: Path, engine: Mapping[str, Any]) -> Quality:  # noqa: ARG002
        """See `Measure`."""
        path = folder / str(engine["file"])
        tokenizer = open_gguf(path).tokenizer
        ids = {language: tokenizer.encode(lines) for language, lines in self.lines.items()}
        model = self.open_model(path)
        try:
            prompt = next((one for lines in ids.values() for one in lines if one), [])
            model.greedy(prompt, 1)
            begin = time.perf_counter()
            made = len(model.greedy(prompt, _GENERATED))
            speed = made / (time.perf_counter() - begin) if made > 1 else None
            # Before scoring, whose logits of many tokens are not what a device has in memory.
            memory = resident_bytes(model.process_id)
            bits = {language: self._bits(model, ids[language], lines) for language, lines in self.lines.items()}
        finally:
            model.close()
        known = {language: one for language, one in bits.items() if one is not None}
        value = -sum(known.values()) / len(known) if known else None
        shown = ", ".join(f"{language} {one:.4f}" for language, one in known.items())
        return Quality(value, shown, speed, "tokens/s", memory)

    @staticmethod
    def _bits(model: Any, ids: Sequence[Sequence[int]], lines: Sequence[str]) -> float | None:
        size = sum(len(line.encode("utf-8")) for line, one in zip(lines, ids, strict=True) if one)
        if not size:
            return None
        found = model.log_probabilities([one for one in ids if one])
        return -sum(float(one.sum()) for one in found) / float(np.log(2)) / size


@dataclass(frozen=True)
class Chrf:
    """Of a translation model on lines with their translations; and words a second."""

    open_translator: OpenTranslator
    direction: Direction
    lines: Sequence[str]
    references: Sequence[str]
    measure_memory: MeasureMemory

    name = "chrF"

    def __call__(self, source: Source, folder: Path, engine: Mapping[str, Any]) -> Quality:  # noqa: ARG002
        """See `Measure`."""
        if not self.lines:
            return Quality(None, "", None, "words/s", None)
        translator: Translator = self.open_translator(folder, engine, self.direction)
        try:
            translator.translate(self.lines[:2])
            begin = time.perf_counter()
            found = translator.translate(self.lines)
            spent = time.perf_counter() - begin
        finally:
            translator.close()
        score = corpus_chrf(found, self.references)
        words = sum(len(line.split()) for line in self.lines)
        memory = self.measure_memory(folder, engine, self.lines, self.direction)
        return Quality(score, f"{score:.2f}", words / spent, "words/s", memory)


@dataclass(frozen=True)
class Cosine:
    """Of an encoder's vectors to those of the model it was made from, the mean over lines; and lines a second.

    What is converted is compared with its own conversion to float32.
    """

    open_encoder: OpenTextEncoder
    lines: Mapping[str, Sequence[str]]
    measure_memory: MeasureMemory
    _before: dict[str, NDArray[np.float32]] = field(default_factory=dict)

    name = "cosine to the original"

    def __call__(self, source: Source, folder: Path, engine: Mapping[str, Any]) -> Quality:
        """See `Measure`."""
        prefix = next(iter(source.prefixes.values()), "")
        texts = [prefix + line for lines in self.lines.values() for line in lines]
        if not texts:
            return Quality(None, "", None, "lines/s", None)
        if source.id not in self._before:
            self._before[source.id] = self._original(source, texts)
        after, spent = self._embedded(_container(folder, engine), engine, texts)
        if after.shape != self._before[source.id].shape:
            raise EngineError("its vectors are not as wide as the original's")
        value = float(np.mean(np.diag(cosines(self._before[source.id], after))))
        memory = self.measure_memory(_container(folder, engine), engine, texts, None)
        return Quality(value, f"{value:.4f}", len(texts) / spent, "lines/s", memory)

    def _original(self, source: Source, texts: Sequence[str]) -> NDArray[np.float32]:
        if not isinstance(source.model, ConvertedModel):
            own = source.receipt.engine if source.receipt is not None else {}
            return self._embedded(source.container, own, texts)[0]
        with tempfile.TemporaryDirectory(prefix="edgekit-") as place:
            model = source.model.in_floats()
            # Rows of the table beyond the names are no tokens.
            built = model.write(np.arange(len(model.source.words.names)), Path(place))
            return self._embedded(_container(Path(place), built.engine), built.engine, texts)[0]

    def _embedded(
        self, path: Path, engine: Mapping[str, Any], texts: Sequence[str]
    ) -> tuple[NDArray[np.float32], float]:
        encoder = self.open_encoder(path, engine)
        try:
            encoder.embed(texts[:2])
            begin = time.perf_counter()
            found = [encoder.embed(texts[at : at + _LINES_AT_ONCE]) for at in range(0, len(texts), _LINES_AT_ONCE)]
            return np.concatenate(found), time.perf_counter() - begin
        finally:
            encoder.close()


def some(lines: Sequence[str], most: int = LINES) -> list[str]:
    """At most so many lines, spread evenly."""
    step = max(1, len(lines) // most)
    return list(lines[::step][:most])


def _container(folder: Path, engine: Mapping[str, Any]) -> Path:
    return folder / str(engine["file"]) if "file" in engine else folder
