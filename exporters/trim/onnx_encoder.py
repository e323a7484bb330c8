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
from exporters.trim.base import Ids, Part, Tokenizer
from exporters.trim.onnx_vocabulary import VocabularyFile, open_vocabulary

KIND = "onnx-encoder-1"
_MARKS = ("begin", "end", "padding")


@dataclass(frozen=True, slots=True)
class EncoderFiles:
    """See `exporters.trim.onnx.Beside`.  engine: the receipt's."""

    engine: Mapping[str, Any]
    vocabulary: VocabularyFile

    @property
    def tokenizer(self) -> Tokenizer:
        """The vocabulary's."""
        return self.vocabulary.tokenizer

    @property
    def prompts(self) -> Sequence[str]:
        """What is put before every text (`query: `)."""
        return list(self.engine["prefixes"].values())

    @property
    def parts(self) -> Sequence[Part]:
        """The vocabulary."""
        return [
            Part(self.engine["tokenizer"], self.vocabulary.size_bytes, self.vocabulary.size_bytes / self.tokenizer.size)
        ]

    def size_bytes(self, kept: Ids) -> int:
        """Size of the vocabulary with these tokens, exact."""
        return len(self.vocabulary.file(kept))

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
        write_bytes(out / self.engine["tokenizer"], self.vocabulary.file(kept))
        marks = {name: int(np.searchsorted(kept, self.engine[name])) for name in _MARKS}
        return Built({**self.engine, **marks, "vocabulary": len(kept)}, ())


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
    marks = [engine.get(mark) for mark in _MARKS]
    vocabulary = open_vocabulary(folder / name, [mark for mark in marks if type(mark) is int and mark >= 0])
    tokenizer = vocabulary.tokenizer
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
    return EncoderFiles(engine, vocabulary)
