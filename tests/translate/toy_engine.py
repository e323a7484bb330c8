"""An engine without a model: it upper-cases, word by word, and keeps the tokenizer's and the engine's contracts."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence

import numpy as np

from edgekit.core.errors import EngineError
from edgekit.engine.base import Hypothesis

_WORD = re.compile(r"\S{1,4}")


class ToyTokenizer:
    """Chunks of four characters, `▁` before those that begin a word; ids are handed out as chunks are met."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._surfaces: list[str] = []
        self._lock = threading.Lock()

    def id_of(self, surface: str) -> int:
        with self._lock:
            if surface not in self._ids:
                self._ids[surface] = len(self._surfaces)
                self._surfaces.append(surface)
            return self._ids[surface]

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        encoded = []
        for text in texts:
            text.encode("utf-8")  # like the real one, it cannot take a lone surrogate
            encoded.append(
                [
                    self.id_of(("" if match.start() and not text[match.start() - 1].isspace() else "▁") + match.group())
                    for match in _WORD.finditer(text)
                ]
            )
        return encoded

    def decode(self, token_ids: Sequence[Sequence[int]]) -> list[str]:
        return ["".join(self.pieces(ids)).replace("▁", " ").strip() for ids in token_ids]

    def pieces(self, token_ids: Sequence[int]) -> list[str]:
        return [self._surfaces[index] for index in token_ids]


class ToyEngine:
    """Upper-cases every token; remembers what it was asked to decode."""

    def __init__(self, max_source_tokens: int = 64) -> None:
        self.source_tokenizer = ToyTokenizer()
        self.target_tokenizer = ToyTokenizer()
        self.max_source_tokens = max_source_tokens
        self.calls: list[list[str]] = []
        self.closed = False

    def decode(
        self, sources: Sequence[Sequence[int]], *, scores: bool = False, alignment: bool = False
    ) -> Iterator[tuple[int, Hypothesis]]:
        if self.closed:
            raise EngineError("the toy is closed")
        self.calls[:] = [*self.calls[-9:], self.source_tokenizer.decode(sources)]  # the last ten: memory is measured
        for index in sorted(range(len(sources)), key=lambda index: -len(sources[index])):
            source = sources[index]
            if len(source) > self.max_source_tokens:
                raise AssertionError(f"{len(source)} tokens in a segment")
            target = [self.target_tokenizer.id_of(piece.upper()) for piece in self.source_tokenizer.pieces(source)]
            yield (
                index,
                Hypothesis(
                    token_ids=target,
                    log_probabilities=np.array([-0.5] * len(target) + [-0.25], np.float32) if scores else None,
                    alignment=np.eye(len(target) + 1, len(source) + 1, dtype=np.float32) if alignment else None,
                ),
            )

    def close(self) -> None:
        self.closed = True
