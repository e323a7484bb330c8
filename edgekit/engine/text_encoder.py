"""Opens what turns a text into a vector, whichever engine runs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

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

    def embed(self, lines: Sequence[str]) -> NDArray[np.float32]:
        """(n, width) the vector of each line as it stands, of length 1."""
        return self._encoder.embed(lines, prefix="")

    def close(self) -> None:
        """Free the model."""
        self._encoder.close()


class LlamaTextEncoder:
    """An `exporters.alignment.gate.TextEncoder` by llama.cpp, cut into tokens by llama.cpp's own tokenizer."""

    def __init__(self, model: LlamaProcess) -> None:
        self._model = model

    def embed(self, lines: Sequence[str]) -> NDArray[np.float32]:
        """(n, width) the vector of each line as it stands, as the model pools it, of any length."""
        return self._model.embed(self._model.tokenize(lines))

    def close(self) -> None:
        """End the child process."""
        self._model.close()
