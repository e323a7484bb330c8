"""What lies beside the graph of an encoder that edgekit built: its vocabulary, and the marks that the receipt names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from edgekit.catalogue.names import why_unsafe_path
from edgekit.core.atomic import write_bytes
from edgekit.core.errors import ModelFormatError, UnsupportedModelError, UsageError
from edgekit.store.receipt import read_receipt
from exporters.base import Built
from exporters.tokenizers.sentencepiece import tokenizer_json
from exporters.tokenizers.sentencepiece_trim import read_tokenizer_json, take_pieces
from exporters.trim.base import Ids, Part
from exporters.trim.unigram import Unigram

KIND = "onnx-encoder-1"
_MARKS = ("begin", "end", "padding")


@dataclass(frozen=True, slots=True)
class EncoderFiles:
    """See `exporters.trim.onnx.Beside`.  engine: the receipt's; file_bytes: of the vocabulary's file."""

    engine: Mapping[str, Any]
    file_bytes: int
    tokenizer: Unigram

    @property
    def prompts(self) -> Sequence[str]:
        """What is put before every text (`query: `)."""
        return list(self.engine["prefixes"].values())

    @property
    def parts(self) -> Sequence[Part]:
        """The vocabulary."""
        return [Part(self.engine["tokenizer"], self.file_bytes, self.file_bytes / self.tokenizer.size)]

    def size_bytes(self, kept: Ids) -> int:
        """Size of the vocabulary with these tokens, exact."""
        return len(self._file(kept))

    def check(self, kept: Ids) -> None:
        """The marks that every text is put between must stay."""
        gone = [name for name in _MARKS if self.engine[name] not in kept]
        if gone:
            raise UsageError(
                "the vocabulary cannot be trimmed to these tokens",
                reasons=[f"`{name}` is token {self.engine[name]:,}, which is not kept" for name in gone],
            )

    def write(self, kept: Ids, out: Path) -> Built:
        """Write the vocabulary; the engine gets its size and the new ids of the marks."""
        write_bytes(out / self.engine["tokenizer"], self._file(kept))
        marks = {name: int(np.searchsorted(kept, self.engine[name])) for name in _MARKS}
        return Built({**self.engine, **marks, "vocabulary": len(kept)}, ())

    def _file(self, kept: Ids) -> bytes:
        return tokenizer_json(take_pieces(self.tokenizer.model, kept))


def open_encoder(folder: Path) -> EncoderFiles:
    """Read what an installed encoder has beside its graph.

    Raises UnsupportedModelError for another kind of artifact, ModelFormatError where the receipt does not fit it.
    """
    receipt = read_receipt(folder)
    engine = receipt.engine
    if engine.get("kind") != KIND:
        raise UnsupportedModelError(f"`{receipt.id}` is no ONNX encoder: its kind is `{engine.get('kind')}`")
    name, prefixes = engine.get("tokenizer"), engine.get("prefixes")
    if not isinstance(name, str) or why_unsafe_path(name) is not None or not isinstance(prefixes, Mapping):
        raise ModelFormatError("the receipt names no file for the vocabulary, or no prefixes")
    tokenizer = Unigram(read_tokenizer_json(folder / name))
    reasons = []
    if engine.get("vocabulary") != tokenizer.size:
        reasons.append(f"the vocabulary has {tokenizer.size:,} tokens, the model {engine.get('vocabulary')} rows")
    for mark in _MARKS:
        value = engine.get(mark)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < tokenizer.size:
            reasons.append(f"`{mark}` is {value!r}")
    if not all(isinstance(text, str) for text in prefixes.values()):
        reasons.append("a prefix is no text")
    if reasons:
        raise ModelFormatError(f"the receipt of `{receipt.id}` does not fit its files", reasons=reasons)
    return EncoderFiles(engine, (folder / name).stat().st_size, tokenizer)
