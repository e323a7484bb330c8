"""Opens what turns a text into a vector, whichever engine runs it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.core.closing import Closing
from edgekit.core.events import Progress, Reporter, silent
from edgekit.engine.base import with_prefix
from edgekit.engine.devices import choose_providers
from edgekit.engine.encoder import Encoder
from edgekit.engine.llama.process import LlamaProcess


def open_text_encoder(path: Path, engine: Mapping[str, Any]) -> OnnxTextEncoder | LlamaTextEncoder:
    """Open the encoder in path, on the CPU: a GGUF file, or a folder that engine, the receipt's, tells of.

    Raises ModelFormatError, EngineError, MissingExtraError for a GGUF without llama-cpp-python.
    """
    if path.suffix.lower() == ".gguf":
        return LlamaTextEncoder(LlamaProcess(path))
    return OnnxTextEncoder(Encoder.open(path, engine, choice=choose_providers("cpu", decode_loop=False)))


class OnnxTextEncoder:
    """An `exporters.alignment.gate.TextEncoder` by onnxruntime."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    @property
    def process_id(self) -> int:
        """Of the process that holds the model."""
        return os.getpid()

    def embed(self, lines: Sequence[str]) -> NDArray[np.float32]:
        """(n, width) the vector of each line as it stands, of length 1."""
        return self._encoder.embed(lines, prefix="")

    def close(self) -> None:
        """Free the model."""
        self._encoder.close()


class LlamaTextEncoder(Closing):
    """A `edgekit.engine.base.TextEncoder` by llama.cpp, cut into tokens by llama.cpp's own tokenizer.

    Vectors have length 1: a GGUF does not say whether its model wants that, and cosines are what they are for.
    """

    def __init__(self, model: LlamaProcess, prefixes: Mapping[str, str] | None = None) -> None:
        self.prefixes = prefixes or {}
        self._model = model

    @property
    def process_id(self) -> int:
        """Of the process that holds the model."""
        return self._model.process_id

    def embed(
        self, texts: Sequence[str], *, prefix: str | None = None, report: Reporter = silent
    ) -> NDArray[np.float32]:
        """See `edgekit.engine.base.TextEncoder.embed`; the end of a text longer than 512 tokens is left out."""
        lines = with_prefix(texts, self.prefixes, prefix)
        found = self._model.embed(self._model.tokenize(lines))
        report(Progress("embed", len(lines), len(lines), "lines"))
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        return np.asarray(found / np.maximum(lengths, 1e-12), np.float32)

    def close(self) -> None:
        """End the child process."""
        self._model.close()
